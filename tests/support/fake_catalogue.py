"""A catalogue of tables that answers from memory: by a function, or over HTTP with a stub.

It has databases, schemas and tables, lists them page by page with the filters of a release, takes
patches, and counts what it is asked: also how many requests it is asked at once.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dynclient.client.client import Client
from dynclient.fleet.result import MapResult
from dynclient.schema import Release
from dynclient.transport.request import Request, Response
from tests.support.fake_transport import FakeTransport, fake_client, reply
from tests.support.stub import Reply, Seen

_KINDS = {"databases": 1, "databaseSchemas": 2, "tables": 3}
"""Collections, and the dots in the names of their entities."""


class FakeCatalogue:
    """Databases of schemas of tables.

    Args:
        databases: the number of tables of each schema, by schema, by database:
            ``{"shop": {"orders": 3}}`` of one service ``s``.
        ignored: filters that the server ignores.

    Attributes:
        entities: the JSON of all entities, by collection.
        patches: how often each table was patched, by its id.
        reads: how often each page was requested, by its target.
        busy: the number of requests that are answered just now.
        busiest: the highest number so far.
        token: what requests over HTTP must be authenticated with, if that is checked.
        before: called with the method and the path of each request, while it counts as busy; a
            Reply that it returns is the response.
    """

    def __init__(self, databases: dict[str, dict[str, int]], ignored: tuple[str, ...] = ()) -> None:
        self.entities: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
        self.ignored = ignored
        self.patches: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.busy = self.busiest = 0
        self.token = ""
        self.before: Callable[[str, str], Reply | None] = lambda *_: None
        self._lock = threading.Lock()
        for database, schemas in databases.items():
            self._add("databases", f"s.{database}")
            for schema, tables in schemas.items():
                self._add("databaseSchemas", f"s.{database}.{schema}")
                for number in range(tables):
                    columns = [{"name": "id", "dataType": "INT"}]
                    name = f"s.{database}.{schema}.t{number:06}"
                    self._add("tables", name, columns=columns, version=0.1, updatedAt=1)

    def _add(self, kind: str, name: str, **fields: Any) -> None:
        number = len(self.entities[kind])
        self.entities[kind].append({
            "id": f"00000000-0000-4000-8{_KINDS[kind]:03}-{number:012}",
            "name": name.rpartition(".")[2], "fullyQualifiedName": name,
            "service": {"id": "00000000-0000-4000-8000-000000000000", "type": "databaseService"},
            **fields,
        })  # fmt: skip

    def answer(self, method: str, target: str, body: bytes | None) -> Reply:
        """Return the response to a request.

        Args:
            method: the HTTP method.
            target: path and query.
            body: the body.
        """
        with self._lock:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        try:
            path = urlsplit(target).path.removeprefix("/api")
            return self.before(method, path) or self._answer(method, path, target, body)
        finally:
            with self._lock:
                self.busy -= 1

    def _answer(self, method: str, path: str, target: str, body: bytes | None) -> Reply:
        _, _, kind, *rest = path.split("/")
        if method == "GET" and kind in self.entities and not rest:
            return self._page(kind, target)
        if kind == "tables" and rest:
            entity = self.entities[kind][int(rest[0][-12:])]
            if method == "PATCH":
                with self._lock:
                    self.patches[entity["id"]] += 1
                    for each in json.loads(body or b"[]"):
                        if each["op"] != "test":
                            entity[each["path"][1:]] = each["value"]
                    entity["version"] = round(entity["version"] + 0.1, 1)
            return Reply(200, entity)
        return Reply(404, {"code": 404, "message": f"nothing at {path}"})

    def _page(self, kind: str, target: str) -> Reply:
        query = dict(parse_qsl(urlsplit(target).query))
        size, after = int(query.pop("limit", 10)), query.pop("after", None)
        with self._lock:
            self.reads[target] += 1
        parents = [
            value for name, value in query.items()
            if name in {"database", "databaseSchema", "service"} and name not in self.ignored
        ]  # fmt: skip
        found = [
            each for each in self.entities[kind]
            if all(each["fullyQualifiedName"].startswith(f"{parent}.") for parent in parents)
        ]  # fmt: skip
        start = 0 if after is None else int(base64.b64decode(after))
        paging: dict[str, Any] = {"total": len(found)}
        if size and start + size < len(found):
            paging["after"] = base64.b64encode(str(start + size).encode()).decode()
        return Reply(200, {"data": found[start : start + size], "paging": paging})

    # -- ways to ask it ----------------------------------------------------------------------------

    def client(self, release: Release, **settings: Any) -> tuple[Client, FakeTransport]:
        """Return a client that asks it in this process, and its transport."""

        def respond(request: Request) -> Response:
            found = self.answer(request.method, request.target, request.body)
            return reply(found.status, found.body, dict(found.headers))

        return fake_client(release, respond, **settings)

    def over_http(self, seen: Seen) -> Reply:
        """Return the response to a request of a :class:`tests.support.stub.Stub`."""
        if self.token and seen.headers.get("Authorization") != f"Bearer {self.token}":
            return Reply(401, {"code": 401, "message": "not authenticated"})
        return self.answer(seen.method, seen.path, seen.body)


def number_of(table: Any) -> int:
    """Return the number in the name of a table."""
    return int(str(table.name)[1:])


def keys(result: MapResult) -> Counter[str]:
    """Return how often each entity is in a result."""
    return Counter(each.key for each in [*result.results, *result.failed])


def every(fake: FakeCatalogue) -> Counter[str]:
    """Return what a result has that has each table once."""
    return Counter(each["id"] for each in fake.entities["tables"])
