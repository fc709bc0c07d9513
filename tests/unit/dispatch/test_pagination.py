"""Pages and lazy lists: cursors, lengths and the requests that they cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from dynclient.dispatch.pagination import CursorGuard, Listing, Page
from dynclient.errors import (
    BadArguments,
    DynclientWarning,
    OutOfRange,
    ServerFault,
    UsageError,
)


class Server:
    """Returns prepared pages in order and records the arguments of each request."""

    def __init__(self, *pages: Page) -> None:
        self.pages = list(pages)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, arguments: dict[str, Any]) -> Page:
        self.asked.append(arguments)
        return self.pages.pop(0)


# -- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("paging", [None, {}, [], "after", {"after": "", "before": None}])
def test_a_page_without_cursors_is_the_last_and_the_first(paging: Any) -> None:
    page = Page([1, 2], paging)
    assert (page.total, page.after, page.before) == (None, None, None)
    assert repr(page) == "<Page of 2 of None>"


def test_a_page_is_a_sequence_that_knows_its_neighbours() -> None:
    page = Page([1, 2, 3], {"total": 7, "after": "a", "before": "b"})
    assert [*page] == [1, 2, 3]
    assert (len(page), page[0], page[-1], page[1:]) == (3, 1, 3, [2, 3])
    assert (page.total, page.after, page.before) == (7, "a", "b")
    assert repr(page) == "<Page of 3 of 7, more after it>"


@pytest.mark.parametrize(
    ("paging", "whole"),
    [
        ({"before": "b", "total": 2}, True),
        ({"before": "b", "total": 1}, True),
        ({"before": "b", "total": 3}, False),
        ({"before": "b"}, False),
        ({"total": 2}, False),
        ({"after": "a", "total": 2}, False),
    ],
)
def test_a_first_page_is_whole_if_it_has_a_cursor_before_it_and_all_entities(
    paging: Any, whole: bool
) -> None:
    assert Page([1, 2], paging).is_whole is whole


# -- the guard -------------------------------------------------------------------------------------


def test_a_repeated_cursor_is_an_error_and_the_first_page_has_none() -> None:
    guard = CursorGuard()
    for cursor in (None, "a", None, "b"):
        guard.check(cursor)
    with pytest.raises(ServerFault, match=r"cursor repeated: .* after 2 pages") as caught:
        guard.check("a")
    assert (caught.value.status, caught.value.code, caught.value.method) == (200, 200, "GET")


# -- lists -----------------------------------------------------------------------------------------


def test_one_page_is_requested_by_the_cursor_beside_it() -> None:
    server = Server(Page([]), Page([]), Page([]))
    listing = Listing(server, "offset")
    listing.page()
    listing.page(after="a")
    listing.page(before="b")
    assert server.asked == [
        {"offset": None, "before": None},
        {"offset": "a", "before": None},
        {"offset": None, "before": "b"},
    ]
    with pytest.raises(UsageError, match="cannot be combined"):
        listing.page(after="a", before="b")


def test_a_list_is_read_to_its_last_page() -> None:
    server = Server(
        Page([1], {"after": "a"}), Page([2], {"after": "b", "before": "x", "total": 1}), Page([3])
    )
    assert [one for one in Listing(server)] == [1, 2, 3]  # noqa: C416 -- list() asks for the length
    assert server.asked == [{}, {"after": "a"}, {"after": "b"}]


def test_the_length_of_the_first_page_serves_the_loop_that_requested_it_alone() -> None:
    first = Page([1], {"total": 1})
    server = Server(first, Page([], {"total": 5}), Page([], {"total": 6}))
    listing = Listing(server)
    loop = iter(listing)
    assert len(listing) == 1
    assert server.asked == [{}]
    assert [*loop] == [1]
    assert len(listing) == 5
    assert len(listing) == 6
    assert server.asked == [{}, {"page_size": 0}, {"page_size": 0}]


def test_an_empty_list_has_a_length_and_a_list_without_a_total_has_none() -> None:
    assert len(Listing(Server(Page([], {"total": 0})))) == 0
    with pytest.raises(BadArguments, match="does not report the length") as caught:
        len(Listing(Server(Page([]))))
    assert caught.value.problems == ()


def test_next_continues_one_loop() -> None:
    server = Server(Page([1, 2], {"after": "a"}), Page([3]))
    listing = Listing(server)
    assert [next(listing), next(listing), next(listing)] == [1, 2, 3]
    assert len(server.asked) == 2
    with pytest.raises(StopIteration):
        next(listing)
    assert bool(Listing(Server()))
    assert "requested page by page" in repr(listing)


def test_a_list_that_begins_after_a_cursor_does_not_end_early() -> None:
    paging = {"total": 9, "before": "b"}
    server = Server(Page([7], {**paging, "after": "c"}), Page([8, 9], paging))
    assert [*Listing(server)] == [7, 8, 9]


# -- limits, slices and positions ------------------------------------------------------------------


class Rows:
    """A server with so many rows that returns pages of the size that was asked for."""

    def __init__(self, count: int, *, total: bool = True) -> None:
        self.count = count
        self.has_total = total
        self.sizes: list[int] = []

    def __call__(self, arguments: dict[str, Any]) -> Page:
        size, start = arguments.get("page_size", 4), int(arguments.get("after") or 0)
        self.sizes.append(size)
        end = min(start + size, self.count)
        after = str(end) if end < self.count and size else None
        return Page(
            list(range(start, end)),
            {"total": self.count if self.has_total else None, "after": after},
        )


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [(0, []), (1, [1]), (3, [3]), (4, [4]), (6, [4, 2]), (10, [4, 4, 2]), (99, [4, 4, 4])],
)
def test_a_limit_is_a_number_of_entities_and_no_other_is_requested(
    limit: int, sizes: list[int]
) -> None:
    server = Rows(10)
    listing = Listing(server, page_size=4, limit=limit)
    expected = list(range(min(limit, 10)))
    assert [one for one in listing] == expected  # noqa: C416 -- list() asks for the length
    assert server.sizes == sizes
    assert list(listing) == expected
    assert server.sizes == sizes * 2
    assert [one for page in listing.pages() for one in page] == expected
    assert len(listing) == len(expected)


def test_more_rows_than_requested_are_cut() -> None:
    listing = Listing(lambda arguments: Page([1, 2, 3, 4], {"total": 4}), limit=2)
    assert [*listing] == [1, 2]
    assert listing[:3] == [1, 2]


def test_a_slice_is_a_list_and_requests_as_few_rows_as_it_needs() -> None:
    for key, expected, sizes in [
        (slice(5), [0, 1, 2, 3, 4], [4, 1]),
        (slice(2), [0, 1], [2]),
        (slice(0), [], []),
        (slice(3, 6), [3, 4, 5], [4, 2]),
        (slice(8, None), [8, 9], [4, 4, 4]),
        (slice(1, 6, 2), [1, 3, 5], [4, 2]),
        (slice(20), list(range(10)), [4, 4, 4]),
        (slice(None), list(range(10)), [4, 4, 4]),
    ]:
        server = Rows(10)
        assert Listing(server, page_size=4)[key] == expected
        assert server.sizes == sizes


def test_a_position_is_one_entity() -> None:
    server = Rows(10)
    listing = Listing(server, page_size=4)
    assert (listing[0], listing[5], listing.first()) == (0, 5, 0)
    assert server.sizes == [1, 4, 2, 1]
    assert Listing(Rows(0)).first() is None
    assert Listing(Rows(5), limit=0).first() is None
    with pytest.raises(OutOfRange, match="ends before position 10") as caught:
        listing[10]
    assert isinstance(caught.value, IndexError)
    with pytest.raises(OutOfRange):
        Listing(Rows(10), page_size=4, limit=3)[3]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (-1, "must be 0 or more, not -1"),
        (slice(-3, None), "must be 0 or more, not -3"),
        (slice(None, None, -1), "must be 0 or more, not -1"),
        (slice(None, None, 0), "must be 1 or more, not 0"),
        ("name", "must be an integer or a slice, not str"),
        (slice("a", "b"), "must be an integer or a slice, not str"),
        (1.5, "must be an integer or a slice, not float"),
    ],
)
def test_positions_that_lists_do_not_have_are_explained(key: Any, message: str) -> None:
    server = Rows(10)
    with pytest.raises(UsageError, match=message):
        Listing(server)[key]
    assert server.sizes == []


def test_a_list_is_not_read_backwards_entity_by_entity() -> None:
    with pytest.raises(TypeError):
        reversed(Listing(Rows(10)))  # type: ignore[call-overload]


def test_a_limit_that_leaves_entities_out_warns_unless_it_was_meant() -> None:
    with pytest.warns(DynclientWarning, match=r"limit=3 is the number of .* there are 10;"):
        assert [*Listing(Rows(10), limit=3, warn=True)] == [0, 1, 2]
    with pytest.warns(DynclientWarning, match=r"page_size=2 for all .*\[:2\] for the first 2"):
        assert len(Listing(Rows(10), limit=2, warn=True)) == 2
    with pytest.warns(DynclientWarning, match="there are more;"):
        assert [*Listing(Rows(10, total=False), limit=3, warn=True)] == [0, 1, 2]
    for limit, warn, count in (
        (3, False, 3), (10, True, 10), (11, True, 10), (None, True, 10), (0, True, 0),
    ):  # fmt: skip
        assert len([*Listing(Rows(10), limit=limit, warn=warn)]) == count
    cut = Listing(Rows(10), limit=3, warn=True)
    assert (cut[:3], cut[:2], cut[0], cut.first()) == ([0, 1, 2], [0, 1], 0, 0)
    assert len(cut.page()) == 4


def test_threads_that_call_next_have_a_loop_each() -> None:
    listing = Listing(Rows(50), page_size=4)
    assert next(listing) == 0
    with ThreadPoolExecutor(4) as pool:
        for read in (
            lambda _: [next(listing) for _ in range(50)],
            lambda _: [one for one in listing],  # noqa: C416
        ):
            together = Barrier(4)

            def run(_: int, read: Any = read, together: Barrier = together) -> list[int]:
                together.wait()
                return read(_)

            assert list(pool.map(run, range(4))) == [list(range(50))] * 4
    assert next(listing) == 1
