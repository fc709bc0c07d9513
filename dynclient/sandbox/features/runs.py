"""Runs that a client starts and then polls: each poll brings a run closer to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.features import time_series

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext

UNFINISHED = "unfinishedRun"
"""The kind of the records that count the polls of unfinished runs."""

Ending = Callable[["RequestContext", str, dict[str, Any]], dict[str, Any]]
"""A function that returns the fields of a finished run; of the context, the owner's id, the run."""


class Runs:
    """The runs of one kind.

    Args:
        kind: the kind of the records that are the runs.
        field: the field of a run that has its state.
        states: the states of a new run and of one that has been polled, which may be the same.
        ending: what a run has when it ends.
    """

    def __init__(self, kind: str, field: str, states: Sequence[str], ending: Ending) -> None:
        self._kind = kind
        self._field = field
        self._first, self._later = states[0], states[-1]
        self._ending = ending

    def start(self, context: RequestContext, owner: str, id: str, run: dict[str, Any]) -> None:
        """Store a new run of an entity; ``run`` has its ``timestamp``."""
        stamp = int(run["timestamp"])
        context.tx.record(owner, self._kind, stamp, id, {**run, self._field: self._first})
        context.tx.record(owner, UNFINISHED, stamp, id, {"id": id, "stamp": stamp, "polls": 0})

    def is_running(self, context: RequestContext, owner: str) -> bool:
        """Return whether an entity has an unfinished run."""
        return context.tx.latest(owner, UNFINISHED) is not None

    def poll(self, context: RequestContext, owner: str) -> None:
        """Bring the unfinished runs of an entity one step closer to their end."""
        for progress in self._unfinished(context, owner):
            run = self._find(context, owner, progress)
            polls = progress["polls"] + 1
            if run is None:  # deleted, or reported by another process
                context.tx.remove_record(owner, UNFINISHED, progress["id"])
            elif polls > context.runner.polls:
                self._finish(context, owner, progress, self._ending(context, owner, run))
            else:
                state = self._first if polls == 1 else self._later
                self._save(context, owner, progress, {**run, self._field: state})
                counted = {**progress, "polls": polls}
                context.tx.record(owner, UNFINISHED, progress["stamp"], progress["id"], counted)

    def stop(self, context: RequestContext, owner: str, fields: dict[str, Any]) -> int:
        """End the unfinished runs of an entity with these fields; return their number."""
        unfinished = self._unfinished(context, owner)
        for progress in unfinished:
            self._finish(context, owner, progress, fields)
        return len(unfinished)

    def remove(self, context: RequestContext, owner: str) -> None:
        """Remove all runs of an entity."""
        for kind in (self._kind, UNFINISHED):
            context.tx.remove_all_records(owner, kind)

    def _unfinished(self, context: RequestContext, owner: str) -> list[dict[str, Any]]:
        return context.tx.records(owner, UNFINISHED, 0, time_series.ALWAYS)

    def _find(
        self, context: RequestContext, owner: str, progress: dict[str, Any]
    ) -> dict[str, Any] | None:
        found = context.tx.record_of(self._kind, progress["id"])
        if found is None or found[0] != owner:
            return None
        return found[1] if found[1].get(self._field) in {self._first, self._later} else None

    def _finish(
        self,
        context: RequestContext,
        owner: str,
        progress: dict[str, Any],
        fields: dict[str, Any],
    ) -> None:
        run = self._find(context, owner, progress)
        if run is not None:
            self._save(context, owner, progress, {**run, **fields})
        context.tx.remove_record(owner, UNFINISHED, progress["id"])

    def _save(
        self, context: RequestContext, owner: str, progress: dict[str, Any], run: dict[str, Any]
    ) -> None:
        context.tx.record(owner, self._kind, progress["stamp"], progress["id"], run)
