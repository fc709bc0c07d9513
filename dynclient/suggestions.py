"""Close names for a typo."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any


def nearest(name: str, known: Any) -> tuple[str, ...]:
    """Return up to three known names close to one, whatever their case."""
    folded: dict[str, str] = {}
    for other in known:
        folded.setdefault(str(other).casefold(), str(other))
    close = get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)
    return tuple(folded[other] for other in close)
