"""Rows of data from where users have them: frames of pandas, polars and pyarrow, dicts, CSV files.

Frames are recognised by what they can do, so none of their packages is imported here.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from dynclient import model
from dynclient.bulk.rows import plain_value
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem

_DEPTH = 50
"""How deep lists and objects in a cell may be nested; what is deeper is sent as text."""
_EXPECTED = (
    "must be a pandas, polars or pyarrow frame, a list of dicts, a dict of columns, a list of rows"
    " with columns=, or the Path of a CSV file"
)


class Frame(NamedTuple):
    """A table of values."""

    columns: list[str]
    """The names of the columns."""
    rows: list[list[Any]]
    """The rows; missing values are None."""

    def values(self, column: str) -> list[Any]:
        """Return the values of a column; None for those that are missing."""
        position = self.columns.index(column)
        return [row[position] for row in self.rows]


def read_frame(data: Any, columns: Sequence[str] | None = None, call: str = "") -> Frame:
    """Return a frame of what a user has.

    Args:
        data: a frame of pandas, polars or pyarrow; an iterable of mappings, such as the rows of
            ``csv.DictReader``; a mapping of columns; an iterable of rows, with ``columns``; the
            ``Path`` of a CSV file, whose values are texts and whose empty cells are missing;
            sample data of a server; or an iterable of frames, which are the parts of one.
        columns: the names of the columns, for rows without names.
        call: the call that takes it, for errors.

    Raises:
        BadArguments: the data is of another kind, or rows do not have one value for each
            column; lists all of them.
    """
    if isinstance(data, Frame):
        return data
    if isinstance(data, model.Entity):
        data = model.raw(data)
    if isinstance(data, PathLike):
        return _csv_file(Path(data), call)
    if hasattr(data, "itertuples"):  # pandas
        return _frame(_names(data.columns), data.itertuples(index=False, name=None), call)
    if hasattr(data, "iter_rows"):  # polars
        return _frame(_names(data.columns), data.iter_rows(), call)
    if hasattr(data, "to_pydict") and hasattr(data, "column_names"):  # pyarrow
        data = data.to_pydict()
    if isinstance(data, Mapping):
        return _of_mapping(data, call)
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        kind = type(data).__name__
        raise _bad(call, [Problem("frame", kind, "argument", f"{_EXPECTED}, not {kind}")])
    return _of_rows(list(data), columns, call)


def _names(columns: Iterable[Any]) -> list[str]:
    return [str(name) for name in columns]


def _csv_file(path: Path, call: str) -> Frame:
    import csv

    lines: list[list[str]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines += [line for line in csv.reader(file) if line]
    except (OSError, UnicodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        problems = [Problem("frame", str(path), "argument", f"{path} cannot be read: {reason}")]
    else:
        problems = []
    if problems:
        raise _bad(call, problems)
    header, *rows = lines or [[]]
    return _frame(header, ([cell or None for cell in row] for row in rows), call)


def _of_mapping(data: Mapping[str, Any], call: str) -> Frame:
    if set(data) == {"columns", "rows"} and isinstance(data["columns"], (list, tuple)):
        return _frame(_names(data["columns"]), data["rows"], call)
    values = {str(name): list(column) for name, column in data.items()}
    lengths = {len(column) for column in values.values()}
    if len(lengths) > 1:
        found = ", ".join(f"{name} {len(column)}" for name, column in values.items())
        message = f"the columns must have the same number of values, not {found}"
        raise _bad(call, [Problem("frame", None, "argument", message)])
    return _frame(list(values), zip(*values.values(), strict=True), call)


def _of_rows(rows: list[Any], columns: Sequence[str] | None, call: str) -> Frame:
    if rows and all(map(is_frame, rows)):
        return _joined([read_frame(each, call=call) for each in rows], call)
    rows = [model.json_of(row) for row in rows]
    if rows and all(isinstance(row, Mapping) for row in rows):
        names = list(columns or dict.fromkeys(str(name) for row in rows for name in row))
        return _frame(names, ([row.get(name) for name in names] for row in rows), call)
    if columns is None:
        if not rows:
            return Frame([], [])
        raise _bad(call, [Problem("frame", None, "argument", f"{_EXPECTED}; columns= is missing")])
    return _frame(_names(columns), rows, call)


def is_frame(value: Any) -> bool:
    """Return whether a value is a frame of pandas, polars or pyarrow, or of this module."""
    names = ("itertuples", "iter_rows", "column_names")
    return isinstance(value, Frame) or any(hasattr(value, name) for name in names)


def _joined(parts: list[Frame], call: str) -> Frame:
    """Return the parts of a frame as one; their columns may be in another order."""
    columns = parts[0].columns
    problems = [
        Problem(f"frame[{number}]", None, "argument", f"has the columns {', '.join(part.columns)},"
                f" and frame[0] has {', '.join(columns)}")
        for number, part in enumerate(parts)
        if sorted(part.columns) != sorted(columns)
    ]  # fmt: skip
    if problems:
        raise _bad(call, problems)
    rows: list[list[Any]] = []
    for part in parts:
        places = [part.columns.index(name) for name in columns]
        rows += [[row[place] for place in places] for row in part.rows]
    return Frame(columns, rows)


def _frame(columns: list[str], rows: Iterable[Any], call: str) -> Frame:
    found, problems = [], []
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        message = f"has several columns named {', '.join(map(repr, twice))}"
        problems.append(Problem("frame", twice, "argument", message))
    for number, row in enumerate(rows):
        if isinstance(row, (str, bytes, Mapping)) or not isinstance(row, Iterable):
            message = f"must be a list of values, not {type(row).__name__}"
            problems.append(Problem(f"frame[{number}]", type(row).__name__, "argument", message))
            continue
        values = [plain_value(value) for value in row]
        if len(values) != len(columns):
            message = f"has {len(values)} values, and there are {len(columns)} columns"
            problems.append(Problem(f"frame[{number}]", None, "argument", message))
        found.append(values)
    if problems:
        raise _bad(call, problems)
    return Frame(columns, found)


def json_cell(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON that every server accepts.

    Missing values and NaN become null. Infinite numbers, times, UUIDs and values of other types
    become texts, bytes ``[base64]…``, decimals numbers where a number has the same digits.
    """
    value = plain_value(value)
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, (bool, int)):
        return value if value is None or isinstance(value, bool) else int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _infinity(value)
    if isinstance(value, Decimal):
        is_number = value.is_finite() and Decimal(repr(float(value))) == value
        return float(value) if is_number else str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[base64]{base64.b64encode(bytes(value)).decode('ascii')}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, model.Entity):
        value = model.raw(value)
    if depth < _DEPTH and isinstance(value, Mapping):
        return {_text(str(key)): json_cell(item, depth + 1) for key, item in value.items()}
    if hasattr(value, "tolist") and hasattr(value, "ndim"):
        value = value.tolist()
    if depth < _DEPTH and isinstance(value, (list, tuple, set, frozenset)):
        return [json_cell(item, depth + 1) for item in value]
    return _text(str(value))


def _infinity(value: float) -> str:
    return "Infinity" if value > 0 else "-Infinity"


def _text(value: str) -> str:
    """Return a text without what databases of servers refuse: half characters and NUL."""
    return str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def table_data(frame: Frame) -> dict[str, Any]:
    """Return the sample data of a table, as JSON."""
    rows = [[json_cell(value) for value in row] for row in frame.rows]
    return {"columns": frame.columns, "rows": rows}


def messages(data: Any, call: str = "") -> list[str]:
    """Return messages of a topic or documents of an index as texts; anything else as JSON."""
    if hasattr(data, "columns") or hasattr(data, "column_names"):
        frame = read_frame(data, call=call)
        data = [dict(zip(frame.columns, row, strict=True)) for row in frame.rows]
    if isinstance(data, (str, bytes, Mapping)) or not isinstance(data, Iterable):
        kind = type(data).__name__
        message = f"must be a list of messages, not {kind}"
        raise _bad(call, [Problem("data", kind, "argument", message)])
    return [_message(each) for each in data]


def _message(value: Any) -> str:
    cell = json_cell(value)
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _bad(call: str, problems: list[Problem]) -> Exception:
    return bad_arguments(call, problems)
