"""Schemas of a server: what is not JSON Schema is left out, the rest holds."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dynclient.openapi.well_formed import well_formed


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "properties": []}, {"type": "object"}),
        ({"properties": {"a": None, "b": {"type": 5}}}, {"properties": {"a": {}, "b": {}}}),
        ({"type": ["string", "nul"]}, {}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"type": {}}, {}),
        ({"required": "name"}, {}),
        ({"required": ["a", 5]}, {}),
        ({"enum": []}, {}),
        ({"enum": [{}, "a"]}, {}),
        ({"enum": ["a", None, 1]}, {"enum": ["a", None, 1]}),
        ({"maxLength": "5"}, {}),
        ({"minimum": float("inf")}, {}),
        ({"minimum": 0, "exclusiveMinimum": True}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"$ref": " "}, {}),
        ({"$ref": 5}, {}),
        ({"$ref": "#/components/schemas/Table"}, {"$ref": "#/components/schemas/Table"}),
        ({"anyOf": {}}, {}),
        ({"anyOf": []}, {}),
        ({"allOf": [1, {"type": "string"}]}, {"allOf": [{}, {"type": "string"}]}),
        ({"items": [{"type": "string"}]}, {}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"additionalProperties": {"type": 1}}, {"additionalProperties": {}}),
        ({"description": 5, "x-om": [1]}, {"x-om": [1]}),
        (True, {}),
        (None, {}),
    ],
)
def test_malformed_keywords_are_left_out(schema: Any, expected: dict[str, Any]) -> None:
    before = copy.deepcopy(schema)
    assert well_formed(schema) == expected
    assert schema == before


def test_what_lies_too_deep_is_left_out() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"items": schema}
    found, depth = well_formed(schema), 0
    while found:
        found, depth = found["items"], depth + 1
    assert 50 < depth < 100
