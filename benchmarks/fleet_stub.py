"""A server with very many tables, in a process of its own: pages with latency, made when asked for.

``python -m benchmarks.fleet_stub TABLES SECONDS``: the number of tables, and the latency. It counts
the requests that it is asked at once; ``GET /api/stub`` returns the highest number and resets it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks import payloads
from benchmarks.stub import Handler

DATABASES = 40
_SERVICE = "warehouse"


class _Catalogue:
    """Tables in databases of equal size.

    Args:
        count: the number of tables.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        names = {"id": "@id", "name": "@name", "fullyQualifiedName": "@fqn"}
        table = json.dumps(payloads.page()["data"][0] | names)
        text = table.replace("%", "%%")
        for name in ("id", "name", "fqn"):
            text = text.replace(f"@{name}", f"%({name})s")
        self._table = text.encode()
        self._each = -(-count // DATABASES)

    def tables(self, database: str | None, start: int, size: int) -> bytes:
        """Return a page of the tables of a database, or of all."""
        first, last = 0, self.count
        if database is not None:
            number = int(database.rpartition("d")[2])
            first, last = number * self._each, min((number + 1) * self._each, self.count)
        last = max(first, last)
        numbers = range(first + start, min(first + start + size, last))
        texts = []
        for number in numbers:
            name = b"t%07d" % number
            fqn = b"%s.d%d.public.%s" % (_SERVICE.encode(), number // self._each, name)
            identity = b"00000000-0000-4000-8000-%012d" % number
            texts.append(self._table % {b"id": identity, b"name": name, b"fqn": fqn})
        paging: dict[str, Any] = {"total": last - first}
        if size and first + start + size < last:
            paging["after"] = str(start + size)
        return b'{"data": [%s], "paging": %s}' % (b",".join(texts), json.dumps(paging).encode())

    def databases(self) -> bytes:
        """Return all databases."""
        data = [
            {"id": f"00000000-0000-4000-9000-{number:012}", "name": f"d{number}",
             "fullyQualifiedName": f"{_SERVICE}.d{number}",
             "service": {"id": f"00000000-0000-4000-a000-{0:012}", "type": "databaseService"}}
            for number in range(DATABASES)
        ]  # fmt: skip
        return json.dumps({"data": data, "paging": {"total": DATABASES}}).encode()


class _Handler(Handler):
    catalogue: _Catalogue
    busy = busiest = 0
    lock = threading.Lock()

    def _respond(self) -> None:
        self._read()
        path = urlsplit(self.path)
        if path.path == "/api/stub":
            with self.lock:
                highest, _Handler.busiest = _Handler.busiest, 0
            self._send(json.dumps(highest).encode())
            return
        with self.lock:
            _Handler.busy += 1
            _Handler.busiest = max(_Handler.busiest, _Handler.busy)
        try:
            time.sleep(self.latency)
            body = self._body(path.path, dict(parse_qsl(path.query)))
        finally:
            with self.lock:
                _Handler.busy -= 1
        self._send(body)

    do_GET = _respond

    def _body(self, path: str, query: dict[str, str]) -> bytes:
        if path.endswith("/tables"):
            start, size = int(query.get("after", 0)), int(query.get("limit", 10))
            return self.catalogue.tables(query.get("database"), start, size)
        if path.endswith("/databases"):
            return self.catalogue.databases()
        return b"{}"


@contextlib.contextmanager
def serving(count: int, latency: float) -> Iterator[str]:
    """Serve a number of tables with a latency in seconds; yield the address."""
    command = [sys.executable, "-m", "benchmarks.fleet_stub", str(count), str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/api"
        finally:
            process.terminate()


def _main() -> None:
    _Handler.catalogue = _Catalogue(int(sys.argv[1]))
    _Handler.latency = float(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _main()
