"""Deadlines end every wait, and bodies stay within their limit."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import io
import logging
import math
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse
from urllib3.exceptions import DecodeError, IncompleteRead

from dynclient import errors
from dynclient.settings import Settings
from dynclient.transport.auth import Bearer
from dynclient.transport.connections import (
    Adapter,
    Attempt,
    BodyTooLarge,
    Deadline,
    read_body,
)
from dynclient.transport.http import Transport
from dynclient.transport.request import Request
from tests.support.clock import Clock
from tests.support.raw_server import RawServer, response
from tests.support.stub import Reply, Stub

GET = Request("GET", "/v1/x")
POST = Request("POST", "/v1/x", body=b"{}")


@contextmanager
def transport(host: str, clock: Any = None, **settings: Any) -> Iterator[Transport]:
    clock = clock or Clock()
    sleep = getattr(clock, "sleep", lambda seconds: None)
    created = Transport(
        f"{host}/api", Settings(**settings), Bearer("tok"),
        sleep=sleep, jitter=lambda: 1.0, clock=clock,
    )  # fmt: skip
    try:
        yield created
    finally:
        created.close()


# -- deadlines -------------------------------------------------------------------------------------


def test_a_deadline_counts_down_and_may_be_missing() -> None:
    clock = Clock()
    deadline = Deadline(5, clock)
    clock.now += 2
    assert deadline.left() == 3
    assert Deadline(None, clock).left() == math.inf


class Waiting:
    """A socket that notes its timeout."""

    def __init__(self, timeout: float | None) -> None:
        self.timeout = timeout

    def gettimeout(self) -> float | None:
        return self.timeout

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds


@pytest.mark.parametrize(
    ("timeout", "left", "expected"),
    [(60, 10, 10), (60, 100, 60), (60, 60, 60), (None, 10, 10), (60, math.inf, 60)],
)
def test_a_wait_is_cut_to_what_is_left(timeout: float | None, left: float, expected: float) -> None:
    waiting: Any = Waiting(timeout)
    Attempt(Deadline(left, Clock()), Settings()).limit_wait(waiting)
    assert waiting.timeout == expected


def test_after_the_deadline_nothing_waits() -> None:
    clock = Clock()
    attempt = Attempt(Deadline(1, clock), Settings())
    clock.now += 1
    waiting: Any = Waiting(60)
    with pytest.raises(TimeoutError):
        attempt.limit_wait(waiting)
    clock.now += 1
    assert all(0 < seconds < 0.1 for seconds in attempt.timeouts)


class Drip:
    """A clock that moves on by 20 s whenever the client waits, and then lets one byte through."""

    def __init__(self) -> None:
        self.now = 0.0
        self.more = Semaphore(0)

    def __call__(self) -> float:
        self.now += 20
        self.more.release()
        return self.now

    def pieces(self, data: bytes) -> Iterator[bytes]:
        for number in range(len(data)):
            self.more.acquire()
            yield data[number : number + 1]


DRIPS = {
    "status": b"H" * 10_000,
    "header": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000,
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + b"x" * 10_000,
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2_000,
    "until close": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000,
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10000\r\n\r\n"
    + b"x" * 10_000,
}


@pytest.mark.parametrize("part", DRIPS)
@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_a_response_that_drips_ends_at_the_deadline(part: str, request_: Request) -> None:
    drip = Drip()
    data = DRIPS[part]
    kind = errors.TimedOut if request_ is GET else errors.OutcomeUnknown
    with RawServer(lambda _: drip.pieces(data)) as server:
        with transport(server.host, drip) as client, pytest.raises(kind) as caught:
            client.send(request_)
        drip.more.release(len(data))
    assert "did not complete" in str(caught.value)
    assert "within 300 s (timeout=)" in str(caught.value)
    assert len(server.requests) == 1
    assert isinstance(caught.value, errors.TransportError)
    assert 300 <= drip.now < 600


def test_pauses_between_attempts_fit_into_the_deadline() -> None:
    clock = Clock()
    with Stub() as stub, transport(stub.host, clock, timeout=4, backoff=1.0, retries=9) as client:
        stub.default = Reply(503, {})
        assert client.send(GET).status == 503
    assert clock.slept == [1, 2]  # a pause of 4 s would end after the deadline
    assert len(stub.seen) == 3


def test_a_retry_after_beyond_the_deadline_is_an_error_at_once() -> None:
    clock = Clock()
    with Stub() as stub, transport(stub.host, clock, timeout=50) as client:
        stub.default = Reply(429, {}, (("Retry-After", "30"),))
        with pytest.raises(errors.TooManyRequests, match=r"timeout=, 20 of 50 s") as caught:
            client.send(GET)
    assert caught.value.retry_after == 30
    assert clock.slept == [30]
    assert len(stub.seen) == 2


def test_the_time_of_attempts_counts() -> None:
    clock = Clock()

    def slow(seen: Any) -> Reply:
        clock.now += 6
        return Reply(0)

    with Stub() as stub, transport(stub.host, clock, timeout=10) as client:
        stub.default = slow
        with pytest.raises(errors.TimedOut, match=r"within 10 s \(timeout=\)"):
            client.send(GET)
    assert len(stub.seen) == 2


def test_without_timeout_there_is_no_deadline() -> None:
    clock = Clock()
    with Stub() as stub, transport(stub.host, clock, timeout=None, backoff=1000.0) as client:
        stub.default = [Reply(503, {}), Reply(200, {})]
        stub.routes["/api/v1/x"] = [Reply(503, {}), Reply(200, {})]
        assert client.send(GET).status == 200
    assert clock.slept == [20.0]


def test_no_wait_of_a_socket_ends_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[Any] = []
    send = Adapter.send

    def noting(self: Adapter, request: Any, **options: Any) -> Any:
        timeouts.append(options["timeout"])
        return send(self, request, **options)

    monkeypatch.setattr(Adapter, "send", noting)
    with Stub() as stub:
        stub.default = {}
        with transport(stub.host, timeout=2) as client:
            client.send(GET)
        with transport(stub.host) as client:
            client.send(GET)
    assert timeouts == [(2, 2), (5, 60)]


def test_a_large_request_has_as_long_as_a_response(monkeypatch: pytest.MonkeyPatch) -> None:
    """urllib3 would leave it the time that connecting may take."""
    seen: list[float | None] = []
    send = http.client.HTTPConnection.send

    def noting(self: Any, data: Any) -> None:
        send(self, data)
        seen.append(self.sock.gettimeout())

    monkeypatch.setattr(http.client.HTTPConnection, "send", noting)
    with Stub() as stub, transport(stub.host, connect_timeout=1, read_timeout=7) as client:
        stub.default = {}
        client.send(POST)
        client.send(POST)
    assert seen
    assert set(seen) == {7}


LARGE = Request("PUT", "/v1/x", body=b"x" * 30_000_000)


def test_a_large_request_arrives_whole() -> None:
    with Stub() as stub, transport(stub.host) as client:
        stub.default = {}
        client.send(LARGE)
    assert stub.seen[0].body == LARGE.body


def test_sending_ends_at_the_deadline() -> None:
    class Running(Clock):
        def __call__(self) -> float:
            self.now += 10
            return self.now

    message = r"within 300 s \(timeout=\)"
    with (
        Stub() as stub,
        transport(stub.host, Running()) as client,
        pytest.raises(errors.TimedOut, match=message),
    ):
        client.send(LARGE)
    assert len(stub.seen[0].body if stub.seen else b"") < len(LARGE.body or b"")


def test_a_server_that_does_not_read_ends_in_a_timeout() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        message = r"0.05 s \(read_timeout=\)"
        client_of = transport(host, read_timeout=0.05, retries=0)
        with client_of as client, pytest.raises(errors.TimedOut, match=message) as caught:
            client.send(LARGE)
    assert caught.value.may_be_done


def test_a_request_inside_another_one_does_not_end_its_attempt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A handler of urllib3's log may send its records with a client, too."""
    lost = Stub()
    with Stub() as stub, transport(stub.host) as inner, lost, transport(lost.host) as outer:
        stub.default = {}
        lost.default = Reply(0)

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                logger.removeHandler(self)
                inner.send(GET)

        logger = logging.getLogger("urllib3.connectionpool")
        caplog.set_level(logging.DEBUG, logger.name)
        logger.addHandler(Handler())
        with pytest.raises(errors.OutcomeUnknown):
            outer.send(POST)
        assert not any(isinstance(each, Handler) for each in logger.handlers)
    assert len(stub.seen) == len(lost.seen) == 1


