"""Where tokens and passwords of profiles are: in a command's output, or in the system's keyring.

Both are functions that are called when a credential is needed, so nothing is run and no keyring is
unlocked before the first request.
"""

from __future__ import annotations

from dynclient.errors import CredentialUnavailable

SECONDS = 60
"""A command that prints a credential may ask a person to sign in, but not for ever."""
_LARGEST = 64 * 1024
SERVICE = "dynclient"
"""The service under which this package stores tokens in a keyring."""
EXTRA = "the package keyring is not installed; run\n  pip install 'dynclient[login]'"


class CommandOutput:
    """What a command prints: a token or a password, without the space around it.

    Args:
        words: the program and its arguments; no shell is involved.
        place: where the command is configured, for messages: ``profile.prod.token_command``.
    """

    def __init__(self, words: tuple[str, ...], place: str) -> None:
        self.words = words
        self.place = place

    def __call__(self) -> str:
        """Run the command and return what it prints.

        Raises:
            CredentialUnavailable: it cannot be run, fails, takes more than 60 s, or prints
                nothing. What it printed is not part of the error, since it may be secret.
        """
        import subprocess
        import sys

        # A person should see what it says, such as where to sign in; a log should not.
        is_seen = sys.stderr is not None and sys.stderr.isatty()
        problem = ""
        output = b""
        try:
            # The user's own configuration, which others cannot change, says which program it is.
            done = subprocess.run(  # noqa: S603
                self.words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=None if is_seen else subprocess.DEVNULL, check=False, timeout=SECONDS,
            )  # fmt: skip
            output = done.stdout
            if done.returncode:
                problem = f"ended with exit code {done.returncode}"
        except subprocess.TimeoutExpired:
            problem = f"did not end within {SECONDS} s"
        except (OSError, ValueError) as error:
            problem = f"cannot be run: {getattr(error, 'strerror', None) or 'a word has a NUL'}"
        text = "" if problem else self._text(output)
        if not problem and not text:
            problem = "must print the credential as one line of text, and nothing else"
        if problem:
            raise CredentialUnavailable(
                f"{self.place}: the command {self.words[0]!r} {problem}. Its output is not printed,"
                " because it may be secret; run the command in a shell to see it"
            )
        return text

    @staticmethod
    def _text(output: bytes) -> str:
        """Return the only line of an output; empty if it is not that."""
        try:
            text = output[: _LARGEST + 1].decode().strip()
        except UnicodeDecodeError:
            return ""
        return text if len(output) <= _LARGEST and len(text.splitlines()) == 1 else ""

    def __repr__(self) -> str:
        return f"the output of {self.words[0]!r}"  # an argument may be secret


class KeyringEntry:
    """An entry of the system's keyring: the macOS Keychain, the Secret Service, Windows' vault.

    Args:
        service: name of the service that the secret is for.
        user: name of the user, or of the profile.
        place: where the entry is configured, for messages: ``profile.prod.token_keyring``.
    """

    def __init__(self, service: str, user: str, place: str = "") -> None:
        self.service = service
        self.user = user
        self.place = place

    def __call__(self) -> str:
        """Return the token or password of the entry.

        Raises:
            CredentialUnavailable: there is no such entry, no keyring, or it stays locked.
        """
        text = self.read()
        if not text:
            raise CredentialUnavailable(
                f"{self._place}the keyring has no entry {str(self)!r}; store one with 'dynclient"
                f" login' or 'keyring set {self.service} {self.user}'"
            )
        return text

    def read(self) -> str | None:
        """Return what is stored, or None if there is no entry; errors as for a call."""
        found = self._in_keyring("get_password")
        return found if isinstance(found, str) else None

    def write(self, secret: str) -> None:
        """Store a token or password, in place of the one that is stored.

        Raises:
            CredentialUnavailable: there is no keyring, or it refuses.
        """
        self._in_keyring("set_password", secret)

    def delete(self) -> bool:
        """Remove the entry, and return whether there was one; errors as for :meth:`write`."""
        if self.read() is None:
            return False
        self._in_keyring("delete_password")
        return True

    def _in_keyring(self, function: str, *arguments: str) -> object:
        try:
            import keyring
        except ModuleNotFoundError:
            raise CredentialUnavailable(f"{self._place}{EXTRA}") from None
        try:
            return getattr(keyring, function)(self.service, self.user, *arguments)
        except Exception as error:  # noqa: BLE001  # backends raise those of D-Bus, of Windows, …
            from dynclient.secrets import printable

            reason = type(error).__name__
            if reason == "NoKeyringError":
                reason = "no keyring is installed or unlocked"
            elif not arguments:  # else it may quote the secret
                reason = f"{reason}: {printable(str(error))[:200]}"
        raise CredentialUnavailable(
            f"{self._place}the keyring of the system cannot be used: {reason}"
        )

    @property
    def _place(self) -> str:
        return f"{self.place}: " if self.place else ""

    def __str__(self) -> str:
        return f"{self.service}/{self.user}"

    def __repr__(self) -> str:
        return f"the keyring entry {str(self)!r}"


def command_words(value: object) -> tuple[str, ...] | None:
    """Return the words of a command: a list of strings, or a string split as a shell does it.

    Returns:
        None if it is neither, or empty.
    """
    if isinstance(value, str):
        import shlex

        try:
            words: tuple[object, ...] = tuple(shlex.split(value))
        except ValueError:  # a quotation mark is not closed
            return None
    else:
        words = tuple(value) if isinstance(value, list) else ()
    texts = tuple(word for word in words if isinstance(word, str))
    return texts if texts and len(texts) == len(words) and texts[0] else None


def keyring_entry(value: object, place: str) -> KeyringEntry | None:
    """Return the entry that a text names: ``service/user``; None if it is not that.

    Args:
        value: the text; the last slash separates service and user.
        place: where it is configured, for messages.
    """
    service, _, user = value.rpartition("/") if isinstance(value, str) else ("", "", "")
    return KeyringEntry(service, user, place) if service and user else None
