"""Validating a create request of 50 columns, against the engine's ``is_valid`` on the same dict.

Reason: every write is validated before it is sent. The engine does the work; what dynclient adds is
finding the compiled validator, which must cost no more than a look-up.
"""

from __future__ import annotations

from benchmarks import engine, payloads
from benchmarks.harness import Row, side_by_side
from dynclient import validation


def measure() -> list[Row]:
    """Time ``Validator.is_valid`` against the compiled validator itself."""
    release, body = payloads.release(), payloads.create_table()
    validator, node = validation.validator(release), release.find("CreateTableRequest")
    bare = engine.validator(release, node.ref)
    assert validator.is_valid(node, body) and bare.is_valid(body), "the payload is valid"
    sample = side_by_side(lambda: validator.is_valid(node, body), lambda: bare.is_valid(body))
    return [
        Row(
            "validate a create request of 50 columns",
            "jsonschema_rs .is_valid",
            "≤ 2×",
            sample.ratio,
            2.0,
            "×",
            sample,
        )
    ]
