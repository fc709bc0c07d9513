"""A profile: its keys, every problem at once, and its credential, which is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dynclient.config.profile import KEYS, Profile, dotted
from dynclient.errors import CredentialUnavailable
from dynclient.settings import Settings
from dynclient.transport.auth import Anonymous, Bearer, Login, TokenSource
from tests.support.config import SECRET

FILE = Path("folder", "config.toml").absolute()
HOST = {"host": "http://localhost:8585"}


def profile(**table: Any) -> Profile:
    return Profile("prod", table, FILE)


def texts(found: Profile) -> list[str]:
    return [str(problem) for problem in found.problems]


def test_every_setting_is_a_key() -> None:
    assert set(Settings._fields) < set(KEYS)
    assert profile(**HOST, retries=1, drift="warn").settings == {"retries": 1, "drift": "warn"}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"hots": "x"}, "profile.prod.hots: is not a key of a profile; did you mean host?"),
        ({"host": 3}, "profile.prod.host: must be a URL such as 'http://localhost:8585', not 3"),
        ({"host": "x"}, "profile.prod.host: must begin with https:// or http://, not 'x'"),
        ({"release": 1.13}, "profile.prod.release: must be a string, such as '1.13.0'"),
        ({"source": []}, "profile.prod.source: must be a string, or a list of strings"),
        ({"source": ["cache", 3]}, "profile.prod.source: must be a string, or a list of strings"),
        ({**HOST, "token": 3}, "profile.prod.token: must be a string that is not empty"),
        ({**HOST, "token": " "}, "profile.prod.token: must be a string that is not empty"),
        ({**HOST, "token_command": "'"}, "profile.prod.token_command: must be a command: a list"),
        ({**HOST, "token_keyring": "x"}, "profile.prod.token_keyring: must be an entry of the key"),
        (
            {**HOST, "token": SECRET, "token_command": "x"},
            "profile.prod.token: token and token_command cannot be combined",
        ),
        (
            {**HOST, "token_keyring": "a/b", "username": "ada"},
            "profile.prod.token_keyring: token_keyring and username cannot be combined",
        ),
        (
            {**HOST, "username": "ada", "password": SECRET, "password_command": "x"},
            "profile.prod.password: password and password_command cannot be combined",
        ),
        ({**HOST, "password": SECRET}, "profile.prod.password: requires username as well"),
        ({"token": SECRET}, "profile.prod.token: requires host as well: a credential is sent to"),
    ],
)
def test_what_is_wrong(table: dict[str, Any], problem: str) -> None:
    found = profile(**table)
    assert len(found.problems) == 1
    assert texts(found)[0].startswith(problem)
    assert SECRET not in f"{found.problems!r} {found!r} {found.values!r}"


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = profile(hots="x", host=3, release=1, token="", password=3)
    places = [problem.path.rpartition(".")[2] for problem in found.problems]
    assert places == ["hots", "host", "release", "token", "password", "password"]


@pytest.mark.parametrize(
    ("table", "cls", "shown"),
    [
        ({}, Anonymous, ""),
        ({"token": SECRET}, Bearer, "token **********"),
        ({"token_command": ["op", SECRET]}, TokenSource, "token_command op"),
        ({"token_keyring": "dynclient/prod"}, TokenSource, "token_keyring dynclient/prod"),
        (
            {"username": "ada", "password": SECRET},
            Login,
            "username ada with password **********",
        ),
        (
            {"username": "ada", "password_command": f"op {SECRET}"},
            Login,
            "username ada with password_command op",
        ),
        (
            {"username": "ada", "password_keyring": "om/ada"},
            Login,
            "username ada with password_keyring om/ada",
        ),
    ],
)
def test_the_credential(table: dict[str, Any], cls: type, shown: str) -> None:
    found = profile(**HOST, **table)
    assert not found.problems
    auth = found.authentication()
    assert type(auth) is cls
    assert found.credential_text == shown
    assert SECRET not in f"{auth!r} {found!r}"


def test_a_user_without_a_password() -> None:
    found = profile(**HOST, username="ada")
    assert not found.problems
    with pytest.raises(CredentialUnavailable, match="has no password; pass password=") as caught:
        found.authentication()
    assert caught.value.username == "ada"
    assert isinstance(found.authentication("p"), Login)


def test_paths_are_relative_to_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    found = profile(
        verify="ca.pem", client_certificate=["~/a.pem", "/b.pem"], release="1.13.0",
        source=["cache", "trees/1.13.0"],
    ).values  # fmt: skip
    assert Path(found["verify"]) == FILE.parent / "ca.pem"
    assert [Path(each) for each in found["client_certificate"]] == [
        tmp_path / "a.pem",
        FILE.parent / "/b.pem",
    ]
    assert found["release"] == "1.13.0"
    assert found["source"] == ["cache", str(FILE.parent / "trees/1.13.0")]
    assert profile(verify=False, source="nearest").values == {"verify": False, "source": "nearest"}


def test_names_as_toml_writes_them() -> None:
    assert dotted("profile", "my prod", "a-b_1") == 'profile."my prod".a-b_1'
