"""Lists: one page of a list, and a lazy list of all pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.dispatch.entity_list import EntityList
from dynclient.display.displayed import Displayed
from dynclient.errors import (
    BadArguments,
    DynclientError,
    DynclientWarning,
    OutOfRange,
    Problem,
    ResponseInvalid,
    ServerFault,
    UsageError,
)
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from dynclient.dispatch.dask_frames import Lists
    from dynclient.dispatch.frames import Frame
    from dynclient.display.blocks import Block
    from dynclient.operations.operation import Plan
    from dynclient.schema import Node


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


class Page(Displayed):
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

    def _blocks(self) -> Iterable[Block]:
        from dynclient.dispatch.listing_blocks import list_blocks

        return list_blocks("Page", self.entities, self.total)


class ListSource(NamedTuple):
    """The call that a list comes from; lists of a search and the like have none."""

    plan: Plan
    host: str
    """The address of the server."""
    divide: Callable[[int], Any]
    """Returns the parts of the list that do not exceed a number of entities."""
    lists: Lists
    """The session, which returns the list of any plan."""


@public_calls
class Listing(Displayed):
    """A lazy list of entities, requested page by page as they are read.

    Every loop starts again from the beginning; ``next()`` continues where the last one ended, in
    each thread of its own. ``[:5]`` and ``[3]`` request no more entities than they return or skip.
    ``len()`` requests the number of entities without the entities. At a prompt and in a notebook,
    a list displays its first ten entities, for which it sends one request.

    Args:
        fetch: returns the page for the arguments added to those of the list.
        cursor: name of the argument that takes the cursor of the next page.
        page_size: number of entities per request; None leaves it to ``fetch``.
        limit: number of entities to return at most; None returns all.
        warn: whether to warn if ``limit`` leaves entities out.
        node: the schema of the entities, if it is known; ``fetch`` then takes ``needed`` too: paths
            that the entities of the page must have.
        absent: returns the fields that the pages leave out: those returned on request only.
        source: the call that the list comes from, or None.
    """

    def __init__(
        self,
        fetch: Callable[[dict[str, Any]], Page],
        cursor: str = "after",
        *,
        page_size: int | None = None,
        limit: int | None = None,
        warn: bool = False,
        node: Node | None = None,
        absent: Callable[[], frozenset[str]] = frozenset,
        source: ListSource | None = None,
    ) -> None:
        self.node = node
        self.absent = absent
        self.source = source
        self._fetch = fetch
        self._cursor = cursor
        self._page_size = page_size
        self._limit = limit
        self._warn = warn
        self._running = threading.local()
        self._counted: int | None = None
        self._preview: Page | DynclientError | None = None

    def _size(self, limit: int | None) -> dict[str, Any]:
        """Return the argument for the size of a page of which ``limit`` entities are needed."""
        if limit is None:
            return {}
        return {"page_size": limit if self._page_size is None else min(limit, self._page_size)}

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
        """Yield all pages, or those up to the limit, each requested when it is needed.

        Raises:
            ServerFault: the server returned the same cursor twice.
            ResponseInvalid: a page is empty but has the cursor of another page.

        Warns:
            DynclientWarning: there were fewer entities than the first page announced; or the limit
                left entities out, and the size of a page was not given.
        """
        return self._pages(None)

    def pages_with(self, paths: Iterable[str]) -> Iterator[Page]:
        """Yield all pages as :meth:`pages` does, with fields that servers return on request only.

        Args:
            paths: where the schema has the fields, ``owners[].name``.
        """
        needed = tuple(paths)
        return self._pages(None, {"needed": needed} if needed and self.node is not None else {})

    def _pages(self, stop: int | None, more: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """Yield the pages of the first ``stop`` entities, and of no more than the limit."""
        limit = self._limit
        is_limit = limit is not None and (stop is None or stop > limit)
        left = limit if is_limit else stop
        guard = CursorGuard()
        cursor: str | None = None
        announced: int | None = None
        count = 0
        while left is None or left > 0:
            position = {} if cursor is None else {self._cursor: cursor}
            page = self._fetch({**position, **self._size(left), **(more or {})})
            is_whole = cursor is None and page.is_whole
            if cursor is None and (page.before is None or is_whole):
                announced = page.total  # of all pages, so only where this is the first of them
            if not len(page) and page.after is not None and not is_whole:
                raise _endless(count)
            count += len(page)
            if page.after is None and isinstance(announced, int) and count < announced:
                _warn_short(count, announced)
            if left is not None:
                del page.entities[left:]
                left -= len(page)
            yield page
            cursor = page.after
            if cursor is None or is_whole:
                return
            guard.check(cursor)
        if is_limit:
            self._warn_cut(announced)

    def _warn_cut(self, total: int | None) -> None:
        """Warn that the limit leaves entities out, if it was given without the size of a page."""
        if not self._warn or not self._limit or (total is not None and total <= self._limit):
            return
        from dynclient.warn import warn_user

        limit = self._limit
        number = "there are more" if total is None else f"there are {total:,}"
        message = (
            f"limit={limit} is the number of entities, and {number}; it was the size of a page"
            f" before. Write page_size={limit} for all of them in pages of {limit}, or"
            f" .list(…)[:{limit}] for the first {limit} without this warning"
        )
        warn_user(message, DynclientWarning)

    def partitions(self, size: int = 5_000) -> Any:
        """Divide the list into parts that can be read side by side, in threads or processes.

        A part is the list with one more filter: for a parent in the names of its entities, such as
        ``database=`` or ``service=``, where the list has such a filter. Every entity is in exactly
        one part. One request is sent for each part, and one for each page of parents.

        Args:
            size: the number of entities that a part should not exceed, if filters allow it.

        Returns:
            A sequence of parts, each with ``filters``, ``total``, ``plan`` and ``listing``; one
            part if the list is short or cannot be divided, which ``reason`` then explains.

        Raises:
            UsageError: the list does not come from the ``list`` of a collection.
            BadArguments: ``size`` is not a number from 1.
        """
        if self.source is None:
            raise UsageError(
                "this list cannot be divided; lists of collections can, such as om.tables.list()"
            )
        return self.source.divide(size)

    # -- as a table --------------------------------------------------------------------------------

    def to_dicts(
        self,
        *,
        flat: bool = False,
        fields: str | Iterable[str] | None = None,
        explode: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return all entities as plain dicts; secrets are masked.

        Args:
            flat: return one value for each column, as :meth:`to_arrow` does; otherwise the JSON of
                each entity.
            fields: the columns, ``("name", "owners.name")``; needs ``flat``.
            explode: a list whose items become rows, ``"columns"``; needs ``flat``.

        Raises:
            BadArguments: a name is not a field; all of them are listed.
            UsageError: ``fields`` or ``explode`` without ``flat``.
        """
        if flat:
            return self._frame(fields, explode).dicts()
        if fields is not None or explode is not None:
            raise UsageError("fields= and explode= of to_dicts need flat=True")
        from dynclient import model

        return [model.asdict(each) for each in self]

    def to_arrow(
        self, *, fields: str | Iterable[str] | None = None, explode: str | None = None
    ) -> Any:
        """Return all entities as a ``pyarrow.Table``; its types are those of the schema.

        A nested field is a column with a dotted name, ``databaseSchema.name``; in a list it is a
        column of lists, ``owners.name``. An object becomes its plain fields. Maps and values
        of several types are JSON text; secrets are masked.

        Args:
            fields: the columns, ``("name", "owners.name")``; what servers return on request only
                is requested. By default all fields that the list returns.
            explode: a list whose items become rows, ``"columns"``; an entity without items has one
                row.

        Raises:
            BadArguments: a name is not a field; all of them are listed.
            ResponseInvalid: a value is not of the type that the schema says.
            ImportError: pyarrow is not installed; the extra ``frames`` has it.
        """
        return self._frame(fields, explode).table()

    def to_arrow_batches(
        self, *, fields: str | Iterable[str] | None = None, explode: str | None = None
    ) -> Any:
        """Return a ``pyarrow.RecordBatchReader``: a batch for each page, requested when it is read.

        Memory does not grow with the list. Without ``fields``, the columns are those of the schema
        that servers return without a request for them, whatever the entities have; so all lists of
        a type have the same columns and types, and they are known before anything is requested.
        DuckDB, polars, pandas and ``pyarrow.dataset`` read it, once.

        Args:
            fields: as for :meth:`to_arrow`.
            explode: as for :meth:`to_arrow`.

        Raises:
            BadArguments, ImportError: as for :meth:`to_arrow`; any other error when it is read.
        """
        from dynclient.dispatch.frames import Frame

        return Frame(self, fields, explode, by_schema=True).reader()

    def to_pandas(
        self, *, fields: str | Iterable[str] | None = None, explode: str | None = None
    ) -> Any:
        """Return all entities as a ``pandas.DataFrame``.

        Args:
            fields: as for :meth:`to_arrow`.
            explode: as for :meth:`to_arrow`.

        Raises:
            ImportError: pandas or pyarrow is not installed; the extra ``frames`` has them.
        """
        from dynclient.dispatch.frames import optional_module

        optional_module("pandas")
        return self._frame(fields, explode).table().to_pandas()

    def to_polars(
        self, *, fields: str | Iterable[str] | None = None, explode: str | None = None
    ) -> Any:
        """Return all entities as a ``polars.DataFrame``.

        Args:
            fields: as for :meth:`to_arrow`.
            explode: as for :meth:`to_arrow`.

        Raises:
            ImportError: polars or pyarrow is not installed; the extra ``frames`` has them.
        """
        from dynclient.dispatch.frames import optional_module

        polars = optional_module("polars")
        return polars.from_arrow(self._frame(fields, explode).table())

    def to_dask(
        self,
        *,
        fields: str | Iterable[str] | None = None,
        explode: str | None = None,
        size: int = 5_000,
    ) -> Any:
        """Return the list as a lazy ``dask.dataframe.DataFrame`` with the parts of the list.

        These are the parts of :meth:`partitions`. No entity is read until dask computes something:
        the parts need the numbers of entities, the columns and their types the schema only, as for
        :meth:`to_arrow_batches`. Types are those of Arrow, whether a part has rows or not. A part
        is read again each time it is computed.

        Other processes and workers of a cluster get the client without its token, and read it from
        ``OPENMETADATA_TOKEN``; schemas are read from their cache.

        Args:
            fields: as for :meth:`to_arrow`.
            explode: as for :meth:`to_arrow`.
            size: the number of entities that a part should not exceed, if filters allow it.

        Raises:
            BadArguments: a name is not a field, or ``size`` is not a number from 1.
            UsageError: the list does not come from the ``list`` of a collection.
            ImportError: dask, pandas or pyarrow is not installed; the extras ``fleet`` and
                ``frames`` have them.
        """
        from dynclient.dispatch.dask_frames import dask_frame
        from dynclient.dispatch.frames import optional_module

        optional_module("dask.dataframe", extra="fleet,frames")
        source, parts = self.source, self.partitions(size)
        if source is None:  # partitions() has raised an error
            raise AssertionError("unreachable")
        filters = [part.filters for part in parts]
        return dask_frame(source.lists, source.plan, filters, fields, explode)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Return the entities as an Arrow stream, which requests a page when it needs one.

        DuckDB, polars and pandas read a list by it; the columns are those of :meth:`to_arrow`.
        """
        return self._frame(None, None).reader().__arrow_c_stream__(requested_schema)

    def _frame(self, fields: str | Iterable[str] | None, explode: str | None) -> Frame:
        from dynclient.dispatch.frames import Frame

        return Frame(self, fields, explode)

    # -- entities ----------------------------------------------------------------------------------

    def first(self) -> Any:
        """Return the first entity, or None if the list is empty; requests no other entity."""
        return next(self._entities(1), None)

    def _entities(self, stop: int | None) -> Iterator[Any]:
        for page in self._pages(stop):
            yield from page.entities

    def __getitem__(self, key: int | slice) -> Any:
        """Return the entity at a position, or the list of those in a slice.

        All entities before them are requested, since servers do not skip any.

        Raises:
            OutOfRange: the list has no entity at that position; an IndexError too.
            UsageError: the position is negative, or not an integer.
        """
        if isinstance(key, slice):
            bounds = (key.start, key.stop, key.step)
            start, stop, step = (None if each is None else _position(each) for each in bounds)
            if step == 0:
                raise UsageError("the step of a slice must be 1 or more, not 0")
            return EntityList(islice(self._entities(stop), start, stop, step))
        position = _position(key)
        found = list(islice(self._entities(position + 1), position, None))
        if not found:
            raise OutOfRange(f"the list ends before position {position}")
        return found[0]

    __reversed__ = None  # by [] it would request the whole list once for each entity

    def __iter__(self) -> Iterator[Any]:
        # The first page is requested here: ``list(…)`` asks for the length before it begins, and
        # that page contains it. So the length costs no request.
        pages = self.pages()
        first = next(pages, None)
        if first is None:
            return iter(())
        self._counted = first.total
        return self._from(first, pages)

    def _from(self, first: Page, pages: Iterator[Page]) -> Iterator[Any]:
        self._counted = None
        yield from first.entities
        for page in pages:
            yield from page.entities

    def __next__(self) -> Any:
        loop = getattr(self._running, "loop", None)
        if loop is None:
            loop = self._running.loop = iter(self)
        return next(loop)

    def __len__(self) -> int:
        if self._limit == 0:
            return 0
        total = self._counted
        if total is None:
            total = self._fetch({"page_size": 0}).total
        if total is None:
            message = (
                "the server does not report the length of this list; count the entities in a loop"
            )
            raise BadArguments(
                message, problems=()
            )  # a TypeError, as for anything without a length
        if self._limit is None or total <= self._limit:
            return total
        self._warn_cut(total)
        return self._limit

    def __bool__(self) -> bool:
        return True  # without this, bool() asks for the length, which sends a request

    # -- display -----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        from dynclient.display.interactive import is_at_prompt, may_fetch

        if is_at_prompt() and may_fetch():
            from dynclient.display.text import draw_text

            return draw_text(self._blocks())
        return "<Listing, requested page by page; loop over it, or call its .page()>"

    def _blocks(self) -> Iterable[Block]:
        from dynclient.dispatch.listing_blocks import not_read, preview_blocks
        from dynclient.display.interactive import may_fetch

        if self._preview is None:
            if not may_fetch():
                return not_read("Listing")
            self._preview = self._first_rows()
        return preview_blocks("Listing", self._preview, self._limit)

    def _first_rows(self) -> Page | DynclientError:
        """Return a page of the first entities, or the error in its place: a display raises none."""
        from dynclient.dispatch.listing_blocks import ROWS

        size = ROWS if self._limit is None else min(ROWS, self._limit)
        if not size:
            return Page([], {"total": 0})
        try:
            return self._fetch(self._size(size))
        except DynclientError as error:
            return error.with_traceback(None)


def _position(value: Any) -> int:
    """Return a position in a list.

    Raises:
        UsageError: it is negative, or not an integer.
    """
    try:
        position = index(value)
    except TypeError:
        kind = type(value).__name__
        message = f"a position in a list must be an integer or a slice, not {kind}"
        raise UsageError(message) from None
    if position < 0:
        message = (
            f"a position in a list must be 0 or more, not {position}: servers do not count from the"
            " end; list(…) of it reads all entities, and its result may be indexed so"
        )
        raise UsageError(message)
    return position
