"""What lists of entities look like to people: the first rows, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.display.blocks import Block, Heading, Table, Text
from dynclient.errors import DynclientError
from dynclient.model import Entity
from dynclient.model.cards import ROWS, entity_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dynclient.dispatch.pagination import Page

__all__ = ["MANY_ROWS", "ROWS", "error_blocks", "list_blocks", "not_read", "preview_blocks"]

MANY_ROWS = 50
"""Rows of a list that a person has asked for by its length."""


def not_read(kind: str) -> Iterator[Block]:
    """Yield what a lazy list looks like where no request may be sent for it.

    Args:
        kind: what it is: ``Listing``.
    """
    yield Heading(kind, "")
    yield Text("requested page by page; loop over it, or pass it to dynclient.show()", "quiet")


def preview_blocks(kind: str, page: Page | DynclientError, limit: int | None) -> Iterator[Block]:
    """Yield what a lazy list looks like.

    Args:
        kind: what it is: ``Listing``.
        page: its first entities, or the error in their place.
        limit: the number of entities that the list has at most, or None.
    """
    if isinstance(page, DynclientError):
        yield from error_blocks(kind, page)
        return
    total = page.total
    if isinstance(total, int) and limit is not None:
        total = min(total, limit)
    yield from list_blocks(kind, page.entities, total)


def error_blocks(kind: str, error: DynclientError) -> Iterator[Block]:
    """Yield what a lazy list looks like whose rows could not be read.

    Args:
        kind: what it is: ``Listing``.
        error: why.
    """
    yield Heading(kind, "")
    first = str(error).partition("\n")[0]
    yield Text(f"{type(error).__name__}: {first}" if first else type(error).__name__, "bad")


def list_blocks(kind: str, rows: Sequence[Any], total: Any, most: int = ROWS) -> Iterator[Block]:
    """Yield what a list looks like of which some rows are there.

    Args:
        kind: what it is: ``Listing``.
        rows: the first rows, or all: entities, or what the server returned in their place.
        total: the number of all rows; None if the server does not report it.
        most: how many rows are drawn.
    """
    drawn = list(rows[:most])
    count = total if isinstance(total, int) else None
    if not drawn:
        yield Heading(kind, "")
        yield Text("empty", "quiet")
    elif all(isinstance(row, Entity) for row in drawn):
        types = sorted({type(row).__name__ for row in drawn})
        yield Heading(f"{kind} of {', '.join(types[:3])}", "" if count is None else f"{count:,}")
        is_cut = len(drawn) < len(rows) if count is None else len(drawn) < count
        more = "a loop over it" if is_cut else ""
        yield entity_table(drawn, total=count, more=more)
    else:
        yield Heading(kind, "")
        yield Table(["#", "item"], [[number, repr(row)] for number, row in enumerate(drawn)])
