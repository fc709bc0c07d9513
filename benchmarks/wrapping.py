"""Decoding a table of 50 columns and wrapping it, against decoding alone.

Reason: an entity holds the decoded JSON and wraps its parts on access, so that having
it wrapped costs next to nothing.
"""

from __future__ import annotations

import json

from benchmarks import payloads
from benchmarks.harness import Row, side_by_side
from dynclient import model


def measure() -> list[Row]:
    """Time decode + ``model.load`` against decode."""
    text = json.dumps(payloads.table()).encode()
    table = model.class_for(payloads.release().find("Table"))
    decode = payloads.decoder()
    sample = side_by_side(lambda: model.load(table, decode(text)), lambda: decode(text))
    return [
        Row(
            "decode and wrap a table of 50 columns",
            f"{decode.__module__} decode",
            "≤ 1.1×",
            sample.ratio,
            1.1,
            "×",
            sample,
        )
    ]
