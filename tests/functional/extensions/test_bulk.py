"""Many entities at once, against sandboxes of several releases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import Conflict, NotFound
from dynclient.schema.versions import numbers
from tests.support.shop import delete_for_good

COLUMNS = [{"name": "id", "dataType": "INT"}]
CONNECTION = {"config": {"type": "Mysql", "username": "u", "hostPort": "db:3306"}}


@pytest.fixture
def schema(each: Client) -> Iterator[str]:
    """Create a database schema with nothing in it, and return its name."""
    each.database_services.upsert(name="bulk", serviceType="Mysql", connection=CONNECTION)
    each.databases.upsert(name="d", service="bulk")
    yield str(each.database_schemas.upsert(name="s", database="bulk.d").fullyQualifiedName)
    each.database_services.delete("bulk", recursive=True, hard=True)


def rows(schema: str, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        {"name": f"t{number}", "databaseSchema": schema, "columns": COLUMNS, **fields}
        for number in range(count)
    ]


def names(count: int) -> list[str]:
    return sorted(f"bulk.d.s.t{number}" for number in range(count))


def listed(om: Client, schema: str) -> dict[str, Any]:
    return {str(each.fullyQualifiedName): each for each in om.tables.list(databaseSchema=schema)}


def test_upserts_create_update_and_leave_unchanged(each: Client, schema: str) -> None:
    first = each.tables.upsert_many(rows(schema, 20), batch=1)
    assert sorted(first.created) == names(20)
    changed = [*rows(schema, 10, description="new"), *rows(schema, 20)[10:]]
    second = each.tables.upsert_many(changed, batch=1)
    assert sorted(second.updated) == sorted(f"bulk.d.s.t{number}" for number in range(10))
    assert sorted(second.unchanged) == sorted(f"bulk.d.s.t{number}" for number in range(10, 20))


def test_rows_are_written_by_whatever_the_server_has(each: Client, schema: str) -> None:
    bad = {"name": "bad", "databaseSchema": "bulk.d.missing", "columns": COLUMNS}
    result = each.tables.upsert_many([*rows(schema, 30), bad, {"name": "worse"}])
    has_bulk = not each.release.version or each.release.version >= numbers("1.11")
    assert sorted(result.written if has_bulk else result.created) == names(30)
    assert [failure.number for failure in sorted(result.failed, key=lambda each: each.number)] == [
        30, 31,
    ]  # fmt: skip
    errors = {failure.number: failure.error for failure in result.failed}
    assert isinstance(errors[30], NotFound)
    assert sorted(listed(each, schema)) == names(30)


def test_creates_conflict_with_what_exists(each: Client, schema: str) -> None:
    each.tables.create(**rows(schema, 1)[0])
    result = each.tables.create_many(rows(schema, 5))
    assert len(result.created) == 4
    assert isinstance(result.failed[0].error, Conflict)
    assert result.failed[0].name == "bulk.d.s.t0"


def test_a_create_that_was_not_recorded_is_compared(
    each: Client, schema: str, tmp_path: Path
) -> None:
    """The journal ends before the last row, as after a crash."""
    journal = tmp_path / "load.journal"
    body = rows(schema, 4, description="a table", tableType="Regular")
    each.tables.create_many(body, journal=journal, ordered=True)
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))
    again = each.tables.create_many(body, journal=journal)
    assert sorted(again.created) == names(4)
    assert again.continued == 3
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))
    recorded = {json.loads(line)[-1] for line in journal.read_text().splitlines()[1:]}
    lost = sorted(set(names(4)) - recorded)
    table = each.tables[lost[0]]
    table.description = "changed by another user"
    each.save(table)
    again = each.tables.create_many(body, journal=journal)
    assert [failure.name for failure in again.failed] == lost
    assert isinstance(again.failed[0].error, Conflict)


def test_mixed_kinds_are_sent_parents_first(each: Client) -> None:
    types = each.types
    mixed = [
        types.CreateTableRequest(name="t", databaseSchema="mixed.d.s", columns=COLUMNS),
        ("glossaryTerm", {"name": "below", "glossary": "Mixed", "parent": "Mixed.top",
                          "description": "x"}),
        ("glossaryTerm", {"name": "top", "glossary": "Mixed", "description": "x"}),
        ("glossary", {"name": "Mixed", "description": "x"}),
        types.CreateDatabaseSchemaRequest(name="s", database="mixed.d"),
        types.CreateDatabaseRequest(name="d", service="mixed"),
        types.CreateDatabaseServiceRequest(
            name="mixed", serviceType="Mysql", connection=CONNECTION
        ),
    ]  # fmt: skip
    result = each.upsert_many(mixed)
    assert result.raise_failures().count == len(mixed)
    assert each.tables["mixed.d.s.t"].name == "t"
    assert each.glossary_terms["Mixed.top.below"].name == "below"
    each.database_services.delete("mixed", recursive=True, hard=True)
    delete_for_good(each.glossaries, "Mixed")


def test_entities_that_are_read_changed_and_saved(each: Client, schema: str) -> None:
    each.tables.upsert_many(rows(schema, 25))

    def changed() -> Iterator[Any]:
        for table in each.tables.list(databaseSchema=schema, page_size=10):
            if table.name != "t0":
                table.description = f"about {table.name}"
            yield table

    result = each.tables.save_many(changed())
    assert len(result.updated) == 24
    assert result.unchanged == ["bulk.d.s.t0"]
    assert listed(each, schema)["bulk.d.s.t7"].description == "about t7"


def test_a_save_that_conflicts_fails_its_row(each: Client, schema: str) -> None:
    each.tables.upsert_many(rows(schema, 2))
    mine = list(listed(each, schema).values())
    theirs = each.tables["bulk.d.s.t0"]
    theirs.description = "theirs"
    each.save(theirs)
    for table in mine:
        table.displayName = "mine"
    result = each.tables.save_many(mine)
    assert [failure.name for failure in result.failed] == ["bulk.d.s.t0"]
    again = each.tables.save_many(mine[:1] if mine[0].name == "t0" else mine[1:],
                                  on_conflict="rebase")  # fmt: skip
    assert again.updated == ["bulk.d.s.t0"]


def test_deletions_and_reads(each: Client, schema: str) -> None:
    each.tables.upsert_many(rows(schema, 10))
    found = list(each.tables.get_many([*names(10), "bulk.d.s.none"]))
    assert [table and table.fullyQualifiedName for table in found] == [*names(10), None]
    targets = [found[0], found[1].id, found[2].fullyQualifiedName]
    result = each.tables.delete_many(targets, hard=True)
    assert len(result.deleted) == 3
    assert sorted(listed(each, schema)) == names(10)[3:]


def test_what_is_not_kept_is_deleted(each: Client, schema: str) -> None:
    each.tables.upsert_many(rows(schema, 30))
    kept = names(30)[:20]
    planned = each.tables.delete_stale(kept, {"database": "bulk.d"}, dry_run=True)
    assert sorted(planned.deleted) == names(30)[20:]
    assert len(listed(each, schema)) == 30
    result = each.tables.delete_stale(kept, {"database": "bulk.d"})
    assert len(result.deleted) == 10
    assert sorted(listed(each, schema)) == kept


def test_a_file_of_rows(each: Client, schema: str, tmp_path: Path) -> None:
    path = tmp_path / "tables.csv"
    path.write_text(
        "name,databaseSchema,columns\n"
        f'a,{schema},"[{{""name"": ""id"", ""dataType"": ""INT""}}]"\n'
        f'b,{schema},"[]"\n'
    )
    result = each.tables.upsert_many(path)
    assert result.raise_failures().count == 2
    assert sorted(listed(each, schema)) == ["bulk.d.s.a", "bulk.d.s.b"]
