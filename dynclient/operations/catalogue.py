"""The collections of a release: the path and the operations of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dynclient.errors import AmbiguousName, SchemaNotFound, UnknownCollection
from dynclient.operations.operation import Operation
from dynclient.operations.routes import attribute_name
from dynclient.operations.routes import route as collection_route
from dynclient.operations.standard import collection_operations
from dynclient.schema.node import node_of

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

Refine = Callable[[Operation], Operation]
"""Returns an operation of the schemas as one server has it."""


class CollectionSpec:
    """The entity type, the path and the operations of one collection.

    Args:
        release: the release whose schemas describe the entities.
        entity: the entity type.
        route: the path on this server; by default the one that the schemas and
            ``data/routes.json`` give.
        refine: returns each operation as this server has it; by default operations stay as the
            schemas give them.

    Attributes:
        attribute: the collection's name on the client, ``database_services``.
        entity: the entity type.
        route: the path below ``/api``, ``/v1/services/databaseServices``.
    """

    __slots__ = ("_operations", "_refine", "_release", "attribute", "entity", "route")

    def __init__(
        self,
        release: Release,
        entity: EntityType,
        route: str | None = None,
        refine: Refine | None = None,
    ) -> None:
        self._release = release
        self._refine = refine
        self._operations: Mapping[str, Operation] | None = None
        self.attribute = attribute_name(entity.name)
        self.entity = entity
        self.route = route or "/v1" + collection_route(entity, release.version)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Operations by name: ``create``, ``get`` …; built on first access."""
        if self._operations is None:
            operations = collection_operations(self.entity, self.route, self._release)
            if self._refine is not None:
                operations = tuple(map(self._refine, operations))
            self._operations = MappingProxyType({each.name: each for each in operations})
        return self._operations

    def __repr__(self) -> str:
        return f"<CollectionSpec {self.attribute} at {self.route}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return CollectionSpec, (self._release, self.entity, self.route)


class Catalogue:
    """The collections of one release.

    Attributes:
        release: the release whose schemas define them.
        collections: the collections by attribute name (``tables`` …), sorted.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        kinds = [*release.entities.values(), *release.time_series.values()]
        specs = sorted((CollectionSpec(release, kind) for kind in kinds), key=lambda s: s.attribute)
        self.collections: Mapping[str, CollectionSpec] = MappingProxyType(
            {spec.attribute: spec for spec in specs}
        )
        self._names: dict[str, CollectionSpec] | None = None

    def __repr__(self) -> str:
        return f"<Catalogue of {self.release.name}, {len(self.collections)} collections>"

    def __iter__(self) -> Iterator[CollectionSpec]:
        return iter(self.collections.values())

    def find(self, key: str | type | EntityType) -> CollectionSpec:
        """Return the collection that a key names.

        Args:
            key: the attribute (``database_services``), the last segment of the path
                (``databaseServices``), the entity type (``databaseService``, or its ``EntityType``
                record), the name of the entity class or of the create request
                (``DatabaseService``), or one of these classes, also of another release.

        Raises:
            UnknownCollection: the release has no such collection; ``nearest`` lists close names.
        """
        if isinstance(key, str):
            found = self.collections.get(key) or self._by_name().get(key) or self._by_type(key)
        elif isinstance(key, type):
            found = self._by_class(key)
        else:
            found = self._by_name().get(getattr(key, "name", ""))
        if found is None:
            raise self._unknown(key)
        return found

    def _by_name(self) -> dict[str, CollectionSpec]:
        """Return the collections by entity type, class name and last path segment."""
        if self._names is None:
            names: dict[str, CollectionSpec] = {}
            for spec in self.collections.values():
                names.setdefault(spec.route.rsplit("/", 1)[-1], spec)
            for spec in self.collections.values():
                # The name of an entity type takes precedence over another collection's path.
                names[spec.entity.type_name] = names[spec.entity.name] = spec
            self._names = names
        return self._names

    def _by_type(self, name: str) -> CollectionSpec | None:
        try:
            node = self.release.find(name)
        except (SchemaNotFound, AmbiguousName):
            return None
        return self._by_node(node)

    def _by_class(self, cls: type) -> CollectionSpec | None:
        node = node_of(cls)
        return None if node is None else self._by_node(node)

    def _by_node(self, node: Node) -> CollectionSpec | None:
        # The node may be of another release: its entity type has the same name in this one.
        entity = node.release.entity_of(node.ref if node.pointer else node.path)
        return None if entity is None else self._by_name().get(entity.name)

    def _unknown(self, key: object) -> UnknownCollection:
        name = key if isinstance(key, str) else _key_name(key)
        from dynclient.suggestions import did_you_mean, nearest

        # Paths such as "datamodels" are close to many typos, so they count last.
        near = nearest(name, self.collections)
        if not near:
            others = self._by_name()
            near = tuple(dict.fromkeys(others[n].attribute for n in nearest(name, others)))
        message = f"release {self.release.name} has no collection {name!r}{did_you_mean(near)}"
        return UnknownCollection(message, name=name, nearest=near)


def _key_name(key: object) -> str:
    """Return the name of a class or of an ``EntityType``; for anything else its repr."""
    found = getattr(key, "__name__" if isinstance(key, type) else "name", None)
    return found if isinstance(found, str) else repr(key)


def catalogue(release: Release) -> Catalogue:
    """Return the catalogue of a release, which is built once."""
    return release.memo("catalogue", Catalogue)
