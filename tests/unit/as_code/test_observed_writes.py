"""What requests wrote, by requests and responses."""

from __future__ import annotations

import json
from typing import Any

from dynclient.as_code.observed_writes import ObservedWrites, Tracked
from dynclient.operations.catalogue import catalogue
from dynclient.transport.request import Request, Response
from tests.support.trees import release_named

RELEASE = release_named("starter")
ID = "00000000-0000-4000-8000-00000000000{}"
KNOWN = {ID.format(n): Tracked("table", f"s.d.p.t{n}", ID.format(n)) for n in range(4)}
HEADERS = {"Date": "Sat, 28 Nov 2026 17:00:00 GMT"}


def observed() -> ObservedWrites:
    """Return what has not observed a request yet."""
    return ObservedWrites(RELEASE, KNOWN)


def request(name: str, path: str, body: Any = None) -> Request:
    """Return a request of the collection of tables."""
    operation = catalogue(RELEASE).find("tables").operations[name]
    data = None if body is None else json.dumps(body).encode()
    return Request(operation.method, path, body=data, operation=operation)


def response(status: int, body: Any = None, **more: Any) -> Response:
    """Return a response of a server."""
    return Response(status, HEADERS, json.dumps(body).encode(), "http://x", **more)


def table(number: int) -> dict[str, Any]:
    """Return a table as servers return it."""
    return {"id": ID.format(number), "name": f"t{number}", "fullyQualifiedName": f"s.d.p.t{number}"}


CREATE = {"name": "t9", "databaseSchema": "s.d.p", "columns": []}


def test_created_changed_and_deleted_entities_are_told_apart_by_responses() -> None:
    writes = observed()
    writes(request("upsert", "/v1/tables", CREATE), response(201, table(9)))
    writes(request("upsert", "/v1/tables", CREATE), response(200, table(8)))
    writes(request("upsert", "/v1/tables", CREATE), response(200, table(1)))
    writes(request("delete", f"/v1/tables/{ID.format(2)}"), response(200, table(2)))
    assert [*writes.made] == [ID.format(9)]
    assert {*writes.seen} == {ID.format(8), ID.format(1)}
    assert ID.format(1) in writes.used
    assert writes.deleted == {ID.format(2)}
    assert writes.begin == 1795885200000


def test_what_was_created_and_deleted_in_the_run_is_not_of_it() -> None:
    writes = observed()
    writes(request("create", "/v1/tables", CREATE), response(201, table(9)))
    writes(request("delete", f"/v1/tables/{ID.format(9)}"), response(200, table(9)))
    assert writes.made == {}


def test_names_and_ids_in_requests_are_used() -> None:
    writes = observed()
    body = {**CREATE, "joins": [{"about": "s.d.p.t0"}], "location": ID.format(1)}
    writes(request("create", "/v1/tables", body), response(201, table(9)))
    writes(request("get_by_name", "/v1/tables/name/s.d.p.t2"), response(200, table(2)))
    writes(request("list", "/v1/tables"), response(200, {"data": [table(3)]}))
    assert writes.used == {ID.format(n) for n in (0, 1, 2)}


def test_an_entity_that_exists_is_used_and_no_failure() -> None:
    writes = observed()
    body = {**CREATE, "name": "t3"}
    writes(request("create", "/v1/tables", body), response(409, {"message": "exists"}))
    assert writes.used == {ID.format(3)}
    assert writes.failed == {}


def test_a_failure_counts_until_the_request_is_repeated_with_success() -> None:
    writes = observed()
    for failed in (None, response(500), response(404, {"message": "user x not found"})):
        writes(request("upsert", "/v1/tables", CREATE), failed)
        assert [*writes.failed] == [("/v1/tables", "s.d.p.t9")]
        writes(request("upsert", "/v1/tables", CREATE), response(200, table(9)))
        assert writes.failed == {}
    assert [*writes.unidentified] == [("table", "s.d.p.t9")]  # the lost response was that of a 201
    writes(request("delete", f"/v1/tables/{ID.format(2)}"), response(404, {"message": "no"}))
    assert writes.failed == {}
