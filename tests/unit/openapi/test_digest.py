"""An OpenAPI document is read for its operations, however carelessly it was written."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.openapi.digest import digest
from dynclient.openapi.index import OperationInfo
from tests.support.openapi_server import DOCUMENTS, document_of


def document(**paths: Any) -> dict[str, Any]:
    """Return a document; keywords are paths below ``/v1``."""
    return {
        "openapi": "3.0.1",
        "info": {"version": "1.6.0"},
        "paths": {f"/v1/{name}": item for name, item in paths.items()},
        "components": {
            "schemas": {
                "TableList": {
                    "properties": {
                        "data": {"items": {"$ref": "#/components/schemas/Table"}},
                        "paging": {},
                    }
                },
                "Table": {"properties": {"data": {"type": "string"}}},
            },
            "parameters": {"Id": {"name": "id", "in": "path", "schema": {"type": "string"}}},
        },
    }


def info(operation: dict[str, Any], path: str = "tables", method: str = "get") -> OperationInfo:
    (found,) = digest(document(**{path: {method: operation}}))["operations"]
    return OperationInfo(*found)


def responses_with(name: str, status: str = "200") -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"responses": {status: {"content": {"application/json": {"schema": schema}}}}}


@pytest.mark.parametrize(
    "document",
    [None, [], "x", {}, {"swagger": "2.0", "paths": {"/tables": {}}},
     {"openapi": 3, "paths": {"/a": {}}}, {"openapi": "2.0", "paths": {"/a": {}}}],
)  # fmt: skip
def test_other_documents_than_openapi_3_are_rejected(document: Any) -> None:
    with pytest.raises(ValueError, match="is not an OpenAPI 3 document"):
        digest(document)


@pytest.mark.parametrize("paths", [None, {}, [], "x"])
def test_a_document_without_paths_is_rejected(paths: Any) -> None:
    with pytest.raises(ValueError, match="has no paths"):
        digest({"openapi": "3.0.1", "paths": paths})


def test_an_operation_keeps_what_calls_need() -> None:
    found = info(
        {
            "operationId": "addSampleData",
            "tags": ["Tables", "x"],
            "summary": "Add  sample\ndata",
            "description": "Add it.",
            "requestBody": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Table"}}}
            },
            **responses_with("Table"),
        },
        "tables/{id}/sampleData",
        "put",
    )
    assert found == OperationInfo(
        "PUT", "/v1/tables/{id}/sampleData", "addSampleData", "Tables",
        [["id", "path", True, "string", [], ""]],
        ["application/json", "Table", False], ["object", "Table"], "Add sample data\n\nAdd it.",
    )  # fmt: skip
    assert found.key == "PUT /v1/tables/{id}/sampleData"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("tables/", "/v1/tables"),
        ("tables/{id:[^/]+}", "/v1/tables/{id}"),
        ("tables/{ id }", "/v1/tables/{id}"),
        ("tables/{id:[a-f]{4}}/x/{fqn: .*}", "/v1/tables/{id}/x/{fqn}"),
    ],
)
def test_paths_lose_slashes_and_patterns(written: str, path: str) -> None:
    assert info({}, written).path == path
    whole = document()
    whole["paths"] = {f"/api/v1/{written}": {"get": {}}}
    assert digest(whole)["operations"][0][1] == path


@pytest.mark.parametrize(
    ("schema", "kind", "choices"),
    [
        ({"type": "string"}, "string", []),
        ({"type": "string", "enum": ["a", "b"]}, "string", ["a", "b"]),
        ({"type": "boolean", "enum": [True, False]}, "boolean", []),
        ({"type": "integer", "maximum": 3}, "integer", []),
        ({"type": "number"}, "number", []),
        ({"type": "array", "items": {"type": "string"}}, "array", []),
        ({}, "string", []),
        (None, "string", []),
        ({"type": ["string", "null"]}, "string", []),
    ],
)
def test_parameters_have_types_and_choices(schema: Any, kind: str, choices: list[str]) -> None:
    found = info({"parameters": [{"name": "q", "in": "query", "schema": schema}]})
    assert found.parameters == [["q", "query", False, kind, choices, ""]]


def test_fields_are_a_list() -> None:
    schema = {"type": "string", "example": "owners,tags"}
    found = info({"parameters": [{"name": "fields", "in": "query", "schema": schema}]})
    assert found.parameters[0][3] == "list"


def test_path_parameters_are_those_of_the_path() -> None:
    stray = {"name": "name", "in": "path", "required": True}
    found = info({"parameters": [stray]}, "tables/{id}/x/{fqn}")
    assert [each[:3] for each in found.parameters] == [
        ["id", "path", True],
        ["fqn", "path", True],
    ]


def test_parameters_of_the_path_and_by_reference_count_too() -> None:
    item = {
        "parameters": [
            {"$ref": "#/components/parameters/Id"},
            {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        ],
        "get": {"parameters": [{"name": "limit", "in": "query", "required": True}]},
    }
    (found,) = digest(document(**{"tables/{id}": item}))["operations"]
    assert [each[:4] for each in OperationInfo(*found).parameters] == [
        ["id", "path", True, "string"],
        ["limit", "query", True, "string"],
    ]


def test_headers_that_the_client_sends_itself_are_no_parameters() -> None:
    headers = [{"name": name, "in": "header"} for name in ("Authorization", "If-Match")]
    cookie = {"name": "session", "in": "cookie"}
    found = info({"parameters": [*headers, cookie]})
    assert [each[0] for each in found.parameters] == ["If-Match"]


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"text/plain": {"schema": {"type": "string"}}}, ["text/plain", None, False]),
        ({"application/json": {}}, ["application/json", None, False]),
        (
            {"application/json": {"schema": {"type": "array", "items": {
                "$ref": "#/components/schemas/EntityReference"}}}},
            ["application/json", "EntityReference", True],
        ),
        ({"text/plain": {}, "application/json": {}}, ["application/json", None, False]),
        ({}, None),
        ("junk", None),
    ],
)  # fmt: skip
def test_bodies_are_read_as_media_type_and_component(content: Any, body: Any) -> None:
    assert info({"requestBody": {"content": content}}, method="post").body == body


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        (responses_with("TableList"), ["page", "Table"]),
        (responses_with("Table"), ["object", "Table"]),
        (responses_with("EntityHistory"), ["history", "EntityHistory"]),
        (responses_with("Table", "default"), ["object", "Table"]),
        (responses_with("Table", "404"), None),
        ({"responses": {"200": {"description": "none"}}}, None),
        ({"responses": []}, None),
        ({}, None),
    ],
)
def test_results_are_read_as_kind_and_component(operation: Any, result: Any) -> None:
    assert info(operation).result == result


def test_collections_accept_create_requests_or_return_entities() -> None:
    create = {"$ref": "#/components/schemas/CreateTable"}
    sends = {"requestBody": {"content": {"application/json": {"schema": create}}}}
    found = digest(
        document(
            **{
                "tables": {"post": sends},
                "tables/{id}": {"get": responses_with("Table")},
                "tables/name/{fqn}": {"get": responses_with("Table")},
                "tables/{id}/versions/{version}": {"get": responses_with("Table")},
                "tables/{id}/more": {"put": sends},
                "reports/{id}": {"get": responses_with("Report")},
            }
        )
    )["collections"]
    assert found == [
        ["/v1/reports", None, "Report"],
        ["/v1/tables", "CreateTable", "Table"],
        ["/v1/tables/{id}/more", "CreateTable", None],
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_of_a_real_document_is_read(name: str) -> None:
    whole = document_of(name)
    keys = {f"{method.upper()} {path}" for path, item in whole["paths"].items() for method in item}
    found = [OperationInfo(*each) for each in digest(whole)["operations"]]
    assert [each.key for each in found] == sorted(
        (each.key for each in found), key=lambda key: key.split()[::-1]
    )
    assert {each.key for each in found} == keys
    assert len(found) == len(keys)


@pytest.mark.parametrize("junk", [None, 1, "x", [], [1], {}, {"a": 1}, True])
def test_invalid_parts_of_a_document_are_ignored(junk: Any) -> None:
    for key in ("parameters", "requestBody", "responses", "tags", "operationId", "summary"):
        assert info({key: junk}).path == "/v1/tables"
    assert digest(document(tables={"get": {}}, junk=junk))["operations"]
    for key in ("components", "info"):
        assert digest({**document(tables={"get": {}}), key: junk})["operations"]
