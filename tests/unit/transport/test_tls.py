"""Certificates: the server's is checked, the client's is shown, neither is forgotten silently."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

import dynclient
from dynclient.client.client import Client
from dynclient.errors import InsecureWarning, TLSFailed
from tests.support.stub import Stub

VERSION = {"version": "1.13.0", "revision": "r", "timestamp": 0}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def strict(authority: trustme.CA, authority_file: str) -> Iterator[Stub]:
    """A server with a certificate of that authority, which requires one of it from clients, too."""
    with _serve(authority, authority_file, ssl.CERT_REQUIRED) as stub:
        yield stub


@pytest.fixture
def plain(authority: trustme.CA, authority_file: str) -> Iterator[Stub]:
    """A server with a certificate of that authority."""
    with _serve(authority, authority_file, ssl.CERT_NONE) as stub:
        yield stub


def _serve(authority: trustme.CA, file: str, clients: ssl.VerifyMode) -> Stub:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.verify_mode = clients
    context.load_verify_locations(file)
    stub = Stub(context)
    stub.routes["/api/v1/system/version"] = VERSION
    return stub


def client(stub: Stub, **settings: Any) -> Client:
    return dynclient.connect(stub.host, token="eyJ.for.tests", release="starter", **settings)


def test_a_certificate_of_an_unknown_authority_is_refused(plain: Stub) -> None:
    with client(plain) as om:
        assert om.health_check() is False
        with pytest.raises(TLSFailed, match="verify=") as refused:
            om.version  # noqa: B018
    assert "eyJ" not in str(refused.value)
    assert plain.seen == []  # the token never left


def test_an_own_authority_can_be_named(plain: Stub, authority_file: str) -> None:
    with client(plain, verify=authority_file) as om:
        assert om.version == "1.13.0"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_names_the_authority(
    plain: Stub, authority_file: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, authority_file)
    with client(plain) as om:
        assert om.version == "1.13.0"


def test_verify_comes_before_the_environment_and_requests_before_curl(
    plain: Stub, authority_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = str(tmp_path / "other.pem")
    trustme.CA().cert_pem.write_to_path(other)
    monkeypatch.setenv("CURL_CA_BUNDLE", other)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority_file)
    with client(plain) as om:
        assert om.version == "1.13.0"
    with client(plain, verify=other) as om, pytest.raises(TLSFailed):
        om.version  # noqa: B018
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", other)
    with client(plain, verify=authority_file) as om:
        assert om.version == "1.13.0"


def test_not_checking_is_possible_and_warned_of(plain: Stub) -> None:
    with pytest.warns(InsecureWarning, match="not verified"):
        om = client(plain, verify=False)
    with om, warnings.catch_warnings():
        warnings.simplefilter("error")  # said once, not with each request
        assert om.version == "1.13.0"


@pytest.mark.parametrize("parts", ["one file", "two files"])
def test_a_client_certificate_is_shown(
    strict: Stub, authority: trustme.CA, authority_file: str, tmp_path: Path, parts: str
) -> None:
    own = authority.issue_cert("someone@example.com")
    both, certificate, key = (str(tmp_path / name) for name in ("both.pem", "cert.pem", "key.pem"))
    own.private_key_and_cert_chain_pem.write_to_path(both)
    own.cert_chain_pems[0].write_to_path(certificate)
    own.private_key_pem.write_to_path(key)
    shown = both if parts == "one file" else (certificate, key)
    with client(strict, verify=authority_file, client_certificate=shown) as om:
        assert om.version == "1.13.0"


def test_a_missing_client_certificate_is_reported(strict: Stub, authority_file: str) -> None:
    with client(strict, verify=authority_file) as om, pytest.raises(dynclient.TransportError):
        om.version  # noqa: B018
    assert strict.seen == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"verify": "no/such.pem"}, "verify: file not found: 'no/such.pem'"),
        ({"verify": ""}, "verify: must be True, False or the path of a CA bundle, not ''"),
        (
            {"client_certificate": "no/such.pem"},
            "client_certificate: file not found: 'no/such.pem'",
        ),
        ({"client_certificate": ("a.pem", "b.pem")}, "file not found: 'a.pem', 'b.pem'"),
        ({"client_certificate": 7}, "client_certificate: must be the path of a PEM file"),
    ],
)
def test_contradictory_settings_are_rejected_at_once(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(dynclient.BadArguments) as refused:
        dynclient.connect("https://127.0.0.1:1", release="starter", **settings)
    assert words in str(refused.value)


def test_paths_come_as_paths_too(plain: Stub, authority_file: str) -> None:
    with client(plain, verify=Path(authority_file)) as om:
        assert om.health_check() is True


def test_a_file_without_a_certificate_is_reported(plain: Stub, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate at all")
    with client(plain, verify=wrong) as om, pytest.raises(dynclient.TransportError) as refused:
        om.version  # noqa: B018
    assert "certificate" in str(refused.value)
