"""Close names for a typo, and the sentence that suggests them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def nearest(name: object, known: Iterable[object]) -> tuple[str, ...]:
    """Return up to three known names that are close to a name, best first, ignoring case.

    Args:
        name: the name to compare; nothing is close to what is not a string.
        known: names that exist; each is compared as a string.
    """
    from difflib import get_close_matches

    if not isinstance(name, str):
        return ()
    folded: dict[str, str] = {}
    for other in known:
        folded.setdefault(str(other).casefold(), str(other))
    close = get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)
    return tuple(folded[other] for other in close)


def did_you_mean(names: Sequence[str], otherwise: str = "") -> str:
    """Return the end of a message that suggests names: ``; did you mean table or tables?``.

    Args:
        names: close names, as :func:`nearest` returns them.
        otherwise: what to return if there are none.
    """
    if not names:
        return otherwise
    *first, last = names
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"; did you mean {listed}?"
