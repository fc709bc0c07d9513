"""A tree built from components: places, references, marks, and OpenAPI's words as JSON Schema."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dynclient.openapi.root_schemas import read_root_schemas
from dynclient.openapi.schema_tree import (
    ENTITY,
    SERIES,
    EntityComponent,
    build_schema_tree,
    file_stem,
)
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Release
from tests.unit.openapi.test_root_schemas import COMPONENTS, TABLE, ref, type_item

ENTITIES = {
    **COMPONENTS,
    "Table": {
        "required": ["id", "votes"],
        "properties": {
            **COMPONENTS["Table"]["properties"],
            "votes": ref("Votes"),
            "extension": {"type": "object"},
        },
    },
    "CreateTable": {
        "required": ["columns"],
        "properties": {
            "name": {"type": "string"},
            "columns": {"type": "array", "items": ref("Column")},
            "extension": {"type": "object"},
            "owner": ref("EntityReference"),
        },
    },
    "CreateTopic": {"properties": {"name": {}, "extension": {"type": "object"}}},
    "Topic": {"properties": {"id": {"type": "string"}, "extension": {"type": "object"}}},
    "Result": {"properties": {"timestamp": {"type": "integer", "nullable": True}}},
}
SHOWN = [
    EntityComponent(
        "table", "Table", "CreateTable", "entity/data/table.json", ENTITY, frozenset({"votes"})
    ),
    EntityComponent("topic", "Topic", "CreateTopic", "entity/data/topic.json", ENTITY, frozenset()),
    EntityComponent("result", "Result", None, "tests/result.json", SERIES, frozenset()),
]


def build_release(
    tmp_path: Any, *types: dict[str, Any], places: dict[str, str] | None = None
) -> Release:
    """Return the release of the components above, and of what ``/metadata/types`` lists."""
    components = copy.deepcopy(ENTITIES)
    documents = build_schema_tree(components, SHOWN, read_root_schemas(types), places)
    assert components == ENTITIES  # nothing is changed in place
    cache = Cache(tmp_path / "cache")
    return add_documents(documents, "7.1.0+openapi", cache=cache, origin="http://x", lossy=True)


def test_entities_requests_and_series_are_found_again(tmp_path: Any) -> None:
    release = build_release(tmp_path)
    assert release.lossy
    assert release.version == (7, 1, 0)
    assert release.origin == "http://x"
    table = release.entities["table"]
    assert (table.path, table.create) == ("entity/data/table.json", "api/data/createTable.json")
    assert not table.votes
    assert set(release.entities) == {"table", "topic"}
    assert set(release.time_series) == {"result"}
    assert {"Table", "CreateTableRequest", "Column", "TagLabel"} <= set(release.type_names)
    assert [r for r in release.repairs if r.step == "open-references"] == []


def test_fields_that_no_operation_supports_are_left_out(tmp_path: Any) -> None:
    node = build_release(tmp_path).find("Table")
    assert "votes" not in node.properties
    assert node.required == {"id"}


def test_places_of_other_releases_are_used_where_the_document_has_none(tmp_path: Any) -> None:
    release = build_release(
        tmp_path, places={"TagLabel": "type/tagLabel.json", "Votes": "api/votes.json"}
    )
    assert release.find("Votes").path == "api/votes.json"
    assert release.find("EntityReference").path == "type/entityReference.json"
    assert release.find("Column").path == "type/column.json"


def test_root_schemas_are_used_unchanged(tmp_path: Any) -> None:
    release = build_release(tmp_path, type_item("table", {**TABLE, "javaInterfaces": [ENTITY]}))
    node = release.find("Table")
    assert set(node.properties) == set(TABLE["properties"])
    assert release.find("Column").ref == "entity/data/table.json#/definitions/column"
    columns = release.find("CreateTableRequest").properties["columns"]
    assert columns.items is not None
    assert columns.items.target is release.find("Column")
    assert release.resolve("type/basic.json#/definitions/uuid").format == "uuid"


def test_a_request_lacks_what_its_entity_lacks(tmp_path: Any) -> None:
    """All requests have the getters of one interface; the root schema lists the actual fields."""
    assert "extension" in build_release(tmp_path).find("CreateTableRequest").properties
    release = build_release(tmp_path, type_item("table", {**TABLE, "javaInterfaces": [ENTITY]}))
    assert set(release.find("CreateTableRequest").properties) == {"name", "columns", "owner"}
    assert "extension" in release.find("CreateTopicRequest").properties  # it has no root schema


def test_create_requests_refuse_unknown_fields(tmp_path: Any) -> None:
    release = build_release(tmp_path)
    assert release.find("CreateTableRequest").closed
    assert not release.find("TagLabel").closed  # nothing says what it may contain


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"minimum": 0, "exclusiveMinimum": True}, {"exclusiveMinimum": 0}),
        ({"maximum": 9, "exclusiveMaximum": False}, {"maximum": 9}),
        ({"enum": [{"$ref": "#/components/schemas/Table"}]},) * 2,
        ({"nullable": False}, {}),
        ({"properties": {"nullable": {"type": "boolean"}}},) * 2,
    ],
)
def test_openapi_keywords_are_translated_to_json_schema(theirs: Any, ours: Any) -> None:
    components = {"Thing": {"properties": {"it": theirs}}}
    documents = build_schema_tree(components, [])
    found = documents["type/thing.json"]["properties"]["it"]
    assert {n: each for n, each in found.items() if n != "additionalProperties"} == ours


def test_components_never_share_a_path() -> None:
    components = {"Thing": {"title": "a"}, "thing": {"title": "b"}, "THING": {"title": "c"}}
    documents = build_schema_tree(components, [])
    assert {each.get("title") for each in documents.values()} >= {"a", "b", "c"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Table", "table"), ("APIEndpoint", "apiEndpoint"), ("LLMService", "llmService"),
     ("AIApplication", "aiApplication"), ("MlModel", "mlModel"), ("URL", "url"), ("x", "x")],
)  # fmt: skip
def test_files_begin_small(name: str, expected: str) -> None:
    assert file_stem(name) == expected
