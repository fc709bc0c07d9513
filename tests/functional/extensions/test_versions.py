"""Versions of entities: the history, what differs, who changed what, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, OutOfRange
from tests.support.trees import ALL_RELEASES

pytestmark = pytest.mark.usefixtures("removed_afterwards")


@pytest.fixture
def table(each: Client) -> Iterator[Any]:
    """A table of three versions: the second has another description, the third a column more."""
    service = each.database_services.create(
        name="past", serviceType="Mysql", connection={"config": {"hostPort": "x", "username": "x"}}
    )
    database = each.databases.create(name="db", service=service)
    schema = each.database_schemas.create(name="s", database=database)
    columns = [{"name": "id", "dataType": "INT"}]
    table = each.tables.create(
        name="t", databaseSchema=schema, columns=columns, description="first"
    )
    table.description = "second"
    table = each.save(table)
    table.columns.append({"name": "total", "dataType": "INT"})
    table = each.save(table)
    table.description = "third"
    yield each.save(table)
    each.database_services.delete(service, recursive=True, hard=True)


def test_a_history_says_who_changed_what_and_when(each: Client, table: Any) -> None:
    history = each.history(table)
    assert history[-1].number == "0.1"
    assert history[0].number == str(table.version)
    assert history[0].by == "admin"
    assert history[0].at <= datetime.now(UTC)
    assert "description" in history[0].changes
    assert history[-1].changes == ()
    assert str(history).splitlines()[0] == "table past.db.s.t"
    assert "created" in str(history).splitlines()[-1]
    assert history["0.1"].entity.description == "first"
    assert len(each.history("table:past.db.s.t")) == len(history)
    with pytest.raises(BadArguments, match=r"has no version '9\.9'; it has"):
        history["9.9"]


def test_a_version_beyond_the_oldest_does_not_exist(each: Client, table: Any) -> None:
    history = each.history(table)
    assert history[-1].number == history[len(history) - 1].number
    with pytest.raises(OutOfRange, match=rf"has no version 99; it has {len(history)} version"):
        history[99]


def test_two_versions_are_compared_field_by_field(each: Client, table: Any) -> None:
    found = each.diff(table, "0.1", each.history(table)[0].number)
    assert ("description", "first", "third") in list(found)
    [column] = [change for change in found if change.path.startswith("columns")]
    assert column.path == "columns['total']"
    assert column.kind == "added"
    assert "~ description: first → third" in str(found)
    assert "+ columns['total']: past.db.s.t.total" in str(found)


def test_a_version_is_compared_with_the_present_state(each: Client, table: Any) -> None:
    number = each.history(table)[0].number
    assert list(each.diff(table, number)) == []
    assert str(each.diff(table, number)).endswith("no differences")
    assert [change.path for change in each.diff(table, 0.1)] == ["description", "columns['total']"]


def test_two_entities_are_compared(each: Client, table: Any) -> None:
    other = each.tables.create(
        name="u",
        databaseSchema=table.databaseSchema,
        columns=[{"name": "id", "dataType": "BIGINT"}],
        description="third",
    )
    places = {change.path: change.kind for change in each.diff(table, other)}
    assert places["name"] == "changed"
    assert "description" not in places
    with pytest.raises(BadArguments, match="must be a Table too, not a User"):
        each.diff(table, each.me())


def test_entities_of_two_servers_are_compared_by_name(connected: Callable[[str], Client]) -> None:
    one, two = connected(ALL_RELEASES[0]), connected(ALL_RELEASES[-1])
    if one.host == two.host:
        pytest.skip("needs the trees of two releases")
    users = []
    for om, text in ((one, "a"), (two, "b")):
        om.users.upsert(name="vera", email="vera@example.com", description=text)
        users.append(om.users["vera"])
    found = {change.path: change for change in two.diff(*users)}
    assert found["description"].before == "a"
    assert "id" not in found


def test_each_field_has_the_version_that_changed_it_last(each: Client, table: Any) -> None:
    blame = each.blame(table)
    numbers = [version.number for version in each.history(table)]
    assert blame["description"].number == numbers[0]
    assert blame["name"].number == "0.1"
    assert blame["columns['total']"].number in numbers[:-1]
    assert "description" in str(blame)


def test_a_rollback_can_be_looked_at_before_it_is_applied(each: Client, table: Any) -> None:
    back = each.rollback(table, "0.1")
    assert {change.path for change in back.diff} == {"description", "columns['total']"}
    assert "third → first" in str(back)
    assert each.tables[table.id].description == "third"
    restored = back.apply()
    assert restored.description == "first"
    assert [column.name for column in restored.columns] == ["id"]
    assert list(each.diff(table, "0.1")) == []


def test_a_rollback_keeps_what_others_changed_elsewhere(each: Client, table: Any) -> None:
    back = each.rollback(table, "0.1")
    other = each.tables[table.id]
    other.displayName = "The table"
    each.save(other)
    restored = back.apply()
    assert restored.displayName == "The table"
    assert restored.description == "first"


def test_a_rollback_to_the_present_changes_nothing(each: Client, table: Any) -> None:
    back = each.rollback(table, each.history(table)[0].number)
    assert back.fields == ()
    assert back.apply().version == table.version


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("0.1", "0.2", "0.3"), "one or two versions"),
        ((), "one or two versions"),
        (("latest",), "one or two versions"),
        (("0.7",), r"has no version '0\.7'; it has"),
    ],
)
def test_wrong_versions_are_refused(each: Client, table: Any, arguments: Any, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        each.diff(table, *arguments)


def test_the_number_of_a_rollback_is_checked(each: Client, table: Any) -> None:
    with pytest.raises(BadArguments, match=r"such as '0\.2'"):
        each.rollback(table, "yesterday")
    with pytest.raises(NotFound):
        each.history("table:past.db.s.nope")


def test_secrets_of_versions_are_masked(om: Client) -> None:
    config = {"hostPort": "x", "username": "x", "authType": {"password": "hunter2-before"}}
    service = om.database_services.create(
        name="vault", serviceType="Mysql", connection={"config": config}
    )
    try:
        service.connection.config.authType.password = "hunter2-after"
        present = om.database_services["vault"]
        shown = [
            str(om.diff(service, present)),
            str(om.blame(service)),
            repr(list(om.diff(present, service))),
        ]
        assert "hunter2" not in "".join(shown)
    finally:
        om.database_services.delete(service, recursive=True, hard=True)
