"""What the hits of a search look like to people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.dispatch.listing_blocks import ROWS, error_blocks, not_read
from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.errors import DynclientError

if TYPE_CHECKING:
    from dynclient.extensions.search_hits import Hit

__all__ = ["hit_blocks", "not_read"]


def hit_blocks(
    response: Mapping[str, Any] | DynclientError,
    make: Callable[[Mapping[str, Any]], Hit],
    limit: int | None,
) -> Iterator[Block]:
    """Yield what the hits of a search look like.

    Args:
        response: the response with the first hits, or the error in its place.
        make: returns the hit of one item of the response.
        limit: the largest number of hits, or None.
    """
    if isinstance(response, DynclientError):
        yield from error_blocks("Hits", response)
        return
    found = response["hits"]
    rows = [make(raw) for raw in found["hits"][: ROWS if limit is None else min(limit, ROWS)]]
    total = found.get("total")
    is_exact = not isinstance(total, Mapping) or total.get("relation") != "gte"
    count = int((total.get("value") if isinstance(total, Mapping) else total) or 0)
    yield Heading("Hits", f"{count:,}{'' if is_exact else ' or more'}")
    if not rows:
        yield Text("nothing was found", "quiet")
        return
    is_scored = any(hit.score is not None for hit in rows)
    names = ["type", "name", "description", *(["score"] if is_scored else [])]
    cells = [
        [
            Label(hit.type or "document", "quiet"),
            hit.fullyQualifiedName or hit.id,
            str(hit.get("description") or ""),
            *([None if hit.score is None else f"{hit.score:.3g}"] if is_scored else []),
        ]
        for hit in rows
    ]
    readable = count if limit is None else min(count, limit)
    yield Table(
        names, cells, total=readable, more="a loop over them" if readable > len(rows) else ""
    )
