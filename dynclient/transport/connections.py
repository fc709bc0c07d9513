"""Connections by urllib3 that keep to a deadline, and response bodies of a bounded size."""

from __future__ import annotations

import functools
import http.client
import io
import logging
import math
import threading
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection
from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead

if TYPE_CHECKING:
    import socket

    from dynclient.settings import Settings

_BLOCK = 1 << 18
"""Bytes that are sent at once, and read at once from a body of unknown length."""
_ENCODINGS_MAX = 3
"""Longest list of content encodings; servers use one."""
_MEMBERS_MAX = 100
"""Most gzip members in one body; servers send one. Each costs a copy of the rest."""
_ZLIB, _RAW_DEFLATE, _GZIP = zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16


class Deadline:
    """The time that one call may take: all attempts, and the pauses between them.

    Args:
        seconds: the time from now on; None for no limit.
        clock: returns the time in seconds.
    """

    __slots__ = ("_clock", "_end")

    def __init__(self, seconds: float | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = math.inf if seconds is None else clock() + seconds

    def left(self) -> float:
        """Return the seconds that are left; 0 or less if it has passed."""
        return self._end - self._clock()


class Attempt:
    """One attempt to get a response, as the connection that this thread uses sees it.

    Args:
        deadline: the deadline of the call.
        settings: the timeouts.

    Attributes:
        has_data: whether a part of the response was received.
        has_ended: whether the server closed the connection while its response was read.
        is_sent: whether a part of the request may have reached the server.
        status: status of the response, as soon as it is received.
    """

    __slots__ = ("_outer", "deadline", "has_data", "has_ended", "is_sent", "settings", "status")

    def __init__(self, deadline: Deadline, settings: Settings) -> None:
        self.deadline = deadline
        self.settings = settings
        self.has_data = self.has_ended = False
        self.is_sent = False
        self.status: int | None = None

    @property
    def timeouts(self) -> tuple[float, float]:
        """Seconds to wait for a connection, and for data; neither ends after the deadline."""
        left = max(self.deadline.left(), 0.001)
        return min(self.settings.connect_timeout, left), min(self.settings.read_timeout, left)

    def limit_wait(self, connection: socket.socket) -> None:
        """Let the next wait of a socket end at the deadline.

        Raises:
            TimeoutError: the deadline has passed.
        """
        left = self.deadline.left()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        wait = connection.gettimeout()
        if wait is None or left < wait:
            connection.settimeout(left)

    def __enter__(self) -> None:
        # A handler of urllib3's log may send a request of its own meanwhile.
        self._outer = _current.attempt
        _current.attempt = self

    def __exit__(self, *_: object) -> None:
        _current.attempt = self._outer


class _Current(threading.local):
    attempt: Attempt | None = None


_current = _Current()


class _QueryFilter(logging.Filter):
    """Removes queries, which may contain secrets, from what urllib3 logs of our requests.

    Our own log has the query with secrets masked.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _current.attempt is not None and isinstance(record.args, tuple):
            record.args = tuple(map(_without_query, record.args))
            record.exc_info = None  # a header that cannot be read, with its text
        return True


def _without_query(value: object) -> object:
    if isinstance(value, str):
        path, mark, _ = value.partition("?")
        return f"{path}{mark}…" if mark else value
    return value if isinstance(value, int) else type(value).__name__


for _name in ("connection", "connectionpool", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_QueryFilter())


class _LimitedReader(io.RawIOBase):
    """Reads from a socket until the deadline; a timeout of the socket is for each piece of data."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        attempt = _current.attempt
        if attempt is None:
            return self._raw.readinto(buffer)
        attempt.limit_wait(self._socket)
        count = self._raw.readinto(buffer)
        attempt.has_ended = not count
        attempt.has_data = attempt.has_data or bool(count)
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _LimitedSocket:
    """The part of a socket that ``http.client`` reads a response from."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_LimitedReader(self._socket))


def _response(connection: socket.socket, *args: Any, **kwargs: Any) -> Any:
    return http.client.HTTPResponse(_LimitedSocket(connection), *args, **kwargs)  # type: ignore[arg-type]


class _LimitedConnection(HTTPConnection):
    """A connection that keeps to the deadline, and notes whether a request may have been sent."""

    debuglevel = 0  # http.client would print the headers, and with them the token
    response_class = staticmethod(_response)  # type: ignore[assignment]

    def connect(self) -> None:
        attempt = _current.attempt
        if attempt is not None:
            attempt.is_sent = False
        super().connect()
        self._note_sending()

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        super().putrequest(*args, **kwargs)  # refuses what is not a URL
        self._note_sending()

    def send(self, data: Any) -> None:
        attempt = _current.attempt
        if attempt is None or self.sock is None or not isinstance(data, bytes):
            super().send(data)
            return
        for start in range(0, len(data), _BLOCK):  # each has the time of one wait
            attempt.limit_wait(self.sock)
            super().send(data[start : start + _BLOCK])

    def getresponse(self) -> Any:
        attempt = _current.attempt
        if attempt is not None:
            attempt.has_ended = False
        response = super().getresponse()
        if attempt is not None and attempt.has_ended:
            response.close()  # http.client takes half a header for a whole one
            raise http.client.IncompleteRead(b"")
        return response

    def _note_sending(self) -> None:
        attempt = _current.attempt
        if attempt is not None and self.sock is not None:
            attempt.is_sent = True
            # A request may be large; urllib3 would leave it the time that connecting may take.
            self.sock.settimeout(attempt.timeouts[1])


@functools.cache
def _limited(pool_class: Any) -> Any:
    """Return a class of connection pools with limited connections."""
    connection_class = type("Connection", (_LimitedConnection, pool_class.ConnectionCls), {})
    return type(pool_class.__name__, (pool_class,), {"ConnectionCls": connection_class})


def _limit(manager: Any) -> Any:
    """Let a pool manager of urllib3, for instance of a proxy, open limited connections."""
    classes = manager.pool_classes_by_scheme
    if not all(issubclass(each.ConnectionCls, _LimitedConnection) for each in classes.values()):
        manager.pool_classes_by_scheme = {name: _limited(each) for name, each in classes.items()}
    return manager


class Adapter(HTTPAdapter):
    """The adapter of requests, with connections that keep to the deadline of the call."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pools of connections."""
        super().init_poolmanager(*args, **kwargs)
        _limit(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Return the pools of connections by way of a proxy."""
        return _limit(super().proxy_manager_for(proxy, **proxy_kwargs))

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return a response with status, headers and body; its cookies are not read."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req  # read by libraries that mock requests
        return response


def send(
    pool: Adapter, request: requests.PreparedRequest, timeout: tuple[float, float], options: Any
) -> requests.Response:
    """Send a request and return the response, whose body is not read yet.

    Libraries for tests replace a part of requests: ``responses`` the method of adapters that sends,
    ``requests_mock`` that of sessions. Then the request is sent by a session, for no other reason.

    Args:
        pool: the connections.
        request: the request.
        timeout: seconds to wait for a connection, and for data.
        options: the other arguments of requests: ``verify``, ``cert``, ``proxies``, ``stream``.
    """
    if requests.Session.send.__module__ == requests.sessions.__name__:
        return pool.send(request, timeout=timeout, **options)
    session = requests.Session()
    session.trust_env = False  # the options have what the environment says
    session.mount("http://", pool)
    session.mount("https://", pool)
    request._cookies = session.cookies  # type: ignore[attr-defined]  # which prepare() would set
    sent = {**options, "timeout": timeout, "stream": True, "allow_redirects": False}
    return session.send(request, **sent)


# -- bodies ----------------------------------------------------------------------------------------


class BodyTooLarge(HTTPError):
    """The body of a response exceeds its limit."""


def read_body(response: requests.Response, limit: int) -> bytes:
    """Read the body of a response to its end and return it decompressed.

    Neither urllib3 nor requests limits what a small compressed body becomes.

    Args:
        response: a response whose body was not read.
        limit: the most bytes, both as sent and decompressed.

    Raises:
        BodyTooLarge: it exceeds the limit.
        urllib3.exceptions.HTTPError: the connection broke, or the body is damaged.
    """
    raw = response.raw
    try:
        encodings = _encodings(response.headers.get("Content-Encoding", ""))
        length = raw.length_remaining
        if length is None:
            body = _read_unknown(raw, limit)
        elif length > limit:
            raise BodyTooLarge
        else:
            body = raw.read(length or None, decode_content=False)
            if len(body) < length:
                raise IncompleteRead(len(body), length - len(body))
    except BaseException:
        response.close()
        raise
    if body:
        for decompress in encodings:
            body = decompress(body, limit)
    return body


def _read_unknown(raw: Any, limit: int) -> bytes:
    """Read a body of unknown length: a chunked one, or one that the end of the connection ends."""
    parts: list[bytes] = []
    size = 0
    while part := raw.read(_BLOCK, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise BodyTooLarge
    return b"".join(parts)


def _encodings(header: str) -> list[Callable[[bytes, int], bytes]]:
    """Return what decompresses a body, in the order to call it."""
    names = [name.strip().lower() for name in header.split(",")]
    if len(names) > _ENCODINGS_MAX:
        raise DecodeError(f"{len(names)} content encodings")
    found: list[Callable[[bytes, int], bytes]] = []
    for name in reversed(names):
        if name in {"gzip", "x-gzip"}:
            found.append(_gunzip)
        elif name == "deflate":
            found.append(_inflate)
        elif name not in {"", "identity"}:
            raise DecodeError(f"content encoding {name[:40]!r}, which was not asked for")
    return found


def _gunzip(body: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while body:
        try:
            part, body = _part(body, _GZIP, limit - size)
        except zlib.error as error:
            if parts:  # as gzip itself, ignore what follows the last member
                break
            raise DecodeError(f"not valid gzip: {error}") from None
        parts.append(part)
        size += len(part)
        if len(parts) > _MEMBERS_MAX:
            raise DecodeError(f"more than {_MEMBERS_MAX} gzip members")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _inflate(body: bytes, limit: int) -> bytes:
    try:
        return _part(body, _ZLIB, limit)[0]
    except zlib.error:
        pass
    try:  # some servers leave the header of zlib out
        return _part(body, _RAW_DEFLATE, limit)[0]
    except zlib.error as error:
        raise DecodeError(f"not valid deflate: {error}") from None


def _part(body: bytes, kind: int, limit: int) -> tuple[bytes, bytes]:
    """Decompress one compressed stream; return its content and what follows it."""
    engine = zlib.decompressobj(kind)
    content = engine.decompress(body, limit + 1)
    if len(content) > limit:
        raise BodyTooLarge
    if not engine.eof:
        raise DecodeError("the compressed body ends early")
    return content, engine.unused_data
