"""``example``: valid by the schemas for every type of every release, and the same each time."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dynclient
from dynclient.errors import SchemaNotFound, UsageError
from dynclient.explore.examples import example_value
from dynclient.operations.catalogue import catalogue
from dynclient.validation import validator
from tests.support.trees import ALL_RELEASES, release_named

CASES = [
    pytest.param(name, spec.entity.name, id=f"{name}-{spec.entity.name}")
    for name in ALL_RELEASES
    for spec in catalogue(release_named(name))
]


def schema_of_request(name: str, entity: str) -> Any:
    release = release_named(name)
    found = catalogue(release).find(entity).entity
    return release.find(found.create or found.path)


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
@pytest.mark.parametrize(("name", "entity"), CASES)
def test_every_create_request_is_valid(name: str, entity: str, full: bool) -> None:
    release, node = release_named(name), schema_of_request(name, entity)
    request = dynclient.example(entity, full=full, release=release)
    assert validator(release).problems(node, request) == []
    assert request == json.loads(json.dumps(request)), "it is plain JSON"
    assert set(request) == (set(node.properties) if full else set(node.required))


def test_the_types_read_it_as_a_request() -> None:
    types = dynclient.types(release_named("starter"))
    request = types.CreateTableRequest(**dynclient.example("table", release="starter", full=True))
    assert dynclient.check(request) == []


def test_it_is_the_same_each_time_and_nobody_elses() -> None:
    first = dynclient.example("table", release="starter", full=True)
    again = dynclient.example("table", release="starter", full=True)
    assert first == again
    first["columns"][0]["name"] = "changed"
    assert dynclient.example("table", release="starter", full=True) == again


def test_a_collection_and_another_type_have_examples_too() -> None:
    assert dynclient.example("tables", release="starter") == dynclient.example(
        "table", release="starter"
    )
    assert dynclient.example("Column", release="starter") == {
        "name": "example",
        "dataType": "NUMBER",
    }


def test_a_parent_is_named_by_the_examples_of_its_types() -> None:
    schema = dynclient.example("table", release="starter")["databaseSchema"]
    assert schema == "example_databaseService.example_database.example_databaseSchema"


def test_an_unknown_type_has_a_suggestion() -> None:
    with pytest.raises(SchemaNotFound, match="did you mean table") as caught:
        dynclient.example("tabel", release="starter")
    assert "table" in caught.value.nearest


def test_a_name_must_be_a_string() -> None:
    with pytest.raises(UsageError, match="must be an entity type such as 'table', not 7"):
        dynclient.example(7, release="starter")  # type: ignore[arg-type]


def test_a_field_has_an_example_value() -> None:
    node = release_named("starter").find("Table").properties["owners"]
    assert example_value(node, "owners") == [
        {"id": "00000000-0000-4000-8000-000000000001", "type": "user"}
    ]
