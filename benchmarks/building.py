"""Building a create request from typed keywords, 50 ``Column(…)``s, against validating it.

Reason: typed construction is how people write requests; it must not cost more than a few times what
sending the same dict by hand would (which is validated too).
"""

from __future__ import annotations

from typing import Any

import dynclient
from benchmarks import payloads
from benchmarks.harness import Row, side_by_side
from dynclient import validation
from dynclient.model import namespace


def measure() -> list[Row]:
    """Time the constructors against ``Validator.is_valid`` of what they build."""
    release, body = payloads.release(), payloads.create_table()
    types = namespace.types(release)
    request_type, column_type, label_type = types.CreateTableRequest, types.Column, types.TagLabel
    rest = {name: value for name, value in body.items() if name != "columns"}
    parts = [
        (
            {name: value for name, value in column.items() if name != "tags"},
            column.get("tags"),
        )
        for column in body["columns"]
    ]

    def column(fields: dict[str, Any], labels: list[dict[str, Any]] | None) -> Any:
        if labels is None:
            return column_type(**fields)
        return column_type(**fields, tags=[label_type(**label) for label in labels])

    def build() -> Any:
        return request_type(columns=[column(*part) for part in parts], **rest)

    validator, node = validation.validator(release), release.find("CreateTableRequest")
    assert dynclient.asdict(build(), secrets=True) == body, "what is built is the payload"
    sample = side_by_side(build, lambda: validator.is_valid(node, body))
    return [
        Row(
            "build it from keywords, 50 Column(…) and their tags",
            "validating it",
            "≤ 10×",
            sample.ratio,
            10.0,
            "×",
            sample,
        )
    ]
