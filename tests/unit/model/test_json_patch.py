"""Patches: applied to the old state they result in the new one, and contain no more than needed."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.data import data_file
from dynclient.model.json_patch import diff, same

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b/c", "~d"]),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b/c", "~d", "e f"]), below, max_size=4)
    ),
    max_leaves=12,
)


def without_new_absences(got: Any, new: Any) -> Any:
    """Return a state without the empty lists and objects that another state does not have."""
    if isinstance(got, dict) and isinstance(new, dict):
        return {
            name: without_new_absences(value, new.get(name))
            for name, value in got.items()
            if name in new or value not in ([], {})
        }
    if isinstance(got, list) and isinstance(new, list) and len(got) == len(new):
        return [without_new_absences(*pair) for pair in zip(got, new, strict=True)]
    return got


@settings(max_examples=400)
@given(JSON, JSON)
def test_a_patch_leads_from_one_state_to_the_other(old, new) -> None:
    operations = diff(old, new)
    got = jsonpatch.apply_patch(copy.deepcopy(old), operations)
    assert same(without_new_absences(got, new), new), operations


def test_an_empty_list_that_is_absent_now_is_not_a_change() -> None:
    old = [{"name": "a", "tags": [], "extension": {}}, {"name": "b", "tags": [1]}]
    assert diff(old, [{"name": "a"}, {"name": "b"}]) == [{"op": "remove", "path": "/1/tags"}]


@given(JSON)
def test_equal_values_have_an_empty_patch(value) -> None:
    assert diff(value, copy.deepcopy(value)) == []


def test_removing_one_item_is_one_operation() -> None:
    old = [{"name": name} for name in "abcdef"]
    assert diff(old, old[:2] + old[3:]) == [{"op": "remove", "path": "/2"}]
    assert diff(old[:2] + old[3:], old) == [{"op": "add", "path": "/2", "value": {"name": "c"}}]


def test_a_field_of_an_item_is_one_operation() -> None:
    old = [{"name": "a"}, {"name": "b"}]
    new = [{"name": "a"}, {"name": "b", "description": "x"}]
    assert diff(old, new) == [{"op": "add", "path": "/1/description", "value": "x"}]


REFERENCE = {"id": "1", "type": "user", "fullyQualifiedName": "ada", "href": "http://x/1"}


def test_a_bare_reference_to_the_same_entity_is_not_a_change() -> None:
    bare = {"id": "1", "type": "user"}
    assert diff({"owners": [REFERENCE]}, {"owners": [bare]}) == []
    assert diff({"owner": REFERENCE}, {"owner": {**bare, "fullyQualifiedName": "ada"}}) == []


def test_a_reference_to_another_entity_replaces_the_whole() -> None:
    bare = {"id": "2", "type": "user"}
    replaced = [{"op": "replace", "path": "/owners/0", "value": bare}]
    assert diff({"owners": [REFERENCE]}, {"owners": [bare]}) == replaced


def test_true_is_not_one() -> None:
    assert diff({"a": [1]}, {"a": [True]}) == [{"op": "replace", "path": "/a/0", "value": True}]


def test_a_reference_loses_nothing_but_its_decoration() -> None:
    named = {"id": "1", "type": "user", "name": "ada"}
    # A name is not part of a bare reference, so here the object is edited as any object.
    found = diff({**REFERENCE, "name": "bob"}, named)
    assert {"op": "replace", "path": "/name", "value": "ada"} in found
    assert {"op": "remove", "path": "/href"} in found
    # Neither is an object without a type, or one that says something else.
    assert diff(REFERENCE, {"id": "1"}) == [
        {"op": "remove", "path": f"/{name}"} for name in ("type", "fullyQualifiedName", "href")
    ]
    other = {"id": "1", "type": "team"}
    assert {"op": "replace", "path": "/type", "value": "team"} in diff(REFERENCE, other)
    bare = {"id": "1", "type": "user"}
    assert diff(bare, {**bare, "fullyQualifiedName": "ada"}) == [
        {"op": "add", "path": "/fullyQualifiedName", "value": "ada"}
    ]


def test_objects_without_an_id_on_both_sides_are_compared_by_field() -> None:
    assert diff({"id": "1", "a": 1}, {"a": 2}) == [
        {"op": "remove", "path": "/id"}, {"op": "replace", "path": "/a", "value": 2},
    ]  # fmt: skip
    assert diff({"a": 1}, {"id": "1", "a": 1}) == [{"op": "add", "path": "/id", "value": "1"}]
    assert diff({"id": "1", "a": 1}, {"id": "1", "a": 2}) == [
        {"op": "replace", "path": "/a", "value": 2}
    ]


def test_several_items_are_removed_at_one_index_and_added_at_following_ones() -> None:
    old = [{"name": name} for name in "abcdef"]
    new = [old[0], *old[3:]]
    assert diff(old, new, "/columns") == [{"op": "remove", "path": "/columns/1"}] * 2
    assert diff(new, old, "/columns") == [
        {"op": "add", "path": "/columns/1", "value": {"name": "b"}},
        {"op": "add", "path": "/columns/2", "value": {"name": "c"}},
    ]


def test_indices_are_right_behind_earlier_changes_of_length() -> None:
    old = ["a", "b", "c", "d", "e"]
    new = ["x", "y", "a", "b", "d", "E"]
    operations = diff(old, new)
    assert jsonpatch.apply_patch(old, operations) == new
    assert len(operations) == 4
    shorter = diff(new, old)
    assert jsonpatch.apply_patch(new, shorter) == old
    assert len(shorter) == 4


def test_an_edit_and_a_removal_in_one_place() -> None:
    assert diff([{"a": 1}, {"b": 1}, {"c": 1}], [{"a": 2}, {"c": 1}]) == [
        {"op": "replace", "path": "/0/a", "value": 2}, {"op": "remove", "path": "/1"},
    ]  # fmt: skip
    assert diff([{"a": 1}], [{"a": 2}, {"b": 1}]) == [
        {"op": "replace", "path": "/0/a", "value": 2},
        {"op": "add", "path": "/1", "value": {"b": 1}},
    ]


def test_the_order_of_keys_does_not_make_another_item() -> None:
    items = [{"a": 1, "b": 2}, {"c": 3}]
    assert diff(items, [{"b": 2, "a": 1}]) == [{"op": "remove", "path": "/1"}]


def test_a_whole_is_replaced_where_its_type_changes() -> None:
    for old, new in (({}, []), ([], {}), ("1", 1), (1, 1.0), (None, False), ({"a": 1}, None)):
        assert diff(old, new) == [{"op": "replace", "path": "", "value": new}]
        assert not same(old, new)


def test_same_looks_at_all_of_it() -> None:
    assert same({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})
    for other in ({"a": [1]}, {"a": [1, {"b": 0}]}, {"b": [1, {"b": None}]}, {"a": [1, {}]}):
        assert not same({"a": [1, {"b": None}]}, other)
    assert not same([1, 2], [1])
    assert not same([1], [1, 2])
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same("a", "b")


LABEL = {"tagFQN": "PII.None", "source": "Classification", "labelType": "Manual"}
DERIVED = {"name": "None", "description": "…", "style": {"color": "red"}, "appliedBy": "ada"}


def test_a_label_that_is_written_again_is_not_a_change() -> None:
    other = {**LABEL, "tagFQN": "PII.Sensitive"}
    old = [{**LABEL, **DERIVED}, {**other, **DERIVED}]
    assert diff({"tags": old}, {"tags": [LABEL, other]}) == []
    assert diff({"tagLabel": old[0]}, {"tagLabel": LABEL}) == []
    assert diff(old, [other]) == [{"op": "remove", "path": "/0"}]
    new = {**LABEL, "tagFQN": "PII.New"}
    assert diff(old, [new, LABEL, other]) == [{"op": "add", "path": "/0", "value": new}]


def test_a_label_of_another_source_is_another_label() -> None:
    new = {**LABEL, "source": "Glossary"}
    removed = [
        each["path"] for each in diff([{**LABEL, **DERIVED}], [new]) if each["op"] == "remove"
    ]
    assert removed == [f"/0/{name}" for name in DERIVED]


def test_a_label_keeps_what_no_server_derives_only_if_it_is_given() -> None:
    assert diff([{**LABEL, "reason": "r"}], [LABEL]) == [{"op": "remove", "path": "/0/reason"}]


def test_a_column_that_is_written_again_keeps_its_full_name() -> None:
    old = {
        "name": "id",
        "dataType": "INT",
        "fullyQualifiedName": "s.d.x.t.id",
        "constraint": "NULL",
    }
    new = {"name": "id", "dataType": "INT"}
    assert diff([old], [new]) == [{"op": "remove", "path": "/0/constraint"}]
    renamed = [each["path"] for each in diff([old], [{**new, "name": "key"}])]
    assert "/0/fullyQualifiedName" in renamed


STRUCT = {
    "name": "address",
    "dataType": "STRUCT",
    "dataTypeDisplay": "struct<city:varchar(9)>",
    "children": [
        {
            "name": "city",
            "dataType": "VARCHAR",
            "dataLength": 9,
            "dataTypeDisplay": "varchar(9)",
            "tags": [],
        }
    ],
}


def rebuilt(length: int = 9) -> dict[str, Any]:
    """Return the column as a script writes it."""
    city = {"name": "city", "dataType": "VARCHAR", "dataLength": length}
    return {"name": "address", "dataType": "STRUCT", "children": [city]}


def test_a_column_of_the_same_type_keeps_the_text_for_its_type() -> None:
    assert diff([STRUCT], [rebuilt()]) == []
    described = diff([STRUCT], [{**rebuilt(), "description": "Where."}])
    assert described == [{"op": "add", "path": "/0/description", "value": "Where."}]
    key = {"name": "id", "dataType": "INT"}
    moved = diff([STRUCT, key], [key, rebuilt()])
    assert not any("dataTypeDisplay" in each["path"] for each in moved)


def test_a_column_of_another_type_loses_the_text_for_its_type() -> None:
    longer = {each["path"]: each["op"] for each in diff([STRUCT], [rebuilt(20)])}
    assert longer == {
        "/0/dataTypeDisplay": "remove",
        "/0/children/0/dataLength": "replace",
        "/0/children/0/dataTypeDisplay": "remove",
    }
    bare = {"name": "x", "dataTypeDisplay": "int"}  # a part without a type name
    assert diff([bare], [{"name": "x"}]) == [{"op": "remove", "path": "/0/dataTypeDisplay"}]


def test_the_list_of_derived_fields_is_valid() -> None:
    jsonschema.validate(data_file("derived_fields.json"), data_file("derived_fields.schema.json"))


def test_an_entity_of_the_same_name_lends_no_full_name() -> None:
    old = {"id": "1", "type": "team", "name": "ada", "fullyQualifiedName": "ada"}
    new = {"id": "2", "type": "user", "name": "ada"}
    assert diff([old], [new]) == [{"op": "replace", "path": "/0", "value": new}]
