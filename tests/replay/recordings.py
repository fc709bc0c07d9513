"""Recordings of real servers: in ``DYNCLIENT_RECORDINGS``, else in the shared folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.support.trees import shared

GENERIC = (
    "walkthrough", "every_entity", "errors", "paging",
    "fqn", "people", "tags_glossary", "concurrency",
)  # fmt: skip
"""Scenarios about what all collections do; the others are about single features."""


def folder() -> Path | None:
    """Return the folder with one subfolder of recordings for each release, or None."""
    path = os.environ.get("DYNCLIENT_RECORDINGS")
    if path:
        return Path(path)
    return shared("openmetadata/recordings")


def releases() -> list[str]:
    """Return the releases that have recordings."""
    root = folder()
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root else []


def scenarios(release: str) -> list[str]:
    """Return the scenarios recorded for a release."""
    root = folder()
    return sorted(path.stem for path in (root / release).glob("*.json")) if root else []


def load(release: str, scenario: str) -> list[dict[str, Any]]:
    """Return the exchanges of a scenario, in order."""
    root = folder()
    assert root is not None, "no recordings found; set DYNCLIENT_RECORDINGS"
    exchanges: list[dict[str, Any]] = json.loads(
        (root / release / f"{scenario}.json").read_text("utf-8")
    )
    return exchanges
