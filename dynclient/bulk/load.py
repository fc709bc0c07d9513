"""One load: rows in, requests out, and what became of each recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.bulk import progress as progress_bar
from dynclient.bulk.batches import BYTES, Batches
from dynclient.bulk.concurrency import Concurrency
from dynclient.bulk.engine import Engine, Job
from dynclient.bulk.journal import Journal
from dynclient.bulk.order import WINDOW, Level, arranged
from dynclient.bulk.result import FAILED, BulkResult, Outcome
from dynclient.bulk.rows import length_of
from dynclient.bulk.writes import ENDS, Prepared, Writes, without_frames
from dynclient.dispatch import bad_arguments
from dynclient.errors import DynclientError, Problem, TooManyRequests, TransportError, Unavailable

if TYPE_CHECKING:
    from dynclient.session.session import Session

_LOST_MAX = 50
"""Jobs that get no response, one after the other, before the server counts as gone."""
_NO_RESPONSE = (TransportError, Unavailable, TooManyRequests)


class Options(NamedTuple):
    """Options of a load, see the methods of collections."""

    workers: Any = None
    ordered: bool = False
    stop_on_error: bool = False
    on_result: Any = None
    progress: Any = None
    journal: Any = None

    def problems(self, pool: int) -> list[Problem]:
        """Return what is wrong with the options.

        Args:
            pool: the connections that are kept open; more requests at once would open and close
                connections all the time.
        """
        found = []
        workers = self.workers
        if workers is not None and (
            isinstance(workers, bool) or not isinstance(workers, int)
            or not 1 <= workers <= pool
        ):  # fmt: skip
            message = (
                f"must be a number from 1 to {pool}, the pool_size= of the client, not {workers!r}"
            )
            found.append(Problem("workers", workers, "argument", message))
        if self.on_result is not None and not callable(self.on_result):
            kind = type(self.on_result).__name__
            found.append(Problem("on_result", kind, "argument", f"must be a function, not {kind}"))
        if self.journal is not None and not isinstance(self.journal, (str, PathLike)):
            kind = type(self.journal).__name__
            message = f"must be the path of a file, not {kind}"
            found.append(Problem("journal", kind, "argument", message))
        return found

    def concurrency(self, pool: int) -> Concurrency:
        """Return how many requests are sent at once.

        Args:
            pool: the connections that are kept open, the highest number by default.
        """
        highest = 1 if self.ordered else self.workers or pool
        return Concurrency(max(1, highest))


class Load:
    """Sends many rows and collects what became of them.

    Args:
        call: the call, for errors: ``tables.upsert_many``.
        options: the options.
        concurrency: how many requests are sent at once.
        identity: what identifies the load in its journal: the server and the arguments.
        level: returns the level of a row, if rows have to be put in order; None for one that is not
            valid.
        window: rows of an iterator that are read ahead to put them in order.
        session: the session, which counts the rows that failed; None does not count them.

    Raises:
        BadArguments: options are not valid; lists all problems.
    """

    def __init__(
        self,
        call: str,
        options: Options,
        concurrency: Concurrency,
        identity: dict[str, Any],
        level: Callable[[Any], Level | None] | None = None,
        window: int = WINDOW,
        session: Session | None = None,
    ) -> None:
        self._call = call
        self._options = options
        self._concurrency = concurrency
        self._identity = {"call": call, **identity}
        self._level = None if options.ordered else level
        self._window = window
        self._session = session
        self._result = BulkResult()
        self._contents: dict[int, int] = {}
        self._journal: Journal | None = None
        self._lost = 0
        self._report: progress_bar.OnProgress = lambda *_: None
        self._total: int | None = None

    def run(
        self,
        source: Any,
        rows: Iterable[Any],
        writes: Callable[[Any], tuple[Writes, Any, Batches | None]],
    ) -> BulkResult:
        """Send rows and return what became of them.

        Args:
            source: what the user passed, for its length.
            rows: the rows.
            writes: returns what sends a row, the row itself, and what sends several at once.

        Raises:
            UsageError: the journal cannot be used.
            Unauthorized, TransportError: the server accepts nothing any more.
        """
        self._total = length_of(source)
        with ExitStack() as stack:
            bar = progress_bar.show_progress(self._options.progress, self._call, self._total)
            self._report = stack.enter_context(bar)
            if self._options.journal is not None:
                journal = Journal(self._options.journal, self._identity)
                self._journal = stack.enter_context(journal)
                for outcome in journal.outcomes():
                    self._result.add(outcome)
                    self._result.continued += 1
            engine = Engine(self._concurrency, self._record, self._notify, self._is_stopping)
            jobs = self._jobs(rows, writes)
            try:
                self._result.is_complete = engine.run(jobs)
            except BaseException as error:
                error.add_note(f"om.{self._call} was ended; until then: {self._result}")
                raise
        return self._result

    # -- rows in -----------------------------------------------------------------------------------

    def _jobs(
        self,
        rows: Iterable[Any],
        writes: Callable[[Any], tuple[Writes, Any, Batches | None]],
    ) -> Iterator[Job]:
        batch: list[Prepared] = []
        sender: Batches | None = None
        size = 0
        after_all = False  # kept until a job is sent: rows that are not sent come in between
        for number, row, is_next_level in self._numbered(rows):
            if is_next_level:
                if batch:
                    yield _batch_job(sender, batch, after_all)
                    batch, size = [], 0
                after_all = True
            try:
                single, plain, batches = writes(row)
                single.is_continued = self._journal is not None and self._journal.is_continued
                prepared = single.prepare(number, plain)._replace(row=row)
            except ENDS:
                raise
            except DynclientError as error:
                self._refuse(number, row, error)
                if self._is_stopping():
                    return
                continue
            if self._is_done(prepared):
                continue
            length = len(prepared.request.body or b"") if prepared.request is not None else 0
            if batch and (
                batches is not sender
                or size + length > BYTES
                or (prepared.name and any(prepared.name == each.name for each in batch))
            ):
                yield _batch_job(sender, batch, after_all)
                batch, size, after_all = [], 0, False
            if batches is None or not batches.is_supported or batches.rows == 1:
                yield _single_job(single, prepared, after_all)
                after_all = False
                continue
            sender = batches
            batch.append(prepared)
            size += length
            if len(batch) == batches.rows:
                yield _batch_job(sender, batch, after_all)
                batch, size, after_all = [], 0, False
        if batch:
            yield _batch_job(sender, batch, after_all)

    def _numbered(self, rows: Iterable[Any]) -> Iterator[tuple[int, Any, bool]]:
        if self._level is None:
            return ((number, row, False) for number, row in enumerate(rows))
        return arranged(rows, self._level, self._window)

    def _is_done(self, prepared: Prepared) -> bool:
        """Return whether the journal has a row; note its content if it does not."""
        if self._journal is None:
            return False
        if self._journal.is_done(prepared.number, prepared.content):
            return True
        self._contents[prepared.number] = prepared.content
        return False

    def _refuse(self, number: int, row: Any, error: DynclientError) -> None:
        """Note a row that is not valid, and was not sent."""
        outcome = Outcome(FAILED, _name(row), number, row, None, without_frames(error))
        self._record([outcome])
        self._notify([outcome])

    # -- outcomes ----------------------------------------------------------------------------------

    def _record(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            content = self._contents.pop(outcome.number, None)
            if self._journal is not None and content is not None and outcome.kind != FAILED:
                self._journal.record(outcome.number, content, outcome.kind, outcome.name)
            if outcome.kind == FAILED and self._session is not None:
                self._session.failed_writes += 1
            self._result.add(outcome)

    def _notify(self, outcomes: list[Outcome]) -> None:
        self._report(self._result.count, self._total, self._result)
        on_result = self._options.on_result
        if on_result is not None:
            for outcome in outcomes:
                on_result(outcome)
        self._check_connection(outcomes)

    def _check_connection(self, outcomes: list[Outcome]) -> None:
        """Raise the error of a job if many jobs one after the other got no response.

        The server is gone then, and each further row would take the time of all its attempts.
        """
        errors = [outcome.error for outcome in outcomes]
        last = errors[-1] if errors else None
        if last is None or not all(isinstance(error, _NO_RESPONSE) for error in errors):
            self._lost = 0
            return
        self._lost += 1
        if self._lost >= _LOST_MAX:
            raise last

    def _is_stopping(self) -> bool:
        return self._options.stop_on_error and bool(self._result.failed)


def _single_job(writes: Writes, prepared: Prepared, after_all: bool) -> Job:
    names = (prepared.name,) if prepared.name else ()
    return Job(lambda: [writes.send(prepared)], names, after_all)


def _batch_job(batches: Batches | None, batch: list[Prepared], after_all: bool) -> Job:
    assert batches is not None  # noqa: S101 -- a batch has something that sends it
    names = tuple(each.name for each in batch if each.name)
    return Job(lambda: batches.send(batch), names, after_all)


def _name(row: Any) -> str:
    """Return what a row that is not valid is called."""
    from collections.abc import Mapping

    from dynclient import model

    raw = model.json_of(row)
    if isinstance(raw, str):
        return raw
    return model.name_of(raw) if isinstance(raw, Mapping) else ""


def check_options(call: str, problems: list[Problem]) -> None:
    """Raise BadArguments if there are problems."""
    if problems:
        raise bad_arguments(call, problems)
