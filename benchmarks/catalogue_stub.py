"""A server with any number of tables, in a separate process, that only lists them.

Tables are in databases and these in services, and lists have the filters of a real server. Pages
are made of a template, so that the server needs little time and no memory for them. What a real
server needs is added: a time for each request, and one for each entity in its response.
``GET /stub`` returns the highest number of requests at once since it was asked last.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from benchmarks import payloads
from benchmarks.stub import process_of, send

SERVICES, DATABASES = 20, 5
"""The number of services, and that of the databases of each."""
_NAME, _NUMBER, _DATABASE, _SERVICE = "@name@", "000000000000", "@database@", "@service@"


class Shape(NamedTuple):
    """What the server has, and how long it takes."""

    tables: int
    latency: float = 0.0
    """Seconds for each request."""
    row: float = 0.0
    """Seconds for each entity in a response."""
    changed: int = 0
    """The number of services that change events are about."""

    def tables_of(self, database: int) -> range:
        """Return the numbers of the tables of a database."""
        count = SERVICES * DATABASES
        return range(database * self.tables // count, (database + 1) * self.tables // count)


def _service(number: int) -> dict[str, Any]:
    name = f"service_{number:02}"
    return {"id": _id(1, number), "name": name, "fullyQualifiedName": name, "serviceType": "Mysql"}


def _id(kind: int, number: int) -> str:
    return f"00000000-0000-4000-800{kind}-{number:012}"


def _database(number: int) -> dict[str, Any]:
    service = _service(number // DATABASES)
    name = f"database_{number % DATABASES}"
    return {
        "id": _id(2, number), "name": name, "fullyQualifiedName": f"{service['name']}.{name}",
        "service": {**_reference(service), "type": "databaseService"},
    }  # fmt: skip


def _reference(entity: dict[str, Any]) -> dict[str, Any]:
    return {name: entity[name] for name in ("id", "name", "fullyQualifiedName")}


def _template() -> bytes:
    table = payloads.build_table(10)
    full_name = f"{_SERVICE}.{_DATABASE}.public.{_NAME}"
    table.update(
        id=f"6c4fd3bf-c0af-4331-bf78-{_NUMBER}", name=_NAME, fullyQualifiedName=full_name,
        service={"id": _id(1, 0), "type": "databaseService", "name": _SERVICE},
        database={
            "id": _id(2, 0), "type": "database", "name": _DATABASE,
            "fullyQualifiedName": f"{_SERVICE}.{_DATABASE}",
        },
    )  # fmt: skip
    return json.dumps(table).encode()


class Catalogue:
    """The responses of the server.

    Args:
        shape: what it has.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._template = _template()
        self._total = SERVICES * DATABASES

    def response(self, path: str, query: dict[str, str]) -> tuple[bytes, int]:
        """Return the body of a response, and the number of entities in it."""
        if path.endswith("/system/version"):
            version = ".".join(map(str, payloads.release().version))
            return json.dumps({"version": version, "revision": "stub", "timestamp": 0}).encode(), 0
        if path.endswith("/services/databaseServices"):
            return _page([_service(number) for number in range(SERVICES)], query)
        if path.endswith("/databases"):
            found = [_database(number) for number in range(self._total)]
            service = query.get("service")
            return _page([row for row in found if service in {None, row["service"]["name"]}], query)
        if path.endswith("/events"):
            events = [] if int(query["timestamp"]) > time.time() * 2000 else self._events()
            return json.dumps({"data": events, "paging": {"total": len(events)}}).encode(), 0
        return self._tables(query)

    def _events(self) -> list[dict[str, Any]]:
        return [
            {
                "id": _id(3, number), "eventType": "entityUpdated", "entityType": "table",
                "entityId": _id(4, number), "timestamp": int(time.time() * 1000),
                "entityFullyQualifiedName": f"service_{number:02}.database_0.public.table_0",
            }
            for number in range(self.shape.changed)
        ]  # fmt: skip

    def _tables(self, query: dict[str, str]) -> tuple[bytes, int]:
        numbers = range(self.shape.tables)
        if "database" in query:
            service, _, database = query["database"].partition(".")
            number = int(service[-2:]) * DATABASES + int(database[-1])
            numbers = self.shape.tables_of(number)
        start, size = int(query.get("after") or 0), int(query.get("limit", 10))
        chosen = numbers[start : start + size]
        paging = {"total": len(numbers)}
        if size and start + size < len(numbers):
            paging["after"] = str(start + size)  # type: ignore[assignment]  # a cursor is a text
        rows = b",".join(self._row(number) for number in chosen)
        return b'{"data":[' + rows + b'],"paging":' + json.dumps(paging).encode() + b"}", len(
            chosen
        )

    def _row(self, number: int) -> bytes:
        database = min(number * self._total // self.shape.tables, self._total - 1)
        while number not in self.shape.tables_of(database):
            database += 1 if number >= self.shape.tables_of(database).stop else -1
        service, name = divmod(database, DATABASES)
        text = self._template.replace(_NAME.encode(), b"table_%07d" % number)
        text = text.replace(_NUMBER.encode(), b"%012d" % number)
        text = text.replace(_DATABASE.encode(), b"database_%d" % name)
        return text.replace(_SERVICE.encode(), b"service_%02d" % service)


def _page(rows: list[dict[str, Any]], query: dict[str, str]) -> tuple[bytes, int]:
    size = int(query.get("limit", 10))
    body = {"data": rows[:size], "paging": {"total": len(rows)}}
    return json.dumps(body).encode(), min(size, len(rows))


class Gauge:
    """Counts how many requests are answered at once."""

    def __init__(self) -> None:
        self._busy = self._highest = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._busy += 1
            self._highest = max(self._highest, self._busy)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._busy -= 1

    def read(self) -> int:
        """Return the highest number since the last time."""
        with self._lock:
            highest, self._highest = self._highest, 0
        return highest


def _handler(catalogue: Catalogue) -> type[BaseHTTPRequestHandler]:
    gauge = Gauge()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/stub":
                send(self, str(gauge.read()).encode())
                return
            with gauge:
                body, rows = catalogue.response(url.path, dict(parse_qsl(url.query)))
                time.sleep(catalogue.shape.latency + rows * catalogue.shape.row)
            send(self, body)

        def log_message(self, *_: object) -> None:
            """Log nothing: a log line per request would be measured too."""

    return Handler


@contextlib.contextmanager
def serving(shape: Shape) -> Iterator[str]:
    """Serve a catalogue; yield the address.

    Args:
        shape: what the server has, and how long it takes.
    """
    with process_of("benchmarks.catalogue_stub", *(str(each) for each in shape)) as address:
        yield address


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", type=int)
    parser.add_argument("latency", type=float)
    parser.add_argument("row", type=float)
    parser.add_argument("changed", type=int)
    catalogue = Catalogue(Shape(**vars(parser.parse_args())))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(catalogue))
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _main()
