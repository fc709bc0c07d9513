"""The data file of a fork: which server it is from, and what was changed in it since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.documents import HEAD, Document
from dynclient.as_code.entity_documents import EntityDocuments, entity_name
from dynclient.as_code.request_fields import NAME, RequestFields
from dynclient.as_code.sections import LINEAGE, Switches, portable_edge
from dynclient.errors import UsageError
from dynclient.operations.operation import Plan
from dynclient.sandbox.storage.base_state import BaseState
from dynclient.session.property_values import DEFINITIONS

if TYPE_CHECKING:
    from dynclient.as_code.selection import Options
    from dynclient.sandbox.storage.base_state import Base
    from dynclient.sandbox.storage.store import Transaction
    from dynclient.schema import Release
    from dynclient.session.session import Session

_KEY = "fork"
_SQLITE = b"SQLite format 3\x00"


class ForkFacts(NamedTuple):
    """Where a fork comes from."""

    host: str
    """Address of the server."""
    release: str
    """Name of its release."""
    selection: dict[str, Any]
    """What was copied, as the arguments of ``fork``; nothing for everything."""
    at: int
    """When it was copied, in ms since the epoch."""

    @classmethod
    def of(cls, session: Session, options: Options, at: int) -> ForkFacts:
        """Return the facts of a fork of a server."""
        return cls(session.host, session.release.name, options.selection(), at)

    def write(self, tx: Transaction) -> None:
        """Write them into the data file."""
        tx.set_meta(_KEY, json.dumps(self._asdict()))


def is_data_file(path: Path) -> bool:
    """Return whether a path is an SQLite file, as the data files of sandboxes are."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


class ForkChange(NamedTuple):
    """An entity that was created, changed or deleted in a fork."""

    type: str
    fqn: str
    before: Document | None
    """What the server had; None for an entity that was created."""
    after: Document | None
    """What the fork has; None for an entity that was deleted."""
    stamp: str
    """Version and time of the last change on the server; empty for one that was created."""

    @property
    def key(self) -> tuple[str, str]:
        """Type and fully qualified name."""
        return self.type, self.fqn


class OpenFork:
    """A fork that a sandbox serves, see :func:`open_fork`.

    Args:
        facts: where it comes from.
        session: the session of the sandbox.
        tx: a transaction of its data file.

    Attributes:
        facts: where it comes from.
        session: the session of the sandbox.
    """

    def __init__(self, facts: ForkFacts, session: Session, tx: Transaction) -> None:
        self.facts = facts
        self.session = session
        self._tx = tx
        self._base = BaseState(tx)
        self._release = session.release
        self._reader = EntityDocuments(session, Switches(followers=True))

    def changes(self) -> Iterator[ForkChange]:
        """Yield what was created, changed and deleted in the fork since it was made.

        What no create request can create is left out.
        """
        rewired, seen = self._base.rewired(), set()
        for id, entity_type, fqn, is_new, is_deleted in self._base.changed():
            seen.add(id)
            base = None if is_new else self._base.get(id)
            yield from self._change(id, entity_type, fqn, base, is_deleted, id in rewired)
        for id in sorted(rewired - seen):
            base = self._base.get(id)
            if base is not None and self._tx.get(id) is not None:
                yield from self._change(id, base.type, base.fqn, base, False, True)
        for base in self._base.removed():
            if base.document is not None:
                yield ForkChange(base.type, base.fqn, _document(base), None, base.stamp)

    def _change(
        self, id: str, entity_type: str, fqn: str, base: Base | None, is_deleted: bool,
        is_rewired: bool,
    ) -> Iterator[ForkChange]:  # fmt: skip
        if base is not None and base.fqn != fqn:
            base = None  # under its old name it was removed
        before = None if base is None or base.document is None else _document(base)
        after = None if is_deleted else self._present(id, entity_type)
        for document, at_beginning in ((before, True), (after, False)):
            if document is not None and is_rewired:
                document.sections[LINEAGE] = self._edges(id, entity_type, at_beginning=at_beginning)
        if before is not None or after is not None:
            stamp = "" if base is None else base.stamp
            yield ForkChange(entity_type, fqn, before, after, stamp)

    def _present(self, id: str, entity_type: str) -> Document | None:
        """Return the document of an entity as it is now; None if it has none."""
        entity = self._release.entities.get(entity_type)
        if entity is None or entity.create is None:
            return None
        spec = self.session.find(entity)
        operation = spec.operations["get"]
        arguments = operation.accepted({"id": id, "fields": self._reader.fields(spec)})
        found = model.raw(self.session.call(Plan(operation, arguments)))
        if DEFINITIONS in entity.properties:
            empty = Document(entity_type, entity_name(found), self._release.name, {}, {})
            return self._reader.definitions(entity, found) or empty
        return self._reader.document(spec, found).document

    def _edges(self, id: str, entity_type: str, *, at_beginning: bool) -> list[dict[str, Any]]:
        entity = self._release.entities[entity_type]
        fields = RequestFields(self._release, entity, entity.create or "", portable=True)
        return [
            portable_edge(fields, self._release, {"type": each.type, NAME: each.fqn}, each.details)
            for each in self._base.edges(id, at_beginning=at_beginning)
        ]


@contextmanager
def open_fork(path: Path, release: Release | None = None) -> Iterator[OpenFork]:
    """Serve a copy of the data file of a fork in this process; a sandbox may serve the file itself.

    Args:
        path: path of the file.
        release: the release to serve it with, if it is that of the file.

    Raises:
        UsageError: it is not the data file of a fork.
        UnknownRelease: the cache does not have its release.
        DataRefused: it is not a data file of a sandbox.
    """
    from dynclient.client.connect import connect
    from dynclient.sandbox.process import start
    from dynclient.sandbox.storage.database import Database

    with TemporaryDirectory(prefix="dynclient-") as folder:
        copy = Path(folder, "data.db")
        _copy(path, copy)
        with closing(Database(copy, durable=False)) as database, database.read() as tx:
            facts = tx.meta(_KEY)
            if facts is None:
                raise UsageError(
                    f"{path} is the data file of a sandbox and not of a fork, so there is no state"
                    " of a server to compare it with; dynclient.sandbox.fork makes forks"
                )
            same = release is not None and release.digest == tx.meta("release")
            known = release if same else None
            with (
                start(known, data=copy, in_process=True) as served,
                connect(
                    served.host, token=served.admin_token, release=known or served.release
                ) as om,
            ):
                yield OpenFork(ForkFacts(**json.loads(facts)), om.session, tx)


def _copy(path: Path, target: Path) -> None:
    """Copy a data file as it is at one moment, also while a sandbox serves it."""
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(uri, uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        message = f"{path} cannot be read as the data file of a sandbox: {error}"
    else:
        return
    raise UsageError(message)


def _document(base: Base) -> Document:
    found = dict(base.document or {})
    sections = {name: value for name, value in found.items() if name not in HEAD}
    return Document(base.type, base.fqn, found["release"], found.get("request", {}), sections)
