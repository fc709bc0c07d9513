"""A release: one immutable schema tree, its documents parsed when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dynclient.errors import AmbiguousName, RefUnresolved, SchemaNotFound
from dynclient.schema import entity_types
from dynclient.schema.node import Node
from dynclient.schema.pointers import join, look_up
from dynclient.schema.versions import numbers
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.schema.entity_types import EntityType
    from dynclient.schema.repair import RepairNote

BRIDGE, WARN, ERROR = DRIFTS = ("bridge", "warn", "error")
"""What becomes of fields of other releases; see :meth:`Release.with_drift`."""


T = TypeVar("T")


class SchemaPack(Protocol):
    """What a release reads its tree from; :class:`dynclient.releases.pack.Pack` is one."""

    name: str
    version: str | None
    digest: str
    lossy: bool

    @property
    def index(self) -> dict[str, list[Any]]:
        """Per path, sorted: offset, length, numbers of the referenced documents, class name."""

    def document(self, path: str) -> Any:
        """Return one document, decoded."""

    def entities(self) -> list[EntityType]:
        """Return the entity types and time series."""

    def names(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Return (short name → reference, ambiguous name → references)."""

    def repairs(self) -> tuple[RepairNote, ...]:
        """Return what was changed when the tree was read."""


class Release:
    """One immutable schema tree.

    Two releases are equal when their documents are, and what they do about drift. A release pickles
    as its name and digest, and is found again in the registry of the process, in the cache, or by
    its source.

    Attributes:
        name: ``1.13.0``.
        digest: sha256 over the repaired documents, in hex.
        version: numbers of the version, ``(1, 13, 0)``; empty where nothing told it.
        lossy: whether the documents say less than the server's own did.
        origin: where the tree was read from in this process, or None where it came from the cache.
        drift: what becomes of fields that go by another name here: ``bridge`` unless it was asked
            for otherwise by :meth:`with_drift`.
    """

    __slots__ = (
        "__weakref__",
        "_cache",
        "_documents",
        "_manners",
        "_memo",
        "_nodes",
        "_pack",
        "_where",
        "digest",
        "drift",
        "lossy",
        "name",
        "origin",
        "version",
    )

    name: str
    digest: str
    version: tuple[int, ...]
    lossy: bool
    origin: str | None
    drift: str
    _pack: SchemaPack
    _where: tuple[str | None, ...]
    _documents: dict[str, Any]
    _manners: dict[str, Release]
    _nodes: dict[tuple[str, str], Node]
    _cache: dict[str, Any]
    _memo: dict[str, Any]

    def __init__(
        self, pack: SchemaPack, *, origin: str | None = None, where: tuple[str | None, ...] = ()
    ) -> None:
        fields: dict[str, Any] = {
            "name": pack.name,
            "digest": pack.digest,
            "version": numbers(pack.version or pack.name),
            "lossy": pack.lossy,
            "origin": origin,
            "drift": BRIDGE,
            "_pack": pack,
            "_where": where,
            "_documents": {},
            "_manners": {BRIDGE: self},
            "_nodes": {},
            "_cache": {},
            "_memo": {},
        }
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a release never changes, so {name} cannot be set", name=name)

    def __repr__(self) -> str:
        return f"<Release {self.name}, {len(self.paths)} documents, {self.digest[:12]}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Release):
            return NotImplemented
        return self.digest == other.digest and self.drift == other.drift

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def location(self) -> tuple[str | None, ...]:
        """Cache directory and source that it was opened from, as ``reopen`` takes them."""
        return self._where

    def with_drift(self, drift: str) -> Release:
        """Return this release with another manner of treating fields of other releases.

        Its documents are shared; its classes are its own, so clients that differ in this can live
        side by side.

        Args:
            drift: ``bridge`` translates them, with one DriftWarning for each place in the code;
                ``warn`` translates them too, and warns each time; ``error`` refuses them.
        """
        if drift not in DRIFTS:
            raise ValueError(f"drift is one of {', '.join(DRIFTS)}, not {drift!r}")
        found = self._manners.get(drift)
        if found is None:
            made = Release(self._pack, origin=self.origin, where=self._where)
            for field, value in (
                ("drift", drift),
                ("_documents", self._documents),
                ("_manners", self._manners),
            ):
                object.__setattr__(made, field, value)
            found = self._manners.setdefault(drift, made)
        return found

    def memo(self, key: str, build: Callable[[Release], T]) -> T:
        """Return what a part of the client builds from this release; it is built once.

        Classes, validators and catalogues are kept here, so that they belong to this very release,
        not to one of equal content under another name, and go when it goes. They are not pickled.

        Args:
            key: which part: ``classes``, ``validator`` …
            build: makes it from the release. Two threads may both build; one result is kept.
        """
        found = self._memo.get(key)
        if found is None:
            found = self._memo.setdefault(key, build(self))
        result: T = found
        return result

    # -- documents ---------------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of all documents, sorted."""
        found: tuple[str, ...] | None = self._cache.get("paths")
        if found is None:
            found = self._cache["paths"] = tuple(self._pack.index)
        return found

    @property
    def repairs(self) -> tuple[RepairNote, ...]:
        """What was changed, or found and left, when the tree was taken in."""
        found: tuple[RepairNote, ...] | None = self._cache.get("repairs")
        if found is None:
            found = self._cache["repairs"] = self._pack.repairs()
        return found

    def document(self, path: str) -> dict[str, Any]:
        """Return a repaired document; it is shared by everybody, so never change it.

        Raises:
            SchemaNotFound: there is none at that path; ``nearest`` tells close ones.
        """
        document = self._documents.get(path)
        if document is None:
            self._entry(path)
            document = self._documents.setdefault(path, self._pack.document(path))
        found: dict[str, Any] = document
        return found

    def root_name(self, path: str) -> str:
        """Return the class name of a document; none is parsed for it.

        It is the title in CamelCase (``CreateTableRequest``); the name of the file where the title
        makes no name, or is another file's.
        """
        name: str = self._entry(path)[3]
        return name

    def _entry(self, path: str) -> list[Any]:
        entry = self._pack.index.get(path)
        if entry is None:
            raise self._not_found(path, self.paths, "document")
        return entry

    def closure(self, path: str) -> tuple[str, ...]:
        """Return the paths of all documents that one needs, itself first.

        No document is parsed for it.

        Raises:
            SchemaNotFound: there is none at that path.
        """
        index, paths = self._pack.index, self.paths
        self._entry(path)
        met = {path: None}
        waiting = [path]
        while waiting:
            for number in index[waiting.pop()][2]:
                other = paths[number]
                if other not in met:
                    met[other] = None
                    waiting.append(other)
        return tuple(met)

    # -- places ------------------------------------------------------------------------------------

    def node(self, path: str, pointer: str = "") -> Node:
        """Return the node of one place; always the same one.

        Args:
            path: of a document, ``entity/data/table.json``.
            pointer: JSON pointer in it, ``/definitions/column``; empty for the whole.

        Raises:
            SchemaNotFound: no such document, or no schema at that place.
        """
        found = self._nodes.get((path, pointer))
        if found is not None:
            return found
        document = self.document(path)
        try:
            schema = look_up(document, pointer)
        except LookupError:
            schema = None
        if not isinstance(schema, (dict, bool)):
            definitions = [f"/definitions/{name}" for name in document.get("definitions", ())]
            raise self._not_found(pointer, definitions, f"schema in {path}")
        return self._nodes.setdefault((path, pointer), Node(self, path, pointer, schema))

    def resolve(self, ref: str, base: str = "") -> Node:
        """Return the node that a ``$ref`` names; it may be a ``$ref`` again, see ``Node.target``.

        Args:
            ref: ``../type/basic.json#/definitions/uuid``; or, with no base, a path from the root.
            base: path of the document it is written in.

        Raises:
            RefUnresolved: it names nothing in this release. Remote references are never followed.
        """
        try:
            return self.node(*join(base, ref))
        except SchemaNotFound as error:
            written = f" (written in {base})" if base else ""
            raise RefUnresolved(f"{ref}{written}: {error}", ref=ref, base=base) from error

    def find(self, name: str) -> Node:
        """Return the node of a type by its name, or of a place by its path.

        Args:
            name: ``Table``, ``CreateTableRequest``, ``Column``, ``entity/data/table.json`` or
                ``entity/data/table.json#/definitions/column``.

        Raises:
            SchemaNotFound: nothing has that name; ``nearest`` tells close ones.
            AmbiguousName: several have it; ``candidates`` lists them.
        """
        reference = self.type_names.get(name)
        if reference is None:
            if "#" not in name and not name.endswith(".json"):
                self._refuse_ambiguous(name)
                raise self._not_found(name, self.type_names, "type")
            reference = name
        path, _, pointer = reference.partition("#")
        return self.node(path, pointer)

    def _refuse_ambiguous(self, name: str) -> None:
        candidates = self._names()[1].get(name)
        if candidates:
            others = {
                reference.removesuffix("#"): other for other, reference in self.type_names.items()
            }
            listed = "".join(
                f"\n  {candidate}" + (f" ({others[candidate]})" if candidate in others else "")
                for candidate in candidates
            )
            message = (
                f"{name} may be any of these in {self.name}; name the one by its path:{listed}"
            )
            raise AmbiguousName(message, name=name, candidates=tuple(candidates))

    def _names(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        found: tuple[dict[str, str], dict[str, list[str]]] | None = self._cache.get("names")
        if found is None:
            found = self._cache["names"] = self._pack.names()
        return found

    @property
    def type_names(self) -> Mapping[str, str]:
        """Every unambiguous short name of a type, sorted, with the reference it stands for."""
        return MappingProxyType(self._names()[0])

    @property
    def ambiguous_names(self) -> Mapping[str, list[str]]:
        """Short names that several types carry, with the references of all of them."""
        return MappingProxyType(self._names()[1])

    # -- entities ----------------------------------------------------------------------------------

    @property
    def entities(self) -> Mapping[str, EntityType]:
        """Entity types by name: ``table`` …"""
        return MappingProxyType(self._by(entity_types.ENTITY))

    @property
    def time_series(self) -> Mapping[str, EntityType]:
        """Time series by name: ``testCaseResolutionStatus`` …"""
        return MappingProxyType(self._by(entity_types.TIME_SERIES))

    def entity_of(self, path: str) -> EntityType | None:
        """Return the entity type that a document (or ``path#pointer``) or create request is of."""
        return self._by("path").get(path.removesuffix("#"))

    def _by(self, key: str) -> dict[str, EntityType]:
        if key not in self._cache:
            by: dict[str, dict[str, EntityType]] = {"path": {}}
            by |= {entity_types.ENTITY: {}, entity_types.TIME_SERIES: {}}
            for entity in self._pack.entities():
                by[entity.kind][entity.name] = entity
                by["path"][entity.path] = entity
                if entity.create is not None:
                    by["path"][entity.create] = entity
            self._cache.update(by)
        found: dict[str, EntityType] = self._cache[key]
        return found

    def _not_found(self, name: str, known: Any, what: str) -> SchemaNotFound:
        near = nearest(name, known)
        message = f"release {self.name} has no {what} {name!r}{did_you_mean(near)}"
        return SchemaNotFound(message, name=name, release=self.name, nearest=near)
