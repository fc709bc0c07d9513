"""``verifySSL`` and ``sslConfig`` do what they say, against a server that requires certificates."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from dynclient.errors import ConnectFailed, InsecureWarning, TLSFailed, TransportError
from tests.support.stub import Stub

Get = Callable[..., Any]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """Paths of the authority's certificate, and of a client's certificate and key."""
    own = authority.issue_cert("someone@example.com")
    paths = {name: str(tmp_path / f"{name}.pem") for name in ("authority", "certificate", "key")}
    authority.cert_pem.write_to_path(paths["authority"])
    own.cert_chain_pems[0].write_to_path(paths["certificate"])
    own.private_key_pem.write_to_path(paths["key"])
    return paths


@pytest.fixture
def strict(authority: trustme.CA, files: dict[str, str]) -> Iterator[Stub]:
    """A server that requires a certificate of its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(files["authority"])
    with Stub(context) as stub:
        stub.routes["/api/v1/system/version"] = {"version": "1.13.0"}
        yield stub


@pytest.fixture
def connect(get: Get, strict: Stub) -> Iterator[Callable[..., Any]]:
    """Return a function that connects with a ``verifySSL`` and fields of an ``sslConfig``."""
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    clients = []

    def connected(verify: str, **ssl_fields: str) -> Any:
        connection = get(
            "entity.services.connections.metadata.openMetadataConnection", "OpenMetadataConnection"
        )
        config = get("security.ssl.validateSSLClientConfig", "ValidateSslClientConfig")
        described = {"sslConfig": config(**ssl_fields)} if ssl_fields else {}
        server = connection(
            hostPort=f"{strict.host}/api",
            authProvider="openmetadata",
            securityConfig={"jwtToken": "eyJ.for.tests"},
            verifySSL=verify,
            **described,
        )
        clients.append(OpenMetadata(server))
        return clients[-1]

    yield connected
    for each in clients:
        each.close()


def test_authority_certificate_and_key_are_used(
    connect: Callable[..., Any], files: dict[str, str]
) -> None:
    metadata = connect(
        "validate",
        caCertificate=files["authority"],
        sslCertificate=files["certificate"],
        sslKey=files["key"],
    )
    assert metadata.get_server_version() == "1.13.0"


def test_a_client_without_a_certificate_is_not_let_in(
    connect: Callable[..., Any], files: dict[str, str], strict: Stub
) -> None:
    metadata = connect("validate", caCertificate=files["authority"])
    with pytest.raises((ConnectFailed, TLSFailed)):
        metadata.get_server_version()
    assert metadata.health_check() is False
    assert strict.seen == []


def test_without_the_authority_the_server_is_not_trusted(
    connect: Callable[..., Any], files: dict[str, str], strict: Stub
) -> None:
    metadata = connect("no-ssl", sslCertificate=files["certificate"], sslKey=files["key"])
    with pytest.raises(TransportError, match="could not be verified"):
        metadata.get_server_version()
    assert strict.seen == []


def test_ignore_trusts_anybody_and_shows_the_certificate_all_the_same(
    connect: Callable[..., Any], files: dict[str, str]
) -> None:
    with pytest.warns(InsecureWarning):
        metadata = connect("ignore", sslCertificate=files["certificate"], sslKey=files["key"])
    assert metadata.get_server_version() == "1.13.0"
