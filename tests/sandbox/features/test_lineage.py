"""Lineage: edges are written, walked both ways and checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sandbox_tables import NOTHING, TablesApi

EdgeBody = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


@pytest.fixture
def edge_body() -> EdgeBody:
    """Return a function that returns the request body of the edge between two tables."""

    def edge(source: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
        ends = {"fromEntity": source, "toEntity": target}
        return {"edge": {name: {"id": end["id"], "type": "table"} for name, end in ends.items()}}

    return edge


def test_lineage_is_read_in_both_directions(api: TablesApi, edge_body: EdgeBody) -> None:
    api.serves("PUT", "/v1/lineage")
    a, b, c = (api.create_table(f"line-{name}") for name in "abc")
    for source, target in ((a, b), (b, c)):
        assert api.put("/v1/lineage", edge_body(source, target)) is None
    near = api.got(f"/v1/lineage/table/{b['id']}")
    assert [node["name"] for node in near["nodes"]] == ["line-a", "line-c"]
    assert near["upstreamEdges"] == [{"fromEntity": a["id"], "toEntity": b["id"]}]
    far = api.got("/v1/lineage/table/name/s.d.c.line-a?upstreamDepth=0&downstreamDepth=2")
    assert [(e["fromEntity"], e["toEntity"]) for e in far["downstreamEdges"]] == [
        (a["id"], b["id"]), (b["id"], c["id"])
    ]  # fmt: skip
    one = f"/v1/lineage/table/{a['id']}/table/{b['id']}"
    assert [api.ask("DELETE", one).status_code for _ in range(2)] == [200, 404]
    # A hard delete removes the edges of the entity.
    api.ask("DELETE", f"/v1/tables/{c['id']}?hardDelete=true")
    assert api.got(f"/v1/lineage/table/{b['id']}")["nodes"] == []


def test_columns_of_lineage_must_exist(api: TablesApi, edge_body: EdgeBody) -> None:
    api.serves("PUT", "/v1/lineage")
    a, b = (api.create_table(f"column-{name}") for name in "ab")
    body = edge_body(a, b)
    columns = {"fromColumns": ["s.d.c.column-a.nope"], "toColumn": "s.d.c.column-b.id"}
    body["edge"]["lineageDetails"] = {"columnsLineage": [columns]}
    response = api.ask("PUT", "/v1/lineage", json=body)
    assert response.status_code == 400
    assert "column-a.nope" in response.json()["message"]
    columns["fromColumns"] = ["s.d.c.column-a.id"]
    api.put("/v1/lineage", body)
    edge = api.got(f"/v1/lineage/table/{b['id']}")["upstreamEdges"][0]
    assert edge["lineageDetails"]["columnsLineage"] == [columns]
    unknown = edge_body(a, {"id": NOTHING})
    assert api.ask("PUT", "/v1/lineage", json=unknown).status_code == 404
