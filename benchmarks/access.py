"""``t.columns[3].dataType``, the first time and again, against the same on plain dicts.

Reason: scripts walk columns in loops. The first access wraps and stores the value; from then on the
fields lie in the instance's ``__dict__``, where the interpreter finds them by itself.
"""

from __future__ import annotations

import statistics
import time

from benchmarks import payloads
from benchmarks.harness import Row, side_by_side
from dynclient import model

FRESH = 2000
"""Number of entities, the first access of each is timed."""


def measure() -> list[Row]:
    """Time the first access in microseconds and later ones against dict look-ups."""
    raw = payloads.table()
    table_type = model.class_for(payloads.release().find("Table"))
    table = model.load(table_type, raw)
    # Twice: the second access of a list wraps its other items.
    assert [table.columns[3].dataType for _ in range(3)] == [raw["columns"][3]["dataType"]] * 3
    again = side_by_side(lambda: table.columns[3].dataType, lambda: raw["columns"][3]["dataType"])
    first = statistics.median(_first_accesses(table_type, raw))
    return [
        Row("t.columns[3].dataType, first", "(none)", "≤ 3 µs", first * 1e6, 3.0, "µs"),
        Row(
            "t.columns[3].dataType, again",
            'd["columns"][3]["dataType"]',
            "≤ 3×",
            again.ratio,
            3.0,
            "×",
            again,
            "both in a lambda",
        ),
    ]


def _first_accesses(table_type: type, raw: dict[str, object]) -> list[float]:
    times = []
    for _ in range(FRESH):
        table = model.load(table_type, dict(raw))
        begin = time.perf_counter()
        table.columns[3].dataType  # noqa: B018  the access itself is timed
        times.append(time.perf_counter() - begin)
    return times
