"""Schemas of a server without what is not JSON Schema: a server may send anything.

A keyword with a value that it cannot have is left out, so it restricts nothing; the other keywords
apply.
"""

from __future__ import annotations

import math
from typing import Any

from dynclient.schema.pointers import LISTS, MAPS, SINGLE

_MAX_DEPTH = 60
_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
_NUMBERS = {
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minItems", "maxItems", "multipleOf", "minProperties", "maxProperties",
}  # fmt: skip
_TEXTS = {"$comment", "title", "description", "pattern", "format", "javaType", "$id"}


def well_formed(schema: Any, depth: int = 0) -> dict[str, Any]:
    """Return a schema without malformed keywords; empty for what is not an object.

    Args:
        schema: decoded JSON; it is not changed.
        depth: how deep it lies in its document; what lies too deep is left out.
    """
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return {}
    kept: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in MAPS:
            if isinstance(value, dict):
                kept[keyword] = {name: well_formed(each, depth + 1) for name, each in value.items()}
        elif keyword in LISTS:
            if isinstance(value, list) and value:
                kept[keyword] = [well_formed(each, depth + 1) for each in value]
        elif keyword in SINGLE and isinstance(value, dict):
            kept[keyword] = well_formed(value, depth + 1)
        elif keyword not in SINGLE:
            if _is_valid(keyword, value):
                kept[keyword] = value
        elif keyword == "additionalProperties" and isinstance(value, bool):
            kept[keyword] = value
    return kept


def _is_valid(keyword: str, value: Any) -> bool:
    """Return whether a keyword without subschemas may have a value."""
    if keyword == "type":
        names = value if isinstance(value, list) and value else [value]
        return all(isinstance(name, str) and name in _TYPES for name in names)
    if keyword in {"required", "javaInterfaces"}:
        return isinstance(value, list) and all(isinstance(name, str) for name in value)
    if keyword == "enum":
        scalars = (str, int, float, bool, type(None))
        return isinstance(value, list) and bool(value) and all(type(v) in scalars for v in value)
    if keyword in _NUMBERS:  # OpenAPI 3.0 has a boolean for exclusive bounds
        return isinstance(value, (int, float)) and math.isfinite(value)
    if keyword == "$ref":
        return isinstance(value, str) and value.isprintable() and " " not in value
    return keyword not in _TEXTS or isinstance(value, str)
