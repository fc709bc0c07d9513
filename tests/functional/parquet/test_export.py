"""Entities of a sandbox as Parquet files, kept up to date, and queried with SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynclient import sandbox
from dynclient.cli.main import main
from dynclient.client.client import Client
from dynclient.errors import BadArguments, ServerError, UsageError
from tests.support.external_server import only_on_sandbox
from tests.support.trees import ALL_RELEASES

pytest.importorskip("pyarrow", reason="pyarrow is not installed")
duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
pytestmark = [
    pytest.mark.usefixtures("removed_afterwards"),
    only_on_sandbox("exports all tables, and those are the tables of this module"),
]
EDGES = sorted({*ALL_RELEASES[1:2], ALL_RELEASES[-1]})
"""The oldest and the newest release: with the fewest and the most filters and fields of events."""


def add_table(om: Client, service: str, database: str, name: str) -> Any:
    """Create a table with all that it is in."""
    example = om.example("databaseService")
    om.database_services.upsert(**{**example, "name": service})
    om.databases.upsert(name=database, service=service)
    om.database_schemas.upsert(name="public", database=f"{service}.{database}")
    columns = [{"name": "id", "dataType": "INT"}]
    return om.tables.upsert(
        name=name, databaseSchema=f"{service}.{database}.public", columns=columns
    )


def with_tables(om: Client) -> Client:
    """Return a client of a server with four tables of two services, one with two databases."""
    for service, database, name in (
        ("shop", "sales", "orders"), ("shop", "sales", "items"), ("shop", "stock", "parts"),
        ("Örtliche Daten", "main", "visits"),
    ):  # fmt: skip
        add_table(om, service, database, name)
    return om


@pytest.fixture(params=EDGES)
def edge(request: pytest.FixtureRequest, connected: Callable[[str], Client]) -> Client:
    return with_tables(connected(request.param))


@pytest.fixture
def om(connected: Callable[[str], Client]) -> Client:
    return with_tables(connected(ALL_RELEASES[-1]))


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over the files of a dataset."""
    files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    found: list[tuple[Any, ...]] = duckdb.sql(sql.format(files=files)).fetchall()
    return found


def names_by_service(folder: Path) -> dict[str, list[str]]:
    rows = query(folder, "SELECT service, list(name ORDER BY name) FROM {files} GROUP BY service")
    return dict(rows)


def files(folder: Path) -> dict[str, int]:
    """Return the numbers that identify the files of a dataset."""
    return {each.parent.name: each.stat().st_ino for each in folder.rglob("*.parquet")}


def test_a_dataset_has_a_folder_for_each_service_and_follows_changes(
    edge: Client, tmp_path: Path
) -> None:
    folder = tmp_path / "tables"
    result = edge.export_parquet(folder, "table", fields="name,databaseSchema.name", page_size=1)
    assert result.counts == {"shop": 3, "Örtliche Daten": 1}
    assert result.written == tuple(sorted(result.counts))
    assert names_by_service(folder) == {
        "shop": ["items", "orders", "parts"], "Örtliche Daten": ["visits"]
    }  # fmt: skip
    assert query(folder, 'SELECT DISTINCT "databaseSchema.name" FROM {files}') == [("public",)]
    edge.refresh_parquet(folder)  # reads once more what was changed shortly before the export
    before = files(folder)
    assert edge.refresh_parquet(folder).written == ()
    assert files(folder) == before

    add_table(edge, "new", "main", "first")
    edge.tables.delete("shop.stock.public.parts", hard=True)
    result = edge.refresh_parquet(folder)
    assert result.counts == {"new": 1, "shop": 2, "Örtliche Daten": 1}
    assert result.written == ("new", "shop")
    unchanged = next(name for name in before if "rtliche" in name)
    assert files(folder)[unchanged] == before[unchanged]
    assert names_by_service(folder)["shop"] == ["items", "orders"]
    edge.database_services.delete("new", hard=True, recursive=True)
    result = edge.refresh_parquet(folder)
    assert result.removed == ("new",)
    assert set(names_by_service(folder)) == {"shop", "Örtliche Daten"}
    assert set(files(folder)) == set(before)
    assert [each.name for each in tmp_path.iterdir()] == ["tables"]


def test_changes_of_what_an_entity_is_in_and_conditions_are_followed(
    edge: Client, tmp_path: Path
) -> None:
    field = "owners" if "owners" in edge.release.entities["table"].properties else "owner"
    user = edge.users.upsert(name="ada", email="ada@example.org")
    edge.tables.set_owners("shop.sales.public.items", user)
    folder = tmp_path / "owned"
    result = edge.export_parquet(folder, "tables", fields="name", where="owner:ada")
    assert result.counts == {"Örtliche Daten": 0, "shop": 1}
    edge.refresh_parquet(folder)
    edge.tables.set_owners("shop.sales.public.orders", user)
    assert edge.refresh_parquet(folder).written == ("shop",)
    assert names_by_service(folder) == {"shop": ["items", "orders"]}
    schema = edge.database_schemas["shop.stock.public"]
    schema.description = "Parts."
    edge.save(schema)
    assert edge.refresh_parquet(folder).written == ("shop",)
    assert edge.tables.list(fields=field).to_arrow_batches(fields="name").read_all().num_rows == 4


