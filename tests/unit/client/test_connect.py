"""``connect()``: hosts, tokens and settings are checked before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.connect import address, settings_of
from dynclient.errors import BadArguments, UsageError
from dynclient.secrets import Secret
from dynclient.transport.address import HOST, TOKEN, api_url, token_from_environment

BASE = "http://localhost:8585/api"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (HOST, TOKEN):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("tail", ["", "/", "/api", "/api/", "/api/v1", "/api/v1/"])
def test_the_address_may_end_with_the_path_of_the_api(tail: str) -> None:
    assert api_url(f" http://localhost:8585{tail} ") == BASE
    assert api_url(f"https://x/om{tail}") == "https://x/om/api"


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (7, "host= must be a URL such as 'http://localhost:8585', not 7"),
        ("http://x:port", "host= must be a URL: "),
        ("http://x:99999", "host= must be a URL: "),
        ("localhost:8585", "must begin with https:// or http://, not 'localhost:8585'"),
        ("ftp://x", "must begin with https:// or http://"),
        ("http://", "must have a host name"),
        ("http://x:0", "a port from 1 to 65535"),
        ("http://me:open-sesame@x", "must not contain a user"),
        ("http://me@x", "must not contain a user"),
        ("me:open-sesame@x", "not 'x'"),
        ("http://x?a=1", "must not contain a query ('?') or a fragment ('#')"),
        ("http://x#a", "must not contain a query ('?') or a fragment ('#')"),
    ],
)
def test_what_is_not_an_address_is_rejected(host: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        dynclient.connect(host, release="starter")
    assert message in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_the_host_and_the_token_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"host= is missing; .* or set OPENMETADATA_HOST"):
        dynclient.connect()
    assert token_from_environment(BASE) is None
    monkeypatch.setenv(TOKEN, "t")
    assert token_from_environment(BASE) == "t"
    monkeypatch.setenv(HOST, "http://localhost:8585/api/v1")
    assert address(None) == BASE
    assert address("http://x") == "http://x/api"
    assert token_from_environment(BASE) == "t"
    assert token_from_environment("http://x/api") is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("retries", -1, "retries: must be an integer, 0 or more, not -1"),
        ("retries", 1.5, "must be an integer, 0 or more, not 1.5"),
        ("retries", True, "must be an integer, 0 or more, not True"),
        ("read_timeout", "1", "must be a number of seconds, 0 or more, not '1'"),
        ("read_timeout", 0, "read_timeout: must be more than 0"),
        ("page_size", 0, "must be more than 0"),
        ("responses", "lax", "must be 'strict' or 'tolerant', not 'lax'"),
        ("drift", "strict", "must be 'bridge', 'warn' or 'error', not 'strict'"),
        ("headers", {"a": 1}, "must be a mapping of str to str"),
        ("headers", 7, "must be a mapping of str to str"),
        ("headers", {"X-Key": "open-sesame\r\nX-More: 1"}, "'X-Key' contains a line break"),
        ("headers", {"X-Key": "open-sesame\x00"}, "'X-Key' contains a control character"),
        ("headers", {"X-Key": "open-sesame\u2026"}, "'X-Key' contains characters that are not L"),
        ("headers", {"X Key": "open-sesame"}, "'X Key' has a name that HTTP does not allow"),
        ("headers", {"X-Key": b"open-sesame"}, "must be a mapping of str to str"),
        ("verify", "", "must be True, False or the path of a CA bundle, not ''"),
        ("verify", 0, "must be True, False or the path of a CA bundle, not int"),
        ("verify", b"", "must be True, False or the path of a CA bundle, not bytes"),
        ("verify", [], "must be True, False or the path of a CA bundle, not list"),
        ("verify", "-----BEGIN open-sesame", "must be the path of a file, not its content"),
        ("client_certificate", "", "must be the path of a PEM file, or (certificate, key), not ''"),
        ("client_certificate", ("", ""), "file not found: '', ''"),
        ("client_certificate", "-----BEGIN open-sesame", "must be the path of a file, not its"),
        ("github", "me:open-sesame@mirror", "not 'mirror'"),
        ("verify", 7, "must be True, False or the path of a CA bundle, not int"),
        ("verify", ("a", "b"), "must be True, False or the path of a CA bundle, not tuple"),
        ("client_certificate", True, "must be the path of a PEM file"),
        ("client_certificate", ("a.pem",), "must be the path of a PEM file"),
        ("client_certificate", "a.pem", "file not found: 'a.pem'"),
        ("github", "mirror", "must be a URL such as 'https://mirror.example.com', not 'mirror'"),
        ("retrys", 1, "retrys: is not a setting; did you mean retries"),
        ("tokn", "open-sesame", "tokn: is not a setting; did you mean token"),
    ],
)
def test_wrong_settings_are_rejected(name: str, value: Any, message: str) -> None:
    with pytest.raises(BadArguments) as caught:
        settings_of({name: value})
    assert message in str(caught.value)
    assert str(caught.value).startswith("connect: invalid settings\n")
    assert "sesame" not in f"{caught.value} {caught.value.parts}"


def test_one_error_lists_all_wrong_settings() -> None:
    with pytest.raises(BadArguments) as caught:
        settings_of({"retries": -1, "drift": "x", "colour": 1, "backoff": 1.0})
    assert [problem.path for problem in caught.value.problems] == ["retries", "drift", "colour"]


@pytest.mark.parametrize("name", ["retries", "backoff", "backoff_limit", "retry_after_limit"])
def test_some_settings_may_be_zero(name: str) -> None:
    assert getattr(settings_of({name: 0}), name) == 0


def test_settings_are_kept_as_the_transport_takes_them(tmp_path: Path) -> None:
    file = tmp_path / "a.pem"
    file.touch()
    settings = settings_of(
        {
            "verify": file,
            "client_certificate": (file, str(file)),
            "headers": {"X-Api-Key": "open-sesame", "X-Team": "a"},
            "github": "",
        }
    )
    assert settings.verify == str(file)
    assert settings.client_certificate == (str(file), str(file))
    assert dict(settings.headers) == {"X-Api-Key": "open-sesame", "X-Team": "a"}
    assert isinstance(dict(settings.headers)["X-Api-Key"], Secret)
    assert not isinstance(dict(settings.headers)["X-Team"], Secret)
    assert "sesame" not in repr(settings)
    assert settings_of({"verify": False, "client_certificate": None}).verify is False


def test_verify_is_true_unless_it_is_false() -> None:
    assert settings_of({"verify": None}).verify is True
    assert settings_of({}).verify is True
