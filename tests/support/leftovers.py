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

from dynclient.sandbox import Running

Entity = tuple[str, str]
"""The type and the fully qualified name."""


class DataFile(NamedTuple):
    """The file of a shared sandbox, and the entities that it is expected to have."""

    release: str
    path: Path
    known: set[Entity]

    def new(self) -> list[Entity]:
        """Return the entities that appeared since the last call, soft-deleted ones as well."""
        found = entities(self.path) - self.known
        self.known.update(found)
        return sorted(found)


SHARED: list[DataFile] = []
"""The files of the sandboxes that run for the whole session."""


def entities(path: Path) -> set[Entity]:
    """Return the entities in the file of a running sandbox."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as file:
        return set(file.execute("select type, fqn from entities"))


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
            file = DataFile(release, path, entities(path))
            SHARED.append(file)
            yield running
            SHARED.remove(file)


@pytest.fixture(autouse=True, scope="module")
def _leaves_no_entities(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the last test of a module that leaves entities behind on a shared sandbox."""
    yield
    left = {file.release: found for file in SHARED if (found := file.new())}
    if left:
        lines = [
            f"  {release}: {len(found)}, such as {', '.join(map(':'.join, found[:5]))}"
            for release, found in left.items()
        ]
        module = request.node.nodeid
        pytest.fail("\n".join([f"{module} leaves entities on shared sandboxes", *lines]), False)
