"""Patches: applied to the old state they give the new one, and say no more than needed."""

from __future__ import annotations

import copy

import jsonpatch
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.model.json_patch import diff, same

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b/c", "~d"]),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b/c", "~d", "e f"]), below, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=400)
@given(JSON, JSON)
def test_a_patch_leads_from_one_state_to_the_other(old, new) -> None:
    operations = diff(old, new)
    got = jsonpatch.apply_patch(copy.deepcopy(old), operations)
    assert same(got, new), operations


@given(JSON)
def test_no_change_is_no_operation(value) -> None:
    assert diff(value, copy.deepcopy(value)) == []


def test_one_item_gone_is_one_operation() -> None:
    old = [{"name": name} for name in "abcdef"]
    assert diff(old, old[:2] + old[3:]) == [{"op": "remove", "path": "/2"}]
    assert diff(old[:2] + old[3:], old) == [{"op": "add", "path": "/2", "value": {"name": "c"}}]


def test_a_field_of_an_item_is_one_operation() -> None:
    old = [{"name": "a"}, {"name": "b"}]
    new = [{"name": "a"}, {"name": "b", "description": "x"}]
    assert diff(old, new) == [{"op": "add", "path": "/1/description", "value": "x"}]


REFERENCE = {"id": "1", "type": "user", "fullyQualifiedName": "ada", "href": "http://x/1"}


def test_a_bare_reference_to_the_same_entity_is_no_change() -> None:
    bare = {"id": "1", "type": "user"}
    assert diff({"owners": [REFERENCE]}, {"owners": [bare]}) == []
    assert diff({"owner": REFERENCE}, {"owner": {**bare, "fullyQualifiedName": "ada"}}) == []


def test_a_reference_to_another_entity_replaces_the_whole() -> None:
    bare = {"id": "2", "type": "user"}
    replaced = [{"op": "replace", "path": "/owners/0", "value": bare}]
    assert diff({"owners": [REFERENCE]}, {"owners": [bare]}) == replaced


def test_true_is_not_one() -> None:
    assert diff({"a": [1]}, {"a": [True]}) == [{"op": "replace", "path": "/a/0", "value": True}]
