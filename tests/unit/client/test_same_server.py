"""Entities of another server, whose ids mean nothing on this one."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.settings import Settings
from tests.support.trees import release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
COLUMN = {"name": "a", "dataType": "INT"}


def client(host: str, response: dict[str, Any]) -> tuple[Client, Wire]:
    wire = Wire(response)
    return Client(f"http://{host}/api", wire, Settings(), release_named("starter")), wire  # type: ignore[arg-type]


@pytest.fixture
def table() -> Any:
    data = {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "columns": [COLUMN]}
    return client("one", data)[0].tables["s.d.c.t"]


def user(host: str) -> Any:
    return client(host, {"id": ID, "name": "ada", "fullyQualifiedName": "ada"})[0].users["ada"]


def test_an_entity_of_another_server_is_not_saved_here(table: Any) -> None:
    om, wire = client("two", {"id": ID, "name": "t"})
    table.description = "new"
    message = r"Table s.d.c.t was returned by http://one, and this is a client of http://two, .*"
    with pytest.raises(errors.UsageError, match=message + r"om\.tables\['s\.d\.c\.t'\]$"):
        om.save(table)
    for call in (
        lambda: om.tables.patch(table),
        lambda: om.tables.delete(table, hard=True),
        lambda: om.delete(table),
        lambda: om.tables.get(table),
        lambda: om.tables[table],
        lambda: om.tables.versions(table),
        lambda: om.tables.follow(ID, user("one")),
        lambda: om.tables.create(name="t", databaseSchema="s", columns=[], owners=[user("one")]),
    ):
        with pytest.raises(errors.UsageError, match="returned by http://one"):
            call()
    assert wire.sent == []


def test_names_of_another_server_are_sent_and_so_is_what_no_server_returned(table: Any) -> None:
    om, wire = client("two", {"id": ID, "name": "t"})
    tag = client("one", {"id": ID, "name": "S", "fullyQualifiedName": "PII.S"})[0].tags["PII.S"]
    schema = model.load(
        om.types.DatabaseSchema, {"id": ID, "name": "c", "fullyQualifiedName": "s.d.c"}
    )
    om.tables.create(
        name="t", databaseSchema=schema, columns=[COLUMN], tags=[tag], owners=[user("two")]
    )
    assert wire.last.json["databaseSchema"] == "s.d.c"
    om.tables.delete(model.load(om.types.Table, {"id": ID}))
    other, _ = client("one", {"id": ID, "name": "t"})
    table.description = "new"
    assert other.save(table).id == ID  # another client of the same server
