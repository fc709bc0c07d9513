"""The types of fields as text, and which changes of them may refuse data."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dynclient.drift.type_changes import DEEP, TypeComparison, inside, limits, type_text
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Node
from tests.support.small_tree import SMALL

THING = "entity/data/thing.json"
STRING, INTEGER, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
PART, COLOUR = {"$ref": "#/definitions/part"}, {"$ref": "#/definitions/colour"}
UNION = {"oneOf": [STRING, PART]}


def many(schema: dict[str, Any], times: int = 1) -> dict[str, Any]:
    for _ in range(times):
        schema = {"type": "array", "items": schema}
    return schema


def map_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema}


@pytest.fixture
def node(tmp_path):
    """Return a function that returns the node of a field with a schema, each in its own release."""
    count = 0

    def build(schema: dict[str, Any], edit: Any = None) -> Node:
        nonlocal count
        count += 1
        tree = copy.deepcopy(SMALL)
        tree[THING]["properties"]["field"] = schema
        if edit is not None:
            edit(tree)
        name = f"7.{count}.0"
        found = add_documents(tree, name, cache=Cache(tmp_path / name), origin="a test")
        return found.node(THING).properties["field"]

    return build


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (STRING, "string"),
        ({"type": "string", "format": "uri"}, "string (uri)"),
        (PART, "Part"),
        (COLOUR, "Colour"),
        (many(PART), "Part[]"),
        (many(STRING, 2), "string[][]"),
        (map_of(PART), "{Part}"),
        (map_of(many(INTEGER)), "{integer[]}"),
        ({"type": "array"}, "any[]"),
        ({"type": "object"}, "map"),
        ({}, "any"),
        (UNION, "ThingField"),
        (many(STRING, DEEP), "string" + "[]" * DEEP),
        (many(STRING, DEEP + 1), "any" + "[]" * (DEEP + 1)),
    ],
)
def test_types_as_text(node, schema: dict[str, Any], text: str) -> None:
    assert type_text(node(schema)) == text


@pytest.mark.parametrize(
    ("old", "new", "is_same", "refused"),
    [
        (STRING, STRING, True, False),
        (STRING, {"type": "string", "format": "uri"}, False, False),
        (STRING, INTEGER, False, True),
        (INTEGER, NUMBER, False, False),
        (NUMBER, INTEGER, False, True),
        (COLOUR, STRING, False, False),
        (STRING, COLOUR, False, True),
        (PART, {"type": "object"}, False, False),
        ({"type": "object"}, PART, False, True),
        (STRING, {}, False, False),
        ({}, STRING, False, True),
        (PART, PART, True, False),
        (PART, {"$ref": "thing.json"}, False, True),
        (many(STRING), many(STRING), True, False),
        (many(STRING), many(INTEGER), False, True),
        (many(INTEGER), many(NUMBER), False, False),
        (many(STRING), {"type": "array"}, True, False),
        ({"type": "array"}, many(STRING), True, False),
        (map_of(STRING), map_of(STRING), True, False),
        (map_of(STRING), map_of(INTEGER), False, True),
        (map_of(STRING), many(STRING), False, True),
        (STRING, UNION, False, False),
        (INTEGER, UNION, False, True),
        (UNION, UNION, True, False),
        (UNION, STRING, False, True),
    ],
)
def test_types_are_compared(node, old: Any, new: Any, is_same: bool, refused: bool) -> None:
    comparison = TypeComparison({})
    first, second = node(old), node(new)
    assert comparison.same(first, second) is is_same
    assert comparison.refused(first, second) is refused


def test_a_definition_that_changed_inside_is_the_same_type(node) -> None:
    def more(tree: dict[str, Any]) -> None:
        tree[THING]["definitions"]["part"]["properties"]["more"] = STRING

    assert TypeComparison({}).same(node(PART), node(PART, more))


def test_a_definition_that_moved_is_the_same_type_by_its_fields(node) -> None:
    def moved(tree: dict[str, Any]) -> None:
        tree["type/part.json"] = {"title": "Part", **tree[THING]["definitions"]["part"]}
        tree["type/part.json"]["properties"] = {"name": STRING}
        tree["type/other.json"] = {
            "title": "Part", "type": "object", "properties": {"other": STRING}
        }  # fmt: skip
        tree["type/same.json"] = {
            "title": "Same", "type": "object",
            "properties": {"name": STRING, "parts": {"type": "array"}, "size": STRING},
        }  # fmt: skip

    old = node(PART)
    for document, is_same in (("part", True), ("other", False), ("same", True)):
        new = node({"$ref": f"../../type/{document}.json"}, moved)
        assert TypeComparison({}).same(old, new) is is_same, document
        assert TypeComparison({}).refused(old, new) is not is_same, document


def test_renamed_documents_are_followed(node) -> None:
    comparison = TypeComparison({THING: "entity/data/renamed.json"})
    assert comparison.place(node(PART).target) == "entity/data/renamed.json#/definitions/part"
    assert TypeComparison({}).place(node(PART).target) == f"{THING}#/definitions/part"


def test_the_inside_of_lists_and_maps(node) -> None:
    assert inside(node(many(STRING))).kind == "string"
    assert inside(node(map_of(INTEGER))).kind == "integer"
    assert inside(node({"type": "array"})) is None
    assert inside(node({"type": "object"})) is None


# -- limits ----------------------------------------------------------------------------------------

UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")


@pytest.mark.parametrize("name", [*UPPER, *LOWER])
def test_a_limit_refuses_more_in_one_direction(name: str) -> None:
    down, up = name in UPPER, name in LOWER
    assert list(limits({name: 5}, {name: 4})) == [(name, ("5", "4"), down)]
    assert list(limits({name: 5}, {name: 6})) == [(name, ("5", "6"), up)]
    assert list(limits({}, {name: 5})) == [(name, (None, "5"), True)]
    assert list(limits({name: 5}, {})) == [(name, ("5", None), False)]
    assert list(limits({name: 5}, {name: 5})) == []


@pytest.mark.parametrize("name", ["pattern", "const", "multipleOf"])
def test_any_other_limit_refuses_more_where_it_is_set(name: str) -> None:
    assert list(limits({name: "a"}, {name: "b"})) == [(name, ("a", "b"), True)]
    assert list(limits({name: "a"}, {})) == [(name, ("a", None), False)]
    assert list(limits({}, {name: "a"})) == [(name, (None, "a"), True)]


def test_unique_items() -> None:
    name = "uniqueItems"
    assert list(limits({}, {name: True})) == [(name, (None, "True"), True)]
    assert list(limits({name: True}, {name: False})) == [(name, ("True", "False"), False)]


def test_a_closed_object_refuses_more() -> None:
    opened: dict[str, Any] = {"properties": {}}
    closed: dict[str, Any] = {"properties": {}, "additionalProperties": False}
    name = "additionalProperties"
    assert list(limits(opened, closed)) == [(name, (None, "false"), True)]
    assert list(limits(closed, opened)) == [(name, ("false", None), False)]
    assert list(limits(closed, closed)) == []
    assert list(limits(opened, {**opened, name: True})) == []
    assert list(limits({}, closed)) == []
    assert list(limits(opened, {name: False})) == []
