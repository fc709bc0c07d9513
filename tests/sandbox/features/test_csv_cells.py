"""Cells of CSV files: lists, and how each kind of column is read and written."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.sandbox.features import csv_cells
from dynclient.sandbox.features.csv_cells import InvalidCell, join_items, split_items
from dynclient.sandbox.http_errors import ErrorResponse

CONTEXT: Any = None
"""Plain values do not need the context of a request."""


def node_of(**fields: Any) -> Any:
    """Return a schema node with some fields."""
    return SimpleNamespace(properties={name: SimpleNamespace(**of) for name, of in fields.items()})


def column_of(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "fields": ["value"], **settings}


def test_lists_are_separated_by_semicolons_and_quoted() -> None:
    assert split_items('a;"b;c";;d') == ["a", "b;c", "d"]
    assert join_items(["a", "", "b;c"]) == 'a;"b;c"'
    assert split_items("") == []


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (column_of("text"), "a", "a"),
        (column_of("number"), "64", 64),
        (column_of("flag"), "TRUE", True),
        (column_of("flag"), "false", False),
        (column_of("texts"), "a;b", ["a", "b"]),
        (column_of("pairs", pair=["name", "endpoint"]), "n;http://n",
         [{"name": "n", "endpoint": "http://n"}]),
        (column_of("choice"), "one", "one"),
        (column_of("status"), "one", "one"),
    ],
)  # fmt: skip
def test_cells_are_read_and_written(column: dict[str, Any], text: str, value: Any) -> None:
    node = node_of(value={"enum": ("one", "two")})
    assert csv_cells.read(CONTEXT, column, node, text) == value
    expected = text.lower() if column["kind"] == "flag" else text
    assert csv_cells.write(CONTEXT, column, node, {"value": value}) == expected


def test_an_empty_cell_is_the_columns_empty_value() -> None:
    node = node_of(value={"enum": None})
    assert csv_cells.read(CONTEXT, column_of("texts", empty=[]), node, "") == []
    assert csv_cells.read(CONTEXT, column_of("text"), node, "") is None
    for empty in ({}, {"value": None}, {"value": []}):
        assert csv_cells.write(CONTEXT, column_of("texts"), node, empty) == ""


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        (column_of("number"), "x", "Field x should be an integer"),
        (column_of("flag"), "yes", "Field yes should be either 'true' of 'false'"),
        (column_of("status"), "three", "three"),
        (column_of("pairs", pair=["a", "b"]), "n", "referenceName:endpoint url"),
    ],
)
def test_an_invalid_cell_says_why(column: dict[str, Any], text: str, message: str) -> None:
    with pytest.raises(InvalidCell) as caught:
        csv_cells.read(CONTEXT, column, node_of(value={"enum": ("one",)}), text)
    assert message in str(caught.value)


def test_an_unknown_choice_fails_the_whole_import() -> None:
    with pytest.raises(ErrorResponse) as caught:
        csv_cells.read(CONTEXT, column_of("choice"), node_of(value={"enum": ("one",)}), "three")
    assert caught.value.status == 400


def test_labels_are_written_by_source_and_classification() -> None:
    labels = [
        {"tagFQN": "PII.Sensitive", "source": "Classification", "labelType": "Manual"},
        {"tagFQN": "Tier.Tier1", "source": "Classification", "labelType": "Manual"},
        {"tagFQN": "g.term", "source": "Glossary", "labelType": "Manual"},
        {"tagFQN": "PII.None", "source": "Classification", "labelType": "Derived"},
    ]

    def write(**settings: Any) -> str:
        column = column_of("labels", **settings)
        return csv_cells.write(CONTEXT, column, node_of(value={}), {"value": labels})

    assert write() == "PII.Sensitive;Tier.Tier1"
    assert write(below="Tier") == "Tier.Tier1"
    assert write(beside="Tier") == "PII.Sensitive"
    assert write(source="Glossary") == "g.term"
