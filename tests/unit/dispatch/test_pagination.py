"""Pages and lazy lists: cursors, lengths and the requests that they cost."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.dispatch.pagination import CursorGuard, Listing, Page
from dynclient.errors import BadArguments, ServerFault, UsageError


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
    assert server.asked == [{}, {"limit": 0}, {"limit": 0}]


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
