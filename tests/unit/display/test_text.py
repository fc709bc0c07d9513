"""Plain text for any terminal."""

from __future__ import annotations

import pytest

from dynclient.display.blocks import (
    Bar,
    Branch,
    Code,
    Fields,
    Graph,
    GraphNode,
    Heading,
    Label,
    Link,
    Table,
    Text,
    Tree,
)
from dynclient.display.text import column_widths, draw_text
from dynclient.display.widths import text_width

COLUMNS = Table(
    ["name", "type", "rows", "tags"],
    [
        ["id", "BIGINT", 12, [Label("PII"), Label("Tier1")]],
        ["日本語", "STRUCT", 3400, ()],
        ["  child", "STRING", None, None],
    ],
    title="columns",
    total=300,
    more="t.columns",
)


def test_a_table_is_aligned_by_the_width_of_characters() -> None:
    assert draw_text([COLUMNS], 80).splitlines() == [
        "columns",
        "name     type     rows  tags",
        "───────  ──────  ─────  ──────────",
        "id       BIGINT     12  PII, Tier1",
        "日本語   STRUCT  3,400",
        "  child  STRING",
        "3 of 300 rows; t.columns returns all",
    ]


def test_the_widest_columns_are_cut_first() -> None:
    table = Table(["name", "description"], [["customer_id", "the customer " * 20]])
    lines = draw_text([table], 40).splitlines()
    assert lines[2].startswith("customer_id  the customer the")
    assert lines[2].endswith("…")
    assert lines[3:] == ["cut to fit; dynclient.show(…, width=200)", "shows more"]
    assert max(map(text_width, lines)) == 40


@pytest.mark.parametrize(
    ("wide", "width", "drawn"),
    [
        ([4, 6], 80, [4, 6]),
        ([4, 60], 40, [4, 34]),
        ([50, 60], 42, [20, 20]),
        ([10, 50, 60], 62, [10, 24, 24]),
        ([300], 20, [20]),
        ([5] * 2000, 33, [5] * 5),
        ([0, 0], 20, [0, 0]),
        ([], 20, []),
    ],
)
def test_widths_of_columns(wide: list[int], width: int, drawn: list[int]) -> None:
    assert column_widths(wide, width) == drawn


def test_columns_that_do_not_fit_are_counted() -> None:
    table = Table([f"c{number}" for number in range(2000)], [["x"] * 2000])
    lines = draw_text([table], 80).splitlines()
    assert lines[1].count("─  ─") > 10
    assert "more columns at the right" in lines[3]
    assert all(text_width(line) <= 80 for line in lines)


def test_a_table_without_rows_or_columns() -> None:
    assert draw_text([Table(["name"], [])], 80).splitlines() == ["name", "────"]
    assert draw_text([Table([], [], title="empty")], 80) == "empty"


def test_blocks_are_separated_by_an_empty_line() -> None:
    blocks = [Heading("Table", "a.b", "https://host/a"), Text("first\nsecond"), Fields([])]
    assert draw_text(blocks, 80) == "Table a.b\nhttps://host/a\n\nfirst\nsecond"


def test_values_of_fields_are_wrapped_below_each_other() -> None:
    fields = Fields(
        [("owners", ["ann", "bob"]), ("url", Link("page", "https://h/x")), ("a", "b " * 200)]
    )
    lines = draw_text([fields], 40).splitlines()
    assert lines[0] == "owners  ann, bob"
    assert lines[1] == "url     page (https://h/x)"
    assert lines[3].startswith("        b b")
    assert len(lines) == 6
    assert lines[-1].endswith("b…")


def test_long_texts_say_how_much_is_left_out() -> None:
    lines = draw_text([Text("line\n" * 100)], 80).splitlines()
    assert len(lines) == 61
    assert lines[-1] == "… 41 more lines"
    assert draw_text([Code("a\n" * 400)], 80).endswith("… 100 more lines")


def test_bars_have_the_same_width() -> None:
    table = Table(["share"], [[Bar(0, "0%")], [Bar(0.5, "half")], [Bar(2, "all")]])
    assert draw_text([table], 80).splitlines()[2:] == [
        "░░░░░░░░░░ 0%",
        "█████░░░░░ half",
        "██████████ all",
    ]


def test_a_tree_is_drawn_with_lines() -> None:
    tree = Tree([Branch("a", [Branch("b", [Branch("c")]), Branch("d")]), Branch("e")], "terms")
    assert draw_text([tree], 80).splitlines() == [
        "terms",
        "├─ a",
        "│  ├─ b",
        "│  │  └─ c",
        "│  └─ d",
        "└─ e",
    ]


def test_trees_may_be_deeper_and_larger_than_what_is_drawn() -> None:
    branch = Branch("leaf")
    for _ in range(5000):
        branch = Branch("node", [branch])
    lines = draw_text([Tree([branch])], 200).splitlines()
    assert len(lines) == 32
    assert lines[-1].endswith("└─ …")
    assert draw_text([Tree([Branch("x")] * 600)], 80).endswith("… 100 more lines")


def test_a_graph_is_a_list_of_edges() -> None:
    nodes = [GraphNode("1", "raw", "table"), GraphNode("2", "orders", "table")]
    nodes += [GraphNode("3", "report"), GraphNode("4", "alone")]
    graph = Graph(nodes, [("1", "2", "load"), ("2", "3", ""), ("2", "gone", "")])
    assert draw_text([graph], 80).splitlines() == [
        "raw (table)",
        "  → orders (load)",
        "orders (table)",
        "  → report",
        "  → gone",
        "alone",
    ]


def test_a_graph_with_a_focus_is_drawn_as_trees_around_it() -> None:
    nodes = [GraphNode("1", "raw", "table"), GraphNode("2", "orders", "table", is_focus=True)]
    nodes += [GraphNode("3", "report"), GraphNode("4", "alone")]
    graph = Graph(nodes, [("1", "2", "load"), ("2", "3", "")])
    assert draw_text([graph], 80).splitlines() == [
        "upstream",
        "└─ table raw (load)",
        "downstream",
        "└─ report",
        "others",
        "└─ alone",
    ]


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    assert max(map(len, draw_text([Text("word " * 50)]).splitlines())) <= 30
    monkeypatch.setenv("COLUMNS", "3")
    assert len(draw_text([Text("word " * 50)]).splitlines()[0]) > 10
