"""One profile of the configuration file: its keys, what is wrong with them, and its credential."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.config.credentials import CommandOutput, KeyringEntry, command_words, keyring_entry
from dynclient.errors import CredentialUnavailable, Problem, UsageError
from dynclient.secrets import MASK, Secret
from dynclient.settings import Settings
from dynclient.suggestions import nearest
from dynclient.transport.address import api_url

if TYPE_CHECKING:
    from dynclient.transport.auth import Anonymous

TOKENS = ("token", "token_command", "token_keyring")
"""Keys of which one says what the token is, or where."""
PASSWORDS = ("password", "password_command", "password_keyring")
"""Keys of which one says what the password is, or where; with ``username``."""
PARAMETERS = ("host", *TOKENS, "username", *PASSWORDS, "release", "source")
"""Keys that are not settings."""
KEYS = (*PARAMETERS, *Settings._fields)
"""All keys of a profile."""
CREDENTIALS = (*TOKENS, "username", *PASSWORDS)
"""Keys of the credential, which is sent to the host of the profile and to no other server."""
IN_CLEAR = ("token", "password")
"""Keys whose value is a secret."""
_FILES = ("verify", "client_certificate")
_PATHS = (*_FILES, "source", "release")
"""Keys that may name files, relative to the folder of the configuration file."""
_WHERE = re.compile(r"[A-Za-z0-9_-]+")


class Profile:
    """What the configuration file says about one server.

    Args:
        name: name of the profile.
        table: its keys and values, as TOML has them.
        file: the configuration file.

    Attributes:
        values: parameters and settings of ``connect``, the credential aside; ``~`` and relative
            paths are resolved. Those that are wrong are left as they are, see ``problems``.
        problems: what is wrong with keys and values that are not settings.
    """

    def __init__(self, name: str, table: Mapping[str, Any], file: Path) -> None:
        self.name = name
        self.file = file
        self._credentials = {
            key: Secret(value) if key in IN_CLEAR and isinstance(value, str) else value
            for key, value in table.items()
            if key in CREDENTIALS
        }
        self.values = {
            key: _resolved(value, file.parent, key in _FILES) if key in _PATHS else value
            for key, value in table.items()
            if key in KEYS and key not in CREDENTIALS
        }
        self._unknown = [key for key in table if key not in KEYS]
        self.problems = tuple(self._problems())

    @property
    def settings(self) -> dict[str, Any]:
        """Values of settings, by their names."""
        return {key: value for key, value in self.values.items() if key in Settings._fields}

    @property
    def host(self) -> str | None:
        """The address of the server, as it is written."""
        host = self.values.get("host")
        return host if isinstance(host, str) else None

    @property
    def username(self) -> str | None:
        """The user who logs in."""
        name = self._credentials.get("username")
        return name if isinstance(name, str) else None

    @property
    def credential(self) -> str:
        """Which key has the credential: ``token_keyring``, ``username``; empty if there is none."""
        return next((key for key in (*TOKENS, "username") if key in self._credentials), "")

    @property
    def credential_text(self) -> str:
        """The credential in words, without secrets; empty if there is none."""
        key = self.credential
        if key == "username":
            found = next((each for each in PASSWORDS if each in self._credentials), None)
            return f"username {self.username}{f' with {self._source(found)}' if found else ''}"
        return self._source(key) if key else ""

    @property
    def has_secret(self) -> bool:
        """Whether the token or password itself is in the file."""
        return any(key in self._credentials for key in IN_CLEAR)

    @property
    def origin(self) -> str:
        """The profile as the place a value comes from: ``profile 'prod'``."""
        return f"profile {self.name!r}"

    def place(self, key: str) -> str:
        """Return where a key is, for messages: ``profile.prod.retries``."""
        return f"{dotted('profile', self.name)}.{key}"

    def authentication(self, password: str | None = None) -> Anonymous:
        """Return the authentication of the credential; nothing is run or read yet.

        Args:
            password: the password, in place of that of the profile.

        Raises:
            CredentialUnavailable: there is a user without a password; ``username`` has the name.
            UsageError: HTTP cannot send the token.
        """
        from dynclient.transport.auth import Login, TokenSource, identity

        key = self.credential
        origin = f"{self.place(key)}"
        if key == "token":
            return identity(self._credentials[key], None, None, origin)
        if key == "username":
            chosen = password if password is not None else self._reader(PASSWORDS)
            if chosen is None:
                raise CredentialUnavailable(
                    f"{self.place('username')} has no password; pass password= as well, or set"
                    " password_command or password_keyring",
                    username=self.username,
                )
            return Login(str(self.username), chosen)
        reader = self._reader(TOKENS)
        if callable(reader):
            return TokenSource(reader, origin)
        return identity(None, None, None)

    @property
    def token_entry(self) -> KeyringEntry | None:
        """The entry of the keyring that has the token, or None."""
        return self._entry("token_keyring")

    def _reader(self, keys: tuple[str, ...]) -> str | Callable[[], str] | None:
        """Return the secret of one of three keys, or a function that reads it."""
        key = next((each for each in keys if each in self._credentials), None)
        if key is None:
            return None
        if key in IN_CLEAR:
            secret: str = self._credentials[key]
            return secret
        if key.endswith("_keyring"):
            return self._entry(key)
        words = command_words(self._credentials[key])
        return None if words is None else CommandOutput(words, self.place(key))

    def _entry(self, key: str) -> KeyringEntry | None:
        return keyring_entry(self._credentials.get(key), self.place(key))

    def _source(self, key: str) -> str:
        if key in IN_CLEAR:
            return f"{key} {MASK}"
        if key.endswith("_keyring"):
            return f"{key} {self._entry(key)}"
        words = command_words(self._credentials[key]) or ("",)
        return f"{key} {words[0]}"  # an argument may be secret

    def __repr__(self) -> str:
        return f"<Profile {self.name!r} of {str(self.file)!r}>"

    # -- what is wrong -----------------------------------------------------------------------------

    def _problem(self, key: str, rule: str, message: str, near: tuple[str, ...] = ()) -> Problem:
        return Problem(self.place(key), key, rule, message, near)  # never the value

    def _problems(self) -> list[Problem]:
        found = [
            self._problem(dotted(key), "unknown", "is not a key of a profile", nearest(key, KEYS))
            for key in self._unknown
        ]
        found += [*self._value_problems(), *self._credential_problems()]
        return found

    def _value_problems(self) -> list[Problem]:
        found = []
        if "host" in self.values:
            try:
                api_url(self.values["host"])
            except UsageError as error:
                found.append(self._problem("host", "value", str(error).removeprefix("host= ")))
        if "release" in self.values and not _is_text(self.values["release"]):
            found.append(self._problem("release", "type", "must be a string, such as '1.13.0'"))
        if "source" in self.values and not _is_text_or_list(self.values["source"]):
            message = "must be a string, or a list of strings"
            found.append(self._problem("source", "type", message))
        return found

    def _credential_problems(self) -> list[Problem]:
        found = []
        for key, value in self._credentials.items():
            rule = _RULES[key.rpartition("_")[2]]
            if not rule.is_met(value):
                found.append(self._problem(key, "type", f"must be {rule.text}"))
        for keys in ((*TOKENS, "username"), PASSWORDS):
            first, *more = [key for key in keys if key in self._credentials] or [""]
            if more:
                listed = " and ".join([first, *more])
                found.append(self._problem(first, "value", f"{listed} cannot be combined"))
        passwords = [key for key in PASSWORDS if key in self._credentials]
        if passwords and "username" not in self._credentials:
            found.append(self._problem(passwords[0], "value", "requires username as well"))
        if self._credentials and "host" not in self.values:
            message = (
                "requires host as well: a credential is sent to the server of its profile only"
            )
            found.append(self._problem(next(iter(self._credentials)), "value", message))
        return found


class _Rule(NamedTuple):
    is_met: Callable[[object], bool]
    text: str


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_text_or_list(value: object) -> bool:
    return _is_text(value) or (
        isinstance(value, list) and bool(value) and all(map(_is_text, value))
    )


_TEXT = _Rule(_is_text, "a string that is not empty")
_RULES = {
    "token": _TEXT,
    "username": _TEXT,
    "password": _TEXT,
    "command": _Rule(
        lambda value: command_words(value) is not None,
        "a command: a list of strings, or a string with its words",
    ),
    "keyring": _Rule(
        lambda value: keyring_entry(value, "") is not None,
        "an entry of the keyring, as 'service/user'",
    ),
}
"""Rules of the keys of credentials, by the last word of the key."""


def dotted(*names: str) -> str:
    """Return names as TOML writes them as one key: ``profile.prod``, ``profile."my prod"``."""
    return ".".join(
        name if _WHERE.fullmatch(name) else json.dumps(name, ensure_ascii=False) for name in names
    )


def _resolved(value: Any, folder: Path, is_file: bool) -> Any:
    """Return a value with paths resolved: ``~``, and relative ones from the file's folder.

    Args:
        value: a string, or a list of strings; anything else is returned as it is.
        folder: the folder of the configuration file.
        is_file: whether any text is a path; otherwise one that has a ``/`` or begins with ``~``.
    """
    if isinstance(value, list):
        return [_resolved(each, folder, is_file) for each in value]
    if not isinstance(value, str) or not value:
        return value
    if not (is_file or value.startswith("~") or "/" in value or os.sep in value):
        return value
    path = os.path.expanduser(value)  # noqa: PTH111  # Path raises for a user who does not exist
    return str(folder / path)
