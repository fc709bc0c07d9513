"""Blocks for rich: what ``rich.print()`` and the command line write to a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.display.blocks import Bar, Code, Fields, Heading, Label, Link, Table, Text, Tree
from dynclient.display.cells import (
    HINT,
    MOST_ITEMS,
    cell_text,
    footer,
    is_number_column,
    more_items,
    one_line,
    safe,
    tone_of,
    web_address,
)
from dynclient.display.text import bar_text, column_widths, graph_lines, limited, tree_lines
from dynclient.display.widths import text_width

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dynclient.display.blocks import Block, Cell

STYLES = {"plain": "", "quiet": "dim", "good": "green", "bad": "red", "warning": "yellow"}
"""The style of each tone."""
_LINES = 300
_CHARACTERS = 400
"""Characters of a cell."""


def renderables(blocks: Iterable[Block], width: int, hint: str = HINT) -> Iterator[RenderableType]:
    """Yield blocks as objects that rich draws; an empty line separates them.

    Args:
        blocks: the blocks.
        width: the number of columns of the console.
        hint: how to see what is cut from a table.
    """
    for number, block in enumerate(blocks):
        if number:
            yield ""
        yield from _drawn(block, width, hint)


def _drawn(block: Block, width: int, hint: str) -> Iterator[RenderableType]:
    from rich.text import Text as RichText

    if isinstance(block, Heading):
        text = RichText(f"{one_line(block.kind)} ", style="dim", no_wrap=True, overflow="ellipsis")
        text.append(one_line(block.name), style=_link_style("bold not dim", block.url))
        yield text
    elif isinstance(block, Text):
        yield RichText(safe(block.text), style=STYLES[block.tone])
    elif isinstance(block, Code):
        yield _code(block)
    elif isinstance(block, Fields):
        yield _fields(block)
    elif isinstance(block, Table):
        yield from _table(block, width, hint)
    else:
        title = one_line(block.title) if isinstance(block, Tree) else ""
        if title:
            yield RichText(title, style="bold")
        lines = tree_lines(block) if isinstance(block, Tree) else graph_lines(block)
        yield RichText("\n".join(limited(list(lines), _LINES)), no_wrap=True, overflow="ellipsis")


def _code(block: Code) -> RenderableType:
    from rich.padding import Padding
    from rich.syntax import Syntax

    code = Syntax(safe(block.text), block.language or "text", background_color="default")
    return Padding(code, (0, 0, 0, 4))


def _link_style(style: str, url: str | None) -> Any:
    """Return a style with a link, if the address is one of the web."""
    from rich.style import Style

    return Style.parse(style) + Style(link=web_address(url))


def _cell(cell: Cell) -> Any:
    """Return a cell as a text of rich, which markup in data does not change."""
    from rich.text import Text as RichText

    if isinstance(cell, Bar):
        return RichText(bar_text(cell))
    if isinstance(cell, Link):
        return RichText(cell_text(cell), style=_link_style("", cell.url))
    if isinstance(cell, (list, tuple)) and any(isinstance(part, Label) for part in cell):
        parts = [*map(_cell, cell[:MOST_ITEMS]), RichText(more_items(cell))]
        return RichText(", ").join(part for part in parts if part)
    text = cell_text(cell)
    text = f"{text[:_CHARACTERS]}…" if len(text) > _CHARACTERS else text
    return RichText(text, style=STYLES[tone_of(cell)])


def _fields(block: Fields) -> RenderableType:
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, cell in block.rows:
        grid.add_row(one_line(name), _cell(cell))
    return grid


def _table(table: Table, width: int, hint: str) -> Iterator[RenderableType]:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    names = list(map(one_line, table.columns))
    cells = [list(map(_cell, row)) for row in table.rows]
    wide = [
        max(map(text_width, [name, *(row[place].plain for row in cells)]))
        for place, name in enumerate(names)
    ]
    # Rich has three spaces between columns, one more than the text.
    drawn = column_widths(wide, width - len(wide) + 1)
    if table.title:
        yield RichText(one_line(table.title), style="bold")
    if drawn:
        grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
        for place, (name, limit) in enumerate(zip(names, drawn, strict=False)):
            grid.add_column(
                RichText(name),
                justify="right" if is_number_column(table, place) else "left",
                no_wrap=True,
                overflow="ellipsis",
                max_width=limit,
            )
        for row in cells:
            grid.add_row(*row[: len(drawn)])
        yield grid
    is_cut = any(each > limit for each, limit in zip(wide, drawn, strict=False))
    for line in footer(table, len(names) - len(drawn), is_cut=is_cut, hint=hint):
        yield RichText(line, style="dim")
