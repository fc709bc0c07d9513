"""HTML for notebooks."""

from __future__ import annotations

import pytest

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
from dynclient.display.html import draw_html
from tests.support.blocks import HOSTILE, check_html


def body(html: str) -> str:
    """Return what follows the style."""
    return html.partition("</style>")[2]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_data_contains_does_not_become_markup(text: str) -> None:
    blocks = [
        Heading(text, text, f"https://host/{text}"),
        Text(text),
        Code(text, text),
        Fields([(text, [Label(text), Link(text, text)]), (text, Bar(0.5, text))]),
        Table([text], [[text], [Link(text, f"http://h/{text}")]], text, 9, text),
        Tree([Branch(text, [Branch(Label(text))])], text),
    ]
    check_html(draw_html(blocks))


def test_only_addresses_of_the_web_become_links() -> None:
    html = draw_html([Heading("Table", "a", "javascript:alert(1)")])
    assert "<a" not in html
    assert "javascript" not in html
    html = draw_html([Fields([("page", Link("a", "https://host/?a=1&b=2"))])])
    assert 'href="https://host/?a=1&amp;b=2"' in html
    assert 'rel="noopener noreferrer"' in html


def test_long_values_unfold() -> None:
    html = draw_html([Table(["a"], [["word " * 2000]])])
    assert html.count("<details><summary>") == 1
    assert html.count("word") == 2000
    check_html(html)


def test_a_table_has_a_heading_rows_and_a_footer() -> None:
    table = Table(["name", "rows"], [["id", 12], ["b", None]], "columns", 20, "t.columns")
    html = body(draw_html([table]))
    assert "<th>name</th><th>rows</th>" in html
    assert '<td class="dc-short" dir="auto">id</td><td class="dc-number" dir="auto">12</td>' in html
    assert "2 of 20 rows; t.columns returns all" in html


def test_a_table_of_many_columns_says_how_many_there_are() -> None:
    html = body(draw_html([Table([f"c{number}" for number in range(2000)], [["x"] * 2000])]))
    assert html.count("<th>") == html.count("<td") == 60
    assert "1,940 more columns" in html


def test_nested_rows_are_indented() -> None:
    html = body(draw_html([Table(["name"], [["  child"], ["\u2003x"]])]))
    assert '<td class="dc-short" style="padding-left:1em" dir="auto">  child</td>' in html


def test_bars_and_tones() -> None:
    html = body(draw_html([Fields([("a", Bar(0.256, "26%")), ("b", Label("failed", "bad"))])]))
    assert "width:26%" in html
    assert 'class="dc dc-bad"' in html


def test_trees_may_be_deeper_than_python_allows() -> None:
    branch = Branch("leaf")
    for _ in range(5000):
        branch = Branch("node", [branch])
    html = draw_html([Tree([branch])])
    check_html(html)
    assert html.count("<li>") == 31
    check_html(draw_html([Tree([Branch("x")] * 3000)]))


def test_directions_of_texts_do_not_mix() -> None:
    html = body(draw_html([Heading("Table", "שלום"), Table(["a"], [["שלום"]])]))
    assert "<bdi>שלום</bdi>" in html
    assert 'dir="auto">שלום' in html


def test_colours_come_from_the_page() -> None:
    """A notebook may be light or dark."""
    style = draw_html([]).partition("</style>")[0]
    assert "color:inherit" in style
    for colour in ("#fff", "#000", ":white", ":black"):
        assert colour not in style
