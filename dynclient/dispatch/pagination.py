"""Lists: one page of a list, and a lazy list of all pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.errors import BadArguments, ServerFault, UsageError


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


class Page:
    """One page of a list: a sequence of entities, with the way to its neighbours.

    Attributes:
        entities: what it holds.
        total: how many there are on all pages; None where the server does not say.
        after: cursor of the next page, None on the last. It is valid on this server only.
        before: cursor of the page before, None on the first.
    """

    __slots__ = ("after", "before", "entities", "total")

    def __init__(self, entities: list[Any], paging: Any = None) -> None:
        paging = paging if isinstance(paging, dict) else {}
        self.entities = entities
        self.total: int | None = paging.get("total")
        self.after: str | None = paging.get("after") or None
        self.before: str | None = paging.get("before") or None

    @property
    def is_whole(self) -> bool:
        """Whether a first page is all there is, whatever its cursors say.

        Lists of what was in a span of time give the span itself as their cursors. They can be told
        by that: nothing else has a page before the first.
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
    """All entities that a list gives, fetched page by page as they are asked for.

    Every loop over it starts anew; ``next()`` goes on where the last one ended. ``len()`` asks the
    server how many there are, without fetching them.

    Args:
        fetch: gives the page for the arguments added to those of the list.
        cursor: the argument that asks for the next page.
    """

    def __init__(self, fetch: Callable[[dict[str, Any]], Page], cursor: str = "after") -> None:
        self._fetch = fetch
        self._cursor = cursor
        self._running: Iterator[Any] | None = None
        self._counted: int | None = None

    def page(self, *, after: str | None = None, before: str | None = None) -> Page:
        """Return one page: the first, or the one after or before a cursor that a page gave.

        Raises:
            UsageError: both cursors are given.
        """
        if after is not None and before is not None:
            raise UsageError("give after= or before=, not both")
        return self._fetch({self._cursor: after, "before": before})

    def pages(self) -> Iterator[Page]:
        """Give page after page.

        Raises:
            ServerFault: the server gave a cursor for the second time.
        """
        guard = CursorGuard()
        cursor: str | None = None
        while True:
            page = self._fetch({} if cursor is None else {self._cursor: cursor})
            yield page
            is_whole = cursor is None and page.is_whole
            cursor = page.after
            if cursor is None or is_whole:
                return
            guard.check(cursor)

    def __iter__(self) -> Iterator[Any]:
        # The first page is had right here: ``list(…)`` asks for the length before it begins, and
        # that page knows it. So it costs no request of its own.
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
            message = "the server does not say how many there are; count them in a loop"
            raise BadArguments(message, problems=())  # a TypeError, as of all that has no length
        return total

    def __bool__(self) -> bool:
        return True  # a question about the object, not worth a request

    def __repr__(self) -> str:
        return "<Listing, fetched page by page; loop over it, or ask for its .page()>"
