"""40,000 tables in one schema: listed, filtered and deleted at a memory that does not grow.

The tables are copies of one that the sandbox itself created, written to its file between two runs.
Half of them are deleted.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import signal
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from dynclient.sandbox.entities.read import MOST
from dynclient.sandbox.storage.database import Database
from tests.support.sandbox_processes import LaunchedSandbox, launch

MANY = 40_000
PAGE = 1000
MEGABYTE = 1 << 20

SERVICE = {
    "name": "s",
    "serviceType": "Mysql",
    "connection": {"config": {"type": "Mysql", "username": "u", "hostPort": "db:3306"}},
}
COLUMNS = [{"name": f"c{number}", "dataType": "INT"} for number in range(5)]


def create(running: LaunchedSandbox, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = running.request("POST", path, json=body)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


COPIES = """
create temp table made as
    with recursive numbers (number) as
        (select 0 union all select number + 1 from numbers where number + 1 < :count)
    select uuid() as id, printf('t%06d', number) as name from numbers;
insert into entities
    select made.id, type, made.name, 's.d.c.' || made.name, display, description, deleted,
        updated_at, json_set(replace(doc, fqn, 's.d.c.' || made.name), '$.id', made.id,
        '$.name', made.name)
    from made, entities e where e.id = :id;
insert into refs
    select made.id, field, pos, target, source_type, target_type
    from made, refs r where r.source = :id;
delete from refs where source = :id;
delete from entities where id = :id;
"""
"""Replaces a table by copies of it, each with a name and an id."""


def multiply(file: Path, count: int) -> Path:
    """Replace the table ``s.d.c.pattern`` in a file by copies of it."""
    database = sqlite3.connect(file)
    with contextlib.closing(database), database:
        database.create_function("uuid", 0, lambda: str(uuid.uuid4()))
        query = "select id from entities where type = 'table' and fqn = 's.d.c.pattern'"
        [id] = database.execute(query).fetchone()
        fields = database.execute("select field from refs where source = ?", (id,)).fetchall()
        assert {"databaseSchema", "database", "service"} <= {field for (field,) in fields}
        for statement in COPIES.strip().split(";\n"):
            database.execute(statement, {"id": id, "count": count})
    return file


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with one table in one schema, and two in another."""
    file = tmp_path_factory.mktemp("scale") / "pattern.db"
    with launch("--data", file) as running:
        create(running, "/v1/services/databaseServices", SERVICE)
        create(running, "/v1/databases", {"name": "d", "service": "s"})
        for schema in ("c", "few"):
            create(running, "/v1/databaseSchemas", {"name": schema, "database": "s.d"})
        body = {"name": "pattern", "databaseSchema": "s.d.c", "columns": COLUMNS}
        create(running, "/v1/tables", body)
        for name in ("one", "two"):
            create(running, "/v1/tables", {**body, "name": name, "databaseSchema": "s.d.few"})
        assert running.end(signal.SIGTERM) == 0
    return file


@pytest.fixture(scope="module")
def data(pattern: Path) -> Path:
    """A file with 40,000 tables in one schema, and two in another."""
    return multiply(Path(shutil.copy(pattern, pattern.with_name("data.db"))), MANY)


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
        response = running.request("GET", "/v1/tables", params={"limit": PAGE, **query, **after})
        assert response.status_code == 200, response.text
        page = response.json()
        watched()
        yield page["data"]
        if "after" not in page["paging"]:
            return
        after = {"after": page["paging"]["after"]}


def test_long_lists_are_paged_in_bounded_memory(running: LaunchedSandbox) -> None:
    seen: list[int] = []
    names = []
    query = {"databaseSchema": "s.d.c", "fields": "tags,columns"}
    for page in pages(running, lambda: seen.append(memory(running)), **query):
        names += [table["name"] for table in page]
    assert names == [f"t{number:06}" for number in range(MANY)]
    # The first pages fill caches; keeping the listed tables would need some 80 MB more.
    assert max(seen) - seen[5] < 40 * MEGABYTE
    assert max(seen) < 300 * MEGABYTE


def test_a_list_without_a_filter_is_in_the_order_of_names(running: LaunchedSandbox) -> None:
    first = list(itertools.islice(pages(running), 3))
    names = [table["name"] for page in first for table in page]
    assert names == ["one", *(f"t{number:06}" for number in range(3 * PAGE - 1))]


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
            (listed + place, ["table", 0, "t03", ""], "(type=? AND deleted=? AND (name,id)>(?,?))"),
            (f"e.type = ?{place}", ["table", "t03", ""], "(type=? AND (name,id)>(?,?))"),
            (
                listed + below + place,
                ["table", 0, "s.d.c.", "s.d.c/", "t03", ""],
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
    pattern: Path, tmp_path: Path
) -> None:
    data = multiply(Path(shutil.copy(pattern, tmp_path)), MANY // 2)
    with launch("--data", data) as running:
        delete_everything(running)
        assert running.end(signal.SIGTERM) == 0


def delete_everything(running: LaunchedSandbox) -> None:
    assert running.request("GET", "/v1/tables", params={"limit": PAGE}).status_code == 200
    before = memory(running)
    service = running.request("GET", "/v1/services/databaseServices/name/s").json()["id"]
    path = f"/v1/services/databaseServices/{service}"
    error_response = running.request("DELETE", path)
    assert (error_response.status_code, error_response.json()["message"]) == (
        400, "databaseService is not empty"
    )  # fmt: skip
    done = running.session.delete(
        running.info["host"] + path, params={"recursive": "true", "hardDelete": "true"}, timeout=600
    )
    assert done.status_code == 200, done.text
    assert memory(running) - before < 30 * MEGABYTE
    left = running.request("GET", "/v1/tables", params={"limit": MOST, "include": "all"}).json()
    assert left == {"data": [], "paging": {"total": 0}}
