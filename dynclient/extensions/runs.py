"""Runs of ingestion pipelines and apps: what is known of them, and whether they have ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dynclient import model
from dynclient.data import data_file
from dynclient.display.blocks import Block, Cell, Fields, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.extensions.times import as_datetime, time_words
from dynclient.model.states import TONES, state_label
from dynclient.secrets import printable

_STEP_COUNTS = ("records", "updated_records", "filtered", "warnings", "errors")
_ROWS = 50
"""Rows of a table."""
TRIGGERED = "triggered"
"""The state of a run that was triggered and that the server does not list yet."""


def outcome_of(state: str, *, has_end: bool = False) -> str | None:
    """Return the outcome of a run, or None if it has not ended.

    Args:
        state: the state as the server names it, ``partialSuccess``.
        has_end: whether the run has a time at which it ended.

    Returns:
        ``succeeded``, ``partial``, ``failed`` or ``stopped``.
    """
    table = data_file("run_states.json")
    found = dict(table["outcomes"])
    if has_end:
        found |= table["outcomes_with_end"]
    outcomes: dict[str, str] = {name.casefold(): outcome for name, outcome in found.items()}
    return outcomes.get(state.casefold())


class Run(Displayed):
    """One run of an ingestion pipeline or an app, as it was when it was last read.

    ``poll`` reads it again, ``om.wait(run)`` until it has ended.

    Attributes:
        owner: the fully qualified name of the ingestion pipeline, or the name of the app.
        record: the run as the server returned it; None if the server does not list it yet.
        known: the ids of the runs that there were before it was triggered.
    """

    def __init__(
        self,
        methods: Any,
        owner: str,
        record: Any = None,
        known: Iterable[str] = (),
    ) -> None:
        self._methods = methods
        self.owner = owner
        self.record = record
        self.known = frozenset(known)

    @property
    def _raw(self) -> Mapping[str, Any]:
        raw: Mapping[str, Any]
        raw = model.raw(self.record) if isinstance(self.record, model.Entity) else self.record or {}
        return raw

    @property
    def id(self) -> str | None:
        """The id; of runs of apps the time at which they started; None until it is listed."""
        raw = self._raw
        found = raw.get("runId") or raw.get("timestamp") or raw.get("startTime")
        return None if found is None else str(found)

    @property
    def state(self) -> str:
        """The state as the server names it: ``running``; ``triggered`` until it is listed."""
        raw = self._raw
        if not raw:
            return TRIGGERED
        return str(raw.get("pipelineState") or raw.get("status") or "")

    @property
    def started(self) -> datetime | None:
        """When it started, in UTC."""
        return _time(self._raw, "startDate", "startTime", "timestamp")

    def age(self) -> float:
        """Return a number by which runs are sorted, newest first."""
        started = self.started
        return 0 if started is None else -started.timestamp()

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None if it has not, or if that is not known."""
        return _time(self._raw, "endDate", "endTime") if self.has_ended else None

    @property
    def outcome(self) -> str | None:
        """``succeeded``, ``partial``, ``failed`` or ``stopped``; None if it has not ended."""
        raw = self._raw
        return outcome_of(self.state, has_end=bool(raw.get("endDate") or raw.get("endTime")))

    @property
    def has_ended(self) -> bool:
        """Whether it has ended."""
        return self.outcome is not None

    @property
    def succeeded(self) -> bool:
        """Whether it has ended without errors."""
        return self.outcome == "succeeded"

    def poll(self) -> Mapping[str, Any]:
        """Read the run again, and return what the server says of it.

        Returns:
            ``status``, the state; ``ended``, whether it has ended; and the fields of the run.
        """
        found = self._methods.find_run(self)
        if found is not None:
            self.record = found
        return {**self._raw, "status": self.state, "ended": self.has_ended}

    def logs(self) -> Any:
        """Return the log of the last run of the same owner, as ``logs`` of the collection does."""
        return self._methods.logs(self.owner)

    def __repr__(self) -> str:
        return printable(f"<Run of {self.owner}: {self.state}>")

    def _blocks(self) -> Iterator[Block]:
        yield Heading("run of", self.owner)
        yield Fields([row for row in self._rows() if row[1]])
        # Of ingestion pipelines this is the list of their steps, of apps the state.
        steps = self._raw.get("status")
        if isinstance(steps, list) and steps:
            counts = [name for name in _STEP_COUNTS if any(name in each for each in steps)]
            rows = [[each.get("name"), *map(each.get, counts)] for each in steps]
            yield Table(["step", *(name.replace("_", " ") for name in counts)], rows)

    def _rows(self) -> Iterator[tuple[str, Cell]]:
        yield "state", self.label
        yield "started (UTC)", time_words(self.started)
        yield "ended (UTC)", time_words(self.ended)
        yield "took", self.duration
        failure = self._raw.get("failureContext")
        if isinstance(failure, Mapping) and failure:
            found = failure.get("failure") or failure
            message = found.get("message") if isinstance(found, Mapping) else None
            yield "failure", Label(str(message or found), "bad")

    @property
    def label(self) -> Label:
        """The state, coloured by the outcome."""
        return state_label(self.state) or Label(self.state, TONES.get(self.outcome, "plain"))

    @property
    def duration(self) -> str:
        """How long it took, ``0:02:10``; empty if that is not known."""
        if self.started is None or self.ended is None:
            return ""
        return str(self.ended - self.started).partition(".")[0]


class Runs(Displayed, list[Run]):
    """A list of runs, which is displayed as a table."""

    def _blocks(self) -> Iterator[Block]:
        owners = dict.fromkeys(run.owner for run in self)
        yield Heading("runs of", ", ".join(owners) or "none")
        if not self:
            yield Text("no runs", "quiet")
            return
        rows = [
            (run.label, time_words(run.started), time_words(run.ended), run.duration, run.id)
            for run in self[:_ROWS]
        ]
        columns = ("state", "started (UTC)", "ended (UTC)", "took", "id")
        yield Table(columns, rows, total=len(self))


def newest_run(runs: Iterable[Run], known: frozenset[str]) -> Run | None:
    """Return the newest run that is not a known one.

    A run that waits in a queue may be listed under another id than once it has started, so one that
    has started comes first.

    Args:
        runs: the runs.
        known: the ids of the known ones.
    """
    new = [run for run in runs if run.id not in known]
    return max(new, key=_started, default=None)


def _started(run: Run) -> tuple[bool, float]:
    return run.state.casefold() != "queued", -run.age()


def _time(raw: Mapping[str, Any], *names: str) -> datetime | None:
    found = next((raw[name] for name in names if raw.get(name) is not None), None)
    return None if found is None else as_datetime(found)
