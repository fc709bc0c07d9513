"""Frames of what users have, and values as JSON that servers accept."""

from __future__ import annotations

import datetime
import enum
import json
import math
import uuid
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from dynclient.errors import BadArguments
from dynclient.extensions.input_frames import Frame, json_cell, messages, read_frame, table_data


class PandasLike:
    """A frame that is used as one of pandas is."""

    columns = ("id", "name")

    def itertuples(self, index: bool, name: None) -> Any:
        assert not index
        return iter([(Scalar(1), "a"), (math.nan, NAType())])


class PolarsLike:
    """A frame that is used as one of polars is."""

    columns = ("id", "name")

    def iter_rows(self) -> Any:
        return iter([(1, "a"), (None, None)])


class ArrowLike:
    """A table that is used as one of pyarrow is."""

    column_names = ("id", "name")
    columns = ([], [])

    def to_pydict(self) -> dict[str, list[Any]]:
        return {"id": [1, None], "name": ["a", None]}


class NAType:
    """The missing value of pandas, which has no truth value."""

    def __ne__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None  # type: ignore[assignment]


class Scalar:
    """A number of numpy."""

    dtype = "int64"
    ndim = 0

    def __init__(self, value: int) -> None:
        self._value = value

    def item(self) -> int:
        return self._value


EXPECTED = Frame(["id", "name"], [[1, "a"], [None, None]])


@pytest.mark.parametrize(
    "data",
    [
        PandasLike(),
        PolarsLike(),
        ArrowLike(),
        [{"id": 1, "name": "a"}, {}],
        ({"id": n, "name": v} for n, v in [(1, "a"), (None, None)]),
        {"id": [1, None], "name": ["a", None]},
        {"columns": ["id", "name"], "rows": [[1, "a"], [None, None]]},
        EXPECTED,
    ],
    ids=["pandas", "polars", "pyarrow", "dicts", "generator", "columns", "sample", "frame"],
)
def test_frames_of_all_kinds_are_read(data: Any) -> None:
    assert read_frame(data) == EXPECTED


def test_rows_without_names_need_columns() -> None:
    assert read_frame([(1, "a"), (None, None)], ["id", "name"]) == EXPECTED
    with pytest.raises(BadArguments, match="columns= is missing"):
        read_frame([(1, "a")])


def test_csv_files_are_read_and_empty_cells_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('\ufeffid,name\n1,"a, b"\n,\n', "utf-8")
    assert read_frame(file) == Frame(["id", "name"], [["1", "a, b"], [None, None]])
    file.write_text("", "utf-8")
    assert read_frame(file) == Frame([], [])


@pytest.mark.parametrize(
    ("data", "columns", "message"),
    [
        ("rows.csv", None, "must be a pandas, polars or pyarrow frame"),
        (3, None, "not int"),
        ({"a": [1], "b": []}, None, "a 1, b 0"),
        ([(1, 2)], ["a"], "has 2 values, and there are 1 columns"),
        ([(1, 2)], ["a", "a"], "several columns named 'a'"),
        (["ab"], ["a", "b"], "must be a list of values, not str"),
    ],
)
def test_what_is_not_a_frame_is_refused(data: Any, columns: Any, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        read_frame(data, columns, "quality.run")


def test_all_uneven_rows_are_reported() -> None:
    with pytest.raises(BadArguments) as caught:
        read_frame([(1,), (1, 2), ()], ["a"])
    assert [problem.path for problem in caught.value.problems] == ["frame[1]", "frame[2]"]


class Color(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (math.nan, None),
        (Decimal("NaN"), None),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (Decimal("1.5"), 1.5),
        (Decimal("0.12345678901234567890"), "0.12345678901234567890"),
        (Decimal("Infinity"), "Infinity"),
        (True, True),
        (2**70, 2**70),
        (b"\x00\xff", "[base64]AP8="),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC), "2026-01-02T03:00:00+00:00"),
        (datetime.time(3, 4), "03:04:00"),
        (datetime.timedelta(seconds=1), "0:00:01"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (ip_address("10.0.0.1"), "10.0.0.1"),
        (Color.RED, "red"),
        ("half \ud800 and \0", "half ? and \ufffd"),
        ({"a": [math.nan, b"x"], 1: {2}}, {"a": [None, "[base64]eA=="], "1": [2]}),
    ],
)
def test_cells_become_json_that_servers_accept(value: Any, expected: Any) -> None:
    cell = json_cell(value)
    assert cell == expected
    assert type(cell) is type(expected)
    json.dumps(cell, allow_nan=False).encode()


def test_cells_that_contain_themselves_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "[" in json.dumps(json_cell(endless))


def test_sample_data_are_columns_and_rows() -> None:
    body = table_data(Frame(["a"], [[Decimal(2)], [None]]))
    assert body == {"columns": ["a"], "rows": [[2.0], [None]]}


def test_messages_are_texts_or_json() -> None:
    assert messages(["a", {"b": math.nan}, b"x", 3]) == ["a", '{"b": null}', "[base64]eA==", "3"]
    assert messages(PolarsLike())[0] == '{"id": 1, "name": "a"}'
    with pytest.raises(BadArguments, match="must be a list of messages, not str"):
        messages("a")


def test_a_file_that_cannot_be_read_is_a_problem_with_the_argument(tmp_path: Path) -> None:
    binary = tmp_path / "rows.csv"
    binary.write_bytes(b"id\n\xff\xfe\n")
    for path in (tmp_path / "nope.csv", tmp_path, binary):
        with pytest.raises(BadArguments, match=f"frame: {path} cannot be read: "):
            read_frame(path)
