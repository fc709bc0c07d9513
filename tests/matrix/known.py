"""Cells that are known to be red: ``red.json``, each with the fact about OpenMetadata behind it."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from dynclient.schema import EntityType, Release
from tests.matrix.life import GREEN, NONE, Cells
from tests.matrix.values import holds

FILE = Path(__file__).with_name("red.json")

RED = "✗"
"""What the grid says where a step cannot be taken."""


@lru_cache(maxsize=1)
def rows() -> tuple[dict[str, Any], ...]:
    """Return the rows: ``entity``, ``steps``, ``reason``; ``since`` and ``until`` limit them."""
    return tuple(json.loads(FILE.read_text("utf-8"))["red"])


def red(release: Release, entity: EntityType) -> set[str]:
    """Return the steps of an entity type that are known to be red in a release."""
    found: set[str] = set()
    for row in rows():
        if row["entity"] == entity.name and holds(row, release.version):
            found.update(row["steps"])
    return found


def surprises(release: Release, entity: EntityType, cells: Cells) -> list[str]:
    """Return where the cells of an entity type are not as they are known to be, one line each."""
    known = red(release, entity)
    wrong = {step: told for step, told in cells.items() if told not in (GREEN, NONE)}
    new = [f"{step}: {told}" for step, told in wrong.items() if step not in known]
    gone = [
        f"{step}: is listed in {FILE.name}, and is {cells[step]}"
        for step in sorted(known) if step not in wrong
    ]  # fmt: skip
    return new + gone
