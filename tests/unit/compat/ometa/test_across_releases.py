"""Classes of one release before a server of another: fields get the names of the other side."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.errors import DriftWarning
from tests.support.stub import Stub
from tests.support.trees import TREES, release_named

IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
OWNER = {"id": IDENTITY, "type": "user", "name": "ada"}
OLD = next((name for name in TREES if name.startswith("1.0")), None)

pytestmark = [
    pytest.mark.skipif(OLD is None, reason="no tree from before 1.5 is available"),
    pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning"),
]


@pytest.fixture
def metadata() -> Iterator[Any]:
    """A script with today's classes, connected to a server of long ago."""
    old, _ = release_named(OLD or ""), release_named([*TREES][-1])  # both are available from now on
    compat.install()  # without a release
    with Stub() as stub:
        stub.routes["/api/v1/system/version"] = {"version": old.name}
        import_module("metadata.generated.schema.entity.data.table")
        with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}) as client:
            client.stub = stub
            yield client
    compat.uninstall()


def cls(module: str, name: str) -> Any:
    return getattr(import_module(f"metadata.generated.schema.{module}"), name)


TABLE = {"id": IDENTITY, "name": "t", "columns": [], "owner": OWNER}


def test_requests_are_written_as_the_server_reads_them(metadata: Any) -> None:
    metadata.stub.routes["PUT /api/v1/tables"] = TABLE
    request = cls("api.data.createTable", "CreateTableRequest")(
        name="t", databaseSchema="s.d.x", columns=[], owners=[OWNER]
    )
    table = metadata.create_or_update(request)
    assert metadata.stub.seen[-1].json["owner"] == OWNER
    assert type(table) is cls("entity.data.table", "Table")
    assert [owner.name for owner in table.owners.root] == ["ada"]


def test_fields_are_requested_by_the_names_of_the_server(metadata: Any) -> None:
    metadata.stub.routes[f"/api/v1/tables/{IDENTITY}"] = TABLE
    metadata.stub.routes["/api/v1/tables"] = {"data": [TABLE], "paging": {"total": 1}}
    Table = cls("entity.data.table", "Table")
    found = metadata.get_by_id(Table, IDENTITY, fields=["owners", "tags"])
    listed = metadata.list_entities(Table, fields=["owners"]).entities
    assert [table.owners.root[0].name for table in [found, *listed]] == ["ada", "ada"]
    requested = [seen.path.partition("fields=")[2] for seen in metadata.stub.seen[-2:]]
    assert [each.partition("&")[0] for each in requested] == ["owner%2Ctags", "owner"]


@pytest.mark.filterwarnings("default::dynclient.errors.DriftWarning")
def test_requests_and_fields_of_another_release_are_reported(metadata: Any) -> None:
    metadata.stub.routes["PUT /api/v1/tables"] = TABLE
    metadata.stub.routes["/api/v1/tables"] = {"data": [TABLE], "paging": {"total": 1}}
    request = cls("api.data.createTable", "CreateTableRequest")(
        name="t", databaseSchema="s.d.x", columns=[], owners=[OWNER]
    )
    with pytest.warns(DriftWarning, match=r"Request\.owners is called owner in release") as sent:
        metadata.create_or_update(request)
    Table = cls("entity.data.table", "Table")
    with pytest.warns(DriftWarning, match=r"Table\.owners is called owner in release") as requested:
        metadata.list_entities(Table, fields=["owners"])
    assert {each.filename for each in [*sent, *requested]} == {__file__}


def test_patches_address_what_the_server_has(metadata: Any) -> None:
    metadata.stub.routes[f"PATCH /api/v1/tables/{IDENTITY}"] = TABLE
    Table = cls("entity.data.table", "Table")
    before = compat.wrap(Table, {**TABLE, "owner": None})
    after = before.model_copy(deep=True)
    after.owners = [OWNER]
    metadata.patch(Table, before, after)
    sent = {"op": "add", "path": "/owner", "value": {"id": IDENTITY, "type": "user"}}
    assert metadata.stub.seen[-1].json == [sent]


def test_queries_are_created_with_the_entity_they_use() -> None:
    """With the newest available release; the starter release has no queries."""
    compat.install(release_named([*TREES][-1]))
    query = {"id": IDENTITY, "name": "q", "query": "select 1"}
    try:
        with Stub() as stub:
            stub.routes["PUT /api/v1/queries"] = query
            for what in ("usage", "users"):
                stub.routes[f"PUT /api/v1/queries/{IDENTITY}/{what}"] = query
            request = cls("api.data.createQuery", "CreateQueryRequest")(
                query="select 1", service="s", users=["ada"]
            )
            raw = {"id": IDENTITY, "name": "t", "columns": []}
            table = cls("entity.data.table", "Table").model_validate(raw)
            with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}) as metadata:
                metadata.ingest_entity_queries_data(table, [request])
            sent = [(seen.path.rpartition("/")[2], seen.json) for seen in stub.seen[-2:]]
            created = next(seen.json for seen in stub.seen if seen.method == "PUT")
    finally:
        compat.uninstall()
    assert created == {"query": "select ?", "service": "s", "users": ["ada"]}
    assert sent == [("usage", [{"id": IDENTITY, "type": "table"}]), ("users", ["ada"])]


def test_costs_belong_to_the_query_with_the_checksum_of_the_text() -> None:
    """With the newest available release; the starter release has no queries."""
    compat.install(release_named([*TREES][-1]))
    name = "6a1f91e01cc41e5554fa246bb8af89e0"
    cost = SimpleNamespace(
        query="SELECT id FROM t", date="1700000000000", cost=1.5, count=2, totalDuration=9.0
    )
    try:
        with Stub() as stub:
            query = {"id": IDENTITY, "name": name, "query": cost.query}
            stub.routes[f"/api/v1/queries/name/s.{name}"] = query
            stub.routes["POST /api/v1/queryCostRecord"] = {"id": IDENTITY, "cost": 1.5}
            with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}) as metadata:
                assert metadata.publish_query_cost(cost, "s")["cost"] == 1.5
                assert metadata.publish_query_cost(cost, "other") is None
                sent = next(seen.json for seen in stub.seen if seen.method == "POST")
    finally:
        compat.uninstall()
    assert sent == {
        "timestamp": 1700000000000, "jsonSchema": "queryCostRecord", "cost": 1.5, "count": 2,
        "totalDuration": 9.0, "queryReference": {"id": IDENTITY, "type": "query"},
    }  # fmt: skip
