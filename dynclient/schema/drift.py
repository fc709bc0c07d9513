"""Drift: what a field or a document is called in another release, and how its value changes.

The facts are in ``data/drift.json``. A field that a release has is never looked up here: only what
it lacks can be meant for another.
"""

from __future__ import annotations

import json
from collections.abc import Container
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_DATA = Path(__file__).resolve().parent.parent / "data" / "drift.json"


class Rename(NamedTuple):
    """One field under two names."""

    old: str
    new: str
    since: str
    """The first release with the new name: ``1.5``."""
    change: str
    """``name``: the value stays; ``list``: the new one is a list of what the old one is."""
    documents: tuple[str, ...] = ()
    """Paths of the schemas it was renamed in; none stands for all."""


class Counterpart(NamedTuple):
    """What a release has in the place of a field that it lacks."""

    name: str
    turn: str
    """What becomes of the value: ``same``, ``wrap`` (into a list), ``unwrap`` (out of one)."""
    rename: Rename


@lru_cache(maxsize=1)
def renames() -> tuple[Rename, ...]:
    """Return all renames that are known."""
    return tuple(
        Rename(**{**row, "documents": tuple(row.get("documents", ()))})
        for row in _table()["fields"]
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, list[dict[str, Any]]]:
    table: dict[str, list[dict[str, Any]]] = json.loads(_DATA.read_text("utf-8"))
    return table


def moved(path: str, known: Container[str]) -> str | None:
    """Return the path that a document of another release has in this one, or None.

    Args:
        path: of the document in the other release.
        known: the paths of this release.
    """
    for row in _table()["documents"]:
        for here, there in ((row["old"], row["new"]), (row["new"], row["old"])):
            if path == here and there in known:
                return str(there)
    return None


def counterpart(name: str, known: Container[str], path: str) -> Counterpart | None:
    """Return what stands for a field in a schema that lacks it, or None.

    Args:
        name: the field.
        known: the fields that the schema has.
        path: of the schema's document.
    """
    for rename in renames():
        if name not in {rename.old, rename.new}:
            continue
        other = rename.new if name == rename.old else rename.old
        if other in known and (not rename.documents or path in rename.documents):
            turn = "wrap" if other == rename.new else "unwrap"
            return Counterpart(other, turn if rename.change == "list" else "same", rename)
    return None


def turned(value: Any, turn: str) -> Any:
    """Return a value as its counterpart has it.

    Args:
        value: JSON, or objects in lists.
        turn: ``same``, ``wrap`` or ``unwrap``.

    Raises:
        ValueError: there are several where only one can be.
    """
    if value is None or turn == "same":
        return value
    if turn == "wrap":
        return value if isinstance(value, list) else [value]
    if not isinstance(value, list):
        return value
    if len(value) > 1:
        raise ValueError(f"{len(value)} of them, where this release has one")
    return value[0] if value else None


def translated(data: dict[str, Any], known: Container[str], path: str) -> dict[str, Any]:
    """Return an object with the fields that a schema lacks under the names it has for them.

    What cannot be translated stays as it is; judging it tells what is wrong.

    Args:
        data: decoded JSON; only its own fields are looked at.
        known: the fields that the schema has.
        path: of the schema's document.
    """
    made = {}
    for name, value in data.items():
        found = None if name in known else counterpart(name, known, path)
        if found is None or found.name in data:
            made[name] = value
            continue
        try:
            made[found.name] = turned(value, found.turn)
        except ValueError:
            made[name] = value
    return made
