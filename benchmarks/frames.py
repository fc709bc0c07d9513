"""20,000 tables of 10 columns as a table of Arrow, against a frame of dicts made by hand.

Reason: a catalogue is read into a data frame to be counted and joined. Both read the same pages of
1,000 tables from memory; the frame by hand is what one writes without ``to_arrow``, one dict for
each entity. Both grow with the number of tables: the ratio is that of 100,000 as well.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import dynclient
from benchmarks import payloads
from benchmarks.harness import Row, once_each
from dynclient.transport.request import Request, Response

PAGES = 20
ROUNDS = 3


class Pages:
    """Answers each request with the next page."""

    def __init__(self) -> None:
        page, self._number = payloads.page(), 0
        total = PAGES * len(page["data"])
        self._bodies = [
            json.dumps({**page, "paging": {"total": total} | ({"after": "…"} if more else {})})
            for more in (False, True)
        ]

    def send(self, request: Request) -> Response:
        """Return the next page."""
        self._number = 1 if "after" not in dict(request.query) else self._number + 1
        body = self._bodies[self._number < PAGES].replace(r"\u2026", str(self._number))
        return Response(200, {"Content-Type": "application/json"}, body.encode(), "")


def measure() -> list[Row]:
    """Time both."""
    import pandas

    pages: Any = Pages()
    om = dynclient.connect("http://pages.invalid", transport=pages, release=payloads.release())

    def timed(work: Callable[[], Any]) -> float:
        begin = time.perf_counter()
        assert len(work()) == PAGES * 1000
        return time.perf_counter() - begin

    def by_hand() -> Any:
        return pandas.DataFrame([dynclient.asdict(each) for each in om.tables.list(page_size=1000)])

    sample = once_each(
        lambda: timed(lambda: om.tables.list(page_size=1000).to_arrow()),
        lambda: timed(by_hand),
        rounds=ROUNDS,
    )
    return [
        Row(
            "20,000 tables × 10 columns, to_arrow()",
            "a pandas frame of asdict() of each",
            "≤ 0.2×",
            sample.ratio,
            0.2,
            "×",
            sample,
        )
    ]
