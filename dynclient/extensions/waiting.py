"""``om.wait(run)``: polls something until it has ended, or until a condition holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import (
    ConnectFailed,
    NotFound,
    Problem,
    RunFailed,
    TimedOut,
    Unavailable,
    WaitTimedOut,
)
from dynclient.extensions.base import Extension
from dynclient.extensions.runs import outcome_of

GONE = "gone"
"""The value of ``until`` that waits for the end of an entity, and the status it then has."""

_TIMEOUT = 600.0
_FIRST, _FACTOR, _LONGEST = 1.0, 1.5, 15.0
"""Pauses between polls in seconds: the first one, the factor of the next, and the longest."""

Until = str | Sequence[str] | Callable[[Any], Any]


@runtime_checkable
class Pollable(Protocol):
    """What ``om.wait`` can wait for: anything with a method ``poll``."""

    def poll(self) -> Mapping[str, Any]:
        """Read the present state.

        Returns:
            ``status``, a text; and ``ended`` if the status alone does not say whether it has ended.
        """


class EntityState:
    """An entity as something that can be polled: its ``status`` field, and whether it exists.

    Args:
        reader: the extension that reads it.
        target: the entity, a reference, or ``"table:a.b.c.d"``.
    """

    def __init__(self, reader: Extension, target: Any) -> None:
        self._reader = reader
        reference = reader.reference(target)
        self._reference = reference
        name = model.name_of(model.raw(target)) if isinstance(target, model.Entity) else None
        self.label = f"{reference['type']} {name or reference['id']}"
        self.entity: Any = target

    def poll(self) -> Mapping[str, Any]:
        """Read the entity; its status is ``gone`` if it does not exist."""
        try:
            self.entity = self._reader.read(self._reference)
        except NotFound:
            self.entity = None
            return {"status": GONE, "ended": True}
        status = model.raw(self.entity).get("status")
        return {"status": status if isinstance(status, str) else "exists"}

    def __repr__(self) -> str:
        return self.label


class Waiting(Extension):
    """Waits for what takes its time: ``om.wait(run)``.

    Args:
        session: the session of the server.
        sleep: pauses for a number of seconds.
        clock: returns the time in seconds.
    """

    name = "waiting"

    def __init__(
        self,
        session: Any,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(session)
        self._sleep = sleep
        self._clock = clock

    def wait(
        self,
        target: Any,
        until: Until | None = None,
        *,
        timeout: float | None = _TIMEOUT,
        interval: float | None = None,
        on_progress: Callable[[Mapping[str, Any]], object] | None = None,
        raise_on_failure: bool = False,
    ) -> Any:
        """Wait until a run has ended, an entity is gone, or a condition holds.

        A run that fails is returned like one that succeeds: ``om.wait(run).succeeded`` says which.
        A server that is not available for a while is polled again until the time is over.

        Args:
            target: a run, as ``trigger`` of ingestion pipelines and apps returns it; anything else
                with a method ``poll`` that returns a mapping with its ``status``; or an entity.
            until: a status, several of them, or a function of the run or the entity that returns
                whether to stop; by default the run has ended. ``"gone"`` waits until an entity does
                not exist any more. A run that has ended also stops the wait for a status.
            timeout: seconds to wait at most; None for ever. 0 polls once.
            interval: seconds between two polls; by default 1 at first and 15 at last.
            on_progress: called with the state after each poll: ``status``, and more.
            raise_on_failure: whether to raise RunFailed unless the run succeeded.

        Returns:
            The run; or the entity as it is then, None if it is gone.

        Raises:
            WaitTimedOut: the time is over; its ``status`` is the last one.
            RunFailed: with ``raise_on_failure``.
            BadArguments: the target cannot be polled, or an argument is wrong.
        """
        self._check(target, until, timeout, interval, on_progress)
        is_own = isinstance(target, Pollable) and not isinstance(target, model.Entity)
        polled = target if is_own else EntityState(self, target)
        never = until is None or isinstance(target, model.Entity)
        if not is_own and never and not _is_gone(until) and not _has_status(target):
            message = "must be 'gone', or a function of the entity: its type has no status"
            raise bad_arguments("wait", [Problem("until", until, "argument", message)])
        state = self._poll_until(polled, until, timeout, interval, on_progress)
        if raise_on_failure and _outcome(state) not in {"succeeded", None}:
            status = str(state.get("status"))
            raise RunFailed(
                f"{polled!r} has not succeeded: its status is {status!r}", status=status
            )
        return polled.entity if isinstance(polled, EntityState) else target

    def _poll_until(
        self,
        polled: Pollable,
        until: Until | None,
        timeout: float | None,
        interval: float | None,
        on_progress: Callable[[Mapping[str, Any]], object] | None,
    ) -> Mapping[str, Any]:
        """Poll until a condition holds, and return the last state."""
        start = self._clock()
        pause = _FIRST if interval is None else interval
        state: Mapping[str, Any] = {"status": "unknown"}
        while True:
            try:
                state = polled.poll()
            except (Unavailable, ConnectFailed, TimedOut) as error:
                unavailable: Exception | None = error
            else:
                unavailable = None
                if on_progress is not None:
                    on_progress(state)
                if _is_reached(polled, state, until):
                    return state
            passed = self._clock() - start
            left = None if timeout is None else timeout - passed
            if left is not None and left <= 0:
                raise _timed_out(polled, state, passed) from unavailable
            self._sleep(pause if left is None else min(pause, left))
            if interval is None:
                pause = min(pause * _FACTOR, _LONGEST)

    @staticmethod
    def _check(target: Any, until: Any, timeout: Any, interval: Any, on_progress: object) -> None:
        problems = []
        if not isinstance(target, (Pollable, model.Entity, Mapping, str)):
            kind = type(target).__name__
            message = f"must be a run, an entity, or have a method poll(), not {kind}"
            problems.append(Problem("target", kind, "argument", message))
        for name, value in (("timeout", timeout), ("interval", interval)):
            if value is None:
                continue
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not value >= 0:
                message = f"must be a number of seconds, not {value!r}"
                problems.append(Problem(name, value, "argument", message))
        is_names = isinstance(until, (list, tuple, set, frozenset)) and all(
            isinstance(name, str) for name in until
        )
        if not (until is None or isinstance(until, str) or is_names or callable(until)):
            message = f"must be a status, several, or a function, not {until!r}"
            problems.append(Problem("until", until, "argument", message))
        if not (on_progress is None or callable(on_progress)):
            message = f"must be a function, not {on_progress!r}"
            problems.append(Problem("on_progress", on_progress, "argument", message))
        if problems:
            raise bad_arguments("wait", problems)


def _is_reached(polled: Any, state: Mapping[str, Any], until: Until | None) -> bool:
    """Return whether the wait is over."""
    if callable(until):
        if isinstance(polled, EntityState):
            return state.get("status") == GONE or bool(until(polled.entity))
        return bool(until(polled))
    names = () if until is None else (until,) if isinstance(until, str) else until
    status = str(state.get("status"))
    return status.casefold() in {name.casefold() for name in names} or _has_ended(state)


def _has_ended(state: Mapping[str, Any]) -> bool:
    ended = state.get("ended")
    return bool(ended) if ended is not None else _outcome(state) is not None


def _outcome(state: Mapping[str, Any]) -> str | None:
    has_end = bool(state.get("endDate") or state.get("endTime"))
    return outcome_of(str(state.get("status")), has_end=has_end)


def _is_gone(until: Until | None) -> bool:
    """Return whether an entity without a status can fulfil a condition."""
    names = (until,) if isinstance(until, str) else until
    return callable(names) or any(name.casefold() == GONE for name in names or ())


def _has_status(target: Any) -> bool:
    """Return whether the type of an entity has a status."""
    return isinstance(target, model.Entity) and "status" in model.schema_of(target).properties


def _seconds(passed: float) -> str:
    return f"{passed:.0f}" if passed >= 1 else f"{passed:.1g}"


def _timed_out(polled: Any, state: Mapping[str, Any], passed: float) -> WaitTimedOut:
    status = str(state.get("status"))
    message = f"{polled!r} was polled for {_seconds(passed)} s; its status is {status!r}"
    return WaitTimedOut(message, status=status, seconds=passed)
