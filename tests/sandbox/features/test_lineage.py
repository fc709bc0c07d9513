"""Lineage: edges are written, checked and read in both directions."""

from __future__ import annotations

import csv
import io
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
    api.skip_unless_served("PUT", "/v1/lineage")
    a, b, c = (api.create_table(f"line-{name}") for name in "abc")
    for source, target in ((a, b), (b, c)):
        assert api.put("/v1/lineage", edge_body(source, target)) is None
    near = api.get(f"/v1/lineage/table/{b['id']}")
    assert [node["name"] for node in near["nodes"]] == ["line-a", "line-c"]
    assert near["upstreamEdges"] == [{"fromEntity": a["id"], "toEntity": b["id"]}]
    far = api.get("/v1/lineage/table/name/s.d.c.line-a?upstreamDepth=0&downstreamDepth=2")
    assert [(e["fromEntity"], e["toEntity"]) for e in far["downstreamEdges"]] == [
        (a["id"], b["id"]), (b["id"], c["id"])
    ]  # fmt: skip
    one = f"/v1/lineage/table/{a['id']}/table/{b['id']}"
    assert [api.request("DELETE", one).status_code for _ in range(2)] == [200, 404]
    # A hard delete removes the edges of the entity.
    api.request("DELETE", f"/v1/tables/{c['id']}?hardDelete=true")
    assert api.get(f"/v1/lineage/table/{b['id']}")["nodes"] == []


def test_columns_of_lineage_must_exist(api: TablesApi, edge_body: EdgeBody) -> None:
    api.skip_unless_served("PUT", "/v1/lineage")
    a, b = (api.create_table(f"column-{name}") for name in "ab")
    body = edge_body(a, b)
    columns = {"fromColumns": ["s.d.c.column-a.nope"], "toColumn": "s.d.c.column-b.id"}
    body["edge"]["lineageDetails"] = {"columnsLineage": [columns]}
    response = api.request("PUT", "/v1/lineage", json=body)
    assert response.status_code == 400
    assert "column-a.nope" in response.json()["message"]
    columns["fromColumns"] = ["s.d.c.column-a.id"]
    api.put("/v1/lineage", body)
    edge = api.get(f"/v1/lineage/table/{b['id']}")["upstreamEdges"][0]
    assert edge["lineageDetails"]["columnsLineage"] == [columns]
    unknown = edge_body(a, {"id": NOTHING})
    assert api.request("PUT", "/v1/lineage", json=unknown).status_code == 404


def test_graph_edge_and_export_show_the_details(api: TablesApi, edge_body: EdgeBody) -> None:
    api.skip_unless_served("GET", "/v1/lineage/getLineage")
    a, b = (api.create_table(f"graph-{name}") for name in "ab")
    body = edge_body(a, b)
    body["edge"]["lineageDetails"] = {
        "sqlQuery": "select 1", "source": "Manual", "description": "d",
        "columnsLineage": [
            {"fromColumns": ["s.d.c.graph-a.id"], "toColumn": "s.d.c.graph-b.id"},
        ],
    }  # fmt: skip
    api.put("/v1/lineage", body)
    graph = api.get("/v1/lineage/getLineage?type=table&fqn=s.d.c.graph-a")
    assert graph["entity"]["id"] == a["id"]
    assert [node["id"] for node in graph["nodes"]] == [b["id"], a["id"]]
    (edge,) = graph["edges"]
    assert (edge["fromEntity"]["id"], edge["toEntity"]["id"]) == (a["id"], b["id"])
    assert edge["doc_id"] == f"{a['id']}-{b['id']}"
    assert (edge["sqlQuery"], edge["source"], edge["description"]) == ("select 1", "Manual", "d")
    assert edge["columns"] == body["edge"]["lineageDetails"]["columnsLineage"]
    one = api.get(f"/v1/lineage/getLineageEdge/{a['id']}/{b['id']}")["edge"]
    assert one["sqlQuery"] == "select 1"
    api.error("GET", f"/v1/lineage/getLineageEdge/{b['id']}/{a['id']}", 404)
    text = api.request("GET", "/v1/lineage/export?type=table&fqn=s.d.c.graph-b").text
    (line,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (line["fromId*"], line["toFullyQualifiedName*"]) == (a["id"], "s.d.c.graph-b")
    assert line["columnLineage"] == "s.d.c.graph-a.id:s.d.c.graph-b.id"
    assert (line["sqlQuery"], line["source"]) == ("select 1", "Manual")


def test_an_edge_is_patched_and_deleted_by_source(api: TablesApi, edge_body: EdgeBody) -> None:
    path = "/v1/lineage/{fromEntity}/{fromId}/{toEntity}/{toId}"
    api.skip_unless_served("PATCH", path)
    a, b, c = (api.create_table(f"patched-{name}") for name in "abc")
    for source, origin in ((a, "Manual"), (c, "QueryLineage")):
        body = edge_body(source, b)
        body["edge"]["lineageDetails"] = {"source": origin}
        api.put("/v1/lineage", body)
    change = {"op": "add", "path": "/description", "value": "why"}
    edge = f"/v1/lineage/table/{a['id']}/table/{b['id']}"
    changes = [api.patch(edge, change).headers["X-OpenMetadata-Change"] for _ in range(2)]
    assert changes == ["entityUpdated", "entityNoChange"]
    details = [
        upstream["lineageDetails"]
        for upstream in api.get(f"/v1/lineage/table/{b['id']}")["upstreamEdges"]
    ]
    assert {one["source"]: one.get("description") for one in details} == {
        "Manual": "why", "QueryLineage": None
    }  # fmt: skip
    api.request("DELETE", f"/v1/lineage/table/{b['id']}/type/Manual")
    assert [node["id"] for node in api.get(f"/v1/lineage/table/{b['id']}")["nodes"]] == [c["id"]]


def test_the_depth_of_a_query_is_limited(api: TablesApi) -> None:
    table = api.create_table("depth")
    path = f"/v1/lineage/table/{table['id']}"
    api.get(f"{path}?upstreamDepth=3&downstreamDepth=0")
    assert "less than or equal to 3" in api.error("GET", f"{path}?upstreamDepth=4", 400)
    assert "greater than or equal to 0" in api.error("GET", f"{path}?downstreamDepth=-1", 400)
    api.error("GET", f"{path}?upstreamDepth=many", 500)
    api.error("GET", f"/v1/lineage/gadget/{table['id']}", 404)
