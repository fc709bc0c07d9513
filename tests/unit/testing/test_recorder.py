"""The order of exchanges in a recording."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dynclient.testing.recorder import _ordered, _Timed
from dynclient.testing.recording import Exchange


def timed(begin: int, end: int, path: str) -> _Timed:
    return _Timed(begin, end, Exchange({"method": "GET", "path": path}, {"status": 200}))


def paths(exchanges: list[Any]) -> list[str]:
    return [each.request["path"] for each in exchanges]


def test_one_after_the_other_stays_in_the_order_of_time() -> None:
    found = _ordered([timed(1, 2, "/b"), timed(3, 4, "/a"), timed(5, 6, "/c")])
    assert paths(found) == ["/b", "/a", "/c"]


@given(st.permutations(["/a", "/b", "/c", "/d"]))
def test_at_the_same_time_they_are_ordered_by_content(order: list[str]) -> None:
    side_by_side = [timed(n + 2, 20 - n, path) for n, path in enumerate(order)]
    found = _ordered([timed(0, 1, "/z"), *side_by_side, timed(30, 31, "/0")])
    assert paths(found) == ["/z", "/a", "/b", "/c", "/d", "/0"]
