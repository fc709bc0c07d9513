"""A server on loopback that sends the bytes a test gives it, well-formed or not.

It serves one connection after the other in a thread, and stops at the end of its ``with`` block.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable


class RawServer:
    """The server.

    Args:
        respond: returns the pieces of the response to a request; the connection is closed
            afterwards. Without a request, because the client sent none, it gets an empty one.
        tls: to serve HTTPS with.
        keep: leave connections open for further requests.

    Attributes:
        requests: what arrived, one item for each request.
        connections: number of connections.
    """

    def __init__(
        self,
        respond: Callable[[bytes], Iterable[bytes]] | bytes,
        tls: ssl.SSLContext | None = None,
        *,
        keep: bool = False,
    ) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._keep = keep
        self._respond = respond
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)
        self._stopped = False

    @property
    def host(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            if self._stopped:
                connection.close()
                return
            self.connections += 1
            try:
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    while self._answer(connection) and self._keep:
                        pass
            except OSError:  # a client that gives up
                connection.close()

    def _answer(self, connection: socket.socket) -> bool:
        """Answer a request; return whether there was one."""
        request = b""
        while b"\r\n\r\n" not in request and (part := connection.recv(65536)):
            request += part
        head, _, body = request.partition(b"\r\n\r\n")
        size = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line[:15] == b"Content-Length:"), 0
        )
        while len(body) < size and (part := connection.recv(65536)):
            body += part
        if self._keep and not request:
            return False
        self.requests.append(head + b"\r\n\r\n" + body if request else b"")
        respond = self._respond
        pieces = [respond] if isinstance(respond, bytes) else respond(request)
        for piece in pieces:
            connection.sendall(piece)
        return bool(request)

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listening.close()


def response(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: bool = True
) -> bytes:
    """Return the bytes of a response."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
