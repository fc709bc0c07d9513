"""Each failure names its real cause and what to do, and only our own errors leave."""

from __future__ import annotations

import errno
import socket
import ssl
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

import dynclient
from dynclient import errors
from dynclient.settings import Settings
from dynclient.transport.auth import Bearer
from dynclient.transport.http import Transport
from dynclient.transport.request import Request, Response
from tests.support.raw_server import RawServer, response
from tests.support.stub import Reply, Stub
from tests.support.trees import release_named

GET = Request("GET", "/v1/x")
POST = Request("POST", "/v1/x", body=b"{}")
HUSH = "hush-of-the-proxy"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def send(host: str, request: Request = GET, **settings: Any) -> Response:
    transport = Transport(
        f"{host}/api",
        Settings(**{"retries": 0, **settings}),
        Bearer("tok"),
        sleep=lambda seconds: None,
    )
    try:
        return transport.send(request)
    finally:
        transport.close()


def error_of(host: str, request: Request = GET, **settings: Any) -> errors.DynclientError:
    with pytest.raises(errors.DynclientError) as caught:
        send(host, request, **settings)
    assert HUSH not in "".join(traceback.format_exception(caught.value))
    return caught.value


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# -- before the request is sent --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (
            socket.EAI_NONAME,
            "the host name of http://nowhere.example:8585 does not exist; check its",
        ),
        (socket.EAI_AGAIN, "could not be looked up: no name server responded; check the network"),
    ],
)
@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_a_host_name_that_is_not_found(
    monkeypatch: pytest.MonkeyPatch, number: int, words: str, request_: Request
) -> None:
    def lookup(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(number, "as the resolver says")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    error = error_of("http://nowhere.example:8585", request_)
    assert type(error) is errors.ConnectFailed
    assert words in str(error)
    assert "spelling in host=" in str(error)
    assert not error.may_be_done


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENETUNREACH, "Network is unreachable; check the network, for example whether it"),
        (errno.EHOSTUNREACH, "No route to host; check the network"),
        (errno.EACCES, "Permission denied; check host=, and that the server is running"),
    ],
)
def test_a_host_that_is_not_reached(
    monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    import os

    def connect(*args: Any, **kwargs: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    error = error_of("http://192.0.2.1:8585", POST)
    assert type(error) is errors.ConnectFailed
    assert f"could not connect to http://192.0.2.1:8585: {words}" in str(error)


def test_a_connection_that_is_not_accepted_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*args: Any, **kwargs: Any) -> Any:
        raise TimeoutError("timed out")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    error = error_of("http://192.0.2.1:8585", POST, connect_timeout=2)
    assert type(error) is errors.TimedOut
    assert "did not accept a connection within 2 s (connect_timeout=); check host=" in str(error)


def test_a_port_without_a_server() -> None:
    port = closed_port()
    error = error_of(f"http://127.0.0.1:{port}", POST)
    assert type(error) is errors.ConnectFailed
    assert f"could not connect to http://127.0.0.1:{port}: no server accepts" in str(error)
    assert error.url == f"http://127.0.0.1:{port}/api/v1/x"


@pytest.mark.parametrize("host", ["http://a..b", f"http://{'a' * 64}.example", "http://a\udc80.b"])
def test_a_host_name_that_cannot_exist(host: str) -> None:
    error = error_of(host, POST)
    assert type(error) is errors.ConnectFailed
    assert "is not a valid address; check host=" in str(error)


@pytest.mark.parametrize("method", ["P\x00ST", "P ST", "P\r\nST", "P\xd6ST"])
def test_a_method_that_http_cannot_send_is_never_sent(method: str) -> None:
    with Stub() as stub:
        stub.default = {}
        transport = Transport(f"{stub.host}/api", Settings(retries=0))
        transport.send(GET)  # the connection is open
        with pytest.raises(errors.ConnectFailed) as caught:
            transport.send(Request(method, "/v1/x", body=b"{}"))
        assert not caught.value.may_be_done
        assert transport.send(GET).status == 200
        transport.close()
    assert [seen.method for seen in stub.seen] == ["GET", "GET"]


def test_an_address_that_is_not_an_argument_is_not_called_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def base_error(base: str) -> str:
        transport = Transport(base, Settings(retries=0))
        with pytest.raises(errors.TransportError) as caught:
            transport.send(GET)
        transport.close()
        assert "host=" not in str(caught.value)
        return str(caught.value)

    assert "the port in its URL" in base_error(f"https://127.0.0.1:{closed_port()}")
    with Stub() as stub:
        base = stub.host.replace("http:", "https:")
        assert base_error(base).endswith(f"so use {stub.host}")


# -- proxies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    port = closed_port()
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://me:{HUSH}@127.0.0.1:{port}")
    error = error_of(f"{scheme}://server.example", POST)
    assert type(error) is errors.ConnectFailed
    assert f"could not connect to the proxy http://127.0.0.1:{port}: Connection" in str(error)
    assert "set by HTTPS_PROXY or HTTP_PROXY, and NO_PROXY excludes hosts from it" in str(error)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "so its URL must contain a user and a password"),
        ("403 Forbidden", "refused to connect to https://server.example: 403 Forbidden; the proxy"),
    ],
)
def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch, status: str, words: str) -> None:
    with RawServer(response(status=status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:{HUSH}@127.0.0.1:{proxy.port}")
        error = error_of("https://server.example", POST)
    assert type(error) is errors.ConnectFailed
    assert words in str(error)
    assert f"the proxy http://127.0.0.1:{proxy.port} refused" in str(error)
    assert b"tok" not in proxy.requests[0]


def test_a_proxy_that_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(b"") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:{HUSH}@127.0.0.1:{proxy.port}")
        error = error_of("https://server.example", POST)
    assert type(error) is errors.ConnectFailed
    assert f"the proxy http://127.0.0.1:{proxy.port} broke before the request was s" in str(error)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://me:{}@:1", "the proxy http://:1 is not a valid address; check HTTPS_PROXY"),
        ("http://me:{}@h:port", "the proxy http://h:port is not a valid address"),
        ("me:{}@h:port", "the proxy http://h:port is not a valid address"),
        ("socks5://me:{}@h:1", "the proxy socks5://h:1 cannot be used: SOCKS requires the package"),
    ],
)
def test_a_proxy_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, proxy: str, words: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(HUSH))
    error = error_of("https://server.example", POST)
    assert type(error) is errors.ConnectFailed
    assert words in str(error)


