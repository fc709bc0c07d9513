"""The arguments of ``om.map``, and what is wrong with them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.bulk import load
from dynclient.bulk.progress import progress_problems
from dynclient.dispatch.pagination import Listing
from dynclient.errors import Problem
from dynclient.session.rebased_save import conflict_problems
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from dynclient.session.session import Session

THREADS = "threads"
WORKERS = 8
"""Threads that call the function by default."""


class Options(NamedTuple):
    """Arguments of ``om.map``, as the user passed them."""

    function: Any
    listing: Any
    on: Any = None
    batch: Any = None
    save: Any = False
    on_conflict: Any = "error"
    workers: Any = None
    limit: Any = None
    partition: Any = None
    stop_after: Any = None
    on_result: Any = None
    progress: Any = None
    journal: Any = None

    def problems(self, session: Session) -> list[Problem]:
        """Return what is wrong with them.

        Args:
            session: the session of the client.
        """
        return [*self._function(), *self._listing(session), *self._place(), *self._others(session)]

    def _function(self) -> Iterator[Problem]:
        kind = type(self.function).__name__
        if not callable(self.function):
            yield _problem("function", kind, f"must be a function, not {kind}")
            return
        if inspect.iscoroutinefunction(self.function):
            yield _problem("function", kind, "must not be an async function")
        try:
            signature = inspect.signature(self.function)
        except (ValueError, TypeError):  # some functions in C have none
            return
        try:
            signature.bind(None)
        except TypeError:
            what = "a list of entities" if self.batch is not None else "an entity"
            message = f"must be callable with one argument, {what}; its signature is {signature}"
            yield _problem("function", kind, message)

    def _listing(self, session: Session) -> Iterator[Problem]:
        listing, kind = self.listing, type(self.listing).__name__
        if not isinstance(listing, Listing) or listing.source is None:
            message = f"must be the list of a collection, such as om.tables.list(), not {kind}"
            if isinstance(listing, Listing):
                message = "must be the list of a collection, such as om.tables.list()"
            yield _problem("listing", kind, message)
        elif listing.source.host != session.host:
            message = f"is a list of {listing.source.host}, and this client is of {session.host}"
            yield _problem("listing", kind, message)
        elif listing.source.plan.operation.entity_type is None:
            yield _problem("listing", kind, "must be a list of entities, such as om.tables.list()")

    def _place(self) -> Iterator[Problem]:
        on = self.on
        if on is None or on == THREADS or hasattr(on, "scheduler_address"):
            return
        if hasattr(on, "submit") and hasattr(on, "scheduler"):
            if getattr(on, "asynchronous", False):
                yield _problem("on", "Client", "must not be an asynchronous client of Dask")
            return
        if isinstance(on, str) and "://" in on:
            return
        label = on if isinstance(on, str) else type(on).__name__
        message = (
            "must be None, 'threads', a client of Dask, a LocalCluster or the address of a"
            f" scheduler, 'tls://host:8786', not {label!r}"
        )
        near = nearest(on, [THREADS]) if isinstance(on, str) else ()
        yield Problem("on", label, "argument", message, near)

    def _others(self, session: Session) -> Iterator[Problem]:
        pool = session.settings.pool_size
        yield from _number("batch", self.batch, "entities")
        yield from _number("stop_after", self.stop_after, "failures")
        yield from _number("partition", self.partition, "entities")
        yield from _number("limit", self.limit, "requests")
        shared = load.Options(self.workers, on_result=self.on_result, journal=self.journal)
        yield from shared.problems(pool)
        yield from progress_problems(self.progress)
        if self.workers is not None and self.on != THREADS:
            message = "is a number of threads, so it needs on='threads'"
            yield _problem("workers", self.workers, message)
        if not isinstance(self.save, bool):
            yield _problem("save", self.save, f"must be True or False, not {self.save!r}")
        yield from conflict_problems(self.on_conflict)


def _number(name: str, value: Any, what: str) -> Iterator[Problem]:
    if value is not None and (type(value) is not int or value < 1):
        yield _problem(name, value, f"must be a number of {what}, 1 or more, not {value!r}")


def _problem(name: str, value: Any, message: str) -> Problem:
    return Problem(name, value, "argument", message)
