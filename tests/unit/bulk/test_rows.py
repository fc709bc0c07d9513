"""Rows of iterables, frames and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dynclient.bulk.rows import length_of, read_rows
from dynclient.errors import BadArguments, UsageError
from tests.support.trees import ALL_RELEASES, release_named


def rows_of(source: Any, node: Any = None) -> list[Any]:
    return list(read_rows(source, "tables.upsert_many", node))


def test_any_iterable_is_read_one_row_at_a_time() -> None:
    read: list[int] = []

    def generate() -> Any:
        for number in range(3):
            read.append(number)
            yield {"name": str(number)}

    rows = read_rows(generate(), "tables.upsert_many")
    assert read == []
    assert next(rows) == {"name": "0"}
    assert read == [0]
    assert rows_of(({"name": "a"},)) == [{"name": "a"}]


@pytest.mark.parametrize("source", [{"name": "a"}, 5, None])
def test_what_is_not_an_iterable_of_rows_is_refused(source: Any) -> None:
    with pytest.raises(BadArguments, match="rows: must be an iterable of rows, not one"):
        rows_of(source)


def test_one_request_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadArguments, match=r"pass a list: \[row\]"):
        rows_of({"name": "a"})


def test_a_text_that_is_not_a_file_of_rows_is_refused() -> None:
    with pytest.raises(BadArguments, match=r"the path of a \.csv or \.jsonl file, not 'a\.b\.c'"):
        rows_of("a.b.c")


def test_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"name": "ä"}\n\n{"name": "b", "columns": []}\n', "utf-8")
    assert rows_of(path) == [{"name": "ä"}, {"name": "b", "columns": []}]
    assert rows_of(str(path)) == rows_of(path)


@pytest.mark.parametrize(("line", "reason"), [
    ("[1]", "must be an object, not list"), ("{", "Expecting property name"),
])  # fmt: skip
def test_a_line_that_is_not_an_object_is_reported_with_its_number(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text('{"name": "a"}\n' + line + "\n")
    with pytest.raises(UsageError, match=rf"rows\.ndjson, line 2: {reason}"):
        rows_of(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        rows_of(tmp_path / "none.csv")


def test_cells_of_csv_are_json_where_the_field_is_not_a_string(tmp_path: Path) -> None:
    node = release_named(ALL_RELEASES[-1]).find("CreateTableRequest")
    path = tmp_path / "rows.csv"
    columns = json.dumps([{"name": "id", "dataType": "INT"}]).replace('"', '""')
    path.write_text(
        "\ufeffname,databaseSchema,columns,description,retentionPeriod\r\n"
        f'12,a.b.c,"{columns}","two\nlines",\r\n', "utf-8", newline="",
    )  # fmt: skip
    assert rows_of(path, node) == [{
        "name": "12", "databaseSchema": "a.b.c", "description": "two\nlines",
        "columns": [{"name": "id", "dataType": "INT"}],
    }]  # fmt: skip


def test_a_broken_csv_file_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('name\n"a"b\n')
    with pytest.raises(UsageError, match=r"rows\.csv, line \d: ',' expected"):
        rows_of(path)


class Column:
    """A name of a column that is not a string."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


class Pandas:
    """What a frame of pandas looks like from outside."""

    columns = (Column("name"), Column("description"))

    def itertuples(self, *, index: bool, name: None) -> Any:
        assert not index
        return iter([("a", float("nan")), ("b", "text")])


class Polars:
    """What a frame of polars looks like from outside."""

    columns = ("name", "description")

    def iter_rows(self, *, named: bool) -> Any:
        assert named
        return iter([{"name": "a", "description": None}, {"name": "b", "description": "text"}])


class Arrow:
    """What a table of pyarrow looks like from outside."""

    def to_batches(self) -> Any:
        return [self]

    def to_pylist(self) -> Any:
        return [{"name": "a", "description": None}, {"name": "b", "description": "text"}]


@pytest.mark.parametrize("frame", [Pandas(), Polars(), Arrow()])
def test_rows_of_frames_have_the_cells_that_have_a_value(frame: Any) -> None:
    assert rows_of(frame) == [{"name": "a"}, {"name": "b", "description": "text"}]


def test_a_real_frame_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"name": ["a", "b"], "count": [1, 2], "at": [None, "x"]})
    assert rows_of(frame) == [{"name": "a", "count": 1}, {"name": "b", "count": 2, "at": "x"}]
    assert all(type(row["count"]) is int for row in rows_of(frame))


def test_the_length_is_known_of_what_has_one() -> None:
    assert length_of([1, 2]) == 2
    assert length_of(iter([1, 2])) is None
    assert length_of("rows.csv") is None

    class Listing:
        def __len__(self) -> int:
            raise AssertionError("a request was sent")

        def __iter__(self) -> Any:
            return iter([])

    assert length_of(Listing()) is None
    frame = type("Frame", (), {"shape": (7, 2)})()
    assert length_of(frame) == 7