# -- TLS -------------------------------------------------------------------------------------------


class Certificates:
    """Files with certificates of an authority, and contexts of servers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = trustme.CA()
        self.bundle = self.write("bundle.pem", self.authority.cert_pem.bytes())
        self.nothing = self.write("nothing.pem", b"nothing")

    def write(self, name: str, data: bytes) -> str:
        path = self._folder / name
        path.write_bytes(data)
        return str(path)

    def pair(self, name: str) -> tuple[str, str]:
        issued = self.authority.issue_cert(f"{name}@example.com")
        certificate = self.write(f"{name}.pem", issued.cert_chain_pems[0].bytes())
        return certificate, self.write(f"{name}.key", issued.private_key_pem.bytes())

    def context(self, host: str = "127.0.0.1", **more: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(host, **more).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("host", "more", "words"),
    [
        ("other.example", {}, "use a host name that the certificate is issued for"),
        ("127.0.0.1", {"not_after": datetime(2020, 1, 1)}, "it must be renewed on the server"),  # noqa: DTZ001
        (
            "127.0.0.1",
            {"not_before": datetime(2090, 1, 1), "not_after": datetime(2091, 1, 1)},  # noqa: DTZ001
            "check the clock of this machine",
        ),
    ],
)
def test_a_certificate_that_is_not_valid(
    certificates: Certificates, host: str, more: dict[str, Any], words: str
) -> None:
    with RawServer(response(), certificates.context(host, **more)) as server:
        error = error_of(server.host, POST, verify=certificates.bundle)
    assert type(error) is errors.TLSFailed
    assert str(error).startswith(f"the TLS certificate of {server.host}/api could not be verified")
    assert str(error).endswith(words) or words in str(error)
    assert server.requests == []


def test_a_certificate_of_an_unknown_authority(certificates: Certificates) -> None:
    with RawServer(response(), certificates.context()) as server:
        error = error_of(server.host)
    assert str(error).endswith("pass verify= the path of the CA bundle that signed it")


Settings_ = Callable[[Certificates], dict[str, Any]]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (lambda own: {"verify": own.nothing}, "nothing.pem', contains no certificate in PEM form"),
        (lambda own: {"verify": "/gone.pem"}, "CA certificate bundle, invalid path: /gone.pem"),
        (
            lambda own: {"client_certificate": own.nothing},
            "nothing.pem', must contain a certificate and its key in PEM format",
        ),
        (
            lambda own: {"client_certificate": own.pair("a")[0]},
            "a.pem', must contain a certificate and its key in PEM format",
        ),
        (
            lambda own: {"client_certificate": (own.pair("a")[0], own.pair("b")[1])},
            "the key of client_certificate= does not belong to its certificate",
        ),
        (
            lambda own: {"client_certificate": own.pair("a")[::-1]},
            "must contain a certificate and its key in PEM format",
        ),
        (
            lambda own: {"client_certificate": "/gone.pem"},
            "TLS certificate file, invalid path: /go",
        ),
        (
            lambda own: {"client_certificate": str(Path(own.nothing).parent)},
            "a file of verify= or client_certificate= cannot be read: Is a directory",
        ),
    ],
)
def test_files_that_cannot_be_used(
    certificates: Certificates, settings: Settings_, words: str
) -> None:
    chosen = {"verify": certificates.bundle, **settings(certificates)}
    with RawServer(response(), certificates.context()) as server:
        error = error_of(server.host, POST, **chosen)
    assert type(error) is errors.TLSFailed
    assert words in str(error)
    assert not error.may_be_done


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("with_certificate", [False, True])
def test_a_server_that_requires_a_client_certificate(
    certificates: Certificates, version: ssl.TLSVersion, with_certificate: bool, tmp_path: Path
) -> None:
    context = certificates.context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.bundle)
    context.maximum_version = version
    settings: dict[str, Any] = {"verify": certificates.bundle}
    words = "the server may require a client certificate"
    if with_certificate:
        other = tmp_path / "other.pem"
        issued = trustme.CA().issue_cert("x@example.com")
        issued.private_key_and_cert_chain_pem.write_to_path(str(other))
        settings["client_certificate"] = str(other)
        words = "not accept "
    with RawServer(response(), context) as server:
        error = error_of(server.host, **settings)
    # With TLS 1.3 the connection may be reset before the alert arrives.
    expected = {errors.TLSFailed}
    if version == ssl.TLSVersion.TLSv1_3:
        expected.add(errors.ConnectFailed)
    assert type(error) in expected
    assert words in str(error)
    assert "client_certificate=" in str(error)


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_https_to_a_port_without_tls(request_: Request) -> None:
    with Stub() as stub:
        error = error_of(stub.host.replace("http:", "https:"), request_)
    assert type(error) is errors.TLSFailed
    assert f"does not use TLS on this port, so use host='{stub.host}'" in str(error)


def test_https_to_a_port_that_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        error = error_of(f"https://{host}", POST, connect_timeout=0.05)
    assert type(error) is errors.TimedOut
    assert "did not complete the TLS handshake within 0.05 s (connect_timeout=)" in str(error)
    assert f"if it does not use TLS, use host='http://{host}'" in str(error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLEOFError(8, "EOF occurred"), "the server closed it; if it does not use TLS, use h"),
        (ssl.SSLError(1, "[SSL: OTHER] other"), "see verify= and client_certificate="),
    ],
)
def test_a_handshake_that_breaks(
    monkeypatch: pytest.MonkeyPatch, error: ssl.SSLError, words: str
) -> None:
    def do_handshake(self: Any, block: bool = False) -> None:
        raise error

    monkeypatch.setattr(ssl.SSLSocket, "do_handshake", do_handshake)
    with Stub() as stub:
        raised = error_of(stub.host.replace("http:", "https:"), POST)
    assert type(raised) is errors.TLSFailed
    assert words in str(raised)


@pytest.mark.parametrize("data", [b"", b"\x15\x03\x03\x00\x02\x02\x46"])
def test_http_to_a_port_with_tls(data: bytes) -> None:
    with RawServer(data) as server:
        error = error_of(server.host)
    assert type(error) is errors.ConnectFailed
    assert f"use host='https://127.0.0.1:{server.port}'" in str(error)


def test_a_server_that_responded_before_has_the_right_scheme() -> None:
    with Stub() as stub:
        stub.routes["/api/v1/x"] = [Reply(200, {}), Reply(0)]
        transport = Transport(f"{stub.host}/api", Settings(retries=0))
        transport.send(GET)
        with pytest.raises(errors.ConnectFailed, match=r"broke during GET /v1/x$"):
            transport.send(GET)
        transport.close()


@pytest.mark.parametrize(
    ("reason", "request_", "kind", "may_be_done"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", POST, errors.TLSFailed, False),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", POST, errors.TLSFailed, False),
        ("TLSV1_ALERT_INTERNAL_ERROR", POST, errors.OutcomeUnknown, True),
        ("SSLV3_ALERT_BAD_RECORD_MAC", GET, errors.ConnectFailed, True),
    ],
)
def test_only_a_refused_certificate_means_that_nothing_was_done(
    monkeypatch: pytest.MonkeyPatch, reason: str, request_: Request, kind: type, may_be_done: bool
) -> None:
    def getresponse(self: Any) -> Any:
        error = ssl.SSLError(1, f"[SSL: {reason}] as OpenSSL says")
        error.reason = reason
        raise error

    monkeypatch.setattr("http.client.HTTPConnection.getresponse", getresponse)
    with Stub() as stub:
        error = error_of(stub.host, request_)
    assert type(error) is kind
    assert error.may_be_done is may_be_done


# -- responses that are not HTTP -------------------------------------------------------------------

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CLOSE = "Connection: close"  # the server says so, or the client may use it again meanwhile
BROKE = "broke during GET /v1/x (status 200 was received)"
NOT_HTTP = "not in HTTP; check host and port"
BAD_HEADER = "the header of the response to GET /v1/x is not valid HTTP"
DAMAGED = "the response to GET /v1/x (status 200 was received) is damaged: "
BROKEN = {
    "another protocol": (b"SSH-2.0\r\n", f"responds with 'SSH-2.0\\r\\n', {NOT_HTTP}"),
    "escapes": (b"\x1b[31m\x07\r\n", f"responds with '\\x1b[31m\\x07\\r\\n', {NOT_HTTP}"),
    "an empty line": (b"\r\n\r\n", NOT_HTTP),
    "zeros": (bytes(10), NOT_HTTP),
    "no status": (b"HTTP/1.1 \r\n\r\n", NOT_HTTP),
    "a status of four digits": (b"HTTP/1.1 9999 OK\r\n\r\n", NOT_HTTP),
    "a status in letters": (b"HTTP/1.1 abc OK\r\n\r\n", NOT_HTTP),
    "an unknown version": (b"HTTP/9.9 200 OK\r\n\r\n", "broke during GET /v1/x"),
    "half a header": (b"HTTP/1.1 200 OK\r\nX: 1", "broke during GET /v1/x"),
    "half a status line": (b"HTTP/1.1 20", "broke during GET /v1/x"),
    "a long status line": (b"HTTP/1.1 200 " + b"x" * 70_000, BAD_HEADER),
    "a long header": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", BAD_HEADER),
    "many headers": (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n", BAD_HEADER),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", BAD_HEADER
    ),
    "half a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab", BROKE),
    "no chunk size": (CHUNKED + b"zz\r\n", BROKE),
    "a negative chunk": (CHUNKED + b"-5\r\nabcde\r\n0\r\n\r\n", BROKE),
    "half a chunk": (CHUNKED + b"5\r\nab", BROKE),
    "no last chunk": (CHUNKED + b"2\r\n{}\r\n", BROKE),
    "an endless chunk": (CHUNKED + b"f" * 40 + b"\r\nab", BROKE),
    "a large chunk": (CHUNKED + b"7fffffffffffffff\r\nab", BROKE),
    "not gzip": (response(b"{}", "Content-Encoding: gzip", CLOSE), f"{DAMAGED}not valid gzip"),
    "not deflate": (
        response(b"no", "Content-Encoding: deflate", CLOSE), f"{DAMAGED}not valid deflate"
    ),
    "brotli": (response(b"{}", "Content-Encoding: br"), f"{DAMAGED}content encoding 'br'"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_response_that_is_not_http(what: str) -> None:
    data, words = BROKEN[what]
    with RawServer(data) as server:
        error = error_of(server.host)
        assert type(error) is errors.ConnectFailed
        assert words in str(error)
        assert "\x1b" not in str(error)
        lost = error_of(server.host, POST)
        assert type(lost) is errors.OutcomeUnknown
        assert "look for what it creates or starts before you send it again" in str(lost)
        assert type(lost.__cause__) is errors.ConnectFailed
        assert lost.__context__ is None
        put = error_of(server.host, Request("PUT", "/v1/x", body=b"{}"), retries=1)
        assert type(put) is errors.ConnectFailed
        assert "may have carried out the request, which is safe to repeat" in str(put)
    assert [request[:3] for request in server.requests] == [b"GET", b"POS", b"PUT", b"PUT"]


ODD = {
    "a length in letters": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "a length of a superscript": b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n{}",
    "a length of 5,000 digits": b"HTTP/1.1 200 OK\r\nContent-Length: "
    + b"9" * 5000
    + b"\r\n\r\n{}",
    "a line that is no header": response(b"{}", "no colon?token=hush"),
    "a header with zeros": response(b"{}", "X: a\0b"),
    "a header in Latin-1": response(b"{}", "\xff\xfe: \xff"),
    "a bad cookie": response(b"{}", "Set-Cookie: \xff=\x01; expires=Mon, 99 Foo; domain=[::1"),
    "another transfer encoding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    "interim responses": b"HTTP/1.1 100 Continue\r\n\r\n" * 5 + response(b"{}"),
}


@pytest.mark.parametrize("what", ODD)
def test_odd_headers_are_accepted(what: str) -> None:
    with RawServer(ODD[what]) as server:
        assert send(server.host).body == b"{}"


@pytest.mark.parametrize(
    "location",
    [
        "http://[", "//", "http://", "\xff\xfe", "http://h:99999/", "http://h:²/", "js:a(1)",
        "http://a..b/", " ", "", "/\0", "?x", "http:///x", "\\\\h\\x", "/api/v1/x y", "/\x1b[31m",
    ],
)  # fmt: skip
def test_a_bad_location_is_an_error(location: str) -> None:
    redirect = response(b"", f"Location: {location}", status="302 Found")
    with RawServer(redirect) as server:
        error = error_of(server.host)
    assert type(error) is errors.NotOpenMetadata
    assert "redirects" in str(error)
    assert "\x1b" not in str(error)
    assert len(server.requests) <= 2


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://sso.example/login?next=x", "This is a sign-in page"),
        ("https://id.example/oauth2/authorize?token=hush", "This is a sign-in page"),
        ("https://id.example/saml/start", "This is a sign-in page"),
        ("https://elsewhere.example/api", "Pass the final URL to connect()"),
        ("https://elsewhere.example/api?x=login", "Pass the final URL to connect()"),
        ("", "redirects without a Location header"),
    ],
)
def test_a_redirect_to_a_sign_in_is_named(location: str, words: str) -> None:
    with RawServer(response(b"", f"Location: {location}", status="302 Found")) as server:
        assert words in str(error_of(server.host))


# -- lost responses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "way"),
    [
        ("POST", "/v1/tables", "look for what it creates or starts before you send it again"),
        ("PATCH", "/v1/tables/i", "read the entity again to see whether it has the change"),
        ("DELETE", "/v1/tables/name/n", "read the entity again to see whether it still exists"),
    ],
)
def test_what_must_not_be_repeated_says_how_to_find_out(method: str, path: str, way: str) -> None:
    with RawServer(b"") as server:
        error = error_of(server.host, Request(method, path, body=b"{}"), retries=3)
    assert type(error) is errors.OutcomeUnknown
    assert str(error).endswith(way) or way in str(error)
    assert error.may_be_done
    assert error.method == method
    assert len(server.requests) == 1


def test_a_lost_create_says_what_can_be_repeated() -> None:
    release = release_named("starter")
    with RawServer(b"") as server:
        om = dynclient.connect(server.host, token="t", release=release, backoff=0)
        with pytest.raises(errors.OutcomeUnknown, match="create_or_update can be repeated"):
            om.tables.create(name="x", databaseSchema="a.b.c", columns=[])
        with pytest.raises(errors.ConnectFailed, match="which is safe to repeat"):
            om.tables.upsert(name="x", databaseSchema="a.b.c", columns=[])
        om.close()
    assert len(server.requests) == 5


def test_a_silent_server_leaves_the_outcome_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = error_of(host, POST, read_timeout=0.05)
    assert type(error) is errors.OutcomeUnknown
    assert type(error.__cause__) is errors.TimedOut
    assert "within 0.05 s (read_timeout=)" in str(error)


def test_a_post_that_never_connected_is_repeated() -> None:
    port = closed_port()
    slept: list[float] = []
    transport = Transport(f"http://127.0.0.1:{port}/api", Settings(retries=2), sleep=slept.append)
    with pytest.raises(errors.ConnectFailed) as caught:
        transport.send(POST)
    transport.close()
    assert len(slept) == 2
    assert not caught.value.may_be_done


def test_an_earlier_attempt_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first PUT may have been carried out, even if the last one never connected."""
    with RawServer(b"") as server:
        put = Request("PUT", "/v1/x", body=b"{}")
        transport = Transport(f"{server.host}/api", Settings(retries=1), sleep=lambda seconds: None)
        refuse = iter([False, True])
        connect = socket.create_connection

        def once(*args: Any, **kwargs: Any) -> Any:
            if next(refuse):
                raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
            return connect(("127.0.0.1", server.port))

        monkeypatch.setattr("urllib3.util.connection.create_connection", once)
        with pytest.raises(errors.ConnectFailed, match="which is safe to repeat") as caught:
            transport.send(put)
        transport.close()
    assert caught.value.may_be_done
    assert len(server.requests) == 1


def test_responses_say_whether_an_earlier_attempt_may_be_done() -> None:
    cases = [
        ([Reply(0)], True),
        ([Reply(502, {})], True),
        ([Reply(503, {}), Reply(429, {})], True),
        ([Reply(504, {})], True),
        ([Reply(429, {})], False),
        ([Reply(403, {}, (("Retry-After", "0"),))], False),
        ([], False),
    ]
    for before, may_be_done in cases:
        with Stub() as stub:
            stub.routes["/api/v1/x"] = [*before, Reply(200, {})]
            answer = send(stub.host, Request("DELETE", "/v1/x"), retries=3)
        assert (answer.may_be_done, answer.attempts) == (may_be_done, 1 + len(before)), before
