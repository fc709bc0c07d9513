"""Unknown fields and values in responses: all of them are counted, and nothing else."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any

import pytest

from dynclient.drift.unknown_values import OTHERS, TOO_DEEP, UnknownValues
from dynclient.operations.catalogue import catalogue
from dynclient.schema import Release
from dynclient.validation import validator
from tests.support.trees import TREES, real_release, release_named, shared

TABLE = {"id": "1", "name": "t", "columns": []}


@pytest.fixture
def release() -> Release:
    return release_named("starter")


def count(release: Release, data: Any, path: str = "entity/data/table.json") -> dict[str, int]:
    unknown_values = UnknownValues()
    unknown_values.take(release.node(path), [data])
    return unknown_values.counts()


def test_fields_and_values_are_counted_by_the_type_they_are_of(release: Release) -> None:
    column = {"name": "x", "dataType": "QUBIT", "entanglement": 1}
    nested = {"name": "y", "dataType": "STRUCT", "children": [column]}
    data = {**TABLE, "columns": [column, nested], "shininess": 9, "tableType": "Hologram"}
    assert count(release, data) == {
        "Table.shininess": 1,
        "Table.tableType = 'Hologram'": 1,
        "Column.entanglement": 2,
        "Column.dataType = 'QUBIT'": 2,
    }


def test_known_fields_and_values_are_not_counted(release: Release) -> None:
    column = {"name": "x", "dataType": "BIGINT", "tags": None, "children": []}
    data = {**TABLE, "columns": [column], "description": None, "extension": {"anything": {"a": 1}}}
    assert count(release, data) == {}


def test_connections_are_looked_through_as_what_they_are(release: Release) -> None:
    path = "entity/services/databaseService.json"
    config = {"username": "u", "hostPort": "h:1", "scheme": "mysql+quantum", "quark": "up"}
    service = {"id": "1", "name": "s", "serviceType": "Mysql", "connection": {"config": config}}
    assert count(release, service, path) == {
        "MysqlConnection.scheme = 'mysql+quantum'": 1,
        "MysqlConnection.quark": 1,
    }
    assert count(release, {**service, "serviceType": "Abacus"}, path)[
        "DatabaseService.serviceType = 'Abacus'"
    ]


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [], [1], {"columns": 1}, {"columns": [[1], "x", None]}]
)
def test_data_of_any_shape_is_looked_through(release: Release, odd: Any) -> None:
    assert count(release, odd) == {}


def test_no_secret_is_kept(release: Release) -> None:
    assert "hush" not in str(count(release, {**TABLE, "secretToken": "hush"}))


def test_unknown_names_beyond_a_limit_are_counted_as_one(release: Release) -> None:
    unknown_values = UnknownValues()
    for number in range(1500):
        unknown_values.take(release.node("entity/data/table.json"), [{f"field{number}": 1}])
    counts = unknown_values.counts()
    assert len(counts) == 1001
    assert counts[OTHERS] == 500
    assert sum(counts.values()) == 1500


def test_each_connection_is_scanned_by_its_own_service_type(release: Release) -> None:
    unknown_values = UnknownValues()
    kinds = [("Mysql", "MysqlConnection"), ("Postgres", "PostgresConnection"), ("Mysql", "")]
    listed = [
        {"serviceType": kind, "connection": {"config": {"quark": 1, "hostPort": "h:1"}}}
        for kind, _ in kinds
    ]
    odd = [{"serviceType": f"Odd{number}"} for number in range(3000)]
    unknown_values.take(release.node("entity/services/databaseService.json"), [*listed, *odd])
    counts = unknown_values.counts()
    assert counts["MysqlConnection.quark"] == 2
    assert counts["PostgresConnection.quark"] == 1


def test_data_of_any_depth_is_scanned(release: Release) -> None:
    column: dict[str, Any] = {"name": "x", "dataType": "QUBIT"}
    for _ in range(3000):
        column = {"name": "y", "dataType": "STRUCT", "children": [column]}
    assert count(release, {**TABLE, "columns": [column]}) == {TOO_DEEP: 1}


def test_threads_count_together(release: Release) -> None:
    unknown_values = UnknownValues()
    node = release.node("entity/data/table.json")

    def work() -> None:
        for _ in range(300):
            unknown_values.take(node, [{"shininess": 1}])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unknown_values.counts() == {"Table.shininess": 2400}


@pytest.mark.parametrize("name", TREES)
def test_valid_responses_of_real_servers_have_nothing_unknown(name: str) -> None:
    """A valid response of a closed type has no unknown field; recordings hold thousands."""
    folder = shared(f"openmetadata/recordings/{name}")
    if folder is None:
        pytest.skip(f"no recordings of {name} are available")
    release = real_release(name)
    specs = {spec.route: spec for spec in catalogue(release)}
    checker, checked, found = validator(release), 0, Counter[str]()
    for file in sorted(folder.glob("*.json")):
        for exchange in json.loads(file.read_text("utf-8")):
            spec = specs.get(exchange["request"]["path"])
            body = exchange["response"]["body"]
            listed = body.get("data") if isinstance(body, dict) else None
            for entity in listed or () if spec is not None else ():
                node = release.node(spec.entity.path)
                if node.closed and checker.is_valid(node, entity):
                    checked += 1
                    found.update(count(release, entity, spec.entity.path))
    assert checked > 50
    closed = {spec.entity.type_name for spec in specs.values()}
    assert {what for what in found if what.partition(".")[0] in closed} == set()
