"""Many reads: requested ahead by threads, and yielded in order or as they arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from dynclient.bulk.result import FAILED, Outcome
from dynclient.bulk.writes import Prepared, Writes
from dynclient.errors import DynclientError
from dynclient.operations.operation import Plan
from dynclient.session.keys import KeyReader


class Reads(Writes):
    """Entities that are read, by anything that identifies them."""

    method = "get"

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return the request of an entity; see the base class."""
        key: Any = row
        if isinstance(row, Mapping):
            key = row.get("id") or row.get("fullyQualifiedName") or row.get("name")
        by, key = KeyReader(self.spec, self.call).key((key,), {})
        operation = self.spec.operations["get" if by == "id" else "get_by_name"]
        plan = Plan(operation, {by: key, **self.arguments})
        return Prepared(number, row, key, 0, plan, self.session.prepare(plan))

    def _sent(self, prepared: Prepared) -> Outcome:
        found = self.patiently(lambda: self.session.find_one(prepared.plan))
        return Outcome("found", prepared.name, prepared.number, prepared.row, found)

    def results(
        self,
        keys: Iterable[Any],
        *,
        ordered: bool,
        on_error: Callable[[Any, Exception], Any] | None,
    ) -> Iterator[Any]:
        """Yield an entity for each key, or None if it does not exist.

        Args:
            keys: what identifies the entities.
            ordered: whether to yield them in the order of the keys.
            on_error: returns what is yielded for a key whose request fails; None raises the error.
        """
        running: deque[Future[Outcome]] = deque()
        pool = ThreadPoolExecutor(self.concurrency.highest, "dynclient-bulk")
        try:
            for number, key in enumerate(keys):
                running.append(self._submit(pool, number, key))
                while len(running) >= self.concurrency.limit:
                    yield self._result(_next(running, ordered), on_error)
            while running:
                yield self._result(_next(running, ordered), on_error)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, pool: ThreadPoolExecutor, number: int, key: Any) -> Future[Outcome]:
        try:
            prepared = self.prepare(number, key)
        except DynclientError as error:
            refused: Future[Outcome] = Future()
            refused.set_result(Outcome(FAILED, str(key), number, key, None, error))
            return refused
        return pool.submit(self.send, prepared)

    def _result(self, outcome: Outcome, on_error: Callable[[Any, Exception], Any] | None) -> Any:
        if outcome.error is None:
            return outcome.entity
        if on_error is None:
            raise outcome.error
        return on_error(outcome.row, outcome.error)


def _next(running: deque[Future[Outcome]], ordered: bool) -> Outcome:
    """Return the next result that is yielded, and wait for it."""
    if ordered:
        return running.popleft().result()
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    found = next(each for each in running if each in done)
    running.remove(found)
    return found.result()
