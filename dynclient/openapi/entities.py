"""The entity types that an OpenAPI document shows, for a release built from that document alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.openapi.components import created_type
from dynclient.openapi.index import Index, shape
from dynclient.openapi.schema_tree import ENTITY, SERIES, EntityComponent, file_stem
from dynclient.operations.routes import plural, schema_folder

if TYPE_CHECKING:
    from dynclient.openapi.digest import Digest
    from dynclient.openapi.root_schemas import RootSchema

_ENTITY_FIELDS = frozenset(
    {"id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href",
     "changeDescription"}
)  # fmt: skip
"""Fields of every entity: the getters of the Java interface that all their classes implement."""
_SERIES_FIELDS = frozenset({"id", "timestamp"})
"""Fields of every time series."""
_CAPABILITIES = {"followers": "/{}/followers", "votes": "/{}/vote", "deleted": "/restore"}
"""Fields that need an operation below the collection, and the path of that operation."""


def find_entities(
    digest: Digest, schemas: Mapping[str, Any], roots: Iterable[RootSchema] = ()
) -> list[EntityComponent]:
    """Return the entity types and time series of a document, sorted by component.

    A component is an entity's if it has the fields that all entities have, and the document has a
    collection for it.

    Args:
        digest: the digest of the document.
        schemas: the document's components by name.
        roots: the root schemas that the server lists, which know the names of their entity types.
    """
    index = Index.of_digest(digest, "", "")
    names = {root.name.casefold(): root.name for root in roots}
    paths = {shape(each.path) for each in index.operations}
    found = []
    for component, schema in sorted(schemas.items()):
        fields = set(schema.get("properties", ())) if isinstance(schema, dict) else set()
        kind = ENTITY if fields >= _ENTITY_FIELDS else SERIES if fields >= _SERIES_FIELDS else None
        routes = [] if kind is None else _top_level(index.collection_paths(component))
        if kind is None or not routes:
            continue
        route = routes[0]
        name = names.get(component.casefold()) or entity_name(component, route)
        request = next(each.request for each in index.collections if each.path == route)
        create = request if created_type(request) is not None else None
        path = f"{schema_folder(route.removeprefix('/v1'))}{name}.json"
        unsupported = {n for n, p in _CAPABILITIES.items() if shape(route) + p not in paths}
        without = frozenset(unsupported) if kind == ENTITY else frozenset()
        found.append(EntityComponent(name, component, create, path, kind, without))
    return found


def _top_level(paths: list[str]) -> list[str]:
    """Return the paths without parameters, the shortest first."""
    return sorted((each for each in paths if "{" not in each), key=lambda each: (len(each), each))


def entity_name(component: str, route: str) -> str:
    """Return the name of an entity type, in the case that its path shows.

    Args:
        component: name of its class, ``MlModel``.
        route: path of its collection, ``/v1/mlmodels``.

    Returns:
        ``mlmodel``; if the path ends in another word, the class's name with a lower-case beginning.
    """
    last = route.rsplit("/", 1)[-1]
    if plural(component).casefold() == last.casefold():
        for name in (last, last[:-1], last[:-2], last[:-3] + "y"):
            if name.casefold() == component.casefold():
                return name
    return file_stem(component)
