"""Nodes: what a place in a schema is, whatever way it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dynclient.errors import RefUnresolved
from dynclient.releases import release
from dynclient.schema import Node
from dynclient.schema.pointers import walk
from tests.support.small_tree import files, make_zip
from tests.support.trees import ALL_RELEASES, TREES, release_named


@pytest.fixture
def node_of(tmp_path: Path):
    """Return a function that makes a root node of a schema."""

    def make(schema: dict[str, Any], **others: dict[str, Any]) -> Node:
        documents = {"entity/a.json": {"title": "A", **schema}}
        documents |= {f"entity/{name}.json": other for name, other in others.items()}
        source = make_zip(tmp_path / "tree.zip", files(documents))
        return release(source=source, cache=tmp_path / "cache").node("entity/a.json")

    return make


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({}, "any"),
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"]}, "string"),
        ({"type": ["string", "integer"]}, "any"),
        ({"type": "integer"}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "null"}, "null"),
        ({"type": "array"}, "array"),
        ({"items": {}}, "array"),
        ({"type": "object"}, "map"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map"),
        ({"additionalProperties": {"type": "string"}}, "map"),
        ({"type": "object", "additionalProperties": False}, "object"),
        ({"type": "object", "properties": {"x": {}}}, "object"),
        ({"properties": {"x": {}}}, "object"),
        ({"type": "string", "enum": ["a"]}, "enum"),
        ({"enum": [1, 2]}, "enum"),
        ({"const": "a"}, "string"),
        ({"const": True}, "boolean"),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "union"),
        ({"type": "object", "oneOf": [{"type": "object"}, {"type": "object"}]}, "union"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "integer"),
        ({"oneOf": [{"$ref": "b.json"}]}, "object"),
        ({"$ref": "b.json"}, "object"),
        ({"allOf": [{"$ref": "b.json"}]}, "object"),
        ({"allOf": [{"type": "string"}, {"maxLength": 3}]}, "string"),
        ({"properties": {"x": {}}, "oneOf": [{"required": ["x"]}, {"required": ["y"]}]}, "object"),
    ],
)
def test_kind(schema: dict[str, Any], kind: str, node_of) -> None:
    assert node_of(schema, b={"properties": {"y": {}}}).kind == kind


def test_keywords_beside_a_ref_take_precedence(node_of) -> None:
    node = node_of(
        {
            "properties": {
                "own": {"$ref": "b.json", "description": "Own.", "default": 1},
                "plain": {"$ref": "b.json"},
                "far": {"$ref": "#/properties/plain", "title": "Far"},
            }
        },
        b={"type": "integer", "title": "B", "description": "Target.", "default": 2},
    )
    own, plain, far = node.properties.values()
    assert (own.title, own.description, own.default) == ("B", "Own.", 1)
    assert (plain.title, plain.description, plain.default) == ("B", "Target.", 2)
    assert (far.title, far.description, far.default) == ("Far", "Target.", 2)
    assert own.target is plain.target is far.target is node.release.node("entity/b.json")
    assert node.description is None
    assert node.default is None


def test_properties_are_merged_bases_first_and_own_ones_win(node_of) -> None:
    node = node_of(
        {
            "extends": {"$ref": "b.json"},
            "allOf": [{"properties": {"y": {"type": "integer"}}, "required": ["y"]}],
            "properties": {"z": {}, "x": {"type": "boolean"}},
            "required": ["z"],
        },
        b={"properties": {"x": {"type": "string"}, "w": {}}, "required": ["x"]},
    )
    assert list(node.properties) == ["x", "w", "y", "z"]
    assert node.properties["x"].kind == "boolean"
    assert node.properties["w"].path == "entity/b.json"
    assert node.required == {"x", "y", "z"}
    assert not node.closed


def test_a_base_that_leads_back_ends(node_of) -> None:
    node = node_of({"allOf": [{"$ref": "#"}, {"$ref": "b.json"}], "properties": {"x": {}}},
                   b={"allOf": [{"$ref": "a.json"}], "additionalProperties": False})  # fmt: skip
    assert list(node.properties) == ["x"]
    assert node.kind == "object"
    assert node.closed
    assert node.required == frozenset()


def test_circular_references_are_reported(node_of) -> None:
    node = node_of(
        {"properties": {"x": {"$ref": "b.json"}}}, b={"$ref": "c.json"}, c={"$ref": "b.json"}
    )
    with pytest.raises(RefUnresolved, match=r"circular \$ref"):
        _ = node.properties["x"].target


def test_what_is_in_lists_maps_and_unions(node_of) -> None:
    node = node_of(
        {
            "properties": {
                "list": {"items": {"type": "string"}},
                "pair": {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]},
                "map": {"type": "object", "additionalProperties": {"type": "number"}},
                "patterned": {"type": "object", "patternProperties": {"^x": {"type": "null"}}},
                "any": {"type": "array"},
                "one": {"oneOf": [{"type": "string"}, {"type": "null"}, {"$ref": "b.json"}]},
            },
            "additionalProperties": False,
        },
        b={"type": "boolean"},
    )
    properties = node.properties
    assert properties["list"].items.kind == "string"
    assert properties["pair"].items.kind == "integer"
    assert properties["map"].values.kind == "number"
    assert properties["patterned"].values.kind == "null"
    assert properties["any"].items is properties["any"].values is None
    assert [branch.kind for branch in properties["one"].branches] == ["string", "boolean"]
    assert properties["list"].branches == ()
    assert node.closed
    assert not properties["map"].closed


def test_boolean_schemas_are_places_too(node_of) -> None:
    node = node_of({"properties": {"yes": True, "no": False}})
    assert [each.schema for each in node.properties.values()] == [{}, {"not": {}}]
    assert node.properties["yes"].kind == "any"


def test_secrets_are_known_by_place_or_target(node_of) -> None:
    node = node_of(
        {
            "properties": {
                "a": {"type": "string", "format": "password"},
                "b": {"$ref": "b.json", "format": "password"},
                "c": {"$ref": "c.json"},
                "d": {"$ref": "b.json"},
            }
        },
        b={"type": "string"},
        c={"type": "string", "format": "password"},
    )
    assert [each.secret for each in node.properties.values()] == [True, True, True, False]


def test_names_follow_the_rule(node_of) -> None:
    node = node_of(
        {
            "title": "Big thing",
            "definitions": {
                "part-cp": {"properties": {"size": {"properties": {"x": {"type": "object"}}}}},
                "9": {},
            },
            "properties": {
                "items": {"items": {"properties": {"x": {}}}},
                "map": {"additionalProperties": {"properties": {"x": {}}}},
                "one": {"oneOf": [{"properties": {"x": {}}}, {"properties": {"y": {}}}]},
                "part": {"$ref": "#/definitions/part-cp"},
            },
        }
    )
    assert node.type_name == "BigThing"
    part = node.properties["part"]
    assert part.type_name == "PartCp"
    assert part.properties["size"].type_name == "PartCpSize"
    assert part.properties["size"].properties["x"].type_name == "PartCpSizeX"
    assert node.properties["items"].items.type_name == "BigThingItemsItem"
    assert node.properties["map"].values.type_name == "BigThingMapValue"
    assert node.properties["one"].branches[1].type_name == "BigThingOneOption1"
    assert node.release.find("entity/a.json#/definitions/9").type_name == "T9"


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_place_of_every_release_answers(name: str) -> None:
    one = release_named(name)
    for path in one.paths:
        for pointer, schema in walk(one.document(path)):
            node = one.node(path, pointer)
            assert node.schema is schema
            assert node.kind
            assert node.type_name.isidentifier()
            assert node.enum is None or node.kind == "enum"
            assert (node.kind == "object") >= bool(node.properties)
            assert node.required is not None
            _ = node.items, node.values, node.closed, node.secret, node.default, node.description


@pytest.mark.parametrize("name", TREES)
def test_facts_of_real_trees(name: str) -> None:
    one = release_named(name)
    table, column = one.find("Table"), one.find("Column")
    assert table.properties["columns"].items.target is column
    assert column.properties["children"].items.target is column
    assert column.properties["dataType"].kind == "enum"
    assert "BIGINT" in column.properties["dataType"].enum
    assert column.properties["dataType"].type_name == "DataType"
    assert table.entity.name == "table"
    assert one.find("CreateTableRequest").entity is None
    config = one.find("DatabaseConnection").properties["config"]
    assert config.kind == "union"
    assert "MysqlConnection" in {branch.type_name for branch in config.branches}
    mysql = one.find("MysqlConnection")
    assert mysql.kind == "object"
    login = mysql
    if "authType" in mysql.properties:
        login = mysql.properties["authType"].branches[0]
    assert login.properties["password"].secret
