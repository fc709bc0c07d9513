"""Blocks as plain text, as wide as the terminal; needs nothing but Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from dynclient.display.blocks import Bar, Code, Fields, Graph, Heading, Link, Table, Text, Tree
from dynclient.display.cells import (
    cell_text,
    footer,
    is_number_column,
    one_line,
    safe,
    share_of,
    web_address,
)
from dynclient.display.graph_trees import neighbour_trees
from dynclient.display.widths import ELLIPSIS, cut, padded, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynclient.display.blocks import Block, Branch, Cell

WIDTH = 100
"""Columns of output that does not go to a terminal."""
_NARROWEST = 20
_COLUMN = 8
"""A table whose columns would be narrower leaves out the last ones."""
_WIDEST_COLUMN = 60
"""Columns of a table that does not fit."""
_GAP = "  "
_BAR = 10
_LINES = 60
"""Lines of a paragraph."""
_VALUE_LINES = 4
"""Lines of a value in a list of fields."""
_EDGES = 200
_BRANCHES = 500
_TREE_LEVELS = 30


def terminal_width() -> int:
    """Return the number of columns of the terminal, or 100 where there is none."""
    return get_terminal_size((WIDTH, 24)).columns


def draw_text(blocks: Iterable[Block], width: int | None = None) -> str:
    """Return blocks as plain text, without a line feed at the end.

    Args:
        blocks: the blocks.
        width: how many columns of a terminal lines may have; the width of the terminal by default.
    """
    columns = max(terminal_width() if width is None else width, _NARROWEST)
    drawn = ("\n".join(_lines(block, columns)) for block in blocks)
    return "\n\n".join(text for text in drawn if text)


def _lines(block: Block, width: int) -> Iterable[str]:
    if isinstance(block, Heading):
        return _heading(block, width)
    if isinstance(block, Text):
        return limited(wrap(safe(block.text).expandtabs(4), width), _LINES)
    if isinstance(block, Code):
        lines = safe(block.text).expandtabs(4).splitlines()
        return (f"    {cut(line, width - 4)}" for line in limited(lines, 5 * _LINES))
    if isinstance(block, Fields):
        return _fields(block, width)
    if isinstance(block, Table):
        return _table(block, width)
    if isinstance(block, Tree):
        return _tree(block, width)
    return _graph(block, width)


def limited(lines: list[str], limit: int) -> list[str]:
    """Return at most so many lines, and a line that says how many more there are."""
    if len(lines) <= limit:
        return lines
    return [*lines[:limit], f"{ELLIPSIS} {len(lines) - limit:,} more lines"]


def _heading(heading: Heading, width: int) -> Iterator[str]:
    yield cut(" ".join(filter(None, map(one_line, (heading.kind, heading.name)))), width)
    url = web_address(heading.url)
    if url and url != heading.name:
        yield url  # whole, whatever its length: one that is cut leads nowhere


def bar_text(bar: Bar) -> str:
    """Return a bar of ten characters and its text."""
    filled = round(share_of(bar) * _BAR)
    return f"{'█' * filled}{'░' * (_BAR - filled)} {cell_text(bar)}".rstrip()


def _cell(cell: Cell) -> str:
    return bar_text(cell) if isinstance(cell, Bar) else cell_text(cell)


def _value(cell: Cell) -> str:
    """Return a value in a list of fields, where an address has room."""
    url = web_address(cell.url) if isinstance(cell, Link) else None
    text = _cell(cell)
    return f"{text} ({url})" if url and url != text else text


def _fields(block: Fields, width: int) -> Iterator[str]:
    names = [cut(one_line(name), width // 3) for name, _ in block.rows]
    left = max(map(text_width, names), default=0)
    for name, (_, cell) in zip(names, block.rows, strict=True):
        lines = wrap(_value(cell), width - left - len(_GAP))
        if len(lines) > _VALUE_LINES:
            last = cut(f"{lines[_VALUE_LINES - 1]}{ELLIPSIS}", width - left - len(_GAP))
            lines = [*lines[: _VALUE_LINES - 1], last]
        for place, line in enumerate(lines):
            yield f"{padded('' if place else name, left)}{_GAP}{line}".rstrip()


# -- tables ----------------------------------------------------------------------------------------


def _table(table: Table, width: int) -> Iterator[str]:
    if table.title:
        yield cut(one_line(table.title), width)
    texts = [list(map(_cell, row)) for row in table.rows]
    names = list(map(one_line, table.columns))
    wide = [min(max(map(text_width, column)), width) for column in zip(names, *texts, strict=True)]
    if sum(wide) + len(_GAP) * (len(wide) - 1) > width:
        wide = [min(each, _WIDEST_COLUMN) for each in wide]
    drawn = column_widths(wide, width)
    right = [is_number_column(table, place) for place in range(len(drawn))]
    if drawn:
        yield _row(names, drawn, right)
        yield _GAP.join("─" * each for each in drawn)
        for row in texts:
            yield _row(row, drawn, right)
    is_cut = any(
        text_width(text) > limit
        for row in texts
        for text, limit in zip(row, drawn, strict=False)  # columns that do not fit are not cut
    )
    for line in footer(table, len(names) - len(drawn), is_cut=is_cut):
        yield from wrap(line, width)


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = (
        padded(cut(text, width), width, right=is_right)
        for text, width, is_right in zip(texts, widths, right, strict=False)
    )
    return _GAP.join(cells).rstrip()


def column_widths(wide: Sequence[int], width: int) -> list[int]:
    """Return how wide the columns of a table are drawn, without those that do not fit.

    The widest give up space first, so that names and types stay readable beside descriptions.

    Args:
        wide: how wide the columns need to be.
        width: the width of the table.
    """
    count, least = 0, -len(_GAP)
    for each in wide:
        least += min(each, _COLUMN) + len(_GAP)
        if count and least > width:
            break
        count += 1
    drawn = list(wide[:count])
    excess = sum(drawn) + len(_GAP) * (count - 1) - width
    while excess > 0 and max(drawn) > 1:
        widest = max(drawn)
        places = [place for place, each in enumerate(drawn) if each == widest]
        next_width = max((each for each in drawn if each < widest), default=1)
        step = max(min(widest - next_width, excess // len(places)), 1)
        for place in places:
            if excess > 0:
                drawn[place] -= step
                excess -= step
    return drawn


# -- trees and graphs ------------------------------------------------------------------------------


def _tree(tree: Tree, width: int) -> Iterator[str]:
    if tree.title:
        yield cut(one_line(tree.title), width)
    for line in limited(list(tree_lines(tree)), _BRANCHES):
        yield cut(line, width)


def tree_lines(tree: Tree) -> Iterator[str]:
    """Yield the lines of a tree, of whatever depth; what is too deep is counted."""
    pending: list[tuple[str, bool, int, Branch]] = []

    def push(branches: Sequence[Branch], before: str, level: int) -> None:
        last = len(branches) - 1
        pending.extend(
            (before, place == last, level, branches[place]) for place in range(last, -1, -1)
        )

    push(tree.branches, "", 0)
    while pending:
        before, is_last, level, branch = pending.pop()
        yield f"{before}{'└' if is_last else '├'}─ {_cell(branch.label)}"
        below = f"{before}{'   ' if is_last else '│  '}"
        if level < _TREE_LEVELS:
            push(branch.children, below, level + 1)
        elif branch.children:
            yield f"{below}└─ {ELLIPSIS}"


def graph_lines(graph: Graph) -> Iterator[str]:
    """Yield the lines of a graph: trees around its focus, or its edges without one."""
    trees = neighbour_trees(graph)
    for tree in trees:
        yield tree.title
        yield from tree_lines(tree)
    if not trees:
        yield from _edge_lines(graph)


def _edge_lines(graph: Graph) -> Iterator[str]:
    """Yield a line for each node of a graph, and below it one for each edge that begins there."""
    labels = {node.id: one_line(node.label) for node in graph.nodes}
    targets: dict[str, list[tuple[str, str]]] = {}
    for start, end, label in graph.edges:
        targets.setdefault(start, []).append((end, label))
    ends = {end for _, end, _ in graph.edges}
    for node in graph.nodes:
        if node.id in ends and node.id not in targets and not node.is_focus:
            continue  # it is a line below each node that leads to it
        kind = f" ({one_line(node.kind)})" if node.kind else ""
        yield f"{'* ' if node.is_focus else ''}{labels[node.id]}{kind}"
        for end, label in targets.get(node.id, ()):
            note = f" ({one_line(label)})" if label else ""
            yield f"  → {labels.get(end, one_line(end))}{note}"


def _graph(graph: Graph, width: int) -> Iterator[str]:
    for line in limited(list(graph_lines(graph)), _EDGES):
        yield cut(line, width)
