"""Tokens and passwords from commands and keyrings: read late, and never shown."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import keyring
import pytest

from dynclient.config import credentials
from dynclient.config.credentials import (
    CommandOutput,
    KeyringEntry,
    command_words,
    keyring_entry,
)
from dynclient.errors import CredentialUnavailable
from tests.support.config import KEYRING, SECRET, FileKeyring, LockedKeyring

PLACE = "profile.prod.token_command"


def script(code: str) -> CommandOutput:
    return CommandOutput((sys.executable, "-c", code), PLACE)


def test_a_command_prints_the_token() -> None:
    assert script("print(' abc ')")() == "abc"
    assert script("import sys; print('abc'); print('signed in', file=sys.stderr)")() == "abc"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (f"import sys; print('{SECRET}'); print('{SECRET}', file=sys.stderr); sys.exit(3)",
         "ended with exit code 3"),
        ("pass", "must print the credential as one line of text"),
        (f"print('{SECRET}\\nmore')", "must print the credential as one line of text"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "must print the credential as one line"),
        ("print('x' * 100_000)", "must print the credential as one line of text"),
        ("import sys; sys.exit(1 if sys.stdin.read() else 4)", "ended with exit code 4"),
    ],
)  # fmt: skip
def test_a_command_that_fails_is_named_without_its_output(
    code: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CredentialUnavailable) as caught:
        script(code)()
    text = str(caught.value)
    assert text.startswith(f"{PLACE}: the command ")
    assert message in text
    assert "run the command in a shell" in text
    assert SECRET not in f"{text} {caught.value.parts} {caught.value.__context__}"
    assert capfd.readouterr() == ("", "")


def test_a_command_that_does_not_exist() -> None:
    with pytest.raises(
        CredentialUnavailable, match="'no-such-program-here' cannot be run: No such"
    ):
        CommandOutput(("no-such-program-here", SECRET), PLACE)()
    with pytest.raises(CredentialUnavailable, match="cannot be run: a word has a NUL"):
        CommandOutput((sys.executable, "a\0b"), PLACE)()


def test_a_command_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "SECONDS", 0.01)
    with pytest.raises(CredentialUnavailable, match=r"did not end within 0\.01 s"):
        script("input() if False else __import__('threading').Event().wait()")()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("pass show om", ("pass", "show", "om")),
        ("op read 'op://a b/c'", ("op", "read", "op://a b/c")),
        (["op", "read", "a b"], ("op", "read", "a b")),
        ("op 'read", None),
        ("", None),
        ([], None),
        ([""], None),
        (["op", 3], None),
        (3, None),
        ({"a": "b"}, None),
    ],
)
def test_the_words_of_a_command(value: object, words: tuple[str, ...] | None) -> None:
    assert command_words(value) == words


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        ("dynclient/prod", ("dynclient", "prod")),
        ("https://x/y", ("https://x", "y")),
        ("prod", None),
        ("/prod", None),
        ("dynclient/", None),
        (True, None),
    ],
)
def test_an_entry_of_a_keyring(value: object, entry: tuple[str, str] | None) -> None:
    found = keyring_entry(value, "here")
    assert (found and (found.service, found.user)) == entry


@pytest.fixture
def file_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(KEYRING, str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", FileKeyring())


@pytest.mark.usefixtures("file_keyring")
def test_a_keyring_stores_reads_and_deletes() -> None:
    entry = KeyringEntry("dynclient", "prod", "profile.prod.token_keyring")
    with pytest.raises(CredentialUnavailable) as caught:
        entry()
    assert str(caught.value) == (
        "profile.prod.token_keyring: the keyring has no entry 'dynclient/prod'; store one with"
        " 'dynclient login' or 'keyring set dynclient prod'"
    )
    assert not entry.delete()
    entry.write(SECRET)
    assert entry() == SECRET
    assert SECRET not in repr(entry)
    assert pickle.loads(pickle.dumps(entry))() == SECRET
    assert entry.delete()
    assert entry.read() is None


def test_a_keyring_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", LockedKeyring())
    entry = KeyringEntry("dynclient", "prod")
    with pytest.raises(CredentialUnavailable, match=r"ConnectionRefusedError: the daemon of"):
        entry()
    with pytest.raises(CredentialUnavailable) as caught:
        entry.write(SECRET)
    assert str(caught.value) == ("the keyring of the system cannot be used: ConnectionRefusedError")
    assert caught.value.__context__ is None


def test_without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    with pytest.raises(
        CredentialUnavailable, match=r"cannot be used: no keyring is installed or unlocked$"
    ):
        KeyringEntry("dynclient", "prod")()
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(CredentialUnavailable, match=r"pip install 'dynclient\[login\]'"):
        KeyringEntry("dynclient", "prod")()
