"""Entities of a server written as documents: read page by page, in flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.applied_state import AppliedState
from dynclient.as_code.documents import Document
from dynclient.as_code.entity_documents import EntityDocuments, entity_name, is_provided
from dynclient.as_code.folder_writer import FolderWriter
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.manifest import Manifest
from dynclient.as_code.request_fields import LeftOut, Reference
from dynclient.as_code.selection import Options, Selection
from dynclient.documentation import document_fields
from dynclient.errors import DynclientError, UsageError

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session


@document_fields
class DumpResult(NamedTuple):
    """What a dump has written.

    Attributes:
        folder: Path of the folder.
        counts: Number of documents by entity type.
        referenced: Number of documents that are only there because others refer to them.
        left_out: What no document says, by its path and reason: for each, the number of entities.
    """

    folder: str
    counts: dict[str, int]
    referenced: int
    left_out: dict[LeftOut, int]

    @property
    def total(self) -> int:
        """The number of documents."""
        return sum(self.counts.values())


def dump(session: Session, folder: Path, options: Options) -> DumpResult:
    """Write entities of a server into a folder; for the arguments see ``om.dump``.

    Args:
        session: the session of the server.
        folder: path of the folder.
        options: what is dumped, and how.

    Raises:
        UsageError: another process dumps into the folder or applies it, or it cannot be written.
    """
    state = AppliedState(folder, session.host, write=True, replace=True)
    writer, message = None, ""
    try:
        state.fold()
        writer = FolderWriter(folder, options.format)
        running = _Dump(session, writer, state, options)
        running.run()
        manifest = Manifest(
            options.format, session.release.name, options.selection(), running.provided_names()
        )
        writer.finish(manifest)
    except BaseException as error:
        if writer is not None:
            writer.discard()
        state.discard()
        if not isinstance(error, OSError) or isinstance(error, DynclientError):
            raise
        message = f"{folder} cannot be written: {error.strerror}"
    if message:
        raise UsageError(message)
    for key in state.entities():
        if key not in running.written:
            state.remove(key)
    state.close()
    return DumpResult(
        str(folder), dict(sorted(running.counts.items())), running.referenced,
        dict(running.left_out),
    )  # fmt: skip


class _Dump:
    """One dump in progress."""

    def __init__(
        self, session: Session, writer: FolderWriter, state: AppliedState, options: Options
    ) -> None:
        self._session = session
        self._release = session.release
        self._writer = writer
        self._state = state
        self._options = options
        self._documents = EntityDocuments(session, options.sections, options.secrets)
        self.written = KeyIndex()
        self._selection = Selection(session, self._documents, options, self.written)
        self._needed: set[Key] = set()
        self._provided: set[Key] = set()
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[LeftOut] = Counter()
        self.referenced = 0

    def run(self) -> None:
        """Read the entities and add their documents to the writer."""
        if self._options.custom_properties:
            self._dump_types()
        for spec in self._selection.collections():
            for raw in self._selection.entities(spec):
                self._add(spec, raw, referenced=False)
        if self._options.is_partial:
            # What is added may refer to others.
            while missing := self.written.missing(self._needed - self._provided):
                for entity_type, names in missing.items():
                    self._add_referenced(entity_type, names)

    def provided_names(self) -> dict[str, list[str]]:
        """Return what documents refer to and servers have from the start."""
        return self.written.missing(self._provided & self._needed)

    # -- what they refer to ------------------------------------------------------------------------

    def _add_referenced(self, entity_type: str, names: list[str]) -> None:
        entity = self._release.entities.get(entity_type)
        if entity is not None and self._selection.is_documented(entity):
            spec = self._session.find(entity)
            for raw in self._selection.by_name(spec, names):
                self._add(spec, raw, referenced=True)
        # What is still missing was deleted meanwhile, or only servers can create it.
        self._provided.update((entity_type, name) for name in names)

    # -- documents ---------------------------------------------------------------------------------

    def _add(self, spec: CollectionSpec, raw: dict[str, Any], *, referenced: bool) -> None:
        entity = spec.entity
        key = (entity.name, entity_name(raw))
        if key in self.written:
            return
        if is_provided(entity.name, raw):
            self._provided.add(key)
            return
        found = self._documents.document(spec, raw, referenced=referenced)
        self._note(found.references)
        self.left_out.update(found.left_out)
        self._write(found.document)

    def _dump_types(self) -> None:
        """Add the definitions of custom properties, which are parts of types."""
        for spec, raw in self._documents.types("entity"):
            document = self._documents.definitions(spec.entity, raw)
            if document is not None:
                self._write(document)

    def _note(self, references: Iterable[Reference]) -> None:
        self._needed.update((each.type, each.fqn) for each in references)

    def _write(self, document: Document) -> None:
        self._writer.add(document)
        self._state.take_dump(document)
        self.written[document.key] = None
        self.counts[document.type] += 1
        self.referenced += document.referenced
