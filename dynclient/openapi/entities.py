"""Which entities a server's OpenAPI document shows, for a release made of that document alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.openapi.index import Index, shape
from dynclient.openapi.schema_tree import ENTITY, SERIES, EntityComponent, lowered
from dynclient.operations.routes import folder, plural

if TYPE_CHECKING:
    from dynclient.openapi.digest import Digest
    from dynclient.openapi.root_schemas import Root

_ENTITY = frozenset(
    {"id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href",
     "changeDescription"}
)  # fmt: skip
"""What every entity has: the getters of the interface that all their classes implement."""
_SERIES = frozenset({"id", "timestamp"})
"""What every time series has."""
_ABILITIES = {"followers": "/{}/followers", "votes": "/{}/vote", "deleted": "/restore"}
"""Properties that go with an operation below the collection."""


def find_entities(
    told: Digest, schemas: Mapping[str, Any], roots: Iterable[Root] = ()
) -> list[EntityComponent]:
    """Return the types of entities and time series that a document shows, by component.

    A component is an entity's when it has the fields that all entities have, and some path of the
    document is its collection.

    Args:
        told: the digest of the document.
        schemas: its components by name.
        roots: root schemas that the server tells besides; they know what their types are called.
    """
    index = Index.of_digest(told, "", "")
    called = {root.name.casefold(): root.name for root in roots}
    paths = {shape(each.path) for each in index.operations}
    found = []
    for component, schema in sorted(schemas.items()):
        has = set(schema.get("properties", ())) if isinstance(schema, dict) else set()
        kind = ENTITY if has >= _ENTITY else SERIES if has >= _SERIES else None
        places = [] if kind is None else _plain(index.places(component))
        if kind is None or not places:
            continue
        route = places[0]
        name = called.get(component.casefold()) or entity_name(component, route)
        taken = next(each.taken for each in index.collections if each.path == route)
        create = taken if taken is not None and taken.startswith("Create") else None
        lacking = {n for n, below in _ABILITIES.items() if shape(route) + below not in paths}
        path = f"{folder(route.removeprefix('/v1'))}{name}.json"
        without = frozenset(lacking) if kind == ENTITY else frozenset()
        found.append(EntityComponent(name, component, create, path, kind, without))
    return found


def _plain(places: list[str]) -> list[str]:
    """Return the paths that need nothing of another entity, the shortest first."""
    return sorted((each for each in places if "{" not in each), key=lambda each: (len(each), each))


def entity_name(component: str, route: str) -> str:
    """Return what a server calls an entity type, as far as its path tells the case.

    Args:
        component: name of its class, ``MlModel``.
        route: of its collection, ``/v1/mlmodels``.

    Returns:
        ``mlmodel``; where the path ends in another word, the class's name with a small beginning.
    """
    last = route.rsplit("/", 1)[-1]
    if plural(component).casefold() == last.casefold():
        for name in (last, last[:-1], last[:-2], last[:-3] + "y"):
            if name.casefold() == component.casefold():
                return name
    return lowered(component)
