"""Class names of roots and definitions."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.schema.type_names import (
    camel,
    class_name,
    declared_java_name,
    java_name,
    root_names,
    type_names,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Query Vote", "QueryVote"), ("table-cp", "TableCp"), ("dataType", "DataType"), ("", "")],
)
def test_camel_case(text: str, name: str) -> None:
    assert camel(text) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [("Table", "Table"), ("1 more", "CreateTable"), (None, "CreateTable"), ("", "CreateTable")],
)
def test_a_root_is_named_after_its_title_or_its_file(title: Any, name: str) -> None:
    assert class_name("api/data/createTable.json", title) == name


def test_a_name_that_starts_with_a_digit_gets_a_letter() -> None:
    assert class_name("x/3d.json", None) == "T3d"


@pytest.mark.parametrize(
    ("schema", "declared", "name"),
    [
        ({"javaType": "org.x.Table"}, "Table", "Table"),
        ({"javaType": "Table"}, "Table", "Table"),
        ({"javaType": ""}, None, "DataType"),
        ({"javaType": 5}, None, "DataType"),
        ({}, None, "DataType"),
    ],
)
def test_java_names(schema: dict[str, Any], declared: str | None, name: str) -> None:
    assert declared_java_name(schema) == declared
    assert java_name(schema, "dataType") == name


def test_a_copied_title_is_not_a_name() -> None:
    documents = {"a/team.json": {"title": "Team"}, "b/persona.json": {"title": "Team"}}
    assert root_names(documents) == {"a/team.json": "Team", "b/persona.json": "Persona"}


def test_ambiguous_definitions_are_found_by_the_name_of_their_root() -> None:
    column = {"definitions": {"column": {}}}
    documents = {"a/table.json": {"title": "Table", **column}, "b/chart.json": column}
    names, ambiguous = type_names(documents, set(), root_names(documents))
    assert names == {
        "Table": "a/table.json#",
        "TableColumn": "a/table.json#/definitions/column",
        "Chart": "b/chart.json#",
        "ChartColumn": "b/chart.json#/definitions/column",
    }
    assert ambiguous == {
        "Column": ["a/table.json#/definitions/column", "b/chart.json#/definitions/column"]
    }


def test_the_name_of_an_entity_comes_first() -> None:
    documents = {"a/table.json": {"title": "Table"}, "b/other.json": {"definitions": {"table": {}}}}
    names, ambiguous = type_names(documents, {"a/table.json"}, root_names(documents))
    assert names["Table"] == "a/table.json#"
    assert ambiguous == {}
