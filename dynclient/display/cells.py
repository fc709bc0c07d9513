"""What every renderer does with a value: credentials masked, control characters made visible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING

from dynclient.display.blocks import Bar, Label, Link
from dynclient.secrets import printable

if TYPE_CHECKING:
    from dynclient.display.blocks import Cell, Table, Tone

_LENGTH = 20_000
"""Characters of a text that are read at most; no output has more of one value."""
_JOINERS = frozenset("\u200c\u200d")
"""Format characters that words of some scripts and emoji are written with."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that control a terminal, the direction of text or its lines."""
_FEED = re.compile(r" *[\n\t]\s*")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
MOST_ITEMS = 100
"""Items of a cell that are listed."""
_MOST_LEVELS = 20
"""Levels of cells in cells that are drawn."""


def safe(text: str) -> str:
    """Return a text as it may be drawn: credentials masked, control characters escaped.

    Line feeds and tabs are kept. What is longer than any output is cut.
    """
    text = printable(text[:_LENGTH].replace("\r\n", "\n"))
    if text.isascii():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in {"\n", "\t"} or character in _JOINERS:
        return character
    is_hidden = unicodedata.category(character) in _HIDDEN
    return ascii(character)[1:-1] if is_hidden else character


def one_line(text: str) -> str:
    """Return a safe text in one line; spaces at its beginning are kept."""
    return _FEED.sub(" ", safe(text)).rstrip()


def web_address(url: str | None) -> str | None:
    """Return a safe address if it is one of the web; None for others, such as ``javascript:``."""
    if not url or not _WEB.match(url) or any(map(str.isspace, url)):
        return None
    return safe(url)


def tone_of(cell: Cell) -> Tone:
    """Return the tone of a cell."""
    return cell.tone if isinstance(cell, Label) else "plain"


def share_of(bar: Bar) -> float:
    """Return the share of a bar, between 0 and 1 whatever it says."""
    return 0.0 if isnan(bar.share) else min(max(bar.share, 0.0), 1.0)


def is_number(cell: Cell) -> bool:
    """Return whether a cell is a number, which is aligned at its end."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def is_number_column(table: Table, place: int) -> bool:
    """Return whether a column of a table has numbers only, and is aligned at its end.

    Args:
        table: the table.
        place: the position of the column.
    """
    cells = [row[place] for row in table.rows]
    return bool(cells) and all(cell is None or is_number(cell) for cell in cells)


def cell_text(cell: Cell) -> str:
    """Return a cell as a safe text of one line."""
    return ", ".join(part for part in _texts(cell, _MOST_LEVELS) if part)


def _texts(cell: Cell, levels: int) -> Iterator[str]:
    if cell is None:
        return
    if isinstance(cell, bool):
        yield "yes" if cell else "no"
    elif isinstance(cell, int):
        yield f"{cell:,}"
    elif isinstance(cell, float):
        yield f"{cell:,.6g}"
    elif isinstance(cell, str):
        yield one_line(str(cell))  # a masked secret is a string whose str() is the mask
    elif isinstance(cell, (Label, Bar, Link)):
        yield one_line(str(cell.text))
    elif not levels:
        yield "…"
    else:
        for part in cell[:MOST_ITEMS]:
            yield from _texts(part, levels - 1)
        yield more_items(cell)


def more_items(cell: Sequence[Cell]) -> str:
    """Return how many items of a cell are not listed; empty if there are no more."""
    return f"and {len(cell) - MOST_ITEMS:,} more" if len(cell) > MOST_ITEMS else ""


HINT = "dynclient.show(…, width=200) shows more"
"""What is said below a table that is cut."""


def footer(table: Table, hidden: int = 0, *, is_cut: bool = False, hint: str = HINT) -> list[str]:
    """Return the lines below a table: how much of it is drawn, and how to see the rest.

    Args:
        table: the table.
        hidden: how many columns are not drawn.
        is_cut: whether texts are cut.
        hint: how to see what is cut.
    """
    lines = []
    count, total = len(table.rows), table.total
    if total is not None and total != count:
        lines.append(f"{count:,} of {total:,} rows")
    elif table.more and total is None:
        lines.append(f"the first {count:,} rows")
    if lines and table.more:
        lines[-1] += f"; {one_line(table.more)} returns all"
    if hidden:
        plural = "" if hidden == 1 else "s"
        lines.append(f"{hidden:,} more column{plural} at the right")
    if is_cut or hidden:
        lines.append(f"cut to fit; {hint}")
    return lines
