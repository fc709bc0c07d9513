"""A server's tree completed with another: what each of them decides."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dynclient.openapi.tree_completion import DocumentTree, NearestTree, complete_tree

PATH = "entity/data/table.json"
OTHER: dict[str, Any] = {
    "title": "Table",
    "description": "A table.",
    "javaType": "org.openmetadata.schema.entity.data.Table",
    "type": "object",
    "definitions": {
        "kind": {"type": "string", "enum": ["a", "b", "c"], "javaEnums": [{"name": "a"}]},
        "secret": {"type": "string", "format": "password"},
        "unused": {"type": "object", "properties": {}, "required": ["x"]},
    },
    "properties": {
        "id": {"description": "Its id.", "$ref": "../../type/basic.json#/definitions/uuid"},
        "kind": {"$ref": "#/definitions/kind"},
        "password": {"$ref": "#/definitions/secret"},
        "config": {"anyOf": [{"$ref": "../../type/basic.json#/definitions/uuid"}]},
        "owners": {"type": "array", "items": {"$ref": "../../type/reference.json"}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "size": {"type": "integer", "maximum": 9},
    },
    "required": ["id", "owners"],
    "additionalProperties": False,
}
NEAREST = {
    PATH: OTHER,
    "type/basic.json": {"definitions": {"uuid": {"type": "string", "format": "uuid"}}},
    "type/reference.json": {"type": "object", "properties": {"id": {"type": "string"}}},
    "connection.json": {
        "type": "object",
        "properties": {"host": {"type": "string"}},
        "required": ["host"],
        "additionalProperties": False,
    },
}


def completed(own: dict[str, Any], *, facts: dict[str, Any] | None = None, **nearest: Any) -> Any:
    """Return the table of a tree whose server has the properties ``own``."""
    document = {
        "title": "Table",
        "javaType": "Table",
        "type": "object",
        "properties": own,
        "additionalProperties": False,
    }
    before = copy.deepcopy(NEAREST)
    tree = complete_tree(
        DocumentTree({PATH: document}, **facts or {}), NearestTree(NEAREST, **nearest)
    )
    assert before == NEAREST
    return tree[PATH]


def test_the_server_decides_which_fields_there_are() -> None:
    found = completed({"id": {"type": "string"}, "owner": {"$ref": "../../type/reference.json"}})
    assert list(found["properties"]) == ["id", "owner"]
    assert "required" not in found
    assert found["additionalProperties"] is False


def test_descriptions_names_and_marks_of_secrets_are_kept() -> None:
    found = completed({"id": {"type": "string"}, "password": {"type": "string"}})
    assert found["description"] == "A table."
    assert found["javaType"] == OTHER["javaType"]
    assert found["properties"]["id"] == OTHER["properties"]["id"]
    assert found["properties"]["password"] == OTHER["properties"]["password"]


@pytest.mark.parametrize(
    ("field", "own"),
    [
        ("kind", {"type": "string", "enum": ["a", "b"]}),
        ("kind", {"type": "string"}),
        ("owners", {"$ref": "../../type/reference.json"}),
        ("owners", {"type": "array", "items": {"type": "string"}}),
        ("tags", {"type": "string"}),
        ("size", {"type": "integer", "maximum": 5}),
        ("size", {"type": "integer"}),
    ],
)
def test_a_field_of_another_type_or_with_other_limits_is_the_server_s(field: str, own: Any) -> None:
    found = completed({field: own})["properties"][field]
    assert {name: found.get(name) for name in own} == own
    assert "maximum" not in found or "maximum" in own


def test_a_named_type_with_other_limits_keeps_its_name() -> None:
    own = {"id": {"type": "string", "maxLength": 36}, "key": {"type": "string", "maxLength": 9}}
    found = completed(own)
    assert found["properties"]["id"]["$ref"] == "#/definitions/uuid"
    assert found["definitions"]["uuid"] == {"type": "string", "format": "uuid", "maxLength": 36}
    assert found["properties"]["key"] == own["key"]
    nearest = copy.deepcopy(NEAREST)
    nearest[PATH]["properties"]["key"] = nearest[PATH]["properties"]["id"]
    found = complete_tree(
        DocumentTree({PATH: {"type": "object", "properties": own}}), NearestTree(nearest)
    )[PATH]
    assert found["properties"]["id"]["$ref"] == "#/definitions/uuid"
    assert found["properties"]["key"]["maxLength"] == 9  # the name is used up


def test_the_fields_of_a_type_with_alternatives_are_merged() -> None:
    nearest = {**NEAREST, PATH: {**OTHER, "anyOf": [{"required": ["id"]}]}}
    own = {"type": "object", "properties": {"id": {"type": "string"}}}
    found = complete_tree(DocumentTree({PATH: own}), NearestTree(nearest))[PATH]
    assert found["properties"] == {"id": OTHER["properties"]["id"]}
    assert "anyOf" not in found


@pytest.mark.parametrize("own", [{"type": "object"}, {}, {"additionalProperties": {}}])
def test_what_a_document_describes_as_any_object_comes_from_the_other_tree(own: Any) -> None:
    assert completed({"config": own})["properties"]["config"] == OTHER["properties"]["config"]


def test_values_of_an_enum_are_those_of_the_server_in_its_definition() -> None:
    document = {
        "title": "Table",
        "definitions": {"kind": {"type": "string", "enum": ["a"]}},
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": ["a"]}},
    }
    found = complete_tree(DocumentTree({PATH: document}), NearestTree(NEAREST))[PATH]
    assert found["definitions"]["kind"] == {"type": "string", "enum": ["a"]}
    assert found["properties"]["kind"] == {"$ref": "#/definitions/kind"}


@pytest.mark.parametrize("is_binding", [True, False])
def test_what_only_the_other_tree_has_is_binding_for_the_same_minor_version(
    is_binding: bool,
) -> None:
    nearest = NearestTree(NEAREST, is_binding=is_binding)
    connection = complete_tree(DocumentTree({}), nearest)["connection.json"]
    assert ("required" in connection) is is_binding
    assert ("additionalProperties" in connection) is is_binding
    assert connection["properties"] == {"host": {"type": "string"}}
    unused = completed({"id": {"type": "string"}}, is_binding=is_binding)["definitions"]["unused"]
    assert ("required" in unused) is is_binding


def test_fields_of_an_interface_are_left_out_as_in_a_newer_release() -> None:
    own = {name: {"type": "string"} for name in ("id", "votes", "extra")}
    facts = {"shared": {PATH: {"id", "votes"}}}
    assert list(completed(own, facts=facts, is_newer=True)["properties"]) == ["id", "extra"]
    assert list(completed(own, facts=facts)["properties"]) == ["id", "votes", "extra"]


def test_a_document_that_the_server_returned_is_used_as_it_is() -> None:
    found = completed({"id": {"type": "string"}}, facts={"exact": {PATH}})
    assert found["properties"] == {"id": {"type": "string"}}
    assert set(found["definitions"]) == {"kind", "secret", "unused"}  # others may refer to them


def test_of_two_classes_of_one_name_the_one_that_is_left_out_is_kept() -> None:
    place = ("type/namesake.json", "")
    nearest = {
        **NEAREST,
        PATH: {**OTHER, "properties": {"it": {"$ref": "../../type/namesake.json"}}},
        "type/namesake.json": {"type": "object", "properties": {"x": {"type": "string"}}},
    }
    own = {"type": "object", "properties": {"it": {"$ref": "../../type/reference.json"}}}
    tree = DocumentTree({PATH: own}, namesakes={place: ("type/reference.json", "")})
    found = complete_tree(tree, NearestTree(nearest))[PATH]
    assert found["properties"]["it"] == {"$ref": "../../type/namesake.json"}


def test_references_in_a_circle_end() -> None:
    circle = {"$ref": "#/definitions/a"}
    own = {PATH: {"type": "object", "properties": {"id": circle}, "definitions": {"a": circle}}}
    assert complete_tree(DocumentTree(own), NearestTree(NEAREST))[PATH]["properties"]["id"]


def test_neither_tree_is_changed_by_leaving_fields_out() -> None:
    nearest, before = NearestTree(NEAREST, is_newer=True, is_binding=True), copy.deepcopy(NEAREST)
    own = DocumentTree({PATH: {"type": "object", "javaType": "Table"}}, shared={PATH: {"id"}})
    found = complete_tree(own, nearest)[PATH]
    assert found["properties"].keys() == OTHER["properties"].keys()
    found["properties"].clear()
    assert before == NEAREST
