"""Requests that schemathesis makes of the sandbox's own OpenAPI document: none fails unforeseen.

A 500 is right where real servers answer 500; it is then raised as ``UnhandledServerError``. What is
logged is an error of the sandbox itself. ``make fuzz`` runs this module, in an environment of its
own: schemathesis needs an older jsonschema-rs than the newest, which dynclient is tested with.
"""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings

from dynclient.sandbox.app import Sandbox
from dynclient.sandbox.entities import seed
from dynclient.sandbox.storage.data_file import open_data
from tests.support.asgi import Client, parts, send
from tests.support.trees import release_named

schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is installed by make fuzz, in an environment of its own"
)

_METHODS = ("POST", "PUT", "GET", "PATCH", "DELETE")
"""The order in which operations are tried: what is created is read, changed, then deleted."""

_ENDS_SESSIONS = ("logout", "revokeToken")
"""Operations after which the token of the test is refused."""

_TYPES = 3
"""The number of entity types for which an operation that many types have is tried."""

_EXAMPLES = settings(
    max_examples=2,  # the simplest request, and one that is drawn; each valid and invalid
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Failures(logging.Handler):
    """The exceptions that the sandbox logged, with the requests that caused them."""

    def __init__(self) -> None:
        super().__init__()
        self.request = ""
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else record.getMessage()
        self.found.append(f"{error!r}: {self.request}")


class Served:
    """A sandbox in this process, and the ids and FQNs of the entities that it has."""

    def __init__(self, sandbox: Sandbox, runner: asyncio.Runner) -> None:
        self.sandbox = sandbox
        self.runner = runner
        self.types = {route: type for type, route in sandbox.where.items()}
        self.known: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.statuses: dict[int, int] = defaultdict(int)
        for route in self.types:
            status, page = send(sandbox, "GET", f"/api{route}?limit=10")
            if status == 200 and isinstance(page, dict):
                for row in page.get("data", ()):
                    self.remember(route, row)

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = send(self.sandbox, "GET", "/swagger.json")[1]
        return document

    def remember(self, route: str, body: Any) -> None:
        if isinstance(body, dict) and "id" in body and body.get("name") not in {"admin", seed.BOT}:
            name = body.get("fullyQualifiedName", body.get("name", ""))
            self.known[route].append((body["id"], name))

    def route_of(self, path: str) -> str:
        """Return the route of the collection that a path belongs to, or an empty text."""
        return max((each for each in self.types if f"{path}/".startswith(f"{each}/")), default="")

    def chosen(self, operations: list[Any]) -> Iterator[Any]:
        """Yield the operations to try: those that many types have for some types only.

        Which types changes with the operation; all types have the same code.
        """
        shapes: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for each in operations:
            route = self.route_of(each.path)
            shapes[each.method, each.path[len(route) :] if route else each.path].append(each)
        for shape, alike in shapes.items():
            first = zlib.crc32(repr(shape).encode()) % len(alike)
            yield from (alike[first:] + alike[:first])[:: -(-len(alike) // _TYPES)]

    def aim(self, path: str, values: dict[str, Any]) -> None:
        """Let the parameters of a path name an entity that exists, if there is one."""
        entities = self.known.get(self.route_of(path))
        if entities:
            choice = zlib.crc32(json.dumps(values, sort_keys=True, default=str).encode())
            id, name = entities[choice % len(entities)]
            values.update({key: id for key in values if key == "id"})
            values.update({key: name for key in values if key in {"fqn", "name"}})

    def call(self, case: Any) -> None:
        """Send a request of schemathesis as an administrator, and remember what it creates."""
        prepared = requests.Request(
            **{**case.as_transport_kwargs(base_url="http://sandbox/api"), "cookies": None}
        ).prepare()
        body = prepared.body or b""
        body = body.encode() if isinstance(body, str) else body
        client = Client(self.sandbox, parts(body))
        named = {
            name.lower(): value if isinstance(value, str) else value.decode("latin-1")
            for name, value in prepared.headers.items()
        }
        named["authorization"] = f"Bearer {self.sandbox.bot_token}"
        status, answer = client.send(
            case.method.upper(), prepared.path_url, runner=self.runner, **named
        )
        self.statuses[status] += 1
        if case.method.upper() in {"POST", "PUT"} and status in {200, 201}:
            self.remember(case.operation.path, answer)


@pytest.fixture(params=["starter", "1.13.0"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with open_data(None) as database, asyncio.Runner() as runner:
        yield Served(Sandbox(release_named(request.param), database), runner)


@pytest.fixture
def failures() -> Iterator[Failures]:
    handler, logger = Failures(), logging.getLogger("dynclient.sandbox.app")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_no_request_of_the_document_fails_unforeseen(served: Served, failures: Failures) -> None:
    schema = schemathesis.openapi.from_dict(served.document())
    every = [found.ok() for found in schema.get_all_operations()]
    assert len(every) > 400
    operations = [*served.chosen(every)]
    assert len(operations) > 100
    operations.sort(key=lambda each: (_METHODS.index(each.method.upper()), each.path))
    for operation in operations:
        if operation.path.endswith(_ENDS_SESSIONS):
            continue
        for mode in schemathesis.GenerationMode:

            @_EXAMPLES
            @given(case=operation.as_strategy(generation_mode=mode))
            def run(case: Any) -> None:
                served.aim(case.operation.path, case.path_parameters or {})
                failures.request = f"{case.operation.label} {case.path_parameters} {case.body!r}"
                served.call(case)

            run()
    assert not failures.found, "\n".join(failures.found)
    # The requests reached what they were meant for.
    assert {200, 201, 400, 404} <= served.statuses.keys(), served.statuses
    assert 401 not in served.statuses
