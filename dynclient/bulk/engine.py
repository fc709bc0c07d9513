"""Threads that send jobs, and one loop that hands them out and collects what became of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, NamedTuple

from dynclient.bulk.concurrency import Concurrency


class Job(NamedTuple):
    """What one thread does: one request or several, for one row or several."""

    send: Callable[[], list[Any]]
    """Returns an outcome for each row; raises nothing but errors that end the whole load."""
    names: tuple[str, ...] = ()
    """Names of its entities. A job is not sent while another with one of its names is."""
    after_all: bool = False
    """Whether all jobs before it must be finished first."""


class Engine:
    """Hands out jobs to threads, as many at once as the server keeps up with.

    All callables but ``Job.send`` are called in the thread that calls :meth:`run`.

    Args:
        concurrency: says how many jobs are sent at once.
        record: called with the outcomes of each job that is finished; after an error perhaps twice
            with those of one job.
        notify: called after ``record``; not any more once an error has ended the load.
        is_stopping: returns whether to send no more jobs.
    """

    def __init__(
        self,
        concurrency: Concurrency,
        record: Callable[[list[Any]], None],
        notify: Callable[[list[Any]], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._concurrency = concurrency
        self._record = record
        self._notify = notify
        self._is_stopping = is_stopping
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        self._finished: deque[tuple[Job, Any]] = deque()
        self._ready: SimpleQueue[None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running = 0
        self._names: set[str] = set()

    def run(self, jobs: Iterator[Job]) -> bool:
        """Send all jobs and return whether all of them were sent.

        If an error ends it, or Ctrl-C, what was sent is finished and recorded first; a second
        Ctrl-C does not wait for that.
        """
        try:
            return self._run(jobs)
        except BaseException:
            self._finish()
            raise
        finally:
            self._stop()

    def _run(self, jobs: Iterator[Job]) -> bool:
        for job in jobs:
            while self._running and (job.after_all or not self._names.isdisjoint(job.names)):
                self._collect()
            while self._running >= self._concurrency.limit:
                self._collect()
            if self._is_stopping():
                break
            self._start(job)
        while self._running:
            self._collect()
        return not self._is_stopping()

    def _start(self, job: Job) -> None:
        self._names.update(job.names)
        self._running += 1
        if self._running > len(self._threads):
            # A daemon: a second Ctrl-C must not wait for a response that never comes.
            thread = threading.Thread(target=self._work, name="dynclient-bulk", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._waiting.put(job)

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                result: Any = job.send()
            except BaseException as error:  # noqa: BLE001 -- raised in the thread of run()
                result = error
            self._finished.append((job, result))
            self._ready.put(None)
            del job, result  # or an idle thread keeps the rows

    def _collect(self) -> None:
        """Wait for one job and record its outcomes."""
        self._ready.get()
        # It is taken out when it is recorded: Ctrl-C may come between any two steps.
        job, result = self._finished[0]
        if isinstance(result, BaseException):
            raise result
        self._record(result)
        self._notify(result)
        self._finished.popleft()
        self._running -= 1
        self._names.difference_update(job.names)

    def _finish(self) -> None:
        """Wait for what is being sent and record it; the error that ends the load is raised."""
        self._stop()
        for thread in self._threads:
            thread.join()
        for _, result in self._finished:
            if not isinstance(result, BaseException):
                self._record(result)

    def _stop(self) -> None:
        for _ in range(len(self._threads) + 1):  # one may be started and not listed yet
            self._waiting.put(None)
