"""Lists by offset, and what takes their place on servers without them."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import NotFound
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named

IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(5)]
MISSING = {"code": 404, "message": "HTTP 404 Not Found"}


def served(items: list[Any]) -> Any:
    """Return a handler of pages by offset, as strict about limits as servers are."""

    def answer(seen: Seen) -> Any:
        query = dict(part.split("=") for part in seen.path.partition("?")[2].split("&"))
        limit, offset = int(query["limit"]), int(query.get("offset", 0))
        if not 1 <= limit <= 1000:
            return Reply(400, {"code": 400, "message": "limit must be between 1 and 1000"})
        page = items[offset : offset + limit]
        return {"data": page, "paging": {"offset": offset, "limit": limit, "total": len(items)}}

    return answer


@pytest.fixture
def server() -> Any:
    with Stub() as stub:
        yield stub


def connect(stub: Stub, release: str = "1.13.0", **options: Any) -> Client:
    return dynclient.connect(stub.host, release=release_named(release), **options)


def test_assets_are_read_page_by_page(server: Stub) -> None:
    references = [{"id": each, "type": "table", "name": f"t{n}"} for n, each in enumerate(IDS)]
    server.routes["/api/v1/tags/name/PII.a%2Fb/assets"] = served(references)
    with connect(server, page_size=2) as om:
        assets = om.tags.assets("PII.a/b")
        assert server.seen == []
        assert [each.name for each in assets] == ["t0", "t1", "t2", "t3", "t4"]
        assert len(server.seen) == 3
        assert len(assets) == 5
        assert assets.first().name == "t0"


def test_a_server_without_the_route_is_asked_for_lists(server: Stub) -> None:
    tables = [
        {"id": IDS[0], "name": "x", "columns": [], "tags": []},
        {"id": IDS[1], "name": "y", "columns": [], "tags": [{"tagFQN": "PII.None"}]},
    ]
    server.routes["/api/v1/tags/name/PII.None/assets"] = Reply(404, MISSING)
    server.routes["/api/v1/tags/name/PII.None"] = {
        "id": IDS[2], "name": "None", "fullyQualifiedName": "PII.None",
    }  # fmt: skip
    server.routes["/api/v1/tables"] = {"data": tables, "paging": {"total": 2}}
    server.default = {"data": [], "paging": {"total": 0}}
    with connect(server) as om:
        assert [each.name for each in om.tags.assets("PII.None")] == ["y"]
    assert sum("/assets" in seen.path for seen in server.seen) == 1


def test_an_unknown_tag_is_not_an_empty_list(server: Stub) -> None:
    message = {"code": 404, "message": "tag instance for PII.Nope not found"}
    server.routes["/api/v1/tags/name/PII.Nope/assets"] = Reply(404, message)
    with connect(server) as om, pytest.raises(NotFound, match=r"PII\.Nope not found"):
        list(om.tags.assets("PII.Nope"))


def test_columns_are_read_page_by_page(server: Stub) -> None:
    columns = [{"name": f"c{n}", "dataType": "INT"} for n in range(5)]
    server.routes["/api/v1/tables/name/a.b.c.d/columns"] = served(columns)
    with connect(server, page_size=2) as om:
        assert [each.name for each in om.tables.columns("a.b.c.d")] == [f"c{n}" for n in range(5)]
        assert om.tables.columns("a.b.c.d", ["tags", "profile"]).first().dataType == "INT"
    assert "fields=tags%2Cprofile" in server.seen[-1].path.replace(",", "%2C")


def test_children_of_containers_are_read_page_by_page(server: Stub) -> None:
    children = [{"id": each, "type": "container", "name": each[-1]} for each in IDS]
    server.routes["/api/v1/containers/name/a.b/children"] = served(children)
    with connect(server, page_size=3) as om:
        assert [each.name for each in om.containers.children("a.b")] == list("01234")
    assert len(server.seen) == 2


def test_ports_are_listed_added_and_removed(server: Stub) -> None:
    host = f"{server.host}/api/v1/tables/{IDS[1]}"
    port = {"id": IDS[1], "name": "t", "columns": [], "href": host}
    server.routes["/api/v1/dataProducts/name/Orders/inputPorts"] = served([port, {"id": "x"}])
    answer = {
        "status": "partialSuccess",
        "successRequest": [{"request": {"id": IDS[1], "type": "table"}}],
        "failedRequest": [{"request": {"id": IDS[2], "type": "table"}, "message": "no"}],
    }
    for path in ("inputPorts/add", "outputPorts/remove"):
        server.routes[f"PUT /api/v1/dataProducts/Orders/{path}"] = answer
    with connect(server) as om:
        first, second = om.data_products.input_ports("Orders")
        assert isinstance(first, om.types.Table)
        assert second == {"id": "x"}
        table = {"id": IDS[1], "type": "table"}
        result = om.data_products.add_input_ports("Orders", table)
        assert result.passed == [table]
        assert result.failed == [({"id": IDS[2], "type": "table"}, "no")]
        assert server.seen[-1].json == {"assets": [table]}
        om.data_products.remove_output_ports("Orders", [table])
    assert server.seen[-1].path == "/api/v1/dataProducts/Orders/outputPorts/remove"
