"""The collections of a release: where each lies, and what can be done with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dynclient.errors import AmbiguousName, SchemaNotFound, UnknownCollection, UsageError
from dynclient.openapi.operations import merge_server_parameters
from dynclient.operations.operation import Operation
from dynclient.operations.routes import attribute_name, route
from dynclient.operations.standard import collection_operations, server_operations
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.openapi.index import Index
    from dynclient.schema import EntityType, Release


class CollectionSpec:
    """All entities of one type at one path, and what can be done with them.

    Args:
        release: whose it is.
        entity: its entity type.
        place: its path, where a server has it elsewhere than the tree and the data say.
        index: what that server tells of its operations.

    Attributes:
        attribute: its name on the client, ``database_services``.
        entity: its entity type.
        route: its path, ``/v1/services/databaseServices``.
    """

    __slots__ = ("_index", "_operations", "_release", "attribute", "entity", "route")

    def __init__(
        self,
        release: Release,
        entity: EntityType,
        place: str | None = None,
        index: Index | None = None,
    ) -> None:
        self._release = release
        self._index = index
        self._operations: Mapping[str, Operation] | None = None
        self.attribute = attribute_name(entity.name)
        self.entity = entity
        self.route = place or "/v1" + route(entity, release.version)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Operations by name: ``create``, ``get`` …; made when first asked for."""
        if self._operations is None:
            known = collection_operations(self.entity, self.route, self._release)
            made = {each.name: each for each in known}
            if self._index is not None and "list" in made:
                made["list"] = merge_server_parameters(made["list"], self._index)
            self._operations = MappingProxyType(made)
        return self._operations

    def __repr__(self) -> str:
        return f"<CollectionSpec {self.attribute} at {self.route}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return CollectionSpec, (self._release, self.entity, self.route)


class Catalogue:
    """Everything the servers of one release can be asked.

    Attributes:
        release: whose it is.
        collections: by attribute name, sorted: ``tables`` …
        server: operations that belong to no collection, by name: ``version``, ``login`` …
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        kinds = [*release.entities.values(), *release.time_series.values()]
        specs = sorted((CollectionSpec(release, kind) for kind in kinds), key=lambda s: s.attribute)
        self.collections: Mapping[str, CollectionSpec] = MappingProxyType(
            {spec.attribute: spec for spec in specs}
        )
        self.server: Mapping[str, Operation] = MappingProxyType(
            {each.name: each for each in server_operations(release.version)}
        )
        self._names: dict[str, CollectionSpec] | None = None

    def __repr__(self) -> str:
        return f"<Catalogue of {self.release.name}, {len(self.collections)} collections>"

    def __iter__(self) -> Iterator[CollectionSpec]:
        return iter(self.collections.values())

    def find(self, key: str | type | EntityType) -> CollectionSpec:
        """Return the collection that a key means.

        Args:
            key: its attribute (``database_services``), the last part of its path
                (``databaseServices``), an entity type (``databaseService``, or the record), the
                name of its class or of its create request (``DatabaseService``), or one of these
                classes.

        Raises:
            UnknownCollection: the release has none of that name; ``nearest`` tells close ones.
        """
        if isinstance(key, str):
            found = self.collections.get(key) or self._by_name().get(key) or self._by_type(key)
        elif isinstance(key, type):
            found = self._of_class(key)
        else:
            found = self._by_name().get(getattr(key, "name", ""))
        if found is None:
            raise self._unknown(key)
        return found

    def _by_name(self) -> dict[str, CollectionSpec]:
        """Return the collections by all names that an item can have."""
        if self._names is None:
            names: dict[str, CollectionSpec] = {}
            for spec in self.collections.values():
                names.setdefault(spec.route.rsplit("/", 1)[-1], spec)
            for spec in self.collections.values():
                # What an entity type is called comes before how another one's path ends.
                names[spec.entity.type_name] = names[spec.entity.name] = spec
            self._names = names
        return self._names

    def _by_type(self, name: str) -> CollectionSpec | None:
        try:
            node = self.release.find(name)
        except (SchemaNotFound, AmbiguousName):
            return None
        return self._of_place(node.ref if node.pointer else node.path)

    def _of_class(self, cls: type) -> CollectionSpec | None:
        from dynclient import model

        try:
            node = model.schema_of(cls)
        except UsageError:
            return None
        # A class of another release will do: what it is called there is what is meant here.
        if node.release is self.release:
            return self._of_place(node.ref if node.pointer else node.path)
        theirs = node.release.entity_of(node.ref if node.pointer else node.path)
        return None if theirs is None else self._by_name().get(theirs.name)

    def _of_place(self, place: str) -> CollectionSpec | None:
        entity = self.release.entity_of(place)
        return None if entity is None else self._by_name().get(entity.name)

    def _unknown(self, key: object) -> UnknownCollection:
        name = key if isinstance(key, str) else _called(key)
        known = {**self._by_name(), **self.collections}
        near = tuple(dict.fromkeys(known[other].attribute for other in nearest(name, known)))
        message = f"release {self.release.name} has no collection {name!r}{did_you_mean(near)}"
        return UnknownCollection(message, name=name, nearest=near)


def _called(key: object) -> str:
    """Return the name of a class, of the record of an entity type, or what else shows a key."""
    found = getattr(key, "__name__" if isinstance(key, type) else "name", None)
    return found if isinstance(found, str) else repr(key)


_catalogues: dict[tuple[str, str, str], Catalogue] = {}


_lock = threading.Lock()


def catalogue(release: Release) -> Catalogue:
    """Return the catalogue of a release; there is one for each."""
    key = (release.digest, release.name, release.drift)
    found = _catalogues.get(key)
    if found is None:
        with _lock:
            found = _catalogues.setdefault(key, Catalogue(release))
    return found
