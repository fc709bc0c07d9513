"""Lineage: what is sent, and what a builder needs."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.errors import UsageError
from tests.support.stub import Reply, Seen, Stub
from tests.unit.compat.sdk.conftest import ID, OTHER

GRAPH = {"entity": {"id": ID, "type": "table"}, "nodes": [], "upstreamEdges": [],
         "downstreamEdges": []}  # fmt: skip


@pytest.fixture
def lineage(sdk: Any, stub: Stub) -> Any:
    from metadata.sdk.api.lineage import Lineage

    stub.default = lambda seen: Reply(200, GRAPH if seen.method == "GET" else None)
    return Lineage


def requests(stub: Stub) -> list[Seen]:
    return [seen for seen in stub.seen if "/lineage" in seen.path]


def test_a_description_belongs_to_the_edge(lineage: Any, stub: Stub) -> None:
    assert lineage.add_lineage(ID, "table", OTHER, "dashboard", "Daily.")["entity"]["id"] == ID
    (put,) = [seen for seen in requests(stub) if seen.method == "PUT"]
    get = requests(stub)[-1]
    edge = put.json["edge"]
    assert edge["lineageDetails"]["description"] == "Daily."
    ends = [(edge[end]["id"], edge[end]["type"]) for end in ("fromEntity", "toEntity")]
    assert ends == [(ID, "table"), (OTHER, "dashboard")]
    assert get.path.startswith(f"/api/v1/lineage/table/{ID}?")


def test_a_graph_is_a_model_and_a_name_is_that_of_a_table(lineage: Any, stub: Stub) -> None:
    found = lineage.get_lineage("a.b.c.t", upstream_depth=2)
    assert type(found).__name__ == "EntityLineage"
    path = requests(stub)[-1].path
    assert path == "/api/v1/lineage/table/name/a.b.c.t?upstreamDepth=2&downstreamDepth=1"
    exported = lineage.export_lineage("table", ID)
    assert exported["entity"]["type"] == "table"


def test_a_builder_needs_two_ends_or_an_entity(lineage: Any, stub: Stub) -> None:
    with pytest.raises(UsageError, match=r"needs from_entity\(…\) and to_entity"):
        lineage.builder().entity_id(ID).execute()
    assert requests(stub) == []
    assert lineage.builder().entity("a.b.c.t").execute() == lineage.get_lineage("a.b.c.t")
