"""Root schemas and components, read side by side: each contains what the other lacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynclient.openapi.components import component_of
from dynclient.openapi.root_schemas import ComponentPlaces, RootSchema, read_root_schemas

TABLE: dict[str, Any] = {
    "$id": "https://open-metadata.org/schema/entity/data/table.json",
    "title": "Table",
    "javaType": "org.openmetadata.schema.entity.data.Table",
    "definitions": {
        "column": {
            "javaType": "org.openmetadata.schema.type.Column",
            "properties": {
                "children": {"type": "array", "items": {"$ref": "#/definitions/column"}},
                "tags": {"type": "array", "items": {"$ref": "../../type/tagLabel.json"}},
            },
        }
    },
    "properties": {
        "id": {"$ref": "../../type/basic.json#/definitions/uuid"},
        "columns": {"type": "array", "items": {"$ref": "#/definitions/column"}},
        "owner": {"$ref": "../../type/entityReference.json"},
        "lifeCycle": {"$ref": "../../type/lifeCycle.json"},
        "odd": {"oneOf": [{"$ref": "../../type/votes.json"}, {"$ref": "../../type/nowhere.json"}]},
    },
}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


COMPONENTS: dict[str, Any] = {
    "Table": {
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "columns": {"type": "array", "items": ref("Column")},
            "owner": ref("EntityReference"),
            "lifeCycle": ref("LifeCycle"),
        }
    },
    "Column": {
        "properties": {
            "children": {"type": "array", "items": ref("Column")},
            "tags": {"type": "array", "items": ref("TagLabel")},
        }
    },
    "EntityReference": {},
    "LifeCycle": {},
    "TagLabel": {},
    "Votes": {},
}


def type_item(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "schema": json.dumps(schema), "nameSpace": "data", **more}


def test_roots_lie_where_their_id_says() -> None:
    assert read_root_schemas([type_item("table", TABLE)]) == [
        RootSchema("table", "entity/data/table.json", TABLE)
    ]


@pytest.mark.parametrize("identity", ["https://x/schema/entity/data/topic.json", "nonsense", None])
def test_an_id_that_was_copied_does_not_count(identity: str | None) -> None:
    schema = {**TABLE, "$id": identity}
    assert [
        root.path for root in read_root_schemas([type_item("table", schema, nameSpace="teams")])
    ] == ["entity/teams/table.json"]


@pytest.mark.parametrize(
    "broken",
    [
        7,
        {},
        {"name": "table"},
        {"name": "table", "schema": "{"},
        {"name": "table", "schema": 7},
        {"name": "../x", "schema": json.dumps(TABLE)},
        type_item("table", []),
        type_item("recType", {"type": "string"}),
    ],
)
def test_invalid_types_are_ignored(broken: Any) -> None:
    assert read_root_schemas([broken, type_item("table", TABLE)])[0].name == "table"
    assert (
        len(read_root_schemas([broken, type_item("table", TABLE), type_item("table", TABLE)])) == 1
    )


def test_each_contains_what_the_other_lacks() -> None:
    fitting = ComponentPlaces(read_root_schemas([type_item("table", TABLE)]), COMPONENTS)
    assert fitting.places == {
        "Column": ("entity/data/table.json", "/definitions/column"),
        "EntityReference": ("type/entityReference.json", ""),
        "LifeCycle": ("type/lifeCycle.json", ""),
        "Table": ("entity/data/table.json", ""),
        "TagLabel": ("type/tagLabel.json", ""),
        "Votes": ("type/votes.json", ""),  # by its name alone
    }
    uuid = {"type": "string", "format": "uuid"}
    assert fitting.inline == {("type/basic.json", "/definitions/uuid"): uuid}
    assert fitting.aliases == {}


def test_a_component_that_several_places_share_lies_in_none_of_them() -> None:
    topic = {
        "javaType": "org.openmetadata.schema.entity.data.Topic",
        "definitions": {"column": {"properties": {"other": {}}}},
        "properties": {
            "column": {"$ref": "#/definitions/column"},
            "life": {"$ref": "../../type/otherCycle.json"},
        },
    }
    theirs = {"properties": {"column": ref("Column"), "life": ref("LifeCycle")}}
    roots = read_root_schemas([type_item("table", TABLE), type_item("topic", topic)])
    fitting = ComponentPlaces(roots, {**COMPONENTS, "Topic": theirs})
    assert not {"Column", "LifeCycle"} & set(fitting.places)
    assert fitting.aliases == {
        ("type/lifeCycle.json", ""): "LifeCycle",
        ("type/otherCycle.json", ""): "LifeCycle",
    }


def test_a_place_is_decided_by_the_majority() -> None:
    names = ["a", "b", "c"]
    reference = {"$ref": "../../type/basic.json#/definitions/name"}
    schema = {"javaType": "x.Table", "properties": dict.fromkeys(names, reference)}
    short, long = {"type": "string", "maxLength": 64}, {"type": "string", "maxLength": 256}
    theirs = {"Table": {"properties": dict(zip(names, [short, long, long], strict=True))}}
    fitting = ComponentPlaces(read_root_schemas([type_item("table", schema)]), theirs)
    assert fitting.inline == {("type/basic.json", "/definitions/name"): long}


def test_only_components_are_components() -> None:
    assert component_of(ref("Table")) == "Table"
    assert component_of({"$ref": "#/definitions/x"}) is None
    assert component_of({"$ref": 7}) is None
    assert component_of([]) is None
