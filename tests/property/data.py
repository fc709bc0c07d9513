"""Data generated from schemas: mostly valid, small, and as varied as hypothesis makes it."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from dynclient.schema import Node

NAMES = st.sampled_from(["a", "orders", "x y", "ü", "a.b", ""])
JUNK = st.sampled_from([None, True, 1, 1.0, 0.3, "", "x", [], [1], {}, {"x": 1}])
_FITTING = ["a", "a@b.co", "<#E::table::a.b>", "00:00", "http://a", "2026-01-01"]
_UUID = "00000000-0000-4000-8000-000000000000"


def draw_instance(draw: Any, node: Node, depth: int = 5) -> Any:
    """Draw data for a place; optional fields come and go, required ones are always there."""
    kind = node.kind
    if kind == "object":
        return _object(draw, node, depth)
    if kind == "array":
        if node.items is None or depth == 0:
            return []
        count = draw(st.integers(0, 2)) if "minItems" not in node.target.schema else 1
        return [draw_instance(draw, node.items, depth - 1) for _ in range(count)]
    if kind == "map":
        if node.values is None or depth == 0:
            return draw(st.dictionaries(NAMES, JUNK, max_size=2))
        return {"k": draw_instance(draw, node.values, depth - 1)}
    if kind == "union":
        return draw_instance(draw, draw(st.sampled_from(node.branches)), depth)
    if kind == "enum":
        return draw(st.sampled_from(node.enum))
    return _scalar(draw, node, kind)


def _object(draw: Any, node: Node, depth: int) -> dict[str, Any]:
    optional = [name for name in node.properties if name not in node.required]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True)) if optional else []
    if depth <= 0:
        chosen = []
    wanted = [name for name in node.properties if name in node.required]
    # Beyond the depth even what is required is left out, or recursion would not end.
    wanted = wanted if depth > -3 else []
    return {
        name: draw_instance(draw, node.properties[name], depth - 1) for name in [*wanted, *chosen]
    }


def _scalar(draw: Any, node: Node, kind: str) -> Any:
    schema = node.target.schema
    if "const" in schema:
        return schema["const"]
    if kind == "string":
        given = _UUID if node.format == "uuid" else draw(NAMES)
        if "pattern" in schema:
            fitting = [text for text in _FITTING if re.search(schema["pattern"], text)]
            given = fitting[0] if fitting else given
        return given if schema.get("minLength", 0) <= len(given) else "x" * schema["minLength"]
    if kind == "integer":
        return draw(st.sampled_from([1, 1.0, 0, schema.get("minimum", 7)]))
    if kind == "number":
        return draw(st.sampled_from([0.1, 0.3, 1, 2.0, 1.1]))
    if kind == "boolean":
        return draw(st.booleans())
    return None if kind == "null" else draw(JUNK)


def mutate(draw: Any, value: Any) -> Any:
    """Change one place of a piece of data, somewhere; the data itself is changed."""
    if isinstance(value, dict) and value:
        name = draw(st.sampled_from(sorted(value)))
        what = draw(st.sampled_from(["below", "below", "drop", "junk", "more"]))
        if what == "below":
            value[name] = mutate(draw, value[name])
        elif what == "drop":
            del value[name]
        elif what == "junk":
            value[name] = draw(JUNK)
        else:
            value["xyz"] = draw(JUNK)
        return value
    if isinstance(value, list) and value:
        place = draw(st.integers(0, len(value) - 1))
        value[place] = mutate(draw, value[place])
        return value
    return draw(JUNK)


# -- any schemas and any data ----------------------------------------------------------------------

NUMBERS = st.sampled_from(
    [0, -0.0, 1, 1.0, 2, 2.5, 0.1, 0.3, -1, 10**30, 2**53 + 1, float(2**53), 2**64, 1e22, 1e300]
)
TEXTS = st.sampled_from(
    [
        "",
        "a",
        "b",
        "ab",
        "x-y",
        "1",
        "\u0661",
        "é",
        "e\u0301",
        "🙂",
        "a\n",
        "\u2028",
        "\xa0",
        "__proto__",
    ]
)
PATTERNS = st.sampled_from(
    [
        "^a",
        "a$",
        r"^\d+$",
        r"\w",
        "[^a]",
        "^.$",
        "^..$",
        r"\s",
        r"^\S*$",
        "a|b",
        "^(?!a)",
        r"\bx",
        "é",
    ]
)
DATA = st.recursive(
    st.one_of(NUMBERS, TEXTS, st.none(), st.booleans()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
_TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"]


def _schemas(inner: Any) -> Any:
    """Return a strategy for schemas of up to three keywords, with these subschemas."""
    several = st.lists(inner, min_size=1, max_size=3)
    by_name = st.dictionaries(TEXTS, inner, max_size=3)
    names = st.lists(TEXTS, max_size=2, unique=True)
    keywords: dict[str, Any] = {
        **dict.fromkeys(("allOf", "anyOf", "oneOf"), several),
        **dict.fromkeys(("additionalItems", "additionalProperties", "contains"), inner),
        **dict.fromkeys(("else", "if", "not", "propertyNames", "then"), inner),
        **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"), NUMBERS),
        **dict.fromkeys(("maxItems", "maxLength", "maxProperties"), st.sampled_from([0, 1, 2.0])),
        **dict.fromkeys(("minItems", "minLength", "minProperties"), st.sampled_from([0, 1, 2])),
        "const": DATA,
        "dependencies": st.dictionaries(TEXTS, inner | names, max_size=2),
        "enum": st.lists(DATA, min_size=1, max_size=3),
        "format": st.sampled_from(["date", "email", "regex", "uri", "uuid"]),
        "items": inner | several,
        "multipleOf": st.sampled_from([1, 2, 2.0, 0.1, 0.01, 1e-7, 0.3, 1e20]),
        "pattern": PATTERNS,
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "properties": by_name,
        "required": names,
        "type": st.sampled_from([*_TYPES, ["string", "null"], ["integer", "object"]]),
        "uniqueItems": st.booleans(),
    }
    chosen = st.lists(st.sampled_from(sorted(keywords)), min_size=1, max_size=3, unique=True)
    return chosen.flatmap(lambda each: st.fixed_dictionaries({key: keywords[key] for key in each}))


SCHEMAS = st.recursive(st.booleans() | _schemas(st.just({})), _schemas, max_leaves=8).filter(
    lambda schema: isinstance(schema, dict)
)
"""Schemas of all keywords, nested; without references."""
