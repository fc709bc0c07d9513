"""What users hold: classes built from schemas, and the functions that work on their instances."""

from __future__ import annotations

from dynclient.drift.unknown_values import UnknownValues
from dynclient.model.classes import class_for, wrap
from dynclient.model.entity import Entity
from dynclient.model.functions import (
    accepted,
    asdict,
    bridged,
    changes,
    check,
    difference,
    load,
    original,
    raw,
    schema_of,
    to_json,
)
from dynclient.model.namespace import Types, types

__all__ = [
    "Entity",
    "Types",
    "UnknownValues",
    "accepted",
    "asdict",
    "bridged",
    "changes",
    "check",
    "class_for",
    "difference",
    "load",
    "original",
    "raw",
    "schema_of",
    "to_json",
    "types",
    "wrap",
]
