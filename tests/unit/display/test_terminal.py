"""What rich draws."""

from __future__ import annotations

from dynclient.display.blocks import (
    Bar,
    Branch,
    Code,
    Fields,
    Heading,
    Label,
    Link,
    Table,
    Text,
    Tree,
)
from dynclient.display.terminal import renderables
from tests.support.blocks import HOSTILE, draw_rich


def test_markup_of_rich_in_data_is_text() -> None:
    text = "[bold red]x[/] [link=file:///etc/passwd]y[/link]"
    blocks = [
        Heading(text, text),
        Text(text),
        Fields([(text, text)]),
        Table([text], [[text]], text),
    ]
    assert draw_rich(blocks, 200).count(text) == 8


def test_the_only_escapes_are_those_of_styles() -> None:
    for text in HOSTILE:
        output = draw_rich([Text(text), Fields([(text, Label(text, "bad"))])], colour=True)
        assert "\x1b[31mred" not in output
        assert "\x1b]0" not in output
        assert "evil\x1b\\" not in output


def test_tones_are_colours() -> None:
    output = draw_rich([Fields([("status", Label("failed", "bad"))])], colour=True)
    assert "\x1b[31mfailed" in output


def test_addresses_of_the_web_are_links() -> None:
    output = draw_rich([Heading("Table", "a", "https://host/a")], colour=True)
    assert "https://host/a" in output
    output = draw_rich([Fields([("x", Link("a", "file:///etc/passwd"))])], colour=True)
    assert "passwd" not in output


def test_a_table_fits_and_says_what_is_cut() -> None:
    table = Table(["name", "share"], [["x" * 200, Bar(0.5, "50%")]], "columns", 3, "t.columns")
    lines = draw_rich([table], 60).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[0].strip() == "columns"
    assert "█████░░░░░ 50%" in "".join(lines)
    assert "1 of 3 rows; t.columns returns all" in "".join(lines)
    assert lines[-1].startswith("cut to fit")


def test_two_thousand_columns_are_counted() -> None:
    table = Table([f"c{number}" for number in range(2000)], [["x"] * 2000])
    assert "more columns at the right" in draw_rich([table], 80)


def test_trees_and_code() -> None:
    output = draw_rich([Tree([Branch("a", [Branch("b")])], "terms"), Code("SELECT 1", "sql")])
    assert "└─ a\n   └─ b" in output
    assert "    SELECT 1" in output


def test_blocks_are_separated() -> None:
    assert len(list(renderables([Text("a"), Text("b")], 80))) == 3


def test_narrow_columns_stay_whole_beside_wide_ones() -> None:
    columns = ["column", "type", *(f"value {number}" for number in range(5)), "text"]
    row = ["id", "decimal(10,2)", *range(5), "long " * 40]
    text = draw_rich([Table(columns, [row])], 90)
    assert "column   type            value 0   value 1" in text
    assert "decimal(10,2)" in text
    assert max(map(len, text.splitlines())) <= 90


def test_a_long_list_of_labels_is_cut() -> None:
    output = draw_rich([Fields([("tags", [Label(f"t{n}") for n in range(102)])])], 2_000)
    assert output.rstrip().endswith("t98, t99, and 2 more")
