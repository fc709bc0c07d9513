"""Columns of nested JSON as arrays of Arrow, a page at once.

pyarrow converts a list of dicts to one array of structs faster than Python takes a single cell out
of each of them. The columns are then parts of that array, which share its memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class NestedColumn(NamedTuple):
    """A column, by the path of its values."""

    name: str
    """The name of the column."""
    steps: tuple[str, ...]
    """The names of the fields that lead to a value."""
    depths: tuple[int, ...]
    """For each of these fields, how many lists contain its values."""
    type: Any
    """The type of a value in Arrow."""


class _Field:
    """A field of objects: a column, or an object with fields."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.column: NestedColumn | None = None
        self.fields: dict[str, _Field] = {}


def arrays(
    arrow: Any, rows: Sequence[Mapping[str, Any]], columns: Sequence[NestedColumn]
) -> dict[str, Any]:
    """Return the arrays of columns by name.

    Args:
        arrow: the module ``pyarrow``.
        rows: decoded JSON.
        columns: the columns; none is part of another one.

    Raises:
        pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError: a value is not of the type of
            its column, or not of the form that leads to it.
    """
    root = _Field(0)
    for column in columns:
        field = root
        for step, depth in zip(column.steps, column.depths, strict=True):
            field = field.fields.setdefault(step, _Field(depth))
        field.column = column
    return dict(_parts(arrow, arrow.array(rows, type=_type(arrow, root)), root))


def _type(arrow: Any, field: _Field) -> Any:
    """Return the type of a field's values."""
    if field.column is not None:
        found = field.column.type
    else:
        found = arrow.struct([(name, _type(arrow, each)) for name, each in field.fields.items()])
    for _ in range(field.depth):
        found = arrow.list_(found)
    return found


def _parts(arrow: Any, array: Any, field: _Field) -> Iterator[tuple[str, Any]]:
    """Yield the columns in an array, which may be one."""
    if field.depth == 0 and field.column is not None:
        yield field.column.name, array
        return
    lists = []
    for _ in range(field.depth):
        lists.append(array)
        array = array.values
    if field.column is not None:
        found: Iterator[tuple[str, Any]] = iter([(field.column.name, array)])
    else:  # flatten() gives the fields of an object that is null as null
        pairs = zip(array.flatten(), field.fields.values(), strict=True)
        found = (part for inner, each in pairs for part in _parts(arrow, inner, each))
    for name, part in found:
        whole = part
        for each in reversed(lists):
            whole = arrow.ListArray.from_arrays(each.offsets, whole, mask=each.is_null())
        yield name, whole
