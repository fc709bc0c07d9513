"""Rows of services, from servers that know the filters of lists or ignore them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import DynclientWarning
from dynclient.transport.request import Request, Response
from tests.support.fake_transport import fake_client, reply
from tests.support.trees import release_named

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")


def entity(name: str, service: str, **fields: Any) -> dict[str, Any]:
    id = f"00000000-0000-4000-8000-{abs(hash((name, service))) % 10**12:012}"
    kind = {"id": id, "type": "databaseService", "name": service}
    short = name.rpartition(".")[2]
    return {"id": id, "name": short, "fullyQualifiedName": name, "service": kind, **fields}


def _table(name: str) -> dict[str, Any]:
    service, database, *_ = name.split(".")
    parent = entity(f"{service}.{database}", service)
    return entity(name, service, columns=[], database={**parent, "type": "database"})


class Server:
    """A server with tables in databases of two services."""

    def __init__(self, *, knows_filters: bool = True) -> None:
        self.knows_filters = knows_filters
        self.missing: set[str] = set()
        self.more: list[dict[str, Any]] = []
        names = ["shop.a.x.t1", "shop.b.x.t2", "shop.b.x.t3", "hall.a.x.t4"]
        self.tables = [_table(name) for name in names]
        self.databases = [
            entity(name, name.split(".")[0]) for name in ("shop.a", "shop.b", "hall.a")
        ]

    def __call__(self, request: Request) -> Response:
        query = dict(request.query)
        kind = request.path.rpartition("/")[2]
        if kind == "events":
            return reply(200, {"data": [], "paging": {"total": 0}})
        if kind == "databaseServices":
            found = [entity(name, name) for name in ("shop", "hall")]
        elif query.get("database") in self.missing:
            return reply(404, {"code": 404, "message": "database instance for x not found"})
        else:
            found = [*self.tables, *self.more] if kind == "tables" else self.databases
            parent = query.get("database") or query.get("service")
            if parent and (self.knows_filters or kind == "databases"):
                found = [
                    each
                    for each in found
                    if f"{each['fullyQualifiedName']}.".startswith(f"{parent}.")
                ]
        total = len(found)
        return reply(200, {"data": found[: int(query["limit"])], "paging": {"total": total}})


def client(server: Server) -> Client:
    return fake_client(release_named("starter"), server)[0]


def names(folder: Path) -> dict[str, list[str]]:
    return {
        path.parent.name: sorted(parquet.ParquetFile(path).read().column("name").to_pylist())
        for path in folder.rglob("*.parquet")
    }


@pytest.mark.parametrize("knows_filters", [True, False])
def test_each_row_is_in_the_file_of_its_service(tmp_path: Path, knows_filters: bool) -> None:
    server = Server(knows_filters=knows_filters)
    result = client(server).export_parquet(tmp_path / "t", "table", fields="name", workers=2)
    assert names(tmp_path / "t") == {"service=shop": ["t1", "t2", "t3"], "service=hall": ["t4"]}
    assert result.counts == {"hall": 1, "shop": 3}


def test_a_database_that_is_deleted_meanwhile_has_no_rows(tmp_path: Path) -> None:
    server = Server()
    server.missing.add("shop.b")
    with pytest.warns(DynclientWarning, match="returned 2 of 4 entities"):
        result = client(server).export_parquet(tmp_path / "t", "table", fields="name")
    assert result.counts == {"hall": 1, "shop": 1}


def test_entities_in_no_list_of_a_service_are_reported(tmp_path: Path) -> None:
    server = Server()
    server.more.append(entity("lost", "lost", columns=[]))
    with pytest.warns(DynclientWarning, match="returned 4 of 5 entities"):
        client(server).export_parquet(tmp_path / "t", "table", fields="name")


def test_fields_without_a_column_are_named_once(tmp_path: Path) -> None:
    server = Server()
    for table in server.tables:
        table["owners"] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client(server).export_parquet(tmp_path / "t", "table")
    (warning,) = caught
    assert "owners is not among the columns" in str(warning.message)
    assert warning.filename == __file__
