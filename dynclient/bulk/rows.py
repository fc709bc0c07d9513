"""Rows from what users have: iterables, data frames, and files in CSV or JSON Lines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem, UsageError

if TYPE_CHECKING:
    from dynclient.schema import Node

_LINES = (".jsonl", ".ndjson")
_MISSING_TYPES = frozenset({"NAType", "NaTType"})
"""Types of the missing values of pandas."""


def read_rows(source: Any, call: str, node: Node | None = None) -> Iterator[Any]:
    """Return the rows of a source, one at a time.

    Args:
        source: an iterable; a frame of pandas, polars or pyarrow, whose columns are fields; or the
            path of a file: ``.csv`` with the names of fields in its first line, ``.jsonl`` or
            ``.ndjson`` with an object in each line.
        call: the call, for errors.
        node: the schema of a row. It says which cells of a CSV file are JSON: those of fields that
            are not strings.

    Raises:
        BadArguments: the source is of another kind, or a file of another type.
        UsageError: a file cannot be read, or a line of it is not an object.
    """
    if isinstance(source, (str, PathLike)):
        path = str(fspath(source))
        ending = path[path.rfind(".") :].lower() if "." in path else ""
        if ending == ".csv":
            return _csv_rows(path, node)
        if ending in _LINES:
            return _json_lines(path)
        message = f"must be an iterable of rows, or the path of a .csv or .jsonl file, not {path!r}"
        raise bad_arguments(call, [Problem("rows", path, "argument", message)])
    frame_rows = _frame_rows(source)
    if frame_rows is not None:
        return frame_rows
    if isinstance(source, (model.Entity, Mapping)) or not isinstance(source, Iterable):
        kind = type(source).__name__
        message = f"must be an iterable of rows, not one {kind}"
        if isinstance(source, (model.Entity, Mapping)):
            message += "; pass a list: [row]"
        raise bad_arguments(call, [Problem("rows", kind, "argument", message)])
    return iter(source)


def length_of(source: Any) -> int | None:
    """Return the number of rows; None if it is not known, or only by a request."""
    if isinstance(source, (list, tuple, set, frozenset)):
        return len(source)
    shape = getattr(source, "shape", None)  # of a frame
    return shape[0] if isinstance(shape, tuple) and shape else None


def _frame_rows(source: Any) -> Iterator[dict[str, Any]] | None:
    """Return the rows of a data frame as dicts without empty cells; None if it is not one."""
    if hasattr(source, "iter_rows") and hasattr(source, "columns"):  # polars
        return (_cells(row) for row in source.iter_rows(named=True))
    if hasattr(source, "itertuples") and hasattr(source, "columns"):  # pandas
        names = [str(name) for name in source.columns]
        tuples = source.itertuples(index=False, name=None)
        return (_cells(dict(zip(names, row, strict=True))) for row in tuples)
    if hasattr(source, "to_batches"):  # pyarrow
        return (_cells(row) for batch in source.to_batches() for row in batch.to_pylist())
    return None


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row that have a value, as values of Python."""
    found = {}
    for name, value in row.items():
        plain = plain_value(value)
        if plain is not None:
            found[str(name)] = plain
    return found


def plain_value(value: Any) -> Any:
    """Return a value of a frame without its package: None if missing, or Python's own types."""
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return None
    if hasattr(value, "dtype"):
        convert = getattr(value, "tolist", None) or getattr(value, "item", None)
        value = value if convert is None else convert()
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return value


def _csv_rows(path: str, node: Node | None) -> Iterator[dict[str, Any]]:
    import csv

    properties = {} if node is None else node.properties
    with _opened(path) as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for row in reader:
                yield {
                    name: _cell(properties.get(name), text)
                    for name, text in row.items()
                    if name and text not in {"", None}
                }
        except csv.Error as error:
            message = f"{path}, line {reader.line_num}: {error}"
        else:
            return
    raise UsageError(message)


def _cell(place: Node | None, text: str) -> Any:
    """Return the value of a cell: JSON where the field is not a string."""
    if place is None or place.kind == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # a name or a value that is not valid, which the validation says better


def _json_lines(path: str) -> Iterator[dict[str, Any]]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                row, reason = None, str(error)
            else:
                reason = f"must be an object, not {type(row).__name__}"
            if not isinstance(row, dict):
                raise UsageError(f"{path}, line {number}: {reason}")
            yield row


def _opened(path: str) -> Any:
    try:
        return open(path, encoding="utf-8-sig", newline="")  # noqa: PTH123
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
    raise UsageError(message)
