"""Lists of a server as tables, in each release."""

from __future__ import annotations

import pytest

import dynclient

pytestmark = pytest.mark.usefixtures("removed_afterwards")


@pytest.fixture
def database(each: dynclient.Client) -> str:
    """Return the name of a database whose schema has two tables, one of them with an owner."""
    for entity in ("databaseService", "database", "databaseSchema"):
        each[entity].upsert(**each.example(entity))
    request = each.example("table")
    request["columns"] = [{"name": "id", "dataType": "INT"}, {"name": "day", "dataType": "DATE"}]
    for name in ("frame_a", "frame_b"):
        each.tables.upsert(**{**request, "name": name})
    each.users.upsert(name="framer", email="framer@example.org")
    each.tables.set_owners(f"{request['databaseSchema']}.frame_a", "framer@example.org")
    return str(each.example("databaseSchema")["database"])


def owner_field(om: dynclient.Client) -> str:
    return next(f for f in ("owners", "owner") if f in om.release.entities["table"].properties)


def test_what_is_returned_on_request_only_is_requested(
    each: dynclient.Client, database: str
) -> None:
    owner = owner_field(each)
    fields = ("name", f"{owner}.name", "databaseSchema.name")
    found = each.tables.list(database=database, page_size=1).to_dicts(flat=True, fields=fields)
    names = {row["name"]: row[f"{owner}.name"] for row in found}
    assert names["frame_a"] == (["framer"] if owner == "owners" else "framer")
    assert not names["frame_b"]
    assert found[0]["databaseSchema.name"] == "example_databaseSchema"


def test_columns_are_rows(each: dynclient.Client, database: str) -> None:
    listing = each.tables.list(database=database)
    rows = listing.to_dicts(
        flat=True, fields=("name", "columns.name", "columns.dataType"), explode="columns"
    )
    mine = [tuple(row.values()) for row in rows if row["name"] == "frame_b"]
    assert mine == [("frame_b", "id", "INT"), ("frame_b", "day", "DATE")]


def test_arrow_reads_a_list(each: dynclient.Client, database: str) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    table = each.tables.list(database=database, page_size=1).to_arrow()
    assert {"frame_a", "frame_b"} <= set(table.column("name").to_pylist())
    assert table.schema.field("version").type == arrow.float64()
