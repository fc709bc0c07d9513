"""The contract of a server: probes, what a missing document means, and completion of its keys."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.operations.operation import Plan
from dynclient.schema import Release
from tests.support.trees import release_named
from tests.support.wire import session_over

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"


@pytest.fixture
def release() -> Release:
    return release_named("starter")


NO_ROUTE = (404, {"code": 404, "message": "HTTP 404 Not Found"})
NO_ENTITY = (404, {"code": 404, "message": "table instance for x not found"})
FORBIDDEN = (403, {"code": 403, "message": "no"})


def test_a_probe_requests_one_entity_of_each_collection(release: Release) -> None:
    session, wire = session_over({"data": []}, release=release)
    unknown = [name for name, fact in session.contract.facts.items() if fact.status == "unknown"]
    assert unknown
    assert session.contract.probe() is session.contract
    assert wire.sent
    assert {request.method for request in wire.sent} == {"GET"}
    assert {request.query for request in wire.sent} == {(("limit", "1"),)}
    assert session.contract["tables"].status == "confirmed"
    assert session.contract["tables"].evidence == ("response: GET /v1/tables",)


@pytest.mark.parametrize(
    ("response", "status"), [(NO_ROUTE, "absent"), (NO_ENTITY, "unknown"), (FORBIDDEN, "unknown")]
)
def test_only_a_missing_route_makes_a_collection_absent(
    release: Release, response: Any, status: str
) -> None:
    session, wire = session_over(response, release=release)
    session.contract.probe()
    assert wire.sent
    assert session.contract.facts["tables"].status == status


def test_an_address_with_the_known_route_relocates_nothing(release: Release) -> None:
    table = {"id": ID, "name": "t", "href": f"http://x/api/v1/tables/{ID}"}
    session, _ = session_over(table, (404, {}), release=release)
    spec = session.find("tables")
    session.call(Plan(spec.operations["get"], {"id": ID}))
    assert session.contract.facts["tables"].evidence == ("href: /v1/tables",)
    assert not session.contract.relocate(spec)
    assert session.find("tables") is spec


def test_a_completed_key_needs_a_release_and_no_request(release: Release) -> None:
    session, wire = session_over(release=release)
    assert "tables" in session.contract._ipython_key_completions_()
    without, other = session_over()
    assert without.contract._ipython_key_completions_() == []
    assert wire.sent == other.sent == []
