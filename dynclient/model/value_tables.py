"""Samples of data: values in rows below the names of columns, as one field each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.display.blocks import Cell, Table
from dynclient.secrets import MASK, looks_secret

if TYPE_CHECKING:
    from dynclient.schema import Node

FIELDS = ("columns", "rows")
_ROWS = 20


def value_table(node: Node, raw: Mapping[str, Any]) -> Table | None:
    """Return the table of an object that has names of columns, and rows of values below them.

    Args:
        node: the type of the object.
        raw: its JSON.

    Returns:
        The table; None if the type has no such fields, or if the object has no columns.
    """
    fields = [node.properties.get(name) for name in FIELDS]
    items = [None if field is None else field.items for field in fields]
    if items[0] is None or items[1] is None or items[1].kind != "array":
        return None
    columns, rows = (raw.get(name) or [] for name in FIELDS)
    if not columns or not all(isinstance(name, str) for name in columns):
        return None
    cells = [
        [
            _cell(name, row[place] if place < len(row) else None)
            for place, name in enumerate(columns)
        ]
        for row in rows[:_ROWS]
        if isinstance(row, list)
    ]
    return Table(columns, cells, total=len(rows), more=".rows")


def _cell(column: str, value: Any) -> Cell:
    if value is not None and looks_secret(column):
        return MASK
    return value if value is None or isinstance(value, (str, int, float)) else str(value)