@pytest.mark.parametrize("head", ["X: 1", "no colon?token=hush"])
def test_the_log_of_urllib3_shows_no_query_of_ours(
    caplog: pytest.LogCaptureFixture, head: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with RawServer(response(b"{}", head)) as server:
        with transport(server.host) as client:
            client.send(Request("GET", "/v1/x", (("passphrase", "hush"),)))
        logged = [record for record in caplog.records if record.name.startswith("urllib3")]
        assert any("/api/v1/x?…" in record.getMessage() for record in logged)
        assert "hush" not in caplog.text
        caplog.clear()
        requests.get(f"{server.host}/theirs?a=1", timeout=60)
    assert "/theirs?a=1" in caplog.text  # what others send is logged as ever


def test_http_client_prints_no_headers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with Stub() as stub, transport(stub.host) as client:
        stub.default = {}
        client.send(GET)
    assert capsys.readouterr().out == ""


# -- bodies ----------------------------------------------------------------------------------------


def received(body: bytes, encoding: str | None = None, length: bool = True) -> requests.Response:
    """Return a response of requests whose body was not read."""
    headers = {"Content-Encoding": encoding} if encoding else {}
    if length:
        headers["Content-Length"] = str(len(body))
    answer = requests.Response()
    answer.headers.update(headers)
    answer.raw = HTTPResponse(io.BytesIO(body), headers, preload_content=False)
    return answer


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
    " deflate ": raw_deflate,
    "gzip, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "deflate,gzip": lambda data: gzip.compress(zlib.compress(data)),
}


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("length", [True, False])
def test_bodies_are_decompressed(encoding: str, length: bool) -> None:
    body = b'{"a": "%s"}' % (b"x" * 3_000_000)
    assert read_body(received(ENCODERS[encoding](body), encoding, length), 10_000_000) == body


