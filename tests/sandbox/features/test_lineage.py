"""Lineage: edges are written, walked both ways and checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sandbox_tables import NOTHING, Shop

Flows = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


@pytest.fixture
def flow() -> Flows:
    """Return a function that writes the edge between two tables."""

    def edge(source: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
        ends = {"fromEntity": source, "toEntity": target}
        return {"edge": {name: {"id": end["id"], "type": "table"} for name, end in ends.items()}}

    return edge


def test_lineage_is_walked_both_ways(shop: Shop, flow: Flows) -> None:
    shop.serves("PUT", "/v1/lineage")
    a, b, c = (shop.table(f"line-{name}") for name in "abc")
    for source, target in ((a, b), (b, c)):
        assert shop.put("/v1/lineage", flow(source, target)) is None
    near = shop.got(f"/v1/lineage/table/{b['id']}")
    assert [node["name"] for node in near["nodes"]] == ["line-a", "line-c"]
    assert near["upstreamEdges"] == [{"fromEntity": a["id"], "toEntity": b["id"]}]
    far = shop.got("/v1/lineage/table/name/s.d.c.line-a?upstreamDepth=0&downstreamDepth=2")
    assert [(e["fromEntity"], e["toEntity"]) for e in far["downstreamEdges"]] == [
        (a["id"], b["id"]), (b["id"], c["id"])
    ]  # fmt: skip
    one = f"/v1/lineage/table/{a['id']}/table/{b['id']}"
    assert [shop.ask("DELETE", one).status_code for _ in range(2)] == [200, 404]
    # An entity that goes for good takes its edges along.
    shop.ask("DELETE", f"/v1/tables/{c['id']}?hardDelete=true")
    assert shop.got(f"/v1/lineage/table/{b['id']}")["nodes"] == []


def test_lineage_of_columns_is_checked(shop: Shop, flow: Flows) -> None:
    shop.serves("PUT", "/v1/lineage")
    a, b = (shop.table(f"column-{name}") for name in "ab")
    body = flow(a, b)
    wrong = {"fromColumns": ["s.d.c.column-a.nope"], "toColumn": "s.d.c.column-b.id"}
    body["edge"]["lineageDetails"] = {"columnsLineage": [wrong]}
    error_response = shop.ask("PUT", "/v1/lineage", json=body)
    assert error_response.status_code == 400
    assert "column-a.nope" in error_response.json()["message"]
    wrong["fromColumns"] = ["s.d.c.column-a.id"]
    shop.put("/v1/lineage", body)
    edge = shop.got(f"/v1/lineage/table/{b['id']}")["upstreamEdges"][0]
    assert edge["lineageDetails"]["columnsLineage"] == [wrong]
    unknown = flow(a, {"id": NOTHING})
    assert shop.ask("PUT", "/v1/lineage", json=unknown).status_code == 404
