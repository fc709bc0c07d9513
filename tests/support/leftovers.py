"""What tests leave behind on the sandboxes that they share.

A list or a search of one test finds what another one forgot, and whether it does depends on their
order. The files in which the shared sandboxes keep their data are read after each module; a module
that leaves entities behind is named, not the one that stumbles over them later.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import dynclient
from dynclient.sandbox import Running
from tests.support.trees import release_named


class Entity(NamedTuple):
    """An entity on a sandbox."""

    fqn: str
    type: str
    id: str


class DataFile(NamedTuple):
    """The file of a shared sandbox, and the entities that it is expected to have."""

    release: str
    path: Path
    running: Running
    known: set[Entity]

    def new(self) -> list[Entity]:
        """Return the entities that are not expected, soft-deleted ones too; parents come first."""
        return sorted(entities(self.path) - self.known)


SHARED: list[DataFile] = []
"""The files of the sandboxes that run for the whole session."""


def entities(path: Path) -> set[Entity]:
    """Return the entities in the file of a running sandbox."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as file:
        return {Entity(*row) for row in file.execute("select fqn, type, id from entities")}


@contextlib.contextmanager
def watched(release: str, start: Callable[[], Running]) -> Iterator[Running]:
    """Start a sandbox for the whole session, and watch its file.

    Args:
        release: the name of its release, for messages.
        start: starts it; its temporary files are created below ``TMPDIR``.
    """
    with tempfile.TemporaryDirectory(prefix="watched-") as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", folder)
            running = start()
        with running:
            [path] = Path(folder).glob("*/data.db")
            file = DataFile(release, path, running, entities(path))
            SHARED.append(file)
            yield running
            SHARED.remove(file)


@pytest.fixture(autouse=True, scope="module")
def _leaves_no_entities(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the last test of a module that leaves entities behind on a shared sandbox."""
    for file in SHARED:
        file.known.update(file.new())  # the matrix, which is not watched, keeps its entities
    yield
    lines = []
    for file in SHARED:
        left = file.new()
        file.known.update(left)  # the next module is not to blame
        if left:
            some = ", ".join(f"{one.type} {one.fqn}" for one in left[:5])
            lines.append(f"  {file.release}: {len(left)}, such as {some}")
    if lines:
        module = request.node.nodeid
        pytest.fail("\n".join([f"{module} leaves entities on shared sandboxes", *lines]), False)


@pytest.fixture(scope="module")
def removed_afterwards() -> Iterator[None]:
    """Delete at the end of a module what its tests created on shared sandboxes.

    For modules whose tests create too much to name it again; an external server is cleaned up by
    the names of entities.
    """
    yield
    for file in SHARED:
        left = file.new()
        if not left:
            continue
        release = release_named(file.release)
        with dynclient.connect(
            file.running.host, token=file.running.admin_token, release=release
        ) as om:
            while left:
                with contextlib.suppress(dynclient.NotFound):  # deleted with another one
                    om[left[0].type].delete(left[0].id, hard=True, recursive=True)
                left = [one for one in file.new() if one in left[1:]]