def test_gzip_members_follow_each_other_and_what_follows_them_is_ignored() -> None:
    two = gzip.compress(b"one ") + gzip.compress(b"two")
    assert read_body(received(two, "gzip"), 100) == b"one two"
    assert read_body(received(two + b"\0\0\0", "gzip"), 100) == b"one two"


@pytest.mark.parametrize("encoding", [None, *ENCODERS])
@pytest.mark.parametrize("length", [True, False])
def test_a_body_may_have_the_size_of_the_limit_and_no_more(
    encoding: str | None, length: bool
) -> None:
    encoded = ENCODERS[encoding or "identity"](b"x" * 5000)
    assert len(read_body(received(encoded, encoding, length), 5000)) == 5000
    with pytest.raises(BodyTooLarge):
        read_body(received(encoded, encoding, length), 4999)


def test_members_together_are_limited() -> None:
    many = gzip.compress(b"x" * 1000) * 3
    assert len(read_body(received(many, "gzip"), 3000)) == 3000
    with pytest.raises(BodyTooLarge):
        read_body(received(many, "gzip"), 2999)


def test_an_empty_body_needs_no_compression() -> None:
    assert read_body(received(b"", "gzip"), 10) == b""


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (b"no gzip", "gzip", "not valid gzip"),
        (b"no deflate", "deflate", "not valid deflate"),
        (gzip.compress(b"abc")[:-9], "gzip", "ends early"),
        (zlib.compress(b"abc" * 999)[:-9], "deflate", "ends early"),
        (b"{}", "br", "content encoding 'br', which was not asked for"),
        (b"{}", "gzip," * 3, "4 content encodings"),
        (b"{}", "gzip," * 9, "content encodings"),
        (gzip.compress(b"") * 200, "gzip", "more than 100 gzip members"),
    ],
    # The header of gzip has the time, so an id made of a body differs between two processes.
    ids=[
        *("no gzip", "no deflate", "short gzip", "short deflate", "brotli", "four encodings"),
        *("nine encodings", "many members"),
    ],
)
def test_damaged_bodies_are_errors(body: bytes, encoding: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        read_body(received(body, encoding), 10_000)


@pytest.mark.parametrize("length", ["4", "4, 4", "5"])
def test_half_a_body_is_an_error(length: str) -> None:
    half = received(b"abc")
    half.raw = HTTPResponse(io.BytesIO(b"abc"), {"Content-Length": length}, preload_content=False)
    half.raw.enforce_content_length = False  # the default of older versions of urllib3
    with pytest.raises(IncompleteRead):
        read_body(half, 10)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_the_memory_for_a_bomb_is_bounded(encoding: str) -> None:
    engine = zlib.compressobj(9, wbits=31 if encoding != "deflate" else 15)
    bomb = b"".join(engine.compress(bytes(1 << 20)) for _ in range(200)) + engine.flush()
    bomb = gzip.compress(bomb) if encoding == "gzip, gzip" else bomb
    answer = received(bomb, encoding)
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            read_body(answer, 4 << 20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "500 Oh"])
@pytest.mark.parametrize("length", [True, False])
def test_a_response_above_the_limit_is_an_error_that_names_it(status: str, length: bool) -> None:
    sent = response(b"x" * 5000, status=status, length=length)
    with RawServer(sent) as server, transport(server.host, max_response=1000) as client:
        with pytest.raises(errors.ResponseTooLarge, match="max_response=, 1,000 bytes") as caught:
            client.send(GET)
        with pytest.raises(errors.ResponseTooLarge, match="the server has processed") as written:
            client.send(POST)
    assert len(server.requests) == 2  # not repeated
    assert f"(status {status[:3]} was received)" in str(caught.value)
    assert isinstance(written.value, errors.TransportError)


