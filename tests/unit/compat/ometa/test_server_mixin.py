"""Classes and the modules that they are in."""

from __future__ import annotations

from typing import Any


def test_a_module_is_named_as_its_entity(metadata: Any, get: Any) -> None:
    schema = get("api.data.createDatabaseSchema", "CreateDatabaseSchemaRequest")
    assert metadata.update_file_name(schema, "databaseschema") == "databaseSchema"
    assert metadata.update_file_name(schema, "other") == "other"
    assert metadata.update_file_name(dict, "dict") == "dict"