def test_a_type_without_a_service_is_one_file(om: Client, tmp_path: Path) -> None:
    om.teams.upsert(name="shop", teamType="Group")
    result = om.export_parquet(tmp_path / "teams", "team", fields=("name", "teamType"))
    assert [each.name for each in (tmp_path / "teams").rglob("*.parquet")] == ["part-0.parquet"]
    assert result.counts == {"": result.rows}
    assert ("shop", "Group") in query(tmp_path / "teams", "SELECT name, teamType FROM {files}")
    om.refresh_parquet(tmp_path / "teams")
    assert om.refresh_parquet(tmp_path / "teams").written == ()
    om.teams.delete("shop", hard=True)
    assert om.refresh_parquet(tmp_path / "teams").rows == result.rows - 1


def test_a_type_without_entities_has_a_file_with_the_columns(om: Client, tmp_path: Path) -> None:
    result = om.export_parquet(tmp_path / "topics", "topic")
    assert result.counts == {}
    assert query(tmp_path / "topics", "SELECT count(name), count(service) FROM {files}") == [(0, 0)]


def test_duckdb_reads_the_pages_of_a_list(om: Client) -> None:
    tables = om.tables.list(page_size=1).to_arrow_batches(fields=("name", "service.name"))
    assert tables.schema.names == ["name", "service.name"]
    found = duckdb.sql('SELECT "service.name", count(*) FROM tables GROUP BY 1 ORDER BY 2')
    assert found.fetchall() == [("Örtliche Daten", 1), ("shop", 3)]


def test_an_export_that_fails_leaves_the_folder_as_it_was(
    om: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    om.export_parquet(folder, "table", fields="name")
    before, manifest = files(folder), (folder / "_dynclient.json").read_bytes()
    with pytest.raises(UsageError, match="overwrite=True"):
        om.export_parquet(folder, "table")
    send = om.session.transport.send

    def fail(request: Any) -> Any:
        if "/v1/tables" in request.path and dict(request.query).get("limit") != "0":
            raise ServerError("broken", status=500, code=500, method="GET", url="", request_id=None)
        return send(request)

    with monkeypatch.context() as patch:
        patch.setattr(om.session.transport, "send", fail)
        for call in (
            lambda: om.export_parquet(folder, "table", fields="name", overwrite=True),
            lambda: om.refresh_parquet(folder),
        ):
            with pytest.raises(ServerError, match="broken"):
                call()
    assert files(folder) == before
    assert (folder / "_dynclient.json").read_bytes() == manifest
    assert [each.name for each in tmp_path.iterdir()] == ["tables"]
    assert om.export_parquet(folder, "table", fields="id", overwrite=True).rows == 4
    assert query(folder, "SELECT * EXCLUDE (service) FROM {files} LIMIT 1")[0][0].count("-") == 4


def test_what_is_wrong_is_refused_before_anything_is_written(om: Client, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    for overwrite in (True, False):
        with pytest.raises(UsageError, match="files that are not a dataset"):
            om.export_parquet(tmp_path / "other", "table", overwrite=overwrite)
    with pytest.raises(BadArguments, match="did you mean deleted") as caught:
        om.export_parquet(tmp_path / "a", "table", include="delete", workers=0)
    assert {each.path for each in caught.value.problems} == {"include", "workers"}
    with pytest.raises(BadArguments, match="nam"):
        om.export_parquet(tmp_path / "a", "table", fields="nam")
    with pytest.raises(UsageError, match="export_parquet writes one"):
        om.refresh_parquet(tmp_path / "a")
    assert [each.name for each in tmp_path.iterdir()] == ["other"]


def test_a_dataset_of_another_server_is_not_refreshed(om: Client, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    om.export_parquet(folder, "table", fields="name")
    path = folder / "_dynclient.json"
    known = json.loads(path.read_text("utf-8"))
    for change, message in (
        ({"server": "https://other.example.com"}, "was exported from https://other.example.com"),
        ({"columns": "name: int"}, "has other columns"),
        ({"events": None}, "may not read change events"),
        ({"format": 9}, "has format 9"),
    ):
        path.write_text(json.dumps({**known, **change}), "utf-8")
        with pytest.raises(UsageError, match=message):
            om.refresh_parquet(folder)


def test_the_command_exports_and_refreshes(
    server: Callable[[str], sandbox.Running],
    om: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    running, release = server(om.release.name), om.release.name
    monkeypatch.setenv("OPENMETADATA_TOKEN", running.admin_token)
    options = ["--host", running.host, "--release", release, "-o", str(tmp_path / "tables")]
    assert main(["export-parquet", "--type", "table", "--fields", "name", *options]) == 0
    assert "3 shop\n" in capsys.readouterr().out
    assert main(["export-parquet", "--refresh", "--output", "json", *options]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 4
    assert main(["export-parquet", "--refresh", "--type", "table", *options]) == 2
    assert main(["export-parquet", *options]) == 2
