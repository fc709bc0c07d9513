"""A stub server on loopback: sends prepared responses, and records the requests.

It serves in its own threads and stops at the end of its ``with`` block. Nothing in it waits.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Seen(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    """With its query, as sent."""
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Reply(NamedTuple):
    """A prepared response; a status of 0 closes the connection without one."""

    status: int = 200
    body: Any = None
    """Bytes go out as they are, everything else as JSON."""
    headers: tuple[tuple[str, str], ...] = ()


class Server(ThreadingHTTPServer):
    """Logs no broken connections, which tests cause on purpose."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Stub:
    """The server.

    The response for a path comes from ``routes`` (a Reply, a function of Seen, or a list whose
    replies are sent one after the other, the last one for ever); else from ``default``, a Reply or
    a function; else 404 as OpenMetadata says it.

    Args:
        tls: to serve HTTPS with.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._scheme = "https" if tls else "http"
        self.routes: dict[str, Any] = {}
        self.default: Any = None
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                seen = Seen(
                    self.command, self.path, dict(self.headers.items()), self.rfile.read(size)
                )
                stub._answer(self, seen)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *args: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            # The handshake is left to the connection's own thread; here it would stop the others.
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    @property
    def host(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)
            plain = seen.path.partition("?")[0]
            reply = self.routes.get(f"{seen.method} {plain}", self.routes.get(plain, self.default))
            if isinstance(reply, list):
                reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if callable(reply):
            reply = reply(seen)
        if reply is None:
            reply = Reply(404, {"code": 404, "message": f"nothing at {plain}"})
        if not isinstance(reply, Reply):
            reply = Reply(200, reply)
        if reply.status == 0:
            handler.close_connection = True
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        handler.send_response(reply.status)
        names = {name.lower() for name, _ in reply.headers}
        if "content-type" not in names:
            handler.send_header("Content-Type", "application/json")
        for name, value in reply.headers:
            handler.send_header(name, value)
        if "content-length" in names:  # what is promised in its headers does not come
            handler.close_connection = True
        else:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self) -> Stub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
