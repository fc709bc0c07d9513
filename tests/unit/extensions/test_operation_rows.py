"""Rows of operations: which releases have them, and what is made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import dynclient.data
from dynclient.data import data_file
from dynclient.extensions.operation_rows import Period, find_operation, first_period, rows
from dynclient.extensions.registry import extensions
from dynclient.operations.catalogue import catalogue
from dynclient.schema import Release
from dynclient.schema.versions import numbers
from tests.support.trees import ALL_RELEASES, release_named

FILES = sorted((Path(dynclient.data.__file__).parent / "operations").glob("*.json"))

MOVED = [
    {"name": "read", "method": "GET", "path": "/old/{id}", "until": "1.2", "doc": "Read."},
    {"name": "read", "method": "GET", "path": "/new/{id}", "since": "1.2", "doc": "Read."},
    {
        "name": "sample",
        "method": "GET",
        "path": "{collection}/{id}/sample",
        "collections": {"table": "0.12", "topic": "99.0"},
        "query": {"page_size": "integer limit"},
        "result": "entity",
        "doc": "Read.",
    },
]


@pytest.fixture
def newest() -> Release:
    return release_named(ALL_RELEASES[-1])


def index_with(*operations: tuple[str, str]) -> Any:
    class Index:
        def operation(self, method: str, path: str) -> object:
            return object() if (method, path) in operations else None

    return Index()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_of_operations_is_valid_by_its_schema(file: Path) -> None:
    jsonschema.validate(json.loads(file.read_text()), data_file("operations.schema.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_document_that_a_row_names_exists_in_some_release(file: Path) -> None:
    if len(ALL_RELEASES) == 1:
        pytest.skip("needs the real trees: some documents exist in other releases only")
    paths = {path for name in ALL_RELEASES for path in release_named(name).paths}
    newest = max(release_named(name).version for name in ALL_RELEASES)
    named = {
        row[key].partition("#")[0]
        for row in rows(file.stem)
        for key in ("body", "result")
        if row.get(key) not in {None, "entity"} and numbers(row.get("since", "0")) <= newest
    }
    assert named <= paths


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_collection_that_a_row_names_exists_in_some_release(file: Path) -> None:
    if len(ALL_RELEASES) == 1:
        pytest.skip("needs the real trees: some collections exist in other releases only")
    known = {spec.entity.name for name in ALL_RELEASES for spec in catalogue(release_named(name))}
    assert {name for row in rows(file.stem) for name in row.get("collections", ())} <= known


def test_every_file_of_operations_belongs_to_an_extension() -> None:
    assert {file.stem for file in FILES} == {
        entry.operations for entry in extensions().values() if isinstance(entry.operations, str)
    }


def test_a_row_is_used_in_the_releases_that_have_it(newest: Release) -> None:
    found = find_operation(MOVED, "read", newest)
    assert found is not None
    assert found.route == "/v1/new/{id}"
    assert find_operation(MOVED, "write", newest) is None


def test_a_row_of_collections_needs_one_that_has_it(newest: Release) -> None:
    specs = catalogue(newest).collections
    assert find_operation(MOVED, "sample", newest) is None
    found = find_operation(MOVED, "sample", newest, specs["tables"])
    assert found is not None
    assert found.route == "/v1/tables/{id}/sample"
    assert found.result == specs["tables"].entity.path
    assert [(each.name, each.wire, each.place) for each in found.parameters] == [
        ("id", "", "path"),
        ("page_size", "limit", "query"),
    ]
    assert find_operation(MOVED, "sample", newest, specs["topics"]) is None
    assert find_operation(MOVED, "sample", newest, specs["users"]) is None


def test_what_the_document_of_the_server_lists_exists(newest: Release) -> None:
    topics = catalogue(newest).collections["topics"]
    index = index_with(("GET", "/v1/topics/{id}/sample"))
    found = find_operation(MOVED, "sample", newest, topics, index)
    assert found is not None
    assert found.route == "/v1/topics/{id}/sample"


def test_a_document_that_a_release_lacks_is_left_out(newest: Release) -> None:
    row = {"name": "x", "method": "GET", "path": "/x", "result": "type/none.json", "doc": "X."}
    found = find_operation([row], "x", newest)
    assert found is not None
    assert (found.result, found.result_kind) == (None, "raw")


def test_the_period_of_an_operation_spans_its_rows() -> None:
    assert first_period(MOVED, "read") == Period("", "")
    assert first_period(MOVED[1:], "read") == Period("1.2", "")
    assert first_period(MOVED[:1], "read") == Period("", "1.2")
    assert first_period(MOVED, "sample") == Period()


@pytest.mark.parametrize(
    ("version", "expected"),
    [((1, 1, 9), False), ((1, 2), True), ((1, 2, 0), True), ((1, 6), False), ((), False)],
)
def test_a_period_ends_before_its_last_version(version: tuple[int, ...], expected: bool) -> None:
    assert Period("1.2", "1.6").includes(version) is expected


def test_a_release_without_a_version_is_the_newest() -> None:
    assert Period("1.2").includes(())
