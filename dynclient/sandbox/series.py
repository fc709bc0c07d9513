"""Records of an entity by time: what lists of them answer, and how queries name a span."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from dynclient.sandbox.faults import Escaped, wrapped
from dynclient.sandbox.session import Answer, Session

ALWAYS = 1 << 62
"""Later than any record."""


SPAN = ("startTs", "endTs")
"""How queries name a span of time."""


def span(query: Mapping[str, str], otherwise: str) -> tuple[int, int]:
    """Return ``startTs`` and ``endTs``, in ms; ``otherwise`` is what the server says without."""
    out = []
    for name in SPAN:
        text = query.get(name)
        if text is None:
            raise Escaped(otherwise)
        try:
            out.append(int(text))
        except ValueError:
            raise wrapped(404) from None
    return out[0], out[1]


def number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    """Return a number of a query; what is none is a route the server does not find."""
    try:
        return int(query.get(name, otherwise))
    except ValueError:
        raise wrapped(404) from None


NO_SPAN = "startTs is marked non-null but is null"


def page(
    session: Session, owner: str | None, kind: str, query: Mapping[str, str], otherwise: str
) -> Answer:
    """Answer a list of records, newest first; the cursors are the span itself."""
    start, end = span(query, otherwise)
    found = session.tx.records(owner, kind, start, end) if owner is not None else []
    return _spanned(found, start, end)


def page_of_all(session: Session, kind: str, start: int, end: int) -> Answer:
    """Answer a list of the records of all owners in a span, whose cursors are the span itself."""
    return _spanned(session.tx.records_of(kind, start, end), start, end)


def _spanned(found: list[dict[str, Any]], start: int, end: int) -> Answer:
    paging = {"before": _encoded(start), "after": _encoded(end), "total": len(found)}
    return Answer(200, {"data": found, "paging": paging})


def at(session: Session, owner: str, kind: str, stamp: str) -> dict[str, Any] | None:
    """Return the record of one time, as a path names it."""
    try:
        moment = int(stamp)
    except ValueError:
        raise wrapped(404) from None
    return next(iter(session.tx.records(owner, kind, moment, moment)), None)


def _encoded(stamp: int) -> str:
    return base64.b64encode(str(stamp).encode()).decode()
