"""Types of schema nodes: what a field returns, and what it may be set to."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.releases.pack import build
from dynclient.schema import Node, Release
from dynclient.stubs.schema_names import SchemaNames
from dynclient.stubs.stub_module import StubModule
from dynclient.stubs.type_expressions import MOST_BRANCHES, TypeExpressions

BASIC = {
    "definitions": {
        "uuid": {"type": "string", "format": "uuid"},
        "fullyQualifiedEntityName": {"type": "string"},
        "email": {"type": "string"},
        "timestamp": {"type": "integer", "format": "utc-millisec"},
        "colour": {"type": "string", "enum": ["red", "green"]},
        "part": {
            "type": "object",
            "properties": {"parts": {"items": {"$ref": "#/definitions/part"}}},
        },
        "json": {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"$ref": "#/definitions/json"}},
            ]
        },
    }
}
REFERENCE = {"title": "EntityReference", "type": "object", "properties": {"id": {"type": "string"}}}
LABEL = {"title": "TagLabel", "type": "object", "properties": {"tagFQN": {"type": "string"}}}


def field(schema: Any) -> tuple[TypeExpressions, Node]:
    """Return the writer of types for one module, and the node of a field with a schema."""
    documents = {
        "type/basic.json": BASIC,
        "type/entityReference.json": REFERENCE,
        "type/tagLabel.json": LABEL,
        "type/thing.json": {"type": "object", "properties": {"field": schema}},
    }
    release = Release(build(documents, (), "1.0.0"))
    names = SchemaNames(release)
    return TypeExpressions(names, StubModule("other")), release.node(
        "type/thing.json", "/properties/field"
    )


def basic(name: str) -> dict[str, str]:
    return {"$ref": f"basic.json#/definitions/{name}"}


def a_list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


TAG = {"$ref": "tagLabel.json"}
OWNER = {"$ref": "entityReference.json"}


@pytest.mark.parametrize(
    ("schema", "read", "write"),
    [
        ({"type": "string"}, "str", "str"),
        ({"type": "boolean"}, "bool", "bool"),
        ({"type": "number"}, "float", "float"),
        ({"type": "null"}, "None", "None"),
        ({}, "Any", "Any"),
        ({"type": "string", "format": "password"}, "Secret", "str"),
        ({"type": "string", "format": "date-time"}, "str", "str | date"),
        (basic("email"), "str", "str"),
        (basic("uuid"), "str", "str | UUID | Entity"),
        (basic("fullyQualifiedEntityName"), "str", "str | Entity"),
        (basic("timestamp"), "int", "int | datetime"),
        (basic("colour"), "Colour | ColourValue", "Colour | ColourValue"),
        ({"enum": [1, 2]}, "Literal[1, 2]", "Literal[1, 2]"),
        ({"enum": [1.5, {}]}, "Any", "Any"),
        (basic("part"), "Part", "Part | PartDict"),
        (OWNER, "EntityReference", "Entity | EntityReferenceDict"),
        (TAG, "TagLabel", "Entity | TagLabelDict | str"),
        (a_list({"type": "string"}), "list[str]", "Strings"),
        (a_list({"type": "integer"}), "list[int]", "Sequence[int]"),
        (a_list(basic("colour")), "list[Colour | ColourValue]", "Sequence[Colour | ColourValue]"),
        (a_list(basic("part")), "list[Part]", "Sequence[Part | PartDict]"),
        (a_list(TAG), "list[TagLabel]", "StringsOr[Entity | TagLabelDict]"),
        (a_list(OWNER), "list[EntityReference]", "Sequence[Entity | EntityReferenceDict]"),
        ({"type": "array"}, "list[Any]", "Sequence[Any]"),
        ({"type": "object"}, "MutableMapping[str, Any]", "Mapping[str, Any]"),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            "MutableMapping[str, int]",
            "Mapping[str, int]",
        ),
        (
            {"oneOf": [{"type": "integer"}, basic("part")]},
            "int | Part",
            "int | Part | PartDict",
        ),
        (basic("json"), "str | list[Any]", "str | Sequence[Any]"),
    ],
)  # fmt: skip
def test_the_types_of_a_field(schema: Any, read: str, write: str) -> None:
    types, node = field(schema)
    assert types.read(node) == read
    assert types.write(node) == write


def test_a_field_that_is_not_required_may_be_none() -> None:
    types, node = field({"type": "string"})
    assert types.read(node, required=False) == "str | None"
    assert types.write(node, required=False) == "str | None"


@pytest.mark.parametrize("schema", [{}, {"type": "null"}])
def test_none_is_written_once(schema: Any) -> None:
    types, node = field(schema)
    assert types.read(node, required=False) == types.read(node)


def test_a_text_of_a_create_request_takes_an_entity() -> None:
    types, node = field(a_list({"type": "string"}))
    assert types.write(node, in_request=True) == "StringsOr[Entity]"


def test_a_reference_takes_a_name_where_the_client_looks_it_up() -> None:
    types, node = field(OWNER)
    assert types.write(node, by_name=True) == "Entity | EntityReferenceDict | str | UUID"


@pytest.mark.parametrize("more", [0, 1])
def test_a_large_union_of_objects_is_not_written_out(more: int) -> None:
    branches = [
        {"type": "object", "properties": {f"p{number}": {}}}
        for number in range(MOST_BRANCHES + more)
    ]
    types, node = field({"oneOf": branches})
    assert (types.read(node) == "Any") is bool(more)


def test_a_list_in_a_list_of_itself_ends() -> None:
    types, node = field(a_list(basic("json")))
    assert types.write(node) == "StringsOr[Sequence[Any]]"
