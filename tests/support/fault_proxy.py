"""A proxy on loopback that damages the exchanges between a client and a sandbox.

Nothing here waits: a server that does not respond closes the connection, and the client's socket
(:class:`FaultySocket`) reports the end of the data as a timeout; a body that drips arrives byte by
byte, each of which moves the clock of the client.

A fault is plain data, a row of ``tests/faults/faults.json``. When it strikes:

- ``stage``: ``connect`` (``fails`` says how), ``accept`` (before the request is read), ``none``
  (the scheme of the URL is ``scheme`` and does the damage); without it, when the request was read.
- ``unread``: the body of the request is not read.
- ``carried``: the request reaches the server; otherwise the proxy responds itself.

What is sent back, beginning with the server's response or an empty 200:

- ``raw`` instead of all; or ``status``, ``headers`` (``none`` removes one), ``repeat_headers``,
  ``times`` (a value is repeated), ``body``, ``change`` (names of :data:`BODIES`), ``same_cursor``.
- ``framing``: ``length``, ``chunked``, ``none``, or the value of a false Content-Length.
- ``before`` and ``flood``: interim responses; ``after``: bytes behind the body.
- ``cut``: where the response ends; ``drip``: it arrives slowly.
- ``end``: the connection is closed after it by ``close``, ``reset`` or ``silent``.

``group``, ``error``, ``verbs`` and ``outcomes`` belong to :mod:`tests.faults.expectations`,
``max_response`` is a setting of the client.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.client
import io
import json
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3.util.connection

Fault = dict[str, Any]
"""One row of ``faults.json``."""

DRIP_SECONDS = 7.0
"""Seconds of the client's clock between two bytes of a body that drips."""
BOMB_BYTES = 16 * 2**20
"""Size of the gzip bomb, unpacked."""
FLOOD = 3000
"""Interim responses in a flood."""
DEEP = 200_000
"""Levels of the deeply nested JSON."""


class Clock:
    """The time of a client: moves when it sleeps, and when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Exchange(NamedTuple):
    """One request as the proxy received it."""

    method: str
    target: str
    headers: dict[str, str]
    forwarded: bool
    """Whether the sandbox received it."""


class _Answer(NamedTuple):
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


_DROPPED = {
    "accept-encoding", "connection", "content-length", "date", "host", "server",
    "transfer-encoding",
}  # fmt: skip
"""Headers that belong to one connection, or that the proxy writes itself."""


# -- bodies ----------------------------------------------------------------------------------------


def _changed(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps(change(json.loads(body))).encode()


def _items(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Return a change of an entity that is made to the rows where the body is a page."""

    def both(data: Any) -> Any:
        if isinstance(data.get("data"), list):
            return {**data, "data": [change(each) for each in data["data"]]}
        return change(data)

    return _changed(both)


def _without(name: str) -> Callable[[Any], Any]:
    return lambda data: {key: value for key, value in data.items() if key != name}


@functools.cache
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "cut in half": lambda body: body[: len(body) // 2],
    "invalid UTF-8": lambda body: body.replace(b'"name"', b'"name\xff\xfe"'),
    "byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "NaN": _items(lambda data: {**data, "x": float("nan")}),
    "deep": lambda _: b"[" * DEEP + b"]" * DEEP,
    "long number": lambda _: b'{"id": ' + b"9" * 5000 + b"}",
    "in a list": lambda body: b"[" + body + b"]",
    "as text": lambda body: json.dumps(body.decode()).encode(),
    "twice": lambda body: body + body,
    "without id": _items(_without("id")),
    "number as id": _items(lambda data: {**data, "id": 7}),
    "id of another": _items(lambda data: {**data, "id": "00000000-0000-4000-8000-000000000000"}),
    "without data": _changed(_without("data")),
    "data is null": _changed(lambda data: {**data, "data": None}),
    "data is an object": _changed(lambda data: {**data, "data": {}}),
    "data of texts": _changed(lambda data: {**data, "data": ["a", "b"]}),
    "no rows": _changed(lambda data: {**data, "data": []}),
    "gzip": _compressed,
    "gzip twice": lambda body: _compressed(_compressed(body)),
    "gzip cut": lambda body: _compressed(body)[:-12],
    "gzip damaged": lambda body: _compressed(body)[:20] + b"\x00" * 20 + _compressed(body)[40:],
    "deflate": zlib.compress,
    "gzip bomb": lambda _: _compressed(b" " * BOMB_BYTES),
}  # fmt: skip
"""What may be made of the body of a response, by name."""


# -- the proxy -------------------------------------------------------------------------------------