KEPT = [
    response(b"{}"),
    response(b""),
    response(gzip.compress(b"{}"), "Content-Encoding: gzip"),
    response(b"2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
    response(b"0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Encoding: gzip", length=False),
    response(status="204 No Content", length=False),
    response(status="304 Not Modified", length=False),
    response(b"{}", status="404 Not Found"),
]


def test_connections_are_reused_after_bodies_of_any_kind() -> None:
    following = iter(KEPT * 2)
    server = RawServer(lambda _: [next(following)], keep=True)
    with server, transport(server.host) as client:
        bodies = [client.send(GET).body for _ in KEPT * 2]
    assert bodies == [b"{}", b"", b"{}", b"{}", b"", b"", b"", b"{}"] * 2
    assert server.connections == 1


def test_cookies_are_neither_read_nor_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def extract(*args: Any) -> None:
        raise AssertionError("a cookie was read")

    monkeypatch.setattr("http.cookiejar.CookieJar.extract_cookies", extract)
    with Stub() as stub, transport(stub.host) as client:
        stub.default = Reply(200, {}, (("Set-Cookie", "session=hush"), ("X-A", "1"), ("X-A", "2")))
        received = client.send(GET)
        client.send(GET)
    assert received.headers["x-a"] == "1, 2"
    assert "Cookie" not in stub.seen[1].headers


WHOLE = (
    response(b'{"id": "1"}', "X-A: b"),
    response(gzip.compress(b'{"id": "1"}'), "Content-Encoding: gzip"),
    response(b'b\r\n{"id": "1"}\r\n0\r\n\r\n', "Transfer-Encoding: chunked", length=False),
    response(b"", "Location: /api/v1/y", status="307 Temporary Redirect"),
    response(b"{}", "Retry-After: 1", status="503 Service Unavailable"),
)


@given(st.data())
def test_a_damaged_response_is_read_or_an_error_of_ours(data: st.DataObject) -> None:
    damaged = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(1, len(damaged))) :]
    request = data.draw(st.sampled_from([GET, POST]))
    with (
        RawServer(bytes(damaged)) as server,
        transport(server.host, retries=1) as client,
        contextlib.suppress(errors.DynclientError),
    ):
        client.send(request)
    # A redirect may be followed, but nothing is done twice.
    targets = [each.split(b" ")[1] for each in server.requests]
    if request is POST and b"Location" not in damaged:
        assert len(targets) == 1
