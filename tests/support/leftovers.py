"""What tests leave behind on the sandboxes that they share.

A list or a search of one test finds what another one forgot, and whether it does depends on their
order. The files in which the shared sandboxes keep their data are read after each module; the
module that leaves something behind is named, not the one that stumbles over it later. This includes
what stays when entities are deleted: definitions of custom properties, settings, records that
belong to no entity, such as web analytics events and posts of a feed, and changes of what servers
have from the start, such as the classification PII.
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


class Other(NamedTuple):
    """Something on a sandbox that is not an entity, and stays when entities are deleted."""

    kind: str
    owner: str
    value: str


class DataFile(NamedTuple):
    """The file of a shared sandbox, and what it is expected to have."""

    release: str
    path: Path
    running: Running
    known: set[Entity]
    known_others: set[Other]

    def new(self) -> list[Entity]:
        """Return the entities that are not expected, soft-deleted ones too; parents come first."""
        return sorted(entities(self.path) - self.known)

    def new_others(self) -> list[Other]:
        """Return what else is not expected."""
        return sorted(others(self.path) - self.known_others)

    def accept(self) -> list[str]:
        """Expect what is there from now on; return what is new, as texts."""
        new, new_others = self.new(), self.new_others()
        self.known.update(new)
        self.known_others.update(new_others)
        texts = [f"{one.type} {one.fqn}" for one in new]
        return [*texts, *(f"{one.kind} of {one.owner}" for one in new_others)]


SHARED: list[DataFile] = []
"""The files of the sandboxes that run for the whole session."""


DEFINITION, SETTING, STATE = "custom property", "setting", "changed state"
_VOLATILE = ", ".join(
    f"'$.{name}'"
    for name in (
        "version", "updatedAt", "updatedBy", "changeDescription", "incrementalChangeDescription",
    )
)  # fmt: skip
"""Paths in entities that differ after a change was taken back."""

_OTHERS = (
    f"select '{DEFINITION}', e.name, json_extract(p.value, '$.name')"
    " from entities e, json_each(e.doc, '$.customProperties') p where e.type = 'type'"
    f" union all select '{SETTING}', s.key, s.value"
    " from meta, json_each(meta.value) s where meta.key = 'settings'"
    " union all select kind, owner, id from series where owner not in (select id from entities)"
    # What servers have from the start is that of all tests.
    f" union all select '{STATE}', e.fqn, json_remove(e.doc, {_VOLATILE})"
    " from entities e where json_extract(e.doc, '$.provider') = 'system'"
)


def entities(path: Path) -> set[Entity]:
    """Return the entities in the file of a running sandbox."""
    return {Entity(*row) for row in _rows(path, "select fqn, type, id from entities")}


def others(path: Path) -> set[Other]:
    """Return what the file of a running sandbox has that is not part of an entity."""
    return {Other(kind, owner, str(value)) for kind, owner, value in _rows(path, _OTHERS)}


def _rows(path: Path, query: str) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as file:
        return file.execute(query).fetchall()


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
            file = DataFile(release, path, running, entities(path), others(path))
            SHARED.append(file)
            yield running
            SHARED.remove(file)


@pytest.fixture(autouse=True, scope="module")
def _leaves_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the last test of a module that leaves something behind on a shared sandbox."""
    for file in SHARED:
        file.accept()  # the matrix, which is not watched, keeps its entities
    yield
    lines = []
    for file in SHARED:
        left = file.accept()  # the next module is not to blame
        if left:
            lines.append(f"  {file.release}: {len(left)}, such as {', '.join(left[:5])}")
    if lines:
        module = request.node.nodeid
        pytest.fail("\n".join([f"{module} leaves this on shared sandboxes:", *lines]), False)


@pytest.fixture(scope="module")
def removed_afterwards() -> Iterator[None]:
    """Delete at the end of a module what its tests created on shared sandboxes.

    For modules whose tests create too much to name it again, or what they cannot remove: the
    official SDK removes no custom property, and no request removes an event. An external server is
    cleaned up by the names of entities.
    """
    yield
    for file in SHARED:
        left, definitions = file.new(), _definitions(file.new_others())
        if not (left or file.new_others()):
            continue
        release = release_named(file.release)
        with dynclient.connect(
            file.running.host, token=file.running.admin_token, release=release
        ) as om:
            while left:
                with contextlib.suppress(dynclient.NotFound):  # deleted with another one
                    om[left[0].type].delete(left[0].id, hard=True, recursive=True)
                left = [one for one in file.new() if one in left[1:]]
            for entity, names in definitions.items():
                om.custom_properties(entity).remove(*names)
        remove_records(file)


def _definitions(new: list[Other]) -> dict[str, list[str]]:
    """Return the names of defined custom properties by entity type."""
    found: dict[str, list[str]] = {}
    for one in new:
        if one.kind == DEFINITION:
            found.setdefault(one.owner, []).append(one.value)
    return found


def remove_records(file: DataFile) -> None:
    """Remove settings and records from the file itself, for no request removes them."""
    with contextlib.closing(sqlite3.connect(file.path, timeout=30)) as data, data:
        for one in file.new_others():
            if one.kind == SETTING:
                data.execute("delete from meta where key = 'settings'")
            elif one.kind != STATE:
                values = tuple(one)
                data.execute("delete from series where kind = ? and owner = ? and id = ?", values)
