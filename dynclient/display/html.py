"""Blocks as HTML for notebooks: one element with its own style, readable on light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from dynclient.display.blocks import Bar, Code, Fields, Heading, Label, Link, Table, Text, Tree
from dynclient.display.cells import (
    MOST_ITEMS,
    cell_text,
    footer,
    is_number,
    more_items,
    one_line,
    safe,
    share_of,
    web_address,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynclient.display.blocks import Block, Branch, Cell, Tone

_STYLE = (
    """
&{font:13px/1.45 system-ui,sans-serif;color:inherit;margin:.3em 0;max-width:100%}
& .dc-head{font-size:15px;font-weight:600;margin:.2em 0 .4em}
& .dc-kind,& .dc-note,& .dc-quiet{opacity:.65;font-weight:400}
& .dc-text{white-space:pre-wrap;margin:.3em 0;max-width:80em}
& .dc-wide{overflow-x:auto;margin:.4em 0}
& .dc-title{font-weight:600;margin:.5em 0 .1em}
& table{border-collapse:collapse;margin:0;font-size:inherit;table-layout:auto}
& table th,& table td{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;
border:0;border-bottom:1px solid rgba(128,128,128,.25);background:none;color:inherit;max-width:45em;
white-space:pre-wrap;overflow-wrap:anywhere}
& table th{font-weight:600;white-space:nowrap}
& table td.dc-name{white-space:nowrap;opacity:.65;padding-right:1.5em}
& table td.dc-short{white-space:nowrap}
& table td.dc-number{text-align:right;font-variant-numeric:tabular-nums}
& .dc-note{font-size:12px;margin:.2em 0}
& pre{font:12px/1.4 ui-monospace,monospace;margin:.3em 0;white-space:pre-wrap;
color:inherit;background:rgba(128,128,128,.1);padding:.5em .7em;border-radius:3px}
& .dc-tag{border:1px solid rgba(128,128,128,.45);border-radius:3px;padding:0 .35em;
white-space:nowrap}
& .dc-good{color:#2f9e5b}& .dc-bad{color:#e0524d}
& .dc-warning{color:#c07f12}
& .dc-bar{display:inline-block;width:6em;height:.7em;background:rgba(128,128,128,.25);
margin-right:.5em;vertical-align:baseline}
& .dc-bar span{display:block;height:100%;background:#4c8bd6}
& details summary{cursor:pointer}
& ul.dc-tree,& ul.dc-tree ul{list-style:none;margin:0;padding-left:1.2em;
border-left:1px solid rgba(128,128,128,.3)}
& a{color:#4c8bd6}
""".strip()
    .replace("\n", "")
    .replace("&", ".dynclient" * 3)
)
"""The style; the class is repeated because notebooks style tables with two classes themselves."""
_SHORT = 300
"""Characters of a text in a table that are visible at once; the rest unfolds."""
_COLUMNS = 60
_BRANCHES = 2000
_TREE_LEVELS = 30
_UNBROKEN = 24
"""Characters of a text in a table that is not broken into lines."""
_INDENT = 40
"""Spaces at the beginning of a cell that indent it."""


def draw_html(blocks: Iterable[Block]) -> str:
    """Return blocks as one HTML element; whatever data contains cannot become markup.

    Args:
        blocks: the blocks.
    """
    drawn = "".join(map(_element, blocks))
    return f'<div class="dynclient"><style>{_STYLE}</style>{drawn}</div>'


def _element(block: Block) -> str:
    if isinstance(block, Heading):
        return _heading(block)
    if isinstance(block, Text):
        text = _unfolding(safe(block.text), 4 * _SHORT)
        return f'<div class="dc-text{_tone(block.tone)}" dir="auto">{text}</div>'
    if isinstance(block, Code):
        return f"<pre>{escape(safe(block.text))}</pre>"
    if isinstance(block, Fields):
        return _fields(block)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Tree):
        return _tree(block)
    from dynclient.display.svg import draw_graph

    return f'<div class="dc-wide">{draw_graph(block)}</div>'


def _heading(heading: Heading) -> str:
    name = escape(one_line(heading.name))
    url = web_address(heading.url)
    linked = _anchor(name, url) if url else name
    kind = escape(one_line(heading.kind))
    return f'<div class="dc-head"><span class="dc-kind">{kind}</span> <bdi>{linked}</bdi></div>'


def _anchor(text: str, url: str) -> str:
    """Return a link; the text is HTML already."""
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{text}</a>'


def _tone(tone: Tone) -> str:
    return "" if tone == "plain" else f" dc-{escape(tone)}"


def _unfolding(text: str, length: int = _SHORT) -> str:
    """Return a safe text escaped; a long one is cut, and unfolds when it is clicked."""
    if len(text) <= length:
        return escape(text)
    return f"<details><summary>{escape(text[:length])}…</summary>{escape(text[length:])}</details>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Bar):
        width = f"{100 * share_of(cell):.0f}%"
        bar = f'<span class="dc-bar"><span style="width:{width}"></span></span>'
        return bar + escape(cell_text(cell))
    if isinstance(cell, Label):
        name = f"dc{_tone(cell.tone)}" if cell.tone != "plain" else "dc-tag"
        return f'<span class="{name}"><bdi>{escape(cell_text(cell))}</bdi></span>'
    if isinstance(cell, Link):
        url, text = web_address(cell.url), escape(cell_text(cell))
        return _anchor(text, url) if url else text
    if isinstance(cell, (list, tuple)) and any(isinstance(part, (Label, Link)) for part in cell):
        parts = [_cell(p) for p in cell[:MOST_ITEMS] if not isinstance(p, (list, tuple))]
        return " ".join([*parts, more_items(cell)]).rstrip()
    return _unfolding(cell_text(cell))


def _fields(block: Fields) -> str:
    rows = "".join(
        f'<tr><td class="dc-name">{escape(one_line(name))}</td>'
        f'<td dir="auto">{_cell(cell)}</td></tr>'
        for name, cell in block.rows
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _title(title: str) -> str:
    return f'<div class="dc-title">{escape(one_line(title))}</div>' if title else ""


def _table(table: Table) -> str:
    names = table.columns[:_COLUMNS]
    head = "".join(f"<th>{escape(one_line(name))}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_table_cells(row))}</tr>" for row in table.rows)
    lines = footer(table, len(table.columns) - len(names))
    notes = "".join(f'<div class="dc-note">{escape(line)}</div>' for line in lines)
    return (
        f'{_title(table.title)}<div class="dc-wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{notes}"
    )


def _table_cells(row: Sequence[Cell]) -> Iterator[str]:
    for cell in row[:_COLUMNS]:
        kind = ' class="dc-number"' if is_number(cell) else ""
        text = cell.text if isinstance(cell, Label) else cell
        if isinstance(text, str) and len(text) <= _UNBROKEN:
            kind = ' class="dc-short"'
        indent = len(cell) - len(cell.lstrip(" ")) if isinstance(cell, str) else 0
        place = f' style="padding-left:{min(indent, _INDENT) / 2:g}em"' if indent else ""
        yield f'<td{kind}{place} dir="auto">{_cell(cell)}</td>'


def _tree(tree: Tree) -> str:
    return _title(tree.title) + "".join(_branches(tree.branches))


def _branches(roots: Sequence[Branch]) -> Iterator[str]:
    """Yield the parts of nested lists, without recursion: data may be deeper than Python allows."""
    yield '<ul class="dc-tree">'
    pending: list[Branch | str] = ["</ul>", *reversed(roots)]
    level, count = 0, 0
    while pending:
        branch = pending.pop()
        if isinstance(branch, str):
            level -= branch == "</ul></li>"
            yield branch
            continue
        count += 1
        if count > _BRANCHES:
            continue
        yield f"<li>{_cell(branch.label)}"
        if branch.children and level < _TREE_LEVELS:
            level += 1
            yield "<ul>"
            pending += ["</ul></li>", *reversed(branch.children)]
        else:
            yield " …</li>" if branch.children else "</li>"
    if count > _BRANCHES:
        yield f'<div class="dc-note">{count - _BRANCHES:,} more lines</div>'
