"""How work and floor are timed side by side, and what a finished row holds."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Sample(NamedTuple):
    """Seconds per call of the work and of its floor, one pair per round."""

    work: tuple[float, ...]
    floor: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median over the rounds of work ÷ floor, each from the same moment."""
        return statistics.median(
            work / floor for work, floor in zip(self.work, self.floor, strict=True)
        )

    @property
    def least(self) -> float:
        """The quickest work ÷ the quickest floor: without disturbances."""
        return min(self.work) / min(self.floor)


class Row(NamedTuple):
    """One line of the table."""

    work: str
    floor: str
    reach: str
    figure: float
    """The measured figure, to compare with ``limit``."""
    limit: float
    unit: str
    """``×`` for a ratio, or the unit of the figure."""
    sample: Sample | None = None
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.limit

    def asdict(self) -> dict[str, Any]:
        """Return the row as JSON values; times in microseconds."""
        found: dict[str, Any] = {
            "work": self.work,
            "floor": self.floor,
            "reach": self.reach,
            "figure": round(self.figure, 4),
            "unit": self.unit,
            "limit": self.limit,
            "reached": self.reached,
            "note": self.note,
        }
        if self.sample is not None:
            found["ratio_of_minima"] = round(self.sample.least, 4)
            for side in ("work", "floor"):
                times = [seconds * 1e6 for seconds in getattr(self.sample, side)]
                found[f"{side}_us"] = {
                    "min": round(min(times), 3),
                    "median": round(statistics.median(times), 3),
                    "rounds": len(times),
                }
        return found


def side_by_side(
    work: Callable[[], object],
    floor: Callable[[], object],
    *,
    rounds: int = 40,
    seconds: float = 0.02,
) -> Sample:
    """Time two functions in turns.

    Each of the ``rounds`` calls each function as often as fills about ``seconds``; which of the two
    goes first changes from round to round. The garbage collector rests meanwhile.
    """
    work(), floor()
    counts = [_calls_in(function, seconds) for function in (work, floor)]
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            for side in (0, 1) if number % 2 else (1, 0):
                times[side].append(_measure((work, floor)[side], counts[side]))
            gc.collect()
    finally:
        gc.enable()
    return Sample(tuple(times[0]), tuple(times[1]))


def once_each(work: Callable[[], float], floor: Callable[[], float], *, rounds: int) -> Sample:
    """Pair two functions that time themselves (such as a whole process) and return seconds."""
    times: tuple[list[float], list[float]] = ([], [])
    work(), floor()
    for number in range(rounds):
        for side in (0, 1) if number % 2 else (1, 0):
            times[side].append((work, floor)[side]())
    return Sample(tuple(times[0]), tuple(times[1]))


def _calls_in(function: Callable[[], object], seconds: float) -> int:
    count = 1
    while (elapsed := _measure(function, count) * count) < seconds / 4 and count < 10**6:
        count *= 2
    return max(1, round(count * seconds / elapsed))


def _measure(function: Callable[[], object], count: int) -> float:
    repeat = range(count)
    begin = time.perf_counter()
    for _ in repeat:
        function()
    return (time.perf_counter() - begin) / count
