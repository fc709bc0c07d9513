"""Lists: one page of a list, and a lazy list of all pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.errors import (
    BadArguments,
    DynclientWarning,
    Problem,
    ResponseInvalid,
    ServerFault,
    UsageError,
)


class CursorGuard:
    """Detects a server that returns the same cursor twice, which would never end."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def check(self, cursor: str | None) -> None:
        """Note the cursor of the next page; None stands for the first page.

        Raises:
            ServerFault: the server returned this cursor before.
        """
        if cursor is None:
            return
        if cursor in self._seen:
            raise ServerFault(
                f"cursor repeated: the server returned the same cursor again after"
                f" {len(self._seen)} pages",
                status=200,
                code=200,
                method="GET",
                url="",
                request_id=None,
            )
        self._seen.add(cursor)


def _endless(count: int) -> ResponseInvalid:
    """Return the error for an empty page that has a cursor of another page."""
    message = f"is empty after {count} entities, but paging.after says that another page follows"
    return ResponseInvalid(
        what="a page of the list", problems=[Problem("data", [], "items", message)]
    )


def _warn_short(count: int, announced: int) -> None:
    from dynclient.warn import warn_user

    message = (
        f"the list ended after {count:,} of {announced:,} entities; others may have been deleted"
        " while it was read, so read it again if all of them are needed"
    )
    warn_user(message, DynclientWarning)


class Page:
    """One page of a list: a sequence of entities, with the cursors of the pages beside it.

    Attributes:
        entities: the entities on this page.
        total: the number of entities on all pages; None if the server does not report it.
        after: cursor of the next page, None on the last. It is valid on this server only.
        before: cursor of the previous page, None on the first.
        origin: what reads the fields that the page left out, or None.
    """

    __slots__ = ("after", "before", "entities", "origin", "total")

    def __init__(self, entities: list[Any], paging: Any = None, origin: Any = None) -> None:
        paging = paging if isinstance(paging, dict) else {}
        self.entities = entities
        self.origin = origin
        self.total: int | None = paging.get("total")
        self.after: str | None = paging.get("after") or None
        self.before: str | None = paging.get("before") or None

    @property
    def is_whole(self) -> bool:
        """Whether a first page is the whole list, whatever its cursors say.

        Lists of a time range return the range itself as their cursors. Only they have a cursor
        before the first page.
        """
        return self.before is not None and self.total is not None and self.total <= len(self)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.entities)

    def __len__(self) -> int:
        return len(self.entities)

    def __getitem__(self, index: Any) -> Any:
        return self.entities[index]

    def __repr__(self) -> str:
        more = ", more after it" if self.after else ""
        return f"<Page of {len(self.entities)} of {self.total}{more}>"


class Listing:
    """A lazy list of entities, requested page by page as they are read.

    Every loop starts again from the beginning; ``next()`` continues where the last one ended.
    ``len()`` requests the number of entities without the entities.

    Args:
        fetch: returns the page for the arguments added to those of the list.
        cursor: name of the argument that takes the cursor of the next page.
    """

    def __init__(self, fetch: Callable[[dict[str, Any]], Page], cursor: str = "after") -> None:
        self._fetch = fetch
        self._cursor = cursor
        self._running: Iterator[Any] | None = None
        self._counted: int | None = None

    def page(self, *, after: str | None = None, before: str | None = None) -> Page:
        """Return one page: the first, or the one after or before a cursor.

        Args:
            after: ``.after`` of the page before the wanted one.
            before: ``.before`` of the page after the wanted one.

        Raises:
            UsageError: both cursors are given.
        """
        if after is not None and before is not None:
            raise UsageError("after= and before= cannot be combined; pass only one")
        return self._fetch({self._cursor: after, "before": before})

    def pages(self) -> Iterator[Page]:
        """Yield all pages, each requested when it is needed.

        Raises:
            ServerFault: the server returned the same cursor twice.
            ResponseInvalid: a page is empty, and yet another is said to follow it.

        Warns:
            DynclientWarning: there were fewer entities than the first page announced.
        """
        guard = CursorGuard()
        cursor: str | None = None
        announced: int | None = None
        count = 0
        while True:
            page = self._fetch({} if cursor is None else {self._cursor: cursor})
            is_whole = cursor is None and page.is_whole
            if cursor is None:
                announced = page.total
            if not len(page) and page.after is not None and not is_whole:
                raise _endless(count)
            count += len(page)
            if page.after is None and isinstance(announced, int) and count < announced:
                _warn_short(count, announced)
            yield page
            cursor = page.after
            if cursor is None or is_whole:
                return
            guard.check(cursor)

    def __iter__(self) -> Iterator[Any]:
        # The first page is requested here: ``list(…)`` asks for the length before it begins, and
        # that page contains it. So the length costs no request.
        pages = self.pages()
        first = next(pages)
        self._counted = first.total
        return self._from(first, pages)

    def _from(self, first: Page, pages: Iterator[Page]) -> Iterator[Any]:
        self._counted = None
        yield from first.entities
        for page in pages:
            yield from page.entities

    def __next__(self) -> Any:
        if self._running is None:
            self._running = iter(self)
        return next(self._running)

    def __len__(self) -> int:
        total = self._counted
        if total is None:
            total = self._fetch({"limit": 0}).total
        if total is None:
            message = (
                "the server does not report the length of this list; count the entities in a loop"
            )
            raise BadArguments(
                message, problems=()
            )  # a TypeError, as for anything without a length
        return total

    def __bool__(self) -> bool:
        return True  # without this, bool() asks for the length, which sends a request

    def __repr__(self) -> str:
        return "<Listing, requested page by page; loop over it, or call its .page()>"
