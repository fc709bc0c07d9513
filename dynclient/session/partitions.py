"""A list in parts: one list for each service, database or schema, which can be read side by side.

Cursors are only valid in the order in which a server returned them, so one list is read page by
page. Lists with filters have their own cursors. Which filters divide a list is not known by the
names of types: they are those that take the parents in the fully qualified names of its entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from dynclient import model
from dynclient.errors import BadArguments, Problem
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.operations.operation import Operation
    from dynclient.session.session import Session

SIZE = 5_000
"""Entities of a part; a list that has fewer is not divided."""
_THREADS = 8
"""Requests for the lengths of parts that are sent at once."""
_PAGE = 1_000
"""Parents in a page."""
_POSITIONS = ("limit", "after", "before", "offset")
"""Arguments of lists that depend on the order of the whole list."""


class Partition(NamedTuple):
    """One part of a list.

    Attributes:
        filters: the filters that it has and the list has not, ``{"database": "shop.orders"}``;
            empty for the list itself.
        total: the number of its entities when the list was divided; None if the server does not
            report it.
        plan: the call that lists it.
        listing: the lazy list of its entities.
    """

    filters: dict[str, str]
    total: int | None
    plan: Plan
    listing: Listing

    @property
    def label(self) -> str:
        """Its filters as text, ``database=shop.orders``; empty for the list itself."""
        return " ".join(f"{name}={value}" for name, value in self.filters.items())

    def __repr__(self) -> str:
        count = "" if self.total is None else f", {self.total:,} entities"
        return f"<Partition {self.label or 'of the whole list'}{count}>"


class Partitions(Sequence[Partition]):
    """The parts of a list: every entity is in exactly one of them.

    Attributes:
        total: the number of entities of the list; None if the server does not report it.
        reason: why the list was not divided; empty if it was.
    """

    def __init__(self, parts: Sequence[Partition], total: int | None, reason: str = "") -> None:
        self._parts = tuple(parts)
        self.total = total
        self.reason = reason

    def __len__(self) -> int:
        return len(self._parts)

    @overload
    def __getitem__(self, index: int) -> Partition: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Partition]: ...
    def __getitem__(self, index: int | slice) -> Partition | Sequence[Partition]:
        return self._parts[index]

    def __repr__(self) -> str:
        count = "" if self.total is None else f" of {self.total:,} entities"
        why = f": {self.reason}" if self.reason else ""
        return f"<{len(self)} partition{'' if len(self) == 1 else 's'}{count}{why}>"


class _Level(NamedTuple):
    """A filter that takes a parent of the listed entities."""

    filter: str
    key: str
    """What it takes: ``fqn`` or ``id``."""
    parents: CollectionSpec


def partitions(session: Session, plan: Plan, size: int = SIZE) -> Partitions:
    """Divide a list into parts that can be read side by side.

    The filters are tried from the outermost parent to the innermost; a part that has more than
    ``size`` entities is divided by the next one. The numbers of entities of the parts are compared
    with that of the list: if they do not add up, the filters do not reach every entity, and the
    list is not divided. One request is sent for each part, and one for each page of parents.

    Args:
        session: the session.
        plan: the plan of a ``list``.
        size: the number of entities that a part should not exceed. A part exceeds it if there is no
            further filter.

    Raises:
        BadArguments: ``size`` is not a number from 1.
        ServerError, TransportError: a request failed.
    """
    if type(size) is not int or size < 1:
        message = f"must be a number of entities, 1 or more, not {size!r}"
        raise BadArguments(
            f"partitions: size {message}", problems=(Problem("size", size, "argument", message),)
        )
    divider = _Divider(session, plan, size)
    total = None
    reason = divider.obstacle
    if not reason:
        total = divider.count({})
        if total is None:
            reason = "the server does not report how many entities it has"
        elif total <= size:
            reason = f"it has {total:,} entities, not more than {size:,}"
    if not reason:
        parts = divider.parts()
        found = sum(part.total or 0 for part in parts)
        # Entities may be created and deleted meanwhile.
        after = total if found == total else divider.count({})
        if total is not None and after is not None:
            if min(total, after) <= found <= max(total, after):
                return Partitions(parts, after)
            reason = (
                f"the parts have {found:,} entities and the list {after:,}, so that its filters do"
                " not reach each entity once"
            )
    return Partitions([divider.part({}, total)], total, reason)


class _Divider:
    """Divides one list."""

    def __init__(self, session: Session, plan: Plan, size: int) -> None:
        self._session = session
        self._plan = plan
        self._size = size
        self._levels = list(_levels(session, plan.operation))

    @property
    def obstacle(self) -> str:
        """Why the list cannot be divided at all; empty if it may be."""
        arguments = self._plan.arguments
        given = [name for name in _POSITIONS if arguments.get(name) is not None]
        if given:
            return f"{given[0]}= depends on the order of the whole list"
        if not self._open_levels():
            return "it has no further filter for a parent of its entities"
        return ""

    def _open_levels(self) -> list[_Level]:
        """Return the levels below the innermost one for which the call has a filter already."""
        given = [self._plan.arguments.get(level.filter) is not None for level in self._levels]
        innermost = max((place for place, is_given in enumerate(given) if is_given), default=-1)
        return self._levels[innermost + 1 :]

    def part(self, filters: dict[str, str], count: int | None) -> Partition:
        """Return a part of the list."""
        arguments = {**self._plan.arguments, **filters}
        plan = self._plan._replace(arguments=arguments)
        return Partition(filters, count, plan, self._session.listing(plan))

    def count(self, filters: dict[str, str]) -> int | None:
        """Return the number of entities of a part; None if the server does not report it."""
        try:
            return len(self.part(filters, None).listing)
        except BadArguments as error:
            if error.problems:
                raise
            return None

    def parts(self) -> list[Partition]:
        """Return the parts that have entities, those with the most first."""
        done: list[Partition] = []
        pending: list[dict[str, str]] = [{}]
        for level in self._open_levels():
            filters = [each for outer in pending for each in self._divided(outer, level)]
            pending = []
            is_last = level is self._levels[-1]
            for part in self._counted(filters):
                if not part.total:
                    continue
                if is_last or part.total <= self._size:
                    done.append(part)
                else:
                    pending.append(part.filters)
        return sorted(done, key=lambda part: -(part.total or 0))

    def _divided(self, outer: dict[str, str], level: _Level) -> Iterator[dict[str, str]]:
        """Yield the filters of a level below those of an outer one, one for each parent."""
        arguments: dict[str, Any] = {"page_size": _PAGE}
        operation = level.parents.operations["list"]
        known = {each.name: each for each in operation.parameters}
        if "include" in known:
            arguments["include"] = "all"  # what is below a deleted parent may not be deleted
        given = {**self._plan.arguments, **outer}
        shared = [each for each in self._levels if each.filter in known and given.get(each.filter)]
        for each in shared[-1:]:
            arguments[each.filter] = given[each.filter]
        for parent in self._session.listing(Plan(operation, arguments)):
            raw = model.raw(parent)
            name = raw.get("id") if level.key == "id" else raw.get("fullyQualifiedName")
            if isinstance(name, str):
                yield {level.filter: name}

    def _counted(self, filters: list[dict[str, str]]) -> Iterator[Partition]:
        threads = min(_THREADS, self._session.settings.pool_size)
        with ThreadPoolExecutor(threads, "dynclient-count") as pool:
            running = [
                (each, pool.submit(copy_context().run, self.count, each)) for each in filters
            ]
            for each, count in running:
                yield self.part(each, count.result())


def _levels(session: Session, operation: Operation) -> Iterator[_Level]:
    """Yield the filters of a list that take a parent of its entities, the outermost first.

    Also filters that are only known from other releases: if the server ignores one, the numbers of
    entities do not add up.
    """
    from dynclient.operations.entity_filters import entity_filter
    from dynclient.operations.name_parents import name_parents

    release, entity = session.release, operation.entity_type
    if entity is None:
        return
    for _, kind in name_parents(release, entity).types:
        spec = session.find(kind)
        for parameter in operation.parameters:
            if parameter.place != "query" or parameter.required:
                continue
            found = entity_filter(operation, parameter, release)
            if kind in found.types and found.key in {"fqn", "id"} and "list" in spec.operations:
                yield _Level(parameter.name, found.key, spec)
                break
