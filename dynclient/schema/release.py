"""A release: one immutable schema tree, whose documents are parsed when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dynclient.errors import AmbiguousName, RefUnresolved, SchemaNotFound
from dynclient.schema import entity_types
from dynclient.schema.node import Node
from dynclient.schema.pointers import join, look_up
from dynclient.schema.versions import numbers

if TYPE_CHECKING:
    from dynclient.schema.entity_types import EntityType
    from dynclient.schema.repair import RepairNote

BRIDGE, WARN, ERROR = DRIFTS = ("bridge", "warn", "error")
"""What happens to fields of other releases; see :meth:`Release.with_drift`."""


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

    Releases are equal if their documents and their ``drift`` are. A release pickles as its name and
    digest; unpickling finds it among the open releases, in the cache, or by its source.

    Attributes:
        name: name of the release, ``1.13.0``.
        digest: SHA-256 of the repaired documents, in hexadecimal digits.
        version: numbers of the version, ``(1, 13, 0)``; empty if it is unknown.
        lossy: whether the documents contain less than the server's own schemas.
        origin: path or URL that the tree was read from, or None if it came from the cache.
        drift: what happens to fields of other releases: ``bridge``, or what :meth:`with_drift` set.
    """

    __slots__ = (
        "__weakref__",
        "_cache",
        "_documents",
        "_memo",
        "_nodes",
        "_pack",
        "_variants",
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
    _variants: dict[str, Release]
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
            "_variants": {BRIDGE: self},
            "_nodes": {},
            "_cache": {},
            "_memo": {},
        }
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a release cannot be changed; {name} cannot be set", name=name)

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
        """Return this release with another treatment of fields of other releases.

        The result shares the documents, and has classes of its own, so that clients with different
        settings can coexist.

        Args:
            drift: ``bridge`` translates the fields, with one DriftWarning for each line of code;
                ``warn`` translates them and warns each time; ``error`` refuses them.

        Raises:
            ValueError: ``drift`` is none of these.
        """
        if drift not in DRIFTS:
            raise ValueError(f"drift= must be one of {', '.join(map(repr, DRIFTS))}, not {drift!r}")
        found = self._variants.get(drift)
        if found is None:
            variant = Release(self._pack, origin=self.origin, where=self._where)
            for field, value in (
                ("drift", drift),
                ("_documents", self._documents),
                ("_variants", self._variants),
            ):
                object.__setattr__(variant, field, value)
            found = self._variants.setdefault(drift, variant)
        return found

    def memo(self, key: str, build: Callable[[Release], T]) -> T:
        """Return what a part of the client builds from this release; it is built once.

        Classes, validators and catalogues are kept here: they belong to this very release, not to
        an equal one of another name, and are freed with it. They are not pickled.

        Args:
            key: name of the part: ``classes``, ``validator`` …
            build: builds it from the release. Two threads may both build it; one result is kept.
        """
        found = self._memo.get(key)
        if found is None:
            found = self._memo.setdefault(key, build(self))
        result: T = found
        return result

    # -- documents ---------------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all documents, sorted."""
        found: tuple[str, ...] | None = self._cache.get("paths")
        if found is None:
            found = self._cache["paths"] = tuple(self._pack.index)
        return found

    @property
    def repairs(self) -> tuple[RepairNote, ...]:
        """What the repairs changed, or found and left, when the tree was read."""
        found: tuple[RepairNote, ...] | None = self._cache.get("repairs")
        if found is None:
            found = self._cache["repairs"] = self._pack.repairs()
        return found

    def document(self, path: str) -> dict[str, Any]:
        """Return a repaired document. It is shared and must not be changed.

        Args:
            path: path of the document, ``entity/data/table.json``.

        Raises:
            SchemaNotFound: there is no document at that path; ``nearest`` lists close ones.
        """
        document = self._documents.get(path)
        if document is None:
            self._entry(path)
            document = self._documents.setdefault(path, self._pack.document(path))
        found: dict[str, Any] = document
        return found

    def root_name(self, path: str) -> str:
        """Return the class name of a document, without parsing it.

        It is the title in CamelCase (``CreateTableRequest``), or the name of the file if the title
        is not a name, or is that of another file.

        Raises:
            SchemaNotFound: there is no document at that path.
        """
        name: str = self._entry(path)[3]
        return name

    def _entry(self, path: str) -> list[Any]:
        entry = self._pack.index.get(path)
        if entry is None:
            raise self._not_found(path, self.paths, "document")
        return entry

    def closure(self, path: str) -> tuple[str, ...]:
        """Return the path of a document and of all it refers to, itself first, without parsing.

        Raises:
            SchemaNotFound: there is no document at that path.
        """
        index, paths = self._pack.index, self.paths
        self._entry(path)
        reached = {path: None}
        waiting = [path]
        while waiting:
            for number in index[waiting.pop()][2]:
                other = paths[number]
                if other not in reached:
                    reached[other] = None
                    waiting.append(other)
        return tuple(reached)

    # -- places ------------------------------------------------------------------------------------

    def node(self, path: str, pointer: str = "") -> Node:
        """Return the node of a place. It is the same object each time.

        Args:
            path: path of a document, ``entity/data/table.json``; also with a pointer, as the
                ``path`` of an entity type may be: ``tests/basic.json#/definitions/testCaseResult``.
            pointer: JSON pointer in it, ``/definitions/column``; empty for the whole document.

        Raises:
            SchemaNotFound: there is no such document, or no schema at that place.
        """
        found = self._nodes.get((path, pointer))
        if found is not None:
            return found
        if "#" in path:
            head, _, inner = path.partition("#")
            return self.node(head, inner + pointer)
        document = self.document(path)
        try:
            schema = look_up(document, pointer)
        except LookupError:
            schema = None
        if not isinstance(schema, (dict, bool)):
            definitions = [f"/definitions/{name}" for name in document.get("definitions", ())]
            raise self._not_found(pointer, definitions, f"schema in {path}")
        return self._nodes.setdefault((path, pointer), Node(self, path, pointer, schema))

    def has_document(self, reference: str) -> bool:
        """Return whether the release has the document of a reference.

        Args:
            reference: path of a document, also with a pointer.
        """
        return reference.partition("#")[0] in self.paths

    def resolve(self, ref: str, base: str = "") -> Node:
        """Return the node that a ``$ref`` refers to; it may be a ``$ref`` too, see ``Node.target``.

        Args:
            ref: ``../type/basic.json#/definitions/uuid``; without a base, a path from the root.
            base: path of the document that contains it.

        Raises:
            RefUnresolved: it does not exist in this release. Remote references are not followed.
        """
        try:
            return self.node(*join(base, ref))
        except SchemaNotFound as error:
            place = f" in {base}" if base else ""
            raise RefUnresolved(f"$ref {ref!r}{place}: {error}", ref=ref, base=base) from error

    def find(self, name: str) -> Node:
        """Return the node of a type by its name, or of a place by its reference.

        Args:
            name: ``Table``, ``CreateTableRequest``, ``Column``, ``entity/data/table.json`` or
                ``entity/data/table.json#/definitions/column``.

        Raises:
            SchemaNotFound: there is no such type; ``nearest`` lists close names.
            AmbiguousName: several types have that name; ``candidates`` lists them.
        """
        reference = self.type_names.get(name)
        if reference is None:
            if "#" not in name and not name.endswith(".json"):
                self._refuse_ambiguous(name)
                raise self._not_found(name, self.type_names, "type")
            reference = name
        return self.node(reference)

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
            message = f"several types of {self.name} are named {name}; use a path instead:{listed}"
            raise AmbiguousName(message, name=name, candidates=tuple(candidates))

    def _names(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        found: tuple[dict[str, str], dict[str, list[str]]] | None = self._cache.get("names")
        if found is None:
            found = self._cache["names"] = self._pack.names()
        return found

    @property
    def type_names(self) -> Mapping[str, str]:
        """The reference of each type that has a unique short name, by that name, sorted."""
        return MappingProxyType(self._names()[0])

    @property
    def ambiguous_names(self) -> Mapping[str, list[str]]:
        """The references of all types of each short name that several types have."""
        return MappingProxyType(self._names()[1])

    # -- entities ----------------------------------------------------------------------------------

    @property
    def entities(self) -> Mapping[str, EntityType]:
        """The entity types by name, ``table`` …"""
        return MappingProxyType(self._by(entity_types.ENTITY))

    @property
    def time_series(self) -> Mapping[str, EntityType]:
        """The time series by name, ``testCaseResolutionStatus`` …"""
        return MappingProxyType(self._by(entity_types.TIME_SERIES))

    def entity_of(self, path: str) -> EntityType | None:
        """Return the entity type that a document describes, or None.

        Args:
            path: the path of its document or of its create request, with a pointer if it has one.
        """
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
        from dynclient.suggestions import did_you_mean, nearest

        near = nearest(name, known)
        message = f"release {self.name} has no {what} {name!r}{did_you_mean(near)}"
        return SchemaNotFound(message, name=name, release=self.name, nearest=near)
