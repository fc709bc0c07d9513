"""One run of ``om.map``: entities in, results recorded, wherever the function is called."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.bulk.concurrency import Concurrency
from dynclient.bulk.engine import Engine, Job
from dynclient.bulk.progress import OnProgress, show_progress
from dynclient.fleet.application import Application, Step, groups
from dynclient.fleet.item_store import ItemStore
from dynclient.fleet.items import FAILED, MapItem
from dynclient.fleet.options import THREADS, WORKERS, Options
from dynclient.fleet.result import MapResult
from dynclient.session.partitions import SIZE
from dynclient.transport.limits import RequestLimit, limited

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.operations.operation import Plan
    from dynclient.session.partitions import Partition
    from dynclient.session.session import Session

CALL = "map"
_CHUNK_MAX = 64
_SHORT, _LONG = 0.01, 0.1
"""Seconds that the entities of one job take: with less, threads are handed more of them, and with
more fewer, so that they neither wait for each other nor for Ctrl-C."""


class MapRun:
    """Calls a function for the entities of a list, and records what became of each.

    Args:
        session: the session of the client.
        options: the arguments of the call, which are valid.
    """

    def __init__(self, session: Session, options: Options) -> None:
        plan: Plan = options.listing.source.plan
        self.session = session
        self.options = options
        self.listing: Listing = options.listing
        self.plan = plan
        entity: Any = plan.operation.entity_type
        self.spec = session.find(entity)
        self.step = Step(options.function, options.batch, options.save, options.on_conflict)
        self.limit: int = options.limit or session.settings.pool_size
        self.partition: int = options.partition or SIZE
        self.is_ended = False
        self._total: int | None = None
        self._chunk = 1
        self._report: OnProgress = lambda *_: None
        self._store: ItemStore
        self._result: MapResult

    def run(self) -> MapResult:
        """Do all of it, and return the result.

        Raises:
            UsageError: the journal cannot be used.
            ServerError, TransportError: the list cannot be read, or nothing can be saved any more.
        """
        with ExitStack() as stack:
            options = self.options
            self._report = stack.enter_context(show_progress(options.progress, CALL, None))
            self._store = stack.enter_context(ItemStore(self._identity(), options.journal))
            result = self._result = MapResult(self._store)
            try:
                self._dispatch()
            except BaseException as error:
                error.add_note(f"om.{CALL} was ended; until then: {result}")
                raise
            result.is_complete = not self.is_stopping()
        return result

    def _dispatch(self) -> None:
        on = self.options.on
        if on is None:
            self._run_here()
        elif on == THREADS:
            self._run_threads()
        else:
            from dynclient.fleet.cluster import ClusterRun

            ClusterRun(self, on).run()

    def _identity(self) -> dict[str, Any]:
        """Return what identifies the run in its journal."""
        request = self.session.prepare(self.plan)
        return {
            "server": self.session.host,
            "list": request.masked_target,
            "function": self.step.label,
            "save": self.step.save,
        }

    # -- in this process ---------------------------------------------------------------------------

    def _run_here(self) -> None:
        application = Application(self.session, self.spec, self.step)
        with limited(RequestLimit(self.limit)):
            for entities in self.pages():
                done: list[MapItem] = []
                begin = time.perf_counter()
                try:
                    for group in groups(entities, self.step.batch or 1):
                        if self.is_stopping(done):
                            return
                        done += application.apply(group)
                        if time.perf_counter() - begin > _LONG:
                            pending, done = done, []
                            self.record(pending)
                            begin = time.perf_counter()
                finally:
                    self.record(done)

    def _run_threads(self) -> None:
        workers = self.options.workers or min(WORKERS, self.session.settings.pool_size)
        concurrency = Concurrency(workers, workers)
        application = Application(self.session, self.spec, self.step, concurrency)
        limit = RequestLimit(self.limit)

        def job(entities: list[Any]) -> Job:
            return Job(lambda: self._applied(application, entities, limit))

        engine = Engine(concurrency, self._record, self._notify, self.is_stopping)
        with limited(limit):
            engine.run(map(job, self._chunks()))

    def _applied(
        self, application: Application, entities: list[Any], limit: RequestLimit
    ) -> list[MapItem]:
        begin = time.perf_counter()
        with limited(limit):
            found = list(application.apply(entities, self.is_stopping))
        seconds = time.perf_counter() - begin
        if seconds < _SHORT:
            self._chunk = min(_CHUNK_MAX, self._chunk * 2)
        elif seconds > _LONG:
            self._chunk = max(1, self._chunk // 2)
        return found

    def _chunks(self) -> Iterator[list[Any]]:
        """Yield lists of entities that one job handles, and that are full batches."""
        for entities in self.pages():
            start = 0
            while start < len(entities):
                size = self._chunk if self.step.batch is None else self.step.batch
                yield entities[start : start + size]
                start += size

    # -- entities in -------------------------------------------------------------------------------

    def pages(self, listing: Listing | None = None) -> Iterator[list[Any]]:
        """Yield the entities of each page that are not recorded yet.

        Args:
            listing: a part of the list; by default the whole list.
        """
        for page in (self.listing if listing is None else listing).pages():
            if listing is None and self._total is None:
                self._total = page.total
            entities = list(page)
            if self._store.continued:
                keys = [str(model.raw(each).get("id")) for each in entities]
                known = self._store.known(keys)
                pairs = zip(keys, entities, strict=True)
                entities = [each for key, each in pairs if key not in known]
            if entities:
                yield entities

    def expect(self, total: int | None) -> None:
        """Note how many entities there are, for the progress."""
        self._total = total

    # -- results out -------------------------------------------------------------------------------

    def is_done(self, part: str) -> bool:
        """Return whether the journal says that a part of the list is complete."""
        return bool(self._store.continued) and self._store.is_done(part)

    def known_in(self, part: Partition) -> frozenset[str]:
        """Return the ids of the entities of a part that the journal had before, if they are known.

        A filter takes the name of a parent, and the names of the entities begin with it.
        """
        if not self._store.continued:
            return frozenset()
        found = [self._store.known_below(parent) for parent in part.filters.values()]
        return frozenset().union(*found)

    def is_stopping(self, more: list[MapItem] | None = None) -> bool:
        """Return whether to call the function no more.

        Args:
            more: items that are not recorded yet.
        """
        if self.is_ended:
            return True
        highest = self.options.stop_after
        if highest is None:
            return False
        failed = sum(item.kind == FAILED for item in more or ())
        return bool(self._store.counts[FAILED] + failed >= highest)

    def record(self, items: list[MapItem], part: str | None = None) -> None:
        """Record items and report them; see :meth:`ItemStore.add`."""
        self._notify(self._store.add(items, part))

    def _record(self, items: list[MapItem]) -> None:
        items[:] = self._store.add(items)

    def _notify(self, items: list[MapItem]) -> None:
        self._report(self._result.count, self._total, self._result)
        if self.options.on_result is not None:
            for item in items:
                self.options.on_result(item)
