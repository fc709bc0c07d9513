"""Steps that cannot work: ``red.json``, each with the fact about OpenMetadata behind it."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from dynclient.schema import EntityType, Release
from tests.matrix.lifecycle import GREEN, NONE, Cells
from tests.matrix.values import row_applies

FILE = Path(__file__).with_name("red.json")

RED = "✗"
"""The sign of a step that cannot work."""


@lru_cache(maxsize=1)
def rows() -> tuple[dict[str, Any], ...]:
    """Return the rows: ``entity``, ``steps``, ``reason``; ``since`` and ``until`` limit them."""
    return tuple(json.loads(FILE.read_text("utf-8"))["red"])


def failing_steps(release: Release, entity: EntityType) -> set[str]:
    """Return the steps that cannot work for an entity type of a release."""
    found: set[str] = set()
    for row in rows():
        if row["entity"] == entity.name and row_applies(row, release.version):
            found.update(row["steps"])
    return found


def deviations(release: Release, entity: EntityType, cells: Cells) -> list[str]:
    """Return a line for each cell of an entity type that is not as expected."""
    expected = failing_steps(release, entity)
    failed = {step: cell for step, cell in cells.items() if cell not in (GREEN, NONE)}
    new = [f"{step}: {error}" for step, error in failed.items() if step not in expected]
    gone = [
        f"{step}: must fail according to {FILE.name}, but is {cells[step]}"
        for step in sorted(expected) if step not in failed
    ]  # fmt: skip
    return new + gone
