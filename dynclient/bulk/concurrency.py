"""How many requests are sent at once: more while the server keeps up, fewer when it does not."""

from __future__ import annotations

import threading
from math import inf

_FIRST = 4
_DOUBLE = 2.0
"""How much longer responses may take than they did at best, before there are too many at once."""
_SPREAD = 0.005
"""Seconds by which short response times differ anyway."""
_WEIGHT = 0.1
"""The weight of one response in the mean of the latest ones."""
_WINDOW = 100
"""Responses after which the best mean of those before is forgotten: slower rows, such as creates
after rows that are unchanged, are not overload."""


class Concurrency:
    """A limit that is found by additive increase and multiplicative decrease.

    It doubles with each round until the first sign of overload, then grows by one in each round of
    requests. A 429, a 503 or a lost connection halves it; response times that double lower it by a
    tenth, but not below four. It falls at most once in a round: what was sent before the last fall
    says nothing new.

    May be shared by threads.

    Args:
        highest: the highest limit.
        first: the limit at the beginning.
    """

    def __init__(self, highest: int, first: int = _FIRST) -> None:
        self.highest = highest
        self._limit = float(min(first, highest))
        self._is_starting = True
        self._mean: float | None = None
        self._best = [inf, inf]  # of this window, and of the one before
        self._quiet = 0
        self._seen = 0
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        """The number of requests that may be sent at once."""
        return max(1, int(self._limit))

    def succeeded(self, seconds: float) -> None:
        """Note a response.

        Args:
            seconds: the time that it took.
        """
        with self._lock:
            self._note(seconds)

    def overloaded(self) -> None:
        """Note that the server refused or dropped a request because there were too many."""
        with self._lock:
            self._lower(0.5, 1)

    def _note(self, seconds: float) -> None:
        self._seen += 1
        self._quiet = max(0, self._quiet - 1)
        mean = seconds if self._mean is None else self._mean + _WEIGHT * (seconds - self._mean)
        self._mean = mean
        if self._seen % _WINDOW == 0:
            self._best = [inf, self._best[0]]
        self._best[0] = min(self._best[0], mean)
        if self._seen > 2 * _FIRST and mean > _DOUBLE * min(self._best) + _SPREAD:
            self._lower(0.9, min(_FIRST, self.highest))
        elif self._limit < self.highest:
            step = 1.0 if self._is_starting else 1.0 / self._limit
            self._limit = min(self._limit + step, float(self.highest))

    def _lower(self, factor: float, lowest: int) -> None:
        self._is_starting = False
        if self._quiet == 0:
            self._quiet = self.limit
            self._limit = min(self._limit, max(float(lowest), self._limit * factor))
