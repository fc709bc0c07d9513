"""Forks: a part of the catalogue of a server, in the data file of a sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.applied_state import stamp_of
from dynclient.as_code.entity_documents import EntityDocuments, entity_name
from dynclient.as_code.fork_file import ForkFacts
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.sections import SectionReader, Switches
from dynclient.as_code.selection import Options, Selection, selected_options
from dynclient.as_code.upstream_edges import UpstreamEdges
from dynclient.as_code.whole_files import folder_beside
from dynclient.data import data_file
from dynclient.documentation import document_fields
from dynclient.errors import UsageError
from dynclient.extensions.arguments import as_path
from dynclient.operations.operation import Plan
from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.entities.imports import EntityImport, stored_fields
from dynclient.sandbox.storage.base_state import Base, BaseState
from dynclient.session.property_values import DEFINITIONS
from dynclient.session.requested_fields import requested_fields
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Transaction
    from dynclient.session.session import Session

_CATEGORIES = ("entity", "field")
_LABEL = "tagFQN"
_HEAD = ("id", "name", "fullyQualifiedName", "displayName", "description", "deleted")
"""What a reference says of an entity."""


@document_fields
class Fork(NamedTuple):
    """What a fork contains.

    Attributes:
        path: Path of the data file, for ``dynclient.sandbox.start(data=…)``.
        release: Name of the release of the server, which is that of the sandbox.
        counts: Number of entities by entity type.
        referenced: Number of entities that are only there because others refer to them.
        edges: Number of edges of lineage.
    """

    path: str
    release: str
    counts: dict[str, int]
    referenced: int
    edges: int

    @property
    def total(self) -> int:
        """The number of entities."""
        return sum(self.counts.values())


@public_call
def fork(
    om: Client,
    path: str | PathLike[str],
    *,
    service: str = "",
    types: Iterable[Any] | str = (),
    where: str = "",
    lineage: bool = True,
    history: bool = False,
    replace: bool = False,
) -> Fork:
    """Copy a part of the catalogue of a server into the data file of a sandbox.

    A sandbox that serves the file has these entities as the server has them: with their ids,
    versions, times, tags and references. What they refer to is added, as are the types with their
    custom properties. The file also keeps this state, so that ``om.plan(path)`` and
    ``dynclient.as_code.diff(path)`` know what has been changed in the sandbox since.

    Lists are read page by page, and memory does not grow with the number of entities, apart from
    their names and ids. Only lineage takes requests for single entities: one for each, or for each
    chain of up to three. Secrets are masked. What other requests write is not copied: sample data,
    profiles, results of tests, conversations.

    Args:
        om: the client of the server.
        path: path of the file; it is written when everything has been read.
        service: the fully qualified name of a service: it is copied with all that is below it.
        types: the entity types to copy, by any name of their collections; default: all.
        where: conditions, ``owner:ada -tier:*``, as in a search; needs ``types``.
        lineage: whether to copy the edges into the entities.
        history: whether to copy past versions; one request for each entity.
        replace: whether to replace a file that exists.

    Raises:
        BadArguments: an argument is wrong; lists all problems.
        UnknownCollection: the release does not have a type.
        UsageError: the file exists or cannot be written, or the server has no such service.
        DataInUse: a sandbox serves the file that is to be replaced.
        ServerError, TransportError: a list could not be read; no file is written.
    """
    from dynclient.sandbox.app import Sandbox
    from dynclient.sandbox.storage.database import Database

    session = om.session
    target = as_path(path, "fork", "path")
    options = selected_options(session, "fork", types, service, where)
    with folder_beside(target, replace=replace) as folder:
        staged = Path(folder, target.name)
        database = Database(staged, durable=False)
        try:
            Sandbox(session.release, database)  # which fills it with what servers have
            with database.write() as tx:
                running = _Fork(session, tx, options, has_history=history)
                running.run(has_lineage=lineage)
                ForkFacts.of(session, options, int(time() * 1000)).write(tx)
        finally:
            database.close()
        _put_in_place(staged, target)
    counts = dict(sorted(running.counts.items()))
    return Fork(str(target), session.release.name, counts, running.referenced, running.edges)


def _put_in_place(staged: Path, target: Path) -> None:
    """Give a file its name; a file that is replaced must not be served, and loses its log."""
    from dynclient.sandbox.storage.data_file import lock_beside

    with lock_beside(target) if target.exists() else nullcontext():
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        staged.replace(target)


class _StoredEntities(EntityDocuments):
    """Reads entities with all that the store of a sandbox has.

    Args:
        session: the session of the server.
        models: the entity models of its release.
    """

    def __init__(self, session: Session, models: EntityModels) -> None:
        super().__init__(session, Switches(followers=True))
        self._models = models
        self._facts = requested_fields(session.release)
        results = (row["fields"] for row in data_file("create_requests.json")["reasons"])
        self._results = {name for names in results for name in names}
        self._results -= {"followers", "votes", DEFINITIONS}

    def fields(self, spec: CollectionSpec) -> list[str]:
        """Return the names for ``fields=`` of all that documents have or that is stored."""
        stored = self.stored(self._models[spec.entity.name])
        names = dict.fromkeys(super().fields(spec))
        for path in sorted(self._facts.absent(spec.entity.name, "list")):
            nested, _, last = path.rpartition(".")
            is_result = nested and last in data_file("create_requests.json")["nested_results"]
            if path.partition(".")[0].removesuffix("[]") in stored and not is_result:
                names.update(dict.fromkeys(self._facts.needed(spec.entity.name, path)))
        return [*names]

    def stored(self, entity: EntityModel) -> frozenset[str]:
        """Return the fields that are copied: all but results, which no create request sets."""
        kept = frozenset(self._results) - entity.creatable_fields
        return stored_fields(entity) - kept


class _Fork:
    """One fork in progress."""

    def __init__(
        self, session: Session, tx: Transaction, options: Options, *, has_history: bool
    ) -> None:
        self._session = session
        self._release = session.release
        self._options = options
        self._has_history = has_history
        self._models = EntityModels(session.release)
        self._import = EntityImport(tx, self._models)
        self._base = BaseState(tx)
        self._reader = _StoredEntities(session, self._models)
        self._read = KeyIndex()
        self._needed: dict[Key, dict[str, Any]] = {}
        """References to entities by type and name; empty for those that labels name."""
        self._ids: dict[str, str] = {}
        """The types of the selected entities that have lineage, by id."""
        self._selection = Selection(session, self._reader, options, self._read)
        self._label_sources = self._models.rules.table("label_sources")
        self._sections = SectionReader(session, Switches())
        self.counts: Counter[str] = Counter()
        self.referenced = 0
        self.edges = 0

    def run(self, *, has_lineage: bool) -> None:
        """Read the entities and put them into the data file."""
        self._base.create()
        self._add_types()
        for spec in self._selection.collections():
            is_followed = has_lineage and self._sections.has_lineage(spec.entity)
            for raw in self._selection.entities(spec):
                self._add(spec, raw)
                if is_followed:
                    self._ids[raw["id"]] = spec.entity.name
        if self._options.service and not self.counts:
            raise UsageError(
                f"{self._session.host} has no service {self._options.service!r}, or nothing below"
                " it; no file was written"
            )
        self._add_lineage()
        while missing := self._read.missing(self._needed):
            for entity_type, names in missing.items():
                self._add_referenced(entity_type, names)
        self._import.remove_loose_ends()
        self._base.complete()

    def _add_types(self) -> None:
        """Add the types, which have the definitions of custom properties."""
        for category in _CATEGORIES:
            for spec, raw in self._reader.types(category):
                if (spec.entity.name, entity_name(raw)) not in self._read:
                    self._store(spec, raw, self._reader.definitions(spec.entity, raw))

    def _add(self, spec: CollectionSpec, raw: dict[str, Any], *, referenced: bool = False) -> None:
        key = (spec.entity.name, entity_name(raw))
        if key in self._read:
            return
        is_documented = self._selection.is_documented(spec.entity)
        found = self._reader.document(spec, raw).document if is_documented else None
        self._store(spec, raw, found)
        self._note(self._models[spec.entity.name], raw)
        self.counts[spec.entity.name] += 1
        self.referenced += referenced

    def _store(self, spec: CollectionSpec, raw: dict[str, Any], document: Any) -> None:
        entity_type, name = spec.entity.name, entity_name(raw)
        self._import.add(entity_type, raw)
        kept = None if document is None else document.as_json()
        self._base.put(Base(raw["id"], entity_type, name, stamp_of(raw), kept))
        self._read[entity_type, name] = None
        if self._has_history and "versions" in spec.operations:
            for each in self._session.call(Plan(spec.operations["versions"], {"id": raw["id"]})):
                past = model.raw(each)
                if past.get("version") != raw.get("version"):
                    self._import.add_version(entity_type, past)

    # -- what they refer to ------------------------------------------------------------------------

    def _note(self, entity: EntityModel, raw: Mapping[str, Any]) -> None:
        """Note what the copied fields of an entity refer to."""
        for name in self._reader.stored(entity):
            self._needed.update(self._references(raw.get(name)))

    def _references(self, value: Any) -> Iterator[tuple[Key, dict[str, Any]]]:
        """Yield the references and labels in JSON, with type and name of what they name."""
        if isinstance(value, list):
            for each in value:
                yield from self._references(each)
            return
        if not isinstance(value, dict):
            return
        if _LABEL in value:
            source = self._label_sources.get(str(value.get("source")))
            if source is not None:
                yield (source["type"], value[_LABEL]), {}
        elif "id" in value and value.get("type") in self._release.entities:
            if value.get("name"):
                head = {name: value[name] for name in _HEAD if name in value}
                yield (value["type"], entity_name(value)), head
        else:
            for each in value.values():
                yield from self._references(each)

    def _add_referenced(self, entity_type: str, names: list[str]) -> None:
        entity = self._release.entities[entity_type]
        spec = self._session.find(entity)
        for raw in self._selection.by_name(spec, names):
            self._add(spec, raw, referenced=True)
        for name in names:
            head = self._needed.pop((entity_type, name))
            if head and (entity_type, name) not in self._read:
                # Deleted, or of a type that servers do not return: the reference must stay.
                self._import.add_head(entity_type, head)
                self._read[entity_type, name] = None

    def _add_lineage(self) -> None:
        edges = UpstreamEdges(self._session)
        known: set[tuple[str, str]] = set()
        for id, entity_type in self._ids.items():
            for edge in edges.into(entity_type, id):
                source, target, details = edge
                ends = (source["id"], target["id"])
                if target["id"] in self._ids and ends not in known:
                    known.add(ends)
                    self._import.add_edge(source, target, details, edge.pipeline)
                    self._needed.update(self._references([source, details]))
        self.edges = len(known)


__all__ = ["Fork", "fork"]
