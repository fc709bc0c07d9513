"""100,000 tables in one schema: listed, filtered and deleted at a memory that does not grow.

The tables are copies of one that the sandbox itself made, written to its file between two runs.
"""

from __future__ import annotations

import json
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from dynclient.sandbox.entities.read import MOST
from dynclient.sandbox.storage.database import Database
from dynclient.sandbox.storage.store import Reference, Transaction
from tests.support.sandbox_processes import LaunchedSandbox, launch

MANY = 100_000
PAGE = 1000
MEGABYTE = 1 << 20

SERVICE = {
    "name": "s",
    "serviceType": "Mysql",
    "connection": {"config": {"type": "Mysql", "username": "u", "hostPort": "db:3306"}},
}
COLUMNS = [{"name": f"c{number}", "dataType": "INT"} for number in range(5)]

pytestmark = pytest.mark.slow


def made(running: LaunchedSandbox, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = running.ask("POST", path, json=body)
    assert response.status_code == 201, response.text
    page: dict[str, Any] = response.json()
    return page


def multiply(tx: Transaction, id: str, count: int) -> None:
    """Write copies of a table, each with a name of its own."""
    row = tx.get(id)
    assert row is not None
    fields = ["databaseSchema", "database", "service"]
    edges = tx.references_from([id], fields)
    assert {edge.field for edge in edges} == set(fields)
    text = json.dumps(row.doc)
    for number in range(count):
        name = f"t{number:06}"
        doc = json.loads(text.replace(row.fqn, f"s.d.c.{name}"))
        doc |= {"id": str(uuid.uuid4()), "name": name}
        tx.put("table", doc)
        for edge in edges:
            tx.add_reference(
                Reference(doc["id"], edge.field, edge.target, "table", edge.target_type)
            )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with 100,000 tables in one schema, and two in another."""
    file = tmp_path_factory.mktemp("scale") / "file.db"
    with launch("--data", file) as running:
        made(running, "/v1/services/databaseServices", SERVICE)
        made(running, "/v1/databases", {"name": "d", "service": "s"})
        for schema in ("c", "few"):
            made(running, "/v1/databaseSchemas", {"name": schema, "database": "s.d"})
        body = {"name": "pattern", "databaseSchema": "s.d.c", "columns": COLUMNS}
        pattern = made(running, "/v1/tables", body)
        for name in ("one", "two"):
            made(running, "/v1/tables", {**body, "name": name, "databaseSchema": "s.d.few"})
        assert running.end(signal.SIGTERM) == 0
    database = Database(file, durable=False)
    try:
        with database.write() as tx:
            multiply(tx, pattern["id"], MANY)
            tx.remove(pattern["id"])
    finally:
        database.close()
    return file


@pytest.fixture
def running(data: Path) -> Iterator[LaunchedSandbox]:
    """A sandbox that serves them."""
    with launch("--data", data) as started:
        yield started
        assert started.end(signal.SIGTERM) == 0


def memory(running: LaunchedSandbox) -> int:
    """Return the memory that the server's process holds, in bytes."""
    return int(psutil.Process(running.process.pid).memory_info().rss)


def pages(
    running: LaunchedSandbox, watched: Callable[[], None] = lambda: None, **query: Any
) -> Iterator[list[dict[str, Any]]]:
    """Yield page after page of tables, to the last."""
    after: dict[str, str] = {}
    while True:
        response = running.ask("GET", "/v1/tables", params={"limit": PAGE, **query, **after})
        assert response.status_code == 200, response.text
        page = response.json()
        watched()
        yield page["data"]
        if "after" not in page["paging"]:
            return
        after = {"after": page["paging"]["after"]}


@pytest.mark.parametrize("query", [{}, {"databaseSchema": "s.d.c", "fields": "tags,columns"}])
def test_long_lists_are_paged_in_bounded_memory(
    running: LaunchedSandbox, query: dict[str, str]
) -> None:
    seen: list[int] = []
    names = []
    for page in pages(running, lambda: seen.append(memory(running)), **query):
        names += [table["name"] for table in page]
    expected = [f"t{number:06}" for number in range(MANY)]
    assert names == ([*expected] if query else ["one", *expected, "two"])
    # The first pages fill caches; whoever held what was listed would need some 200 MB more.
    assert max(seen) - seen[5] < 40 * MEGABYTE
    assert max(seen) < 300 * MEGABYTE


def test_a_filter_finds_few_among_many(running: LaunchedSandbox) -> None:
    found = [table["name"] for page in pages(running, databaseSchema="s.d.few") for table in page]
    assert found == ["one", "two"]


def plan(database: Database, where: str, values: list[Any]) -> str:
    """Return how SQLite finds a page of tables."""
    query = f"select e.id from entities e where {where} order by e.name, e.id limit ?"
    with database.read() as tx:
        return "; ".join(step[3] for step in tx.explain(query, [*values, PAGE]))


def test_pages_are_found_by_an_index_however_deep(data: Path) -> None:
    database = Database(data)
    try:
        listed = "e.type = ? and e.deleted = ?"
        place = " and (e.name, e.id) > (?, ?)"
        below = " and e.fqn >= ? and e.fqn < ?"
        for where, values, sought in (
            (listed, ["table", 0], "(type=? AND deleted=?)"),
            (listed + place, ["table", 0, "t09", ""], "(type=? AND deleted=? AND (name,id)>(?,?))"),
            (f"e.type = ?{place}", ["table", "t09", ""], "(type=? AND (name,id)>(?,?))"),
            (
                listed + below + place,
                ["table", 0, "s.d.c.", "s.d.c/", "t09", ""],
                "(type=? AND deleted=? AND (name,id)>(?,?))",
            ),
        ):
            query_plan = plan(database, where, values)
            assert "SEARCH e USING COVERING INDEX" in query_plan
            assert sought in query_plan
            assert "TEMP B-TREE" not in query_plan
    finally:
        database.close()


def test_everything_below_a_service_is_deleted_in_bounded_memory(
    data: Path, tmp_path: Path
) -> None:
    with launch("--data", shutil.copy(data, tmp_path)) as running:
        delete_everything(running)
        assert running.end(signal.SIGTERM) == 0


def delete_everything(running: LaunchedSandbox) -> None:
    assert running.ask("GET", "/v1/tables", params={"limit": PAGE}).status_code == 200
    before = memory(running)
    service = running.ask("GET", "/v1/services/databaseServices/name/s").json()["id"]
    path = f"/v1/services/databaseServices/{service}"
    error_response = running.ask("DELETE", path)
    assert (error_response.status_code, error_response.json()["message"]) == (
        400, "databaseService is not empty"
    )  # fmt: skip
    done = running.session.delete(
        running.info["host"] + path, params={"recursive": "true", "hardDelete": "true"}, timeout=600
    )
    assert done.status_code == 200, done.text
    assert memory(running) - before < 60 * MEGABYTE
    left = running.ask("GET", "/v1/tables", params={"limit": MOST, "include": "all"}).json()
    assert left == {"data": [], "paging": {"total": 0}}
