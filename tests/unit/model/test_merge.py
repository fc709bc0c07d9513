"""Fields that are read later, put into the JSON of an entity."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient import model
from dynclient.model import merge, namespace
from tests.support.trees import release_named


def table(**fields: Any) -> Any:
    return model.load(namespace.types(release_named("starter")).Table, {"name": "t", **fields})


def columns(*names: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"name": name, **fields} for name in names]


def test_a_field_is_put_where_it_was_missing() -> None:
    entity = table()
    data = {"tags": [{"tagFQN": "a.b"}], "description": "not asked for"}
    merge.merge(entity, "tags", data)
    assert model.raw(entity) == {"name": "t", "tags": [{"tagFQN": "a.b"}]}
    assert model.raw(entity)["tags"] is not data["tags"]
    assert merge.is_read(entity, "tags")
    assert not merge.is_read(entity, "owners")
    assert model.changes(entity) == []


def test_a_value_that_is_there_stays() -> None:
    entity = table(tags=[])
    merge.merge(entity, "tags", {"tags": [{"tagFQN": "a.b"}]})
    assert model.raw(entity)["tags"] == []


@pytest.mark.parametrize("data", [{}, {"tags": None}])
def test_a_field_without_a_value_counts_as_read(data: dict[str, Any]) -> None:
    entity = table()
    merge.merge(entity, "tags", data)
    assert model.raw(entity) == {"name": "t"}
    assert merge.is_read(entity, "tags")


def test_objects_that_are_wrapped_already_are_filled() -> None:
    entity = table(columns=columns("a", "b"))
    first = entity.columns[0]
    merge.merge(entity, "columns[].tags", {"columns": columns("b", "a", tags=[{"tagFQN": "x.y"}])})
    assert first.tags[0].tagFQN == "x.y"
    assert [each.name for each in entity.columns] == ["a", "b"]


def test_the_state_before_a_change_is_filled_too() -> None:
    entity = table(columns=columns("a"))
    entity.columns[0].description = "new"
    merge.merge(entity, "columns[].tags", {"columns": columns("a", tags=[{"tagFQN": "x.y"}])})
    assert model.changes(entity) == [
        {"op": "add", "path": "/columns/0/description", "value": "new"}
    ]
    assert model.original(entity)["columns"][0]["tags"] == [{"tagFQN": "x.y"}]


def test_a_renamed_item_keeps_its_partner_where_others_were_appended() -> None:
    entity = table(columns=columns("a", "b"))
    entity.columns.append({"name": "c"})
    entity.columns[0].name = "renamed"
    data = {"columns": [*columns("b"), *columns("a", tags=[{"tagFQN": "x.y"}])]}
    merge.merge(entity, "columns[].tags", data)
    assert ["tags" in each for each in model.raw(entity)["columns"]] == [True, False, False]
    assert [each["path"] for each in model.changes(entity)] == ["/columns/0/name", "/columns/2"]


def test_items_without_a_partner_stay_as_they_are() -> None:
    entity = table(columns=columns("a", "new"))
    data = {"columns": columns("other", "a", "more", tags=[{"tagFQN": "x.y"}])}
    merge.merge(entity, "columns[].tags", data)
    assert ["tags" in each for each in model.raw(entity)["columns"]] == [True, False]


@pytest.mark.parametrize("mine", [None, [], "text", ["text"], {}])
@pytest.mark.parametrize("other", [None, [], "text", ["text", {"tags": [1]}], {"tags": [1]}])
def test_other_shapes_do_no_harm(mine: Any, other: Any) -> None:
    entity = table(columns=mine)
    merge.merge(entity, "columns[].tags", {"columns": other})
    assert merge.is_read(entity, "columns[].tags")


def test_a_state_is_noted_as_stale_once() -> None:
    entity = table()
    assert [merge.note_stale(entity), merge.note_stale(entity)] == [True, False]


def test_the_first_state_is_that_before_changes() -> None:
    entity = table(version=0.1)
    assert merge.returned_state(entity) is model.raw(entity)
    entity.version = 0.2
    assert merge.returned_state(entity)["version"] == 0.1
