"""Patches between two states: they do what the official ones do, and only that."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import jsonpatch
import pytest

from dynclient.compat.ometa.patch_builder import build_patch
from tests.support.trees import shared

CASES = shared("openmetadata/peer_patch_cases.json")


def _official() -> dict[str, Any]:
    return {} if CASES is None else json.loads(CASES.read_text("utf-8"))


OFFICIAL = _official()


def _options(case: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a case, names of constants replaced by what they stand for."""
    constants = OFFICIAL["constants"]
    known = {
        name: constants.get(value, value) if isinstance(value, str) else value
        for name, value in case["options"].items()
    }
    if "allowed_fields" in known:
        known["allowed_fields"] = dict.fromkeys(known["allowed_fields"], True)
    return known


def _apply(operations: list[dict[str, Any]] | None) -> Any:
    return jsonpatch.apply_patch(deepcopy(OFFICIAL["source"]), operations or [])


@pytest.mark.parametrize("case", OFFICIAL.get("cases", []), ids=lambda case: str(case["case"]))
def test_our_patches_do_to_the_server_what_the_official_ones_do(case: dict[str, Any]) -> None:
    """They need not look alike: ours moves nothing, and may address less."""
    ours = build_patch(OFFICIAL["source"], case["destination"], **_options(case))
    assert _apply(ours) == _apply(case["ops"])
    assert (ours is None) == (case["ops"] is None)


SOURCE: dict[str, Any] = {
    "id": "1",
    "name": "orders",
    "description": "old",
    "tags": [{"tagFQN": "A.1"}, {"tagFQN": "A.2"}],
    "columns": [
        {"name": "a", "dataType": "INT", "description": "first", "ordinalPosition": 1},
        {"name": "b", "dataType": "STRUCT", "ordinalPosition": 2,
         "children": [{"name": "c", "dataType": "INT", "description": "inner"}]},
    ],
    "tableConstraints": [{"constraintType": "UNIQUE"}, {"constraintType": "PRIMARY_KEY"}],
}  # fmt: skip


def patch_source(change: dict[str, Any], **options: Any) -> Any:
    operations = build_patch(SOURCE, {**SOURCE, **change}, **options)
    return jsonpatch.apply_patch(deepcopy(SOURCE), operations or []), operations


def test_nothing_to_do_is_none() -> None:
    assert build_patch(SOURCE, deepcopy(SOURCE)) is None
    assert build_patch(SOURCE, {**SOURCE, "changeDescription": {"fieldsAdded": []}}) is None
    reordered = SOURCE["tableConstraints"][::-1]
    assert build_patch(SOURCE, {**SOURCE, "tableConstraints": reordered}) is None


def test_what_is_none_is_removed() -> None:
    state, operations = patch_source({"description": None})
    assert "description" not in state
    assert operations == [{"op": "remove", "path": "/description"}]


def test_restricted_fields_are_added_and_nothing_else() -> None:
    restricted = ["description", "tags", "displayName"]
    state, _ = patch_source(
        {"description": "new", "displayName": "Orders", "tags": []},
        restrict_update_fields=restricted,
    )
    assert state == {**SOURCE, "displayName": "Orders"}
    state, _ = patch_source(
        {"description": "new"}, restrict_update_fields=restricted, override_metadata=True
    )
    assert state["description"] == "new"


def test_only_allowed_fields_count() -> None:
    state, _ = patch_source({"description": "new", "name": "other"}, allowed_fields={"name": True})
    assert state == {**SOURCE, "name": "other"}
    below = {"columns": {"__all__": {"name": True, "dataType": True}}}
    assert patch_source({"columns": deepcopy(SOURCE["columns"])}, allowed_fields=below)[1] is None


def test_lists_of_named_things_are_merged_by_name() -> None:
    moved = [
        {"name": "b", "dataType": "STRUCT", "ordinalPosition": 1,
         "children": [{"name": "c", "dataType": "STRING", "description": "other"}]},
        {"name": "new", "dataType": "DATE", "ordinalPosition": 2},
        {"name": "a", "dataType": "INT", "ordinalPosition": 3},
    ]  # fmt: skip
    state, operations = patch_source(
        {"columns": moved},
        restrict_update_fields=["description", "tags"],
        array_entity_fields=["columns"],
    )
    assert [one["op"] for one in operations] == ["replace"]
    assert [(c["name"], c["ordinalPosition"], c.get("description")) for c in state["columns"]] == [
        ("b", 1, None), ("new", 2, None), ("a", 3, "first"),
    ]  # fmt: skip
    assert state["columns"][0]["children"] == [
        {"name": "c", "dataType": "STRING", "description": "inner"}
    ]


def test_a_list_that_is_built_again_keeps_what_the_server_derived() -> None:
    derived = {"dataTypeDisplay": "int", "fullyQualifiedName": "s.d.x.t.a", "ordinalPosition": 1}
    source = {"columns": [{"name": "a", "dataType": "INT", **derived}]}
    again = {"columns": [{"name": "a", "dataType": "INT", "ordinalPosition": 1}]}
    assert build_patch(source, again) is None
    assert build_patch(source, again, array_entity_fields=["columns"]) is None
    again["columns"].append({"name": "b", "dataType": "INT", "ordinalPosition": 2})
    operations = build_patch(source, again, array_entity_fields=["columns"])
    assert operations is not None
    (replaced,) = operations
    assert replaced["value"] == [source["columns"][0], again["columns"][1]]


def test_current_items_keep_their_order_if_this_is_asked_for() -> None:
    def patch(source: list[Any], intended: list[Any], **options: Any) -> Any:
        states = {"columns": source}, {"columns": intended}
        options = {"array_entity_fields": ["columns"], "keep_order": True, **options}
        operations = build_patch(*states, **options)
        return operations and [one["value"] for one in operations]

    a, b, c = ({"name": name, "dataType": "INT"} for name in "abc")
    assert patch([a, b, c], [c, b, a]) == [[a, b, c]], "sent, so that the entity is returned"
    assert patch([a, b, c], [a, b, c]) is None
    assert patch([a, b], [c, b, a]) == [[a, b, c]]
    assert patch([a, b, c], [c, a]) == [[a, c]]
    old, new = {**b, "description": "old"}, {**b, "description": "new"}
    assert patch([a, old], [c, new, a], restrict_update_fields=["description"]) == [[a, old, c]]
    first, second = {**a, "ordinalPosition": 1}, {**b, "ordinalPosition": 2}
    swapped = [{**b, "ordinalPosition": 1}, {**a, "ordinalPosition": 2}]
    assert patch([first, second], swapped) == [swapped[::-1]]
    assert patch([first, second], swapped, keep_order=False) == [swapped]


def test_an_absent_list_is_kept() -> None:
    destination = {name: value for name, value in SOURCE.items() if name != "columns"}
    assert build_patch(SOURCE, destination, array_entity_fields=["columns"]) is None
    bare = {"id": "1"}
    operations = build_patch(
        bare, {**bare, "columns": [{"name": "a"}]}, array_entity_fields=["columns"]
    )
    assert operations == [{"op": "add", "path": "/columns", "value": [{"name": "a"}]}]


def test_models_are_accepted_as_states(get: Any) -> None:
    Table = get("entity.data.table", "Table")
    raw = {"id": "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0", "name": "t", "columns": []}
    before = Table.model_validate(raw)
    after = before.model_copy(deep=True)
    after.description = "new"
    assert build_patch(before, after) == [{"op": "add", "path": "/description", "value": "new"}]
