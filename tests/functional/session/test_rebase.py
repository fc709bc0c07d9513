"""Several clients that save one entity at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from dynclient import errors
from dynclient.client.client import Client
from tests.support.external_server import own
from tests.support.trees import ALL_RELEASES

pytestmark = pytest.mark.usefixtures("removed_afterwards")

REBASED = own("Rebased")
COLUMNS = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "INT"}]


@pytest.fixture(params=dict.fromkeys(ALL_RELEASES[-1:] + ALL_RELEASES[:1]))
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def new_table(om: Client, name: str) -> Any:
    """Create a table of a test's own."""
    config = {"type": "Mysql", "username": "u", "hostPort": "db:3306"}
    service = om.database_services.upsert(
        name=own("rebase"), serviceType="Mysql", connection={"config": config}
    )
    database = om.databases.upsert(name="d", service=service)
    schema = om.database_schemas.upsert(name="c", database=database)
    return om.tables.create(name=name, databaseSchema=schema, columns=COLUMNS)


def saved(om: Client, table: Any) -> Any:
    """Save until it is done; others may be faster each time."""
    while True:
        try:
            return om.save(table, read_back=True, on_conflict="rebase")
        except errors.LostUpdate as error:
            if "was changed by others during each of 10 attempts" not in str(error):
                raise


def test_no_change_of_clients_that_save_at_once_is_lost(
    release: str, connected: Callable[[str], Client]
) -> None:
    clients = [connected(release) for _ in range(4)]
    table = new_table(clients[0], "at_once")
    start = threading.Barrier(4)
    problems: list[BaseException] = []

    def save(number: int) -> None:
        mine = clients[number].tables[table.id]
        start.wait(30)
        try:
            for count in range(5):
                mine.columns.append({"name": f"c{number}_{count}", "dataType": "INT"})
                mine = saved(clients[number], mine)
        except BaseException as error:  # shown below
            problems.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    names = [each.name for each in clients[0].tables[table.id].columns]
    added = {f"c{number}_{count}" for number in range(4) for count in range(5)}
    assert sorted(names) == sorted({"id", "total"} | added)


def test_labels_that_another_client_added_meanwhile_stay(
    release: str, connected: Callable[[str], Client]
) -> None:
    om = connected(release)
    classification = om.classifications.upsert(name=REBASED, description="x")
    for name in ("One", "Two", "Three"):
        om.tags.upsert(name=name, classification=classification, description="x")
    table = new_table(om, "labels")

    def label(name: str) -> dict[str, str]:
        return {"tagFQN": f"{REBASED}.{name}", "source": "Classification", "labelType": "Manual",
                "state": "Confirmed"}  # fmt: skip

    mine = om.tables.get(table.id, fields=["columns", "tags"])
    theirs = om.tables.get(table.id, fields=["columns", "tags"])
    theirs.tags = [label("One")]
    theirs.columns[0].tags = [label("Two")]
    om.save(theirs)
    mine.tags = [label("Three")]
    mine.columns[0].description = "mine"
    with pytest.raises(errors.LostUpdate):
        om.save(mine)
    om.save(mine, on_conflict="rebase", read_back=True)
    now = om.tables.get(table.id, fields=["columns", "tags"])
    assert sorted(each.tagFQN for each in now.tags) == [f"{REBASED}.One", f"{REBASED}.Three"]
    assert [each.tagFQN for each in now.columns[0].tags] == [f"{REBASED}.Two"]
    assert now.columns[0].description == "mine"