class FaultProxy:
    """Forwards requests to a server, and damages those that it is set to damage.

    Args:
        upstream: base URL of the server, with ``/api``.

    Attributes:
        clock: the clock of the clients.
        exchanges: requests since :meth:`arm`.
    """

    def __init__(self, upstream: str) -> None:
        address = urlsplit(upstream)
        assert address.hostname is not None
        self._upstream = (address.hostname, address.port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.clock = Clock()
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self._fault: Fault | None = None
        self._left = 0
        self._skipped = 0
        self._lock = threading.Lock()
        self._silent: set[int] = set()
        self._dripping: set[int] = set()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def base(self) -> str:
        """The base URL of the proxy."""
        return f"http://127.0.0.1:{self.port}/api"

    def arm(self, fault: Fault | None, times: int, skip: int = 0) -> None:
        """Damage some requests from now on.

        Args:
            fault: what happens to them; None for nothing.
            times: how many requests or connections are damaged.
            skip: how many requests before that are not.
        """
        with self._lock:
            self._fault, self._left, self._skipped = fault, times, skip
            self.exchanges = []
            self._silent.clear()
            self._dripping.clear()
            self.clock.now = 1000.0

    def disarm(self) -> None:
        """Damage nothing more, and keep what was recorded."""
        with self._lock:
            self._left = 0

    def _take(self, stage: str) -> Fault | None:
        """Return the fault if it concerns the present stage of a request."""
        with self._lock:
            fault = self._fault
            if fault is None or fault.get("stage", "response") != stage:
                return None
            if self._skipped and stage == "response":
                self._skipped -= 1
                return None
            if self._left == 0:
                return None
            self._left -= 1
            return fault

    # -- the client's side of a connection ---------------------------------------------------------

    def connect(self, plain: Callable[..., socket.socket]) -> Callable[..., socket.socket]:
        """Return a replacement of urllib3's ``create_connection``."""

        def create_connection(address: Any, *args: Any, **more: Any) -> socket.socket:
            if address[1] != self.port:
                return plain(address, *args, **more)
            self.connections += 1
            fault = self._take("connect")
            if fault is not None:
                raise {
                    "refused": ConnectionRefusedError(111, "Connection refused"),
                    "timeout": TimeoutError("timed out"),
                    "unknown host": socket.gaierror(-2, "Name or service not known"),
                    "unreachable": OSError(113, "No route to host"),
                }[fault["fails"]]
            made = plain(address, *args, **more)
            timeout = made.gettimeout()
            return FaultySocket(self, made, timeout)

        return create_connection

    def is_silent(self, port: int) -> bool:
        return port in self._silent

    def is_dripping(self, port: int) -> bool:
        return port in self._dripping

    # -- the server's side -------------------------------------------------------------------------

    def _serve(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._converse, args=(connection, address[1]), daemon=True
            ).start()

    def _converse(self, connection: socket.socket, port: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        with contextlib.suppress(OSError), connection, reader:
            fault = self._take("accept")
            if fault is not None:
                connection.recv(1, socket.MSG_PEEK)  # so that the connection exists for the client
                self.exchanges.append(Exchange("unread", "", {}, forwarded=False))
                _end(connection, fault["end"])
                return
            while self._exchange(connection, reader, port):
                pass

    def _exchange(self, connection: socket.socket, reader: io.BufferedReader, port: int) -> bool:
        """Serve one request; return whether the connection is kept open."""
        if reader.peek(1)[:1] == b"\x16":  # the greeting of TLS
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return False
        first = reader.readline(65536)
        if not first:
            return False
        method, target, _ = first.decode("latin-1").split()
        headers = http.client.parse_headers(reader)
        fault = self._take("response")
        damaged = {} if fault is None else fault
        if damaged.get("unread"):
            self._note(method, target, headers, forwarded=False)
            _end(connection, damaged["end"])
            return False
        body = reader.read(int(headers.get("Content-Length", 0)))
        forwarded = fault is None or bool(fault.get("carried"))
        self._note(method, target, headers, forwarded=forwarded)
        answer = (
            self._forward(method, target, headers, body)
            if forwarded
            else _Answer(200, "OK", [("Content-Type", "application/json")], b"")
        )
        if fault is None:
            connection.sendall(_encoded(answer))
            return True
        if fault.get("drip"):
            self._dripping.add(port)
        end = fault.get("end")
        if end == "silent":
            self._silent.add(port)
        for part in self._parts(fault, answer, target):
            connection.sendall(part)
        if end is None:
            return True
        _end(connection, end)
        return False

    def _note(self, method: str, target: str, headers: Any, *, forwarded: bool) -> None:
        self.exchanges.append(Exchange(method, target, dict(headers.items()), forwarded))

    def _forward(self, method: str, target: str, headers: Any, body: bytes) -> _Answer:
        """Send a request to the server and return its response."""
        passed = {k: v for k, v in headers.items() if k.lower() not in _DROPPED}
        # A connection each: one that is kept may be closed by the server at any time.
        connection = http.client.HTTPConnection(*self._upstream)
        with contextlib.closing(connection):
            connection.request(method, target, body or None, {**passed, "Connection": "close"})
            response = connection.getresponse()
            kept = [(k, v) for k, v in response.getheaders() if k.lower() not in _DROPPED]
            return _Answer(response.status, response.reason, kept, response.read())

    def _parts(self, fault: Fault, answer: _Answer, target: str) -> Iterator[bytes]:
        """Yield what is sent for a damaged request."""
        for line in fault.get("before", ()):
            yield f"{line}\r\n\r\n".encode() * (FLOOD if fault.get("flood") else 1)
        raw = fault.get("raw")
        if raw is not None:
            yield raw.encode("latin-1")
            return
        if "status" in fault:
            answer = answer._replace(status=fault["status"], reason="Made Up")
        body = answer.body
        if "body" in fault:
            given = fault["body"]
            body = (given if isinstance(given, str) else json.dumps(given)).encode()
        for name in fault.get("change", ()):
            body = BODIES[name](body)
        cursor = parse_qs(urlsplit(target).query).get("after")
        if fault.get("same_cursor") and cursor:
            page = json.loads(body)
            body = json.dumps({**page, "paging": {**page["paging"], "after": cursor[0]}}).encode()
        names = {name.lower() for name, _ in fault.get("headers", ())}
        headers = [(k, v) for k, v in answer.headers if k.lower() not in names]
        for name, value in fault.get("headers", ()):
            text = value.replace("{base}", self.base.removesuffix("/api"))
            hops = len(self.exchanges)
            joint = "&" if "?" in target else "?"
            text = text.replace("{moved}", f"{target}{joint}hop={hops}").replace("{same}", target)
            if text != "none":
                headers.append((name, text * fault.get("times", 1)))
        headers *= fault.get("repeat_headers", 1)
        answer = answer._replace(headers=headers, body=body)
        data = _encoded(answer, framing=fault.get("framing", "length"))
        head = data.index(b"\r\n\r\n") + 4
        cut = {
            "status line": 9, "headers": head - 10, "head": head,
            "body": head + max(1, (len(data) - head) // 2), None: len(data),
        }[fault.get("cut")]  # fmt: skip
        yield data[:cut] + fault.get("after", "").encode("latin-1")

    def close(self) -> None:
        """Stop."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _end(connection: socket.socket, how: str) -> None:
    """Close a connection: in order, or with a reset."""
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    else:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _encoded(answer: _Answer, framing: str = "length") -> bytes:
    """Return a response as it is sent.

    Args:
        answer: the response.
        framing: ``length`` (a Content-Length), ``chunked``, ``none``, or the value of a false
            Content-Length.
    """
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    body = answer.body
    if framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
        half = len(body) // 2 or 1
        pieces = [piece for piece in (body[:half], body[half:], b"") if piece] + [b""]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    elif framing == "length":
        lines.append(f"Content-Length: {len(body)}")
    elif framing != "none":
        lines.append(f"Content-Length: {framing}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class FaultySocket(socket.socket):
    """The client's socket: where the proxy is silent, the end of the data is a timeout."""

    def __init__(self, proxy: FaultProxy, plain: socket.socket, timeout: float | None) -> None:
        super().__init__(plain.family, plain.type, plain.proto, plain.detach())
        self.settimeout(timeout)
        self._proxy = proxy
        self._own_port: int = self.getsockname()[1]

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.recv(1, socket.MSG_PEEK)  # the proxy has decided when there is something to read
        if self._proxy.is_dripping(self._own_port):
            nbytes = 1
            self._proxy.clock.now += DRIP_SECONDS
        count = super().recv_into(buffer, nbytes, flags)
        if count == 0 and self._proxy.is_silent(self._own_port):
            raise TimeoutError("timed out")
        return count


@contextlib.contextmanager
def proxy_for(upstream: str) -> Iterator[FaultProxy]:
    """Start a proxy whose clients connect through it, and stop it at the end."""
    patch = pytest.MonkeyPatch()
    with FaultProxy(upstream) as proxy:
        plain = urllib3.util.connection.create_connection
        patch.setattr(urllib3.util.connection, "create_connection", proxy.connect(plain))
        try:
            yield proxy
        finally:
            patch.undo()
