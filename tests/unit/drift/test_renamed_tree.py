"""The tree of one release with the field names of another, by the drift table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dynclient.drift.renamed_tree import renamed_tree
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Release

LIST = "type/references.json"
ITEM = {"$ref": "reference.json"}
ENTITY = {"javaInterfaces": ["org.openmetadata.schema.EntityInterface"], "type": "object"}


def release_of(
    tmp_path: Path, version: str, properties: dict[str, Any], path: str = "entity/data/kpi.json"
) -> Release:
    documents = {
        path: {**ENTITY, "title": "Kpi", "properties": properties, "required": list(properties)},
        "connection.json": {"type": "object", "properties": {"domain": {"type": "string"}}},
        LIST: {"type": "array", "items": ITEM},
        "type/reference.json": {"type": "object", "properties": {"id": {"type": "string"}}},
    }
    return add_documents(documents, version, cache=Cache(tmp_path / "cache"), origin="http://x")


@pytest.mark.parametrize(
    ("version", "before", "after", "expected"),
    [
        (
            "1.4.0",
            {"owner": {"$ref": "../../type/reference.json"}},
            (1, 6, 0),
            {"owners": {"type": "array", "items": {"$ref": "../../type/reference.json"}}},
        ),
        (
            "1.6.0",
            {"owners": {"$ref": "../../type/references.json"}},
            (1, 4, 0),
            {"owner": {"$ref": "../../type/reference.json"}},
        ),
        (
            "1.11.0",
            {"domains": {"type": "array", "items": {"type": "string"}}},
            (1, 6),
            {"domain": {"type": "string"}},
        ),
        ("1.11.0", {"owners": {"type": "array"}}, (1, 6), {"owners": {"type": "array"}}),
        ("1.6.0", {"owners": {"type": "array"}}, (1, 4), {"owner": {}}),
        ("1.6.0", {"owners": {"type": "array"}}, (), {"owners": {"type": "array"}}),
        ("1.6.0", {"owners": {"$ref": "#/nowhere"}}, (1, 4), {"owner": {}}),
    ],
)
def test_fields_of_entities_are_renamed_in_both_directions(
    tmp_path: Path, version: str, before: Any, after: tuple[int, ...], expected: Any
) -> None:
    release = release_of(tmp_path, version, before)
    document = renamed_tree(release, after)["entity/data/kpi.json"]
    assert document["properties"] == expected
    assert document["required"] == list(expected)
    assert release.document("entity/data/kpi.json")["properties"].keys() == before.keys()


def test_a_field_that_both_releases_have_under_the_new_name_stays(tmp_path: Path) -> None:
    fields = {"owner": {"type": "string"}, "owners": {"type": "array"}}
    release = release_of(tmp_path, "1.6.0", fields)
    assert renamed_tree(release, (1, 4))["entity/data/kpi.json"]["properties"] == fields


def test_rows_without_documents_are_about_entities_only(tmp_path: Path) -> None:
    release = release_of(tmp_path, "1.6.0", {"id": {"type": "string"}})
    tree = renamed_tree(release, (1, 11))
    assert tree["connection.json"] is release.document("connection.json")


def test_rows_with_documents_are_about_these(tmp_path: Path) -> None:
    path = "entity/data/glossaryTerm.json"
    release = release_of(tmp_path, "1.11.0", {"entityStatus": {"type": "string"}}, path)
    assert set(renamed_tree(release, (1, 9))[path]["properties"]) == {"status"}
