"""Blocks of content with hostile texts, and what no output of them may contain."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import StringIO

from hypothesis import strategies as st

from dynclient.display.blocks import (
    Bar,
    Block,
    Branch,
    Cell,
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
from dynclient.display.html import draw_html
from dynclient.display.terminal import renderables
from dynclient.display.text import draw_text

SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl"
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</td></style></svg><b>",
    "&lt;b&gt;&amp;",
    "[bold red]x[/] [link=file:///etc/passwd]y[/link]",
    "\x1b[31mred\x1b]0;title\x07\x1b]8;;http://evil\x1b\\",
    "\u202egnp.exe\u2066\u061c\u200f",
    "\x00\x08\x7f\x9b31m\ufeff\u2028\u2029\ud800",
    "日本語テキスト \u1112\u1161\u11ab e\u0301\u0301 👩\u200d🔬",
    "a\nb\tc\r\nd",
    "x" * 1_000,
    f"Bearer {SECRET}",
    f"https://user:{SECRET}@host/path?token={SECRET}",
)
"""Names and descriptions that a server may contain."""
CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Characters that no output may contain; line feeds and tabs are no part of it."""

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
CELLS: st.SearchStrategy[Cell] = st.recursive(
    st.one_of(
        TEXTS,
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.builds(Label, TEXTS, st.sampled_from(["plain", "quiet", "good", "bad", "warning"])),
        st.builds(Bar, st.floats(), TEXTS),
        st.builds(Link, TEXTS, st.one_of(TEXTS, TEXTS.map("https://host/{}".format))),
    ),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=6,
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Return a table with rows as long as its headings."""
    columns = draw(st.lists(TEXTS, min_size=1, max_size=5))
    rows = st.lists(st.tuples(*[CELLS] * len(columns)), max_size=4)
    return Table(
        columns, draw(rows), draw(TEXTS), draw(st.none() | st.integers(0, 99)), draw(TEXTS)
    )


BRANCHES: st.SearchStrategy[Branch] = st.recursive(
    st.builds(Branch, CELLS),
    lambda inner: st.builds(Branch, CELLS, st.lists(inner, max_size=3)),
    max_leaves=6,
)
NODES = st.builds(GraphNode, TEXTS, TEXTS, TEXTS, st.none() | TEXTS, st.booleans())
GRAPHS = st.builds(
    Graph, st.lists(NODES, max_size=4), st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=4)
)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, TEXTS, TEXTS, st.none() | TEXTS),
    st.builds(Text, TEXTS),
    st.builds(Code, TEXTS, st.sampled_from(["", "sql", "python", "no such language"])),
    st.builds(Fields, st.lists(st.tuples(TEXTS, CELLS), max_size=4)),
    tables(),
    st.builds(Tree, st.lists(BRANCHES, max_size=3), TEXTS),
    GRAPHS,
)


def draw_rich(blocks: list[Block], width: int = 100, *, colour: bool = False) -> str:
    """Return what rich writes for blocks."""
    from rich.console import Console

    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    for part in renderables(blocks, width):
        console.print(part, markup=False, highlight=False)
    output = console.file
    assert isinstance(output, StringIO)
    return output.getvalue()


def outputs(blocks: list[Block]) -> dict[str, str]:
    """Return blocks as every renderer draws them."""
    return {
        "text": draw_text(blocks, 80),
        "narrow": draw_text(blocks, 20),
        "html": draw_html(blocks),
        "rich": draw_rich(blocks),
    }


class _Elements(HTMLParser):
    """The elements and attributes of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


_ELEMENTS = {
    *("a", "bdi", "details", "div", "li", "pre", "span", "style", "summary", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
    *("svg", "g", "rect", "path", "line", "text", "tspan", "title", "defs", "marker", "polygon"),
}


def check_html(html: str) -> None:
    """Check that HTML is well formed and has no elements and attributes but those of renderers."""
    parser = _Elements()
    parser.feed(html)
    parser.close()
    assert not parser.open, f"not closed: {parser.open}"
    assert parser.names <= _ELEMENTS
    for name, value in parser.attributes:
        assert not name.startswith("on")
        if name in {"href", "src", "xlink:href"}:
            assert value.startswith(("http://", "https://", "HTTP"))


def check_outputs(blocks: list[Block], *secrets: str) -> None:
    """Check what all outputs have in common: no markup, no control characters, no secrets."""
    for kind, output in outputs(blocks).items():
        assert not CONTROLS.search(output), kind
        for secret in (SECRET, *secrets):
            assert secret not in output, kind
            assert secret[:20] not in output, kind
        if kind == "html":
            check_html(output)
