"""Classes built from schemas, and the functions that work on their instances."""

from __future__ import annotations

from dynclient.model.classes import class_for
from dynclient.model.entity import Entity, Origin
from dynclient.model.functions import (
    asdict,
    changes,
    check,
    difference,
    json_of,
    load,
    name_of,
    original,
    raw,
    schema_of,
    to_json,
    type_of,
)

__all__ = [
    "Entity",
    "Origin",
    "asdict",
    "changes",
    "check",
    "class_for",
    "difference",
    "json_of",
    "load",
    "name_of",
    "original",
    "raw",
    "schema_of",
    "to_json",
    "type_of",
]
