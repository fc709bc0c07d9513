"""Recordings of real servers: in ``DYNCLIENT_RECORDINGS``, else in the shared folders."""

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
"""Scenarios about what all collections do."""

GROUPS = ("generic", "single features", "flows")


def group(scenario: str) -> str:
    """Return the group of a scenario, whose figures are added up; ``flows`` are ordinary work."""
    if scenario in GENERIC:
        return "generic"
    return "flows" if scenario.startswith("flows_") else "single features"


FOLDERS = ("openmetadata/recordings", "openmetadata/later/recordings")


def folders() -> list[Path]:
    """Return the folders with one subfolder of recordings for each release."""
    path = os.environ.get("DYNCLIENT_RECORDINGS")
    places = [Path(path)] if path else [shared(folder) for folder in FOLDERS]
    return [place for place in places if place is not None]


def releases() -> list[str]:
    """Return the releases that have recordings."""
    return sorted({path.name for root in folders() for path in root.iterdir() if path.is_dir()})


def _files(release: str) -> dict[str, Path]:
    return {
        path.stem: path for root in folders() for path in sorted((root / release).glob("*.json"))
    }


def scenarios(release: str) -> list[str]:
    """Return the scenarios recorded for a release."""
    return sorted(_files(release))


def load(release: str, scenario: str) -> list[dict[str, Any]]:
    """Return the exchanges of a scenario, in order."""
    file = _files(release).get(scenario)
    assert file is not None, f"no recording of {scenario} on {release}; set DYNCLIENT_RECORDINGS"
    exchanges: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return exchanges
