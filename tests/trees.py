"""The schema trees that tests run on: the starter release, and real ones where they are at hand.

Real trees are archives in ``openmetadata/trees`` of the shared folder: ``../shared`` beside the
checkout, or what ``$DYNCLIENT_SHARED`` names: that folder, or the ``openmetadata`` in it.
``$DYNCLIENT_TREES`` names another directory of archives instead.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dynclient.schema import Release, release
from dynclient.schema.cache import bundled

_ARCHIVE = re.compile(r"(?P<name>.+)\.(zip|jar|tar|tgz|tar\.gz)")


def _shared() -> Path | None:
    named = os.environ.get("DYNCLIENT_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parent.parent.parent / "shared"
    if (folder / "trees").is_dir():
        folder = folder.resolve().parent
    return folder if folder.is_dir() else None


def shared(path: str) -> Path | None:
    """Return a file or folder of the shared folder, or None where it is not at hand."""
    folder = _shared()
    found = folder / path if folder else None
    return found if found is not None and found.exists() else None


def _trees() -> dict[str, Path]:
    named = os.environ.get("DYNCLIENT_TREES")
    folder = Path(named) if named else shared("openmetadata/trees")
    if folder is None or not folder.is_dir():
        return {}
    found = {}
    for file in folder.iterdir():
        match = _ARCHIVE.fullmatch(file.name)
        if match and file.is_file():
            found[match["name"]] = file
    return dict(sorted(found.items(), key=lambda item: _numbers(item[0])))


def _numbers(name: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d+", name)], name


TREES: dict[str, Path] = _trees()
"""Archives of real trees by release name, oldest first; empty on a machine without them."""

ALL_RELEASES: list[str] = [*(["starter"] if bundled() else []), *TREES]
"""Names for ``release_named``; to be parametrised over."""


def real_release(name: str) -> Release:
    """Return a real release, skipping the test where its tree is not at hand."""
    if name not in TREES:
        pytest.skip(f"the schema tree of {name} is not at hand (see tests/trees.py)")
    return release(name, source=TREES[name])


def release_named(name: str) -> Release:
    """Return the starter release or a real one, skipping the test where it is not at hand."""
    return release("starter") if name == "starter" else real_release(name)
