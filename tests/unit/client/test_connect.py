"""``connect()``: hosts, tokens and settings are checked before anything is sent."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import dynclient
from dynclient.client.connect import address, release_of, settings_of
from dynclient.errors import BadArguments, UnknownRelease, UsageError
from dynclient.secrets import MASK, Secret
from dynclient.session.release_choice import Sources
from dynclient.transport.address import HOST, TOKENS, api_url, token_from_environment
from tests.support.trees import release_named
from tests.support.wire import Wire

BASE = "http://localhost:8585/api"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (HOST, *TOKENS, "DYNCLIENT_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("tail", ["", "/", "/api", "/api/", "/api/v1", "/api/v1/"])
def test_the_address_may_end_with_the_path_of_the_api(tail: str) -> None:
    assert api_url(f" http://localhost:8585{tail} ") == BASE
    assert api_url(f"https://x/om{tail}") == "https://x/om/api"


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (7, "host= must be a URL such as 'http://localhost:8585', not 7"),
        ("http://x:port", "host= must be a URL: Port "),
        ("http://x:99999", "host= must be a URL: Port "),
        (
            "localhost:8585",
            "not 'localhost:8585'; did you mean 'http://localhost:8585' or 'https://localhost:8585'?",
        ),
        (SimpleNamespace(host="http://h"), "; did you mean its host, 'http://h'?"),
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
    monkeypatch.setenv(TOKENS[0], "t")
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
        ("timeout", 0, "timeout: must be more than 0"),
        ("timeout", -1, "must be a number of seconds, 0 or more, not -1"),
        ("timeout", "5", "must be a number of seconds, 0 or more, not '5'"),
        ("timeout", (5, 60), "connect_timeout= and read_timeout= take one number each"),
        ("read_timeout", None, "must be a number of seconds, 0 or more, not None"),
        ("max_response", 0, "must be more than 0"),
        ("max_response", None, "must be an integer, 0 or more, not None"),
        ("max_response", 1e9, "must be an integer, 0 or more, not 1000000000.0"),
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"release": 3}, "release= must be a release, its name or a path, not 3"),
        ({"source": 3}, "source= must be 'cache', 'github', 'server', 'nearest' or an existing"),
        ({"hooks": 3}, "hooks= must be a dynclient.Hooks(…), not 3"),
        ({"token": "open-\nsesame"}, "token= contains a line break"),
    ],
)
def test_arguments_of_wrong_types_are_rejected(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        dynclient.connect("http://x", **arguments)
    assert "sesame" not in str(caught.value)


def test_a_client_certificate_must_be_readable_without_a_passphrase(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nabc\n")
    plain = tmp_path / "plain.pem"
    plain.write_text("-----BEGIN CERTIFICATE-----\nabc\n")
    for value in (key, (plain, key)):
        with pytest.raises(BadArguments, match=r"key\.pem' is encrypted; pass one without a pass"):
            settings_of({"client_certificate": value})
    with pytest.raises(BadArguments, match="cannot be read: Is a directory"):
        settings_of({"client_certificate": tmp_path})
    assert settings_of({"client_certificate": plain}).client_certificate == str(plain)
    assert settings_of({"verify": tmp_path}).verify == str(tmp_path)  # a folder of certificates


def test_one_error_lists_all_wrong_settings() -> None:
    with pytest.raises(BadArguments) as caught:
        settings_of({"retries": -1, "drift": "x", "colour": 1, "backoff": 1.0})
    assert [problem.path for problem in caught.value.problems] == ["retries", "drift", "colour"]


@pytest.mark.parametrize("name", ["retries", "backoff", "backoff_limit", "retry_after_limit"])
def test_some_settings_may_be_zero(name: str) -> None:
    assert getattr(settings_of({name: 0}), name) == 0


@pytest.mark.parametrize(
    ("keywords", "timeout"),
    [
        ({}, 300),
        ({"timeout": 7}, 7),
        ({"timeout": None}, None),
        ({"read_timeout": 600}, 600),  # it was allowed before there was a timeout
        ({"connect_timeout": 400, "read_timeout": 350}, 400),
        ({"timeout": 7, "read_timeout": 600}, 7),
    ],
)
def test_the_timeout_is_at_least_that_of_one_wait_unless_it_is_given(
    keywords: dict[str, Any], timeout: float | None
) -> None:
    assert settings_of(keywords).timeout == timeout


def test_the_environment_sets_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNCLIENT_TIMEOUT", "12.5")
    assert settings_of({"read_timeout": 600}).timeout == 12.5
    assert settings_of({"timeout": None}).timeout is None
    for wrong in ("soon", "0", "-1", "nan", "inf"):
        monkeypatch.setenv("DYNCLIENT_TIMEOUT", wrong)
        with pytest.raises(UsageError, match=f"DYNCLIENT_TIMEOUT must be .* not '{wrong}'"):
            settings_of({})
    monkeypatch.setenv("DYNCLIENT_TIMEOUT", "")
    assert settings_of({}).timeout == 300


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


# -- the release and the authentication ------------------------------------------------------------


def test_a_release_is_named_or_passed() -> None:
    starter = release_named("starter")
    assert release_of(None, None) == (None, Sources())
    assert release_of(starter, "github") == (starter, None)
    assert release_of("starter", None) == (starter, None)
    with pytest.raises(UnknownRelease):
        release_of("8.8.8", None)


def test_a_single_path_is_read_at_once(small_zip: Path) -> None:
    for named, source in ((small_zip, None), (str(small_zip), None), (None, small_zip)):
        found, sources = release_of(named, source)
        assert found is not None
        assert (found.name, sources) == ("7.1.0", None)
    found, _ = release_of("7.1.5", [small_zip])
    assert found is not None
    assert found.name == "7.1.5"


def test_steps_and_several_sources_are_kept_for_later(small_zip: Path) -> None:
    assert release_of("7.1.0", "github") == (None, Sources(("github",), "7.1.0"))
    assert release_of(None, "server") == (None, Sources(("server",)))
    assert release_of(None, ["cache", small_zip]) == (None, Sources(("cache", small_zip)))
    assert release_of(None, [small_zip, "cache"]) == (None, Sources((small_zip, "cache")))


def authentication(**arguments: Any) -> str:
    """Return how a client of localhost authenticates."""
    with dynclient.connect("http://localhost:8585", release="starter", **arguments) as om:
        return repr(om.session.transport.auth)


def test_a_token_of_the_environment_is_used_unless_another_identity_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert authentication() == "no authentication"
    assert authentication(token="t") == f"token {MASK}"
    monkeypatch.setenv(TOKENS[0], "theirs")
    assert authentication() == f"token {MASK}"
    assert authentication(username="ada", password="p") == "user ada"
    assert authentication(token=lambda: "t").startswith("tokens of ")
    with pytest.raises(UsageError, match="cannot be combined"):
        authentication(token="t", username="ada", password="p")
    monkeypatch.delenv(TOKENS[0])
    with pytest.raises(UsageError, match="password= requires username= as well"):
        authentication(password="p")


def test_a_transport_of_ones_own_is_used() -> None:
    wire = Wire({"version": "7.1.0"})
    with dynclient.connect("http://x", release="starter", transport=wire, retries=7) as om:  # type: ignore[arg-type]
        assert om.session.transport is wire  # type: ignore[comparison-overlap]
        assert om.session.settings.retries == 7
        assert om.session.host == "http://x"


def test_only_the_host_is_a_positional_argument() -> None:
    with pytest.raises(TypeError, match="positional"):
        dynclient.connect("http://x", "open-sesame")  # type: ignore[misc]


def test_verify_is_true_unless_it_is_false() -> None:
    assert settings_of({"verify": None}).verify is True
    assert settings_of({}).verify is True
