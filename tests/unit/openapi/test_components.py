"""Names of components, and the schemas of a release that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.openapi.components import (
    component_of,
    created_type,
    paths_by_component,
    reference,
)


class Release:
    """A release of a few documents that counts how often they are read."""

    def __init__(self, **documents: Any) -> None:
        self.documents = {f"{name}.json": document for name, document in documents.items()}
        self.paths = tuple(self.documents)
        self.read: list[str] = []
        self.kept: dict[str, Any] = {}

    def document(self, path: str) -> Any:
        self.read.append(path)
        return self.documents[path]

    def memo(self, key: str, build: Any) -> Any:
        if key not in self.kept:
            self.kept[key] = build(self)
        return self.kept[key]

    def find(self, name: str) -> Any:
        from dynclient.errors import SchemaNotFound

        raise SchemaNotFound("no such schema", name=name, nearest=())


RELEASE = {
    "table": {
        "javaType": "org.openmetadata.Table",
        "definitions": {
            "column": {"type": "object"},
            "status": {"type": "string"},
            "kind": {"javaType": "org.openmetadata.TableKind", "type": "string"},
        },
        "properties": {
            "inner": {"javaType": "org.openmetadata.Inner", "type": "object"},
            "plain": {"type": "object"},
        },
    },
    "job": {"definitions": {"status": {"type": "string"}, "table": {"type": "object"}}},
}


@pytest.mark.parametrize(
    ("component", "near", "found"),
    [
        ("Table", None, "table.json"),  # a document takes precedence over a definition
        ("Table", "job.json", "job.json#/definitions/table"),  # unless that is near by
        ("Job", None, "job.json"),  # without a javaType, the name of the file
        ("Column", None, "table.json#/definitions/column"),
        ("TableKind", None, "table.json#/definitions/kind"),
        ("Kind", None, None),  # a javaType replaces the key
        ("Inner", None, "table.json#/properties/inner"),
        ("Plain", None, None),  # no class is generated from a plain property
        ("Status", None, None),  # two definitions have that name
        ("Status", "job.json", "job.json#/definitions/status"),
        ("Status", "other.json", None),
    ],
)
def test_components_stand_for_schemas(component: str, near: str | None, found: str | None) -> None:
    release: Any = Release(**RELEASE)
    assert reference(release, component, near) == found


def test_documents_are_read_once() -> None:
    release: Any = Release(**RELEASE)
    for _ in range(2):
        reference(release, "Table")
        paths_by_component(release)
    assert release.read == ["table.json", "job.json"]


def test_paths_are_those_of_documents_with_a_name_of_their_own() -> None:
    release: Any = Release(**RELEASE, other={"javaType": "x.Job"})
    assert paths_by_component(release) == {"Table": "table.json"}


@pytest.mark.parametrize(
    ("component", "created"),
    [
        ("CreateTable", "Table"),
        ("CreateKpiRequest", "Kpi"),
        ("CreateAppReq", "App"),
        ("CreateRequestLog", "RequestLog"),
        ("Table", None),
        ("TableCreate", None),
        (None, None),
    ],
)
def test_create_requests_name_the_type_they_create(
    component: str | None, created: str | None
) -> None:
    assert created_type(component) == created


@pytest.mark.parametrize(
    ("schema", "component"),
    [
        ({"$ref": "#/components/schemas/Table"}, "Table"),
        ({"$ref": "#/definitions/Table"}, None),
        ({"$ref": 1}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_references_to_components_name_them(schema: Any, component: str | None) -> None:
    assert component_of(schema) == component
