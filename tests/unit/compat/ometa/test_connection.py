"""Connections: where they lead, who calls, and what of TLS and headers is used."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynclient.compat.ometa.connection import Connection, read, stores_connections
from dynclient.compat.ometa.exceptions import (
    AuthenticationException,
    InvalidSSLVerificationException,
)
from dynclient.errors import BadArguments, InsecureWarning, UsageError
from dynclient.secrets import Secret
from dynclient.transport.request import Request
from tests.support.stub import Stub

HOST = "http://localhost:8585/api"
TOKEN = "eyJhbGciOi.J9.c2lnbg"


def connection(**fields: Any) -> Connection:
    more = fields.pop("more", None)
    return read({"hostPort": HOST, **fields}, more)


def jwt(token: str = TOKEN) -> dict[str, Any]:
    return {"authProvider": "openmetadata", "securityConfig": {"jwtToken": token}}


def sent(found: Connection, stub: Stub) -> dict[str, str]:
    """Return the headers that arrive."""
    transport = found._replace(base=f"{stub.host}/api").transport()
    transport.send(Request("GET", "/v1/x"))
    transport.close()
    return stub.seen[-1].headers


@pytest.mark.parametrize("host", [HOST, "http://localhost:8585", f"{HOST}/v1", f"{HOST}/"])
def test_the_address_is_understood(host: str) -> None:
    assert connection(hostPort=host).base == HOST


def test_another_version_of_the_api_there_is_not() -> None:
    assert connection(apiVersion="v1").base == HOST
    with pytest.raises(UsageError, match="v2"):
        connection(apiVersion="v2")


# -- who calls -------------------------------------------------------------------------------------


def test_a_token_is_sent(stub: Stub) -> None:
    assert sent(connection(**jwt()), stub)["Authorization"] == f"Bearer {TOKEN}"


def test_a_token_in_a_file_is_read_whenever_it_is_needed(stub: Stub, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    found = connection(**jwt(str(file)))
    assert sent(found, stub)["Authorization"] == f"Bearer {TOKEN}"
    file.write_text("another")
    assert sent(found, stub)["Authorization"] == "Bearer another"


@pytest.mark.parametrize("written", ["$MY_TOKEN", "${MY_TOKEN}"])
def test_a_token_may_be_a_variable_of_the_environment(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    assert sent(connection(**jwt(written)), stub)["Authorization"] == f"Bearer {TOKEN}"
    monkeypatch.delenv("MY_TOKEN")
    with pytest.raises(AuthenticationException, match="MY_TOKEN"):
        connection(**jwt(written))


@pytest.mark.parametrize("variable", ["OPENMETADATA_TOKEN", "OPENMETADATA_JWT_TOKEN"])
def test_the_token_of_the_environment_is_the_default(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, TOKEN)
    assert sent(connection(), stub)["Authorization"] == f"Bearer {TOKEN}"
    monkeypatch.setenv("OPENMETADATA_HOST", "https://elsewhere.example.com")
    assert "Authorization" not in sent(connection(), stub)


def test_no_auth_sends_no_token(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENMETADATA_TOKEN", TOKEN)
    found = connection(authProvider="no-auth", securityConfig={"jwtToken": TOKEN})
    assert "Authorization" not in sent(found, stub)


@pytest.mark.parametrize("provider", ["google", "okta", "azure", "auth0", "custom-oidc", "basic"])
def test_the_token_of_any_provider_is_used(stub: Stub, provider: str) -> None:
    found = connection(authProvider=provider, securityConfig={"jwtToken": TOKEN})
    assert sent(found, stub)["Authorization"] == f"Bearer {TOKEN}"


def test_an_unsupported_provider_is_rejected() -> None:
    config = {"clientId": "c", "secretKey": "open-sesame", "domain": "d"}
    words = r"auth0.*OpenMetadataJWTClientConfig"
    with pytest.raises(AuthenticationException, match=words) as caught:
        connection(authProvider="auth0", securityConfig=config)
    assert "sesame" not in str(caught.value)


def test_a_user_with_a_password_logs_in(stub: Stub) -> None:
    stub.routes["POST /api/v1/users/login"] = {"accessToken": TOKEN}
    found = connection(
        authProvider="basic", securityConfig={"username": "a@b.c", "password": "open-sesame"}
    )
    assert sent(found, stub)["Authorization"] == f"Bearer {TOKEN}"
    assert stub.seen[0].json["email"] == "a@b.c"


def test_nothing_shows_the_token() -> None:
    found = connection(**jwt(), extraHeaders={"X-Api-Key": "open-sesame"})
    shown = repr(found) + repr(found.transport())
    assert TOKEN not in shown
    assert "sesame" not in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hush-\nsesame", "contains a line break"),
        (b"hush-\xff", "cannot be read: it is not UTF-8 text"),
        ("hush-…".encode(), "are not Latin-1"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_token_file_that_is_no_use_is_reported_without_its_content(
    stub: Stub, tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"t")
    found = connection(**jwt(str(file)))
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        sent(found, stub)
    assert "hush-" not in "".join(traceback.format_exception(caught.value))
    assert stub.seen == []


# -- headers ---------------------------------------------------------------------------------------


def test_extra_headers_go_along(stub: Stub) -> None:
    headers = sent(connection(**jwt(), extraHeaders={"X-Team": "data"}), stub)
    assert (headers["X-Team"], headers["Authorization"]) == ("data", f"Bearer {TOKEN}")


def test_the_token_may_travel_in_another_header(stub: Stub) -> None:
    found = connection(**jwt(), extraHeaders={"X-Proxy": "%(Authorization)s"})
    assert sent(found, stub)["X-Proxy"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(found)


@pytest.mark.parametrize("name", ["Proxy-Authorization", "X-Token", "X-Proxy"])
def test_no_name_of_a_header_makes_the_mask_of_the_token(stub: Stub, name: str) -> None:
    headers = {name: "%(Authorization)s"}
    found = connection(**jwt(), extraHeaders=headers)
    assert sent(found, stub)[name] == f"Bearer {TOKEN}"
    found = connection(**jwt(), extraHeaders={"Authorization": "%(Authorization)s"})
    assert sent(found, stub)["Authorization"] == f"Bearer {TOKEN}"
    secret = connection(extraHeaders={name: Secret("open-sesame")})
    assert sent(secret, stub)[name] == "open-sesame"
    assert "sesame" not in repr(secret)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, True),
        ({"storeServiceConnection": None}, True),
        ({"storeServiceConnection": True}, True),
        ({"storeServiceConnection": False}, False),
        ({"storeServiceConnection": "FALSE"}, False),
    ],
)
def test_connections_are_stored_unless_the_client_says_no(
    config: dict[str, Any], expected: bool
) -> None:
    assert stores_connections(config) is expected


def test_a_header_of_its_own_takes_the_place_of_the_token(stub: Stub) -> None:
    found = connection(**jwt(), extraHeaders={"Authorization": "Basic dTpw"})
    assert sent(found, stub)["Authorization"] == "Basic dTpw"


def test_a_login_has_no_token_for_another_header() -> None:
    config = {"username": "a@b.c", "password": "p"}
    with pytest.raises(UsageError, match="login"):
        connection(securityConfig=config, extraHeaders={"X": "%(Authorization)s"})


# -- TLS -------------------------------------------------------------------------------------------


@pytest.fixture
def pem(tmp_path: Path) -> Callable[[str], str]:
    def create_file(name: str) -> str:
        path = tmp_path / name
        path.write_text("pem")
        return str(path)

    return create_file


def test_no_ssl_checks_with_the_usual_authorities() -> None:
    assert connection(verifySSL="no-ssl").settings.verify is True
    assert connection().settings.verify is True


def test_ignore_verifies_nothing_and_warns() -> None:
    found = connection(verifySSL="ignore")
    assert found.settings.verify is False
    with pytest.warns(InsecureWarning):
        found.transport()


@pytest.mark.parametrize("field", ["caCertificate", "certificatePath"])
def test_validate_checks_with_the_authority_named(pem: Callable[[str], str], field: str) -> None:
    path = pem("ca.pem")
    assert connection(verifySSL="validate", sslConfig={field: path}).settings.verify == path


def test_validate_without_an_authority_cannot_be() -> None:
    with pytest.raises(InvalidSSLVerificationException, match=r"caCertificate.*no-ssl"):
        connection(verifySSL="validate")


def test_certificate_and_key_of_the_client_are_used(pem: Callable[[str], str]) -> None:
    certificate, key = pem("own.pem"), pem("own.key")
    ssl = {"sslCertificate": certificate, "sslKey": key}
    assert connection(sslConfig=ssl).settings.client_certificate == (certificate, key)
    assert connection(sslConfig={"sslCertificate": key}).settings.client_certificate == key
    with pytest.raises(UsageError, match="sslCertificate"):
        connection(sslConfig={"sslKey": key})


@pytest.mark.parametrize(
    ("value", "words"),
    [("no/such.pem", "does not exist"), ("-----BEGIN CERTIFICATE-----", "path of a file")],
)
def test_a_missing_file_is_reported_without_showing_a_key(value: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        connection(sslConfig={"sslCertificate": value})


def test_there_is_only_one_way_to_validate() -> None:
    with pytest.raises(UsageError, match="'no-ssl', 'ignore' or 'validate', not 'sometimes'"):
        connection(verifySSL="sometimes")


# -- more ------------------------------------------------------------------------------------------


def test_client_arguments_become_settings(pem: Callable[[str], str], stub: Stub) -> None:
    more = {"cert": pem("own.pem"), "timeout": (3, 30), "user_agent": "mine", "retry": 1}
    found = connection(more=more)
    settings = found.settings
    assert (settings.connect_timeout, settings.read_timeout, settings.retries) == (3, 30, 1)
    assert settings.client_certificate == more["cert"]
    assert (
        sent(found._replace(settings=settings.replace(client_certificate=None)), stub)["User-Agent"]
        == "mine"
    )


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        (None, (5, 60, 300)),
        (7, (7, 7, 300)),
        ((3, None), (3, 60, 300)),
        ((None, 900), (5, 900, 900)),  # the whole call may take as long as one wait
    ],
)
def test_the_official_timeout_is_for_each_wait(timeout: Any, expected: tuple[float, ...]) -> None:
    settings = connection(more={"timeout": timeout}).settings
    assert (settings.connect_timeout, settings.read_timeout, settings.timeout) == expected


def test_unknown_client_arguments_are_rejected() -> None:
    with pytest.raises(BadArguments, match="retrys"):
        connection(more={"retrys": 1})


def test_settings_of_ingestion_are_ignored() -> None:
    found = connection(enableVersionValidation=True, limitRecords=10, includeTables=False)
    assert found.base == HOST


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "no hostPort, such as .* OPENMETADATA_HOST is not set$"),
        ({"hostprot": HOST}, "is not set; is 'hostprot' a typing error"),
    ],
)
def test_a_connection_without_an_address(
    config: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENMETADATA_HOST", raising=False)
    with pytest.raises(UsageError, match=message):
        read(config)
