"""Entities of a server written as documents: read page by page, in flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.as_code.applied_state import AppliedState
from dynclient.as_code.documents import Document
from dynclient.as_code.entity_documents import EntityDocuments, entity_name, is_provided
from dynclient.as_code.folder_writer import FolderWriter
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.manifest import Manifest
from dynclient.as_code.request_fields import LeftOut, Reference
from dynclient.as_code.secret_places import Store
from dynclient.as_code.sections import Switches
from dynclient.bulk.order import parents_of, type_level
from dynclient.data import data_file
from dynclient.documentation import document_fields
from dynclient.errors import BadName
from dynclient.operations.entity_filters import service_types
from dynclient.operations.operation import Plan
from dynclient.session.property_values import DEFINITIONS

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType
    from dynclient.session.session import Session

_SYSTEM = "system"
"""The provider of what servers have from the start."""


class Options(NamedTuple):
    """What is dumped, and how; see :meth:`dynclient.as_code.files.CatalogueFiles.dump`."""

    types: tuple[str, ...] = ()
    service: str = ""
    where: str = ""
    format: str = "yaml"
    secrets: Store = "env"
    tests: bool = True
    custom_properties: bool = True
    sections: Switches = Switches()

    @property
    def is_partial(self) -> bool:
        """Whether only a part of the catalogue is dumped, and what it refers to."""
        return bool(self.types or self.service or self.where)

    def selection(self) -> dict[str, Any]:
        """Return the options that decide what is dumped, for the manifest."""
        defaults = {**Options()._asdict(), **Switches()._asdict()}
        chosen = {**self._asdict(), **self.sections._asdict()}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in chosen.items()
            if name not in {"format", "secrets", "sections"} and value != defaults[name]
        }


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
    """
    writer = FolderWriter(folder, options.format)
    state = None
    try:
        state = AppliedState(folder, session.host, write=True)
        state.fold()
        running = _Dump(session, writer, state, options)
        running.run()
        manifest = Manifest(
            options.format, session.release.name, options.selection(), running.provided_names()
        )
        writer.finish(manifest)
    except BaseException:
        writer.discard()
        if state is not None:
            state.discard()
        raise
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
        self._needed: set[Key] = set()
        self._provided: set[Key] = set()
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[LeftOut] = Counter()
        self.referenced = 0

    def run(self) -> None:
        """Read the entities and add their documents to the writer."""
        if self._options.custom_properties:
            self._dump_types()
        for spec in self._selected():
            for raw in self._entities(spec):
                self._add(spec, raw, referenced=False)
        while self._options.is_partial and (missing := self._missing()):
            for entity_type, names in missing.items():
                self._add_referenced(entity_type, names)

    def provided_names(self) -> dict[str, list[str]]:
        """Return what documents refer to and servers have from the start."""
        found: dict[str, list[str]] = {}
        for key in sorted(self._provided & self._needed):
            if key not in self.written:
                found.setdefault(key[0], []).append(key[1])
        return found

    # -- which entities ----------------------------------------------------------------------------

    def _selected(self) -> list[CollectionSpec]:
        """Return the collections that are dumped, those first whose entities others refer to."""
        named = {self._session.find(each).entity.name for each in self._options.types}
        tests = data_file("create_requests.json")["tests"]
        found = []
        for spec in self._session.catalogue:
            name = spec.entity.name
            is_wanted = name in named if named else self._options.tests or name not in tests
            if is_wanted and self._can_be_dumped(spec.entity):
                found.append(self._session.find(spec.entity))
        return sorted(
            found, key=lambda spec: (type_level(self._release, spec.entity), spec.attribute)
        )

    def _can_be_dumped(self, entity: EntityType) -> bool:
        """Return whether entities of a type can be listed and created."""
        if entity.kind != "entity" or entity.create is None:
            return False
        rows = data_file("create_requests.json")["not_dumped"]
        if any(row["entity"] == entity.name for row in rows):
            return False
        operations = self._session.find(entity).operations
        return "list" in operations and "create" in operations

    def _entities(self, spec: CollectionSpec) -> Iterator[dict[str, Any]]:
        """Yield the JSON of the selected entities of a collection."""
        options = self._options
        if options.where:
            from dynclient.extensions.search import Search

            found: Iterable[Any] = Search(self._session).find(
                spec.entity.name, options.where, fields=self._documents.fields(spec)
            )
            rows: Iterator[dict[str, Any]] = (model.raw(each) for each in found)
        elif options.service:
            rows = self._of_service(spec)
        else:
            rows = self._documents.entities(spec)
        for raw in rows:
            if not options.service or self._is_of_service(raw):
                yield raw

    def _of_service(self, spec: CollectionSpec) -> Iterator[dict[str, Any]]:
        """Yield the entities of a collection that may be of the selected service.

        Lists are filtered by the service where they can be, else by the entities below it that
        were dumped before, such as databases.
        """
        entity, service = spec.entity, self._options.service
        if self._is_service(entity):
            return self._by_name(spec, [service])
        types = [each for _, each in parents_of(self._release, entity).types]
        is_below = any(self._is_service(self._release.entities[each]) for each in types)
        if not is_below and "service" not in self._create_fields(entity):
            return self._documents.entities(spec) if self._is_of_anything(entity) else iter(())
        known = {each.name for each in spec.operations["list"].parameters}
        if "service" in known:
            return self._documents.entities(spec, {"service": service})
        return self._below(spec, types, known)

    def _below(
        self, spec: CollectionSpec, types: list[str], known: set[str]
    ) -> Iterator[dict[str, Any]]:
        for field, kind in parents_of(self._release, spec.entity).types:
            if field in known and kind in types:
                for name in self.written.names(kind):
                    yield from self._documents.entities(spec, {field: name})
                return
        yield from self._documents.entities(spec)

    def _create_fields(self, entity: EntityType) -> Iterable[str]:
        return () if entity.create is None else self._release.node(entity.create).properties

    def _is_service(self, entity: EntityType) -> bool:
        return entity.name in service_types(None, self._release)

    def _is_of_anything(self, entity: EntityType) -> bool:
        """Return whether entities of a type are parts of others of any type: test cases."""
        return entity.name in data_file("create_requests.json")["tests"]

    def _is_of_service(self, raw: Mapping[str, Any]) -> bool:
        name = str(raw.get("fullyQualifiedName") or raw.get("name"))
        try:
            return fqn.split(name)[0] == fqn.split(self._options.service)[0]
        except BadName:
            return False

    # -- what they refer to ------------------------------------------------------------------------

    def _missing(self) -> dict[str, list[str]]:
        """Return the names of what is referred to and was not read, by type."""
        found: dict[str, list[str]] = {}
        for key in sorted(self._needed - self._provided):
            if key not in self.written:
                found.setdefault(key[0], []).append(key[1])
        return found

    def _add_referenced(self, entity_type: str, names: list[str]) -> None:
        entity = self._release.entities.get(entity_type)
        if entity is not None and self._can_be_dumped(entity):
            spec = self._session.find(entity)
            for raw in self._by_name(spec, names):
                self._add(spec, raw, referenced=True)
        # What is still missing was deleted meanwhile, or only servers can create it.
        self._provided.update((entity_type, name) for name in names)

    def _by_name(self, spec: CollectionSpec, names: list[str]) -> Iterator[dict[str, Any]]:
        """Yield entities by their names, with one request for each or for each page of the list.

        The list is read where that takes fewer requests.
        """
        size = self._session.settings.page_size
        get = spec.operations.get("get_by_name")
        total = None
        if get is None or len(names) > 1:
            page = self._session.listing(Plan(spec.operations["list"], {"page_size": 1})).page()
            total = page.total
        if get is None or (total is not None and total / size < len(names)):
            known = {*names}
            yield from (raw for raw in self._documents.entities(spec) if entity_name(raw) in known)
            return
        for name in names:
            fields = self._documents.fields(spec)
            entity = self._session.find_one(Plan(get, {"fqn": name, "fields": fields}))
            if entity is not None:
                yield model.raw(entity)

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
        for entity in self._release.entities.values():
            if DEFINITIONS not in entity.properties or entity.create is None:
                continue
            for raw in self._documents.entities(self._session.find(entity), {"category": "entity"}):
                document = self._documents.definitions(entity, raw)
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
