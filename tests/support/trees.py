"""The schema trees that tests run on: the starter release, and real ones if they are there.

Real trees are archives in ``openmetadata/trees`` and ``openmetadata/later/trees`` of the shared
folder: ``../shared`` beside the checkout, or the folder that ``$DYNCLIENT_SHARED`` names, or the
``openmetadata`` in it.
``$DYNCLIENT_TREES`` names another directory instead, of archives and folders that hold a tree. A
tree is named after the version in its file name, or else after that name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

import pytest

from dynclient.errors import SourceRefused
from dynclient.releases import Cache, registry, release
from dynclient.releases.cache import bundled
from dynclient.releases.tree_files import schema_files, version_in
from dynclient.schema import Release
from dynclient.schema.versions import numbers
from tests.support import external_server

_Cases = TypeVar("_Cases", bound=Collection[object])

_ARCHIVE = re.compile(r"(?P<name>.+)\.(zip|jar|tar|tgz|tar\.gz)", re.IGNORECASE)


def _shared() -> Path | None:
    named = os.environ.get("DYNCLIENT_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared"
    if (folder / "trees").is_dir():
        folder = folder.resolve().parent
    return folder if folder.is_dir() else None


def shared(path: str) -> Path | None:
    """Return a file or folder of the shared folder, or None if it is not there."""
    folder = _shared()
    found = folder / path if folder else None
    return found if found is not None and found.exists() else None


def trees_in(*folders: Path) -> dict[str, Path]:
    """Return the trees of directories by name, oldest first.

    Args:
        folders: with an archive, or a folder that holds a schema root, for each tree.
    """
    found: dict[str, Path] = {}
    for place in (place for folder in folders for place in sorted(folder.iterdir())):
        plain = _plain_name(place)
        if plain is None:
            continue
        version = version_in(plain)
        found[plain if version is None or version in found else version] = place
    return dict(sorted(found.items(), key=lambda item: _numbers(item[0])))


def _plain_name(place: Path) -> str | None:
    """Return the name of a tree without its suffix, or None if the path is not a tree."""
    if place.is_file():
        match = _ARCHIVE.fullmatch(place.name)
        return None if match is None else match["name"]
    try:
        schema_files(place)
    except SourceRefused:
        return None
    return place.name


LATER = "openmetadata/later/trees"
"""Trees that only some tests use: each release more costs every test of all releases its time."""


def _trees(*folders: str) -> dict[str, Path]:
    named = os.environ.get("DYNCLIENT_TREES")
    places = [Path(named)] if named else [shared(folder) for folder in folders]
    return trees_in(*(place for place in places if place is not None and place.is_dir()))


def _numbers(name: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d+", name)], name


TREES: dict[str, Path] = _trees("openmetadata/trees", LATER)
"""Archives of real trees by release name, oldest first; empty on a machine without them."""


def _release_of_server(version: str) -> str:
    """Return the name of the available release that is nearest to a server's version.

    Raises ``pytest.UsageError`` if none has the same major and minor number.
    """
    names = [*(["starter"] if bundled() else []), *TREES]
    if version in names:
        return version
    place = numbers(version)[:2]
    found = [name for name in names if place and release_named(name).version[:2] == place]
    if not found:
        raise pytest.UsageError(
            f"DYNCLIENT_SERVER runs {version}, but the available trees are {', '.join(names)};"
            " DYNCLIENT_TREES names a folder with the tree of its release"
        )
    return found[-1]


def _releases() -> list[str]:
    if external_server.HOST:
        return [_release_of_server(external_server.version())]
    return [*(["starter"] if bundled() else []), *_trees("openmetadata/trees")]


ALL_RELEASES: list[str]
"""Names for ``release_named``, without the later trees; for parametrized tests. That of the server
alone if tests use one that is already running."""


_READ: dict[str, Release] = {}
"""Real releases of this process, which are not looked up in the cache again while they are open."""


def real_release(name: str) -> Release:
    """Return a real release, skipping the test without its tree."""
    if name not in TREES:
        pytest.skip(f"the schema tree of {name} is not available (see tests/support/trees.py)")
    found = _READ.get(name)
    if found is None or registry._open.get((name, found.digest)) is not found:
        found = _READ[name] = release(name, source=TREES[name])
    return found


def release_named(name: str) -> Release:
    """Return the starter release or a real one, skipping the test without its tree."""
    return release("starter") if name == "starter" else real_release(name)


def cache_starter(name: str) -> Release:
    """Write the starter release to the present cache under a name, and return it."""
    starter = release_named("starter")
    documents = {path: starter.document(path) for path in starter.paths}
    return registry.add_documents(documents, name, cache=Cache(), origin="test")


def skip_without(cases: _Cases) -> _Cases:
    """Return what a test finds in the available trees, skipping the test if that is nothing."""
    if not cases:
        pytest.skip("no available tree has a case for this test (see tests/support/trees.py)")
    return cases


ALL_RELEASES = _releases()

HAS_SHARED_TREES = bool(TREES) and not (os.environ.get("DYNCLIENT_TREES") or external_server.HOST)
"""Whether tests run on the trees of the shared folder, which data files of the tests are for."""
