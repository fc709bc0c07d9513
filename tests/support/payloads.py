"""The least that a schema accepts, for tests that need a body and not a particular one."""

from __future__ import annotations

import re
from typing import Any

from dynclient.schema import Node

_TEXTS = ["a", "a.b", "a@b.co", "<#E::table::a.b>", "00:00", "http://a", "2026-01-01", "1.0.0"]
_UUID = "00000000-0000-4000-8000-000000000000"


def least(node: Node) -> Any:
    """Return the smallest data for a place: what is required, and nothing else."""
    kind, schema = node.kind, node.target.schema
    if kind == "object":
        return {name: least(node.properties[name]) for name in node.required}
    if kind == "array":
        items = node.items
        return [] if items is None else [least(items)] * schema.get("minItems", 0)
    if kind == "union":
        return least(node.branches[0])
    if kind == "enum":
        return (node.enum or [None])[0]
    if kind == "string":
        return _text(node, schema)
    scalars = {"integer": schema.get("minimum", 1), "number": 1, "boolean": True, "map": {}}
    return scalars.get(kind)


def _text(node: Node, schema: dict[str, Any]) -> str:
    if node.format == "uuid":
        return _UUID
    pattern = schema.get("pattern", "")
    fitting = next((text for text in _TEXTS if re.search(pattern, text)), "a")
    return fitting.ljust(schema.get("minLength", 0), "a")
