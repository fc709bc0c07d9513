"""A page of 1,000 tables of 10 columns, listed, against decoding the page alone.

Reason: catalogues are walked page by page. Listing wraps each entity, and nothing in it, so it may
cost neither the time nor the memory of a second copy. Looking through it for what the release does
not know touches everything once, and has a row of its own.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks import payloads
from benchmarks.harness import Row, side_by_side
from dynclient import model
from dynclient.drift.unknown_values import UnknownValues


def measure() -> list[Row]:
    """Time and weigh decode + wrap of a page against decode."""
    text = json.dumps(payloads.page()).encode()
    table = model.class_for(payloads.release().find("Table"))
    decode = payloads.decoder()

    def list_tables() -> list[Any]:
        return [model.load(table, raw) for raw in decode(text)["data"]]

    sample = side_by_side(list_tables, lambda: decode(text)["data"], rounds=20, seconds=0.1)
    data, unknown_values, node = (
        decode(text)["data"],
        UnknownValues(),
        payloads.release().find("Table"),
    )
    looked = side_by_side(
        lambda: unknown_values.take(node, data),
        lambda: decode(text)["data"],
        rounds=20,
        seconds=0.1,
    )
    weight = _peak(list_tables) / _peak(lambda: decode(text)["data"])
    floor = f"{decode.__module__} decode"
    return [
        Row(
            "page of 1,000 tables × 10 columns, listed",
            floor,
            "≤ 1.15×",
            sample.ratio,
            1.15,
            "×",
            sample,
        ),
        Row("the same, memory at its peak", floor, "≤ 1.2×", weight, 1.2, "×"),
        Row("search it for unknown fields", floor, "≤ 0.5×", looked.ratio, 0.5, "×", looked),
    ]


def _peak(work: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    result = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del result
    return peak
