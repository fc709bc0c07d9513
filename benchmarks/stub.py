"""A server that responds at once, in a separate process.

It sends prepared responses and nothing else, so that only the client is measured. HTTP/1.1
with small writes joined and Nagle off: otherwise each response would wait 40 ms for a delayed ACK.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send a response of JSON.

    Args:
        handler: the handler of the request.
        body: the body of the response.
    """
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    responses: dict[tuple[str, str], bytes]
    latency = 0.0

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.latency:
            time.sleep(self.latency)
        path = self.path.split("?")[0]
        body = next(
            (
                text
                for (method, end), text in self.responses.items()
                if path.endswith(end) and method in {"", self.command}
            ),
            b"{}",
        )
        send(self, body)

    do_GET = do_PUT = do_POST = _respond

    def log_message(self, *_: object) -> None:
        """Log nothing: a log line per request would be measured too."""


@contextlib.contextmanager
def process_of(module: str, *arguments: str) -> Iterator[str]:
    """Run a module that serves and prints its port; yield the address.

    Args:
        module: name of the module.
        arguments: of its command line.
    """
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


@contextlib.contextmanager
def serving(responses: Path, latency: float = 0.0) -> Iterator[str]:
    """Serve the bodies of a JSON file; yield the address.

    Args:
        responses: the file; it maps from ends of paths, with a method before them or for all:
            ``PUT /tables``.
        latency: the seconds before each response.
    """
    with process_of("benchmarks.stub", str(responses), str(latency)) as address:
        yield f"{address}/api"


def _main() -> None:
    responses = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    routes = ((key.rpartition(" "), body) for key, body in responses.items())
    _Handler.responses = {
        (method, end): json.dumps(body).encode() for (method, _, end), body in routes
    }
    _Handler.latency = float(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _main()
