"""Rows and objects as tables, JSON, YAML, CSV and names."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from dynclient.cli.output import Format, Output, cell, show_object, show_rows, value_at

ROWS: list[dict[str, Any]] = [
    {
        "name": "a",
        "fullyQualifiedName": "x.a",
        "owners": [{"name": "ada"}, {"name": "eve"}],
        "note": "[red]one[/red]\ntwo",
    },
    {"name": "b\x1b[2J", "fullyQualifiedName": "x.b\x1b[2J", "owners": [], "note": None},
]


def printed(format: Format, columns: tuple[str, ...] = (), rows: Any = None) -> str:
    file = io.StringIO()
    output = Output(file, format, columns)
    show_rows(output, ROWS if rows is None else rows, ("name", "owners.name", "note", "empty"))
    return file.getvalue()


def test_a_table_has_one_line_a_row_and_no_empty_columns() -> None:
    assert printed(Format.TABLE).splitlines() == [
        "name      owners.name  note",
        "────────  ───────────  ──────────────────",
        "a         ada, eve     [red]one[/red] two",
        r"b\x1b[2J",
    ]


def test_nothing_is_cut_in_a_pipe_but_very_long_values() -> None:
    rows = [{"name": "n" * 150, "note": "word " * 100}]
    line = printed(Format.TABLE, rows=rows).splitlines()[2]
    assert line.startswith("n" * 150 + "  word word")
    assert line.endswith("…")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    file = Terminal()
    show_rows(Output(file), [{"name": "a", "note": "word " * 40}], ("name", "note"))
    lines = re.sub(r"\x1b\[\d*m", "", file.getvalue()).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[-1].rstrip() == "cut to fit; --output json shows everything"


def test_columns_that_the_user_names_are_shown_even_if_they_are_empty() -> None:
    assert printed(Format.TABLE, ("name", "empty")).split("\n")[0] == "name      empty"


def test_a_table_of_more_rows_than_one_part_has_all_of_them() -> None:
    rows = ({"name": f"n{number}"} for number in range(1_001))
    lines = printed(Format.TABLE, rows=rows).splitlines()
    assert [line for line in lines if line.startswith("n") and line != "name"] == [
        f"n{number}" for number in range(1_001)
    ]


def test_json_is_an_array_of_what_the_rows_are() -> None:
    assert json.loads(printed(Format.JSON)) == ROWS
    assert json.loads(printed(Format.JSON, ("owners.name",))) == [
        {"owners.name": ["ada", "eve"]},
        {"owners.name": []},
    ]
    assert json.loads(printed(Format.JSON, rows=[])) == []


def test_yaml_is_a_list_of_what_the_rows_are() -> None:
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(printed(Format.YAML)) == ROWS


def test_csv_has_a_header_and_a_line_for_each_row() -> None:
    text = printed(Format.CSV)
    assert "\x1b" not in text
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "owners.name", "note", "empty"],
        ["a", "ada, eve", "[red]one[/red]\ntwo", ""],
        [r"b\x1b[2J", "", "", ""],
    ]


def test_names_are_the_full_names_one_a_line() -> None:
    assert printed(Format.NAME) == "x.a\nx.b\\x1b[2J\n"
    assert printed(Format.NAME, ("name",)).splitlines()[0] == "a"


def test_an_object_is_a_line_for_each_field() -> None:
    file = io.StringIO()
    show_object(Output(file), {"name": "a", "isBot": False})
    text = file.getvalue()
    assert text.splitlines() == ["name   a", "isBot  false"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", {"b": [{"c": 1}, {"c": 2}, {}]}), ("a.b.c", [1, 2]), ("a.x", None), ("d.e", 3),
        ("z.y", None),
    ],
)  # fmt: skip
def test_a_path_goes_through_objects_and_lists(path: str, expected: Any) -> None:
    assert value_at({"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "d.e": 3}, path) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "true"), (0.1, "0.1"), ([], ""), (["a", "b"], "a, b"),
        ({"tagFQN": "PII.None", "source": "x"}, "PII.None"), ({"x": 1}, '{"x": 1}'),
    ],
)  # fmt: skip
def test_a_cell_is_a_name_or_a_value(value: Any, text: str) -> None:
    assert cell(value) == text
