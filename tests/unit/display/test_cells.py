"""Values of cells as safe texts."""

from __future__ import annotations

import math
from typing import Any

import pytest

from dynclient.display.blocks import Bar, Label, Link, Table
from dynclient.display.cells import cell_text, footer, one_line, safe, share_of, web_address
from dynclient.secrets import Secret
from tests.support.blocks import SECRET


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (1234567, "1,234,567"),
        (0.25, "0.25"),
        ("a", "a"),
        (Label("PII.Sensitive", "bad"), "PII.Sensitive"),
        (Bar(0.5, "50%"), "50%"),
        (Link("orders", "https://host/x"), "orders"),
        (["a", None, ["b", Label("c")]], "a, b, c"),
        (["x"] * 102, f"{', '.join(['x'] * 100)}, and 2 more"),
        ("  child\nof  this", "  child of  this"),
        (Secret("hunter2"), "**********"),
    ],
)
def test_text_of_a_cell(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


def test_cells_that_contain_themselves_end() -> None:
    cell: list[Any] = ["a"]
    cell.append(cell)
    assert cell_text(cell).endswith("a, …")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\u061c\ufeff\u2028", "\\u061c\\ufeff\\u2028"),
        ("نامه\u200cها", "نامه\u200cها"),  # Persian is written with this character
        (f"Bearer {SECRET}", "Bearer **********"),
        ("a\tb\r\n", "a\tb\n"),
        ("a\rb", "a\\rb"),
    ],
)
def test_safe(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_a_credential_beyond_the_longest_text_is_not_cut_into_parts() -> None:
    text = safe("x" * 19_980 + f" Bearer {SECRET}")
    assert SECRET[:12] not in text


def test_one_line_has_no_line_breaks() -> None:
    assert one_line("a \r\n\n  b\t c\n") == "a b c"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//host", "ftp://h", "http://", "", None]
)
def test_only_addresses_of_the_web_are_links(url: str | None) -> None:
    assert web_address(url) is None


def test_addresses_have_no_credentials() -> None:
    assert web_address("https://user:pw@host/a") == "https://**********@host/a"
    assert web_address("HTTP://host/a b") is None


@pytest.mark.parametrize(("share", "drawn"), [(-1, 0), (0.5, 0.5), (7, 1), (math.nan, 0)])
def test_shares_lie_between_0_and_1(share: float, drawn: float) -> None:
    assert share_of(Bar(share, "")) == drawn


@pytest.mark.parametrize(
    ("total", "more", "lines"),
    [
        (None, "", []),
        (2, "x.list()", []),
        (1200, "", ["2 of 1,200 rows"]),
        (1200, "x.list()", ["2 of 1,200 rows; x.list() returns all"]),
        (None, "x.list()", ["the first 2 rows; x.list() returns all"]),
    ],
)
def test_a_footer_says_how_many_rows_there_are(
    total: int | None, more: str, lines: list[str]
) -> None:
    assert footer(Table(["a"], [["1"], ["2"]], total=total, more=more)) == lines


def test_a_footer_says_what_does_not_fit() -> None:
    lines = footer(Table(["a"], []), 2, is_cut=True)
    assert lines == [
        "2 more columns at the right",
        "cut to fit; dynclient.show(…, width=200) shows more",
    ]
