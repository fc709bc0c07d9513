"""One limit for the requests of many threads: how many at once, and a pause for all of them.

A limit applies to what a thread sends, and not to a client: a function that is called for many
entities may send requests by any client, also by one that it was pickled with.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from types import TracebackType
from typing import Protocol

from dynclient.transport.http import LIMIT


class Limit(Protocol):
    """What the transport asks before each request; a context manager around it."""

    def __enter__(self) -> object:
        """Wait until a request may be sent."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Note that the request has ended, with all its repetitions."""

    def pause(self, seconds: float) -> None:
        """Let no further request begin for some time: the server refused one."""


@contextmanager
def limited(limit: Limit) -> Iterator[None]:
    """Apply a limit to all requests that this thread sends in the ``with`` block."""
    token = LIMIT.set(limit)
    try:
        yield
    finally:
        LIMIT.reset(token)


class Pause:
    """The end of a pause, shared by threads; it is only ever extended.

    Args:
        clock: returns the time in seconds.
        sleep: waits for a number of seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._end = -inf
        self._lock = threading.Lock()

    def extend(self, seconds: float) -> None:
        """Let the pause end after some seconds, or later if it does so already."""
        with self._lock:
            self._end = max(self._end, self._clock() + seconds)

    def wait(self) -> None:
        """Return when there is no pause, also if it is extended meanwhile."""
        while (left := self._end - self._clock()) > 0:
            self._sleep(left)


class RequestLimit:
    """A limit for the threads of one process.

    Args:
        highest: the number of requests at once.
        pause: the pause that they share.
    """

    def __init__(self, highest: int, pause: Pause | None = None) -> None:
        self.highest = highest
        self._slots = threading.BoundedSemaphore(highest)
        self._pause = Pause() if pause is None else pause

    def __enter__(self) -> RequestLimit:
        self._slots.acquire()
        try:
            self._pause.wait()
        except BaseException:
            self._slots.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._slots.release()

    def pause(self, seconds: float) -> None:
        """Let no further request begin for some seconds."""
        self._pause.extend(seconds)

    def __repr__(self) -> str:
        return f"<RequestLimit of {self.highest} at once>"
