"""Which entities the parts of a fully qualified name name: ``service.database.schema.table``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dynclient.data import data_file
from dynclient.operations.entity_filters import service_types

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Release


class NameParents(NamedTuple):
    """The types of the entities in a fully qualified name."""

    types: tuple[tuple[str, str], ...]
    """Field and entity type of each parent, outermost first: ``("service", "databaseService")``."""
    nested: bool
    """Whether entities of the type may be below others of the type, by the field ``parent``."""


def name_parents(release: Release, entity: EntityType) -> NameParents:
    """Return the parents in the fully qualified name of an entity type, as far as they are known.

    Args:
        release: the release.
        entity: the entity type.
    """
    nested = "parent" in _fields(release, entity)
    found: list[tuple[str, str]] = []
    below = entity
    while (parent := _parent(release, below)) is not None:
        field, below = parent
        if below.name in {name for _, name in found}:
            break
        found.insert(0, (field, below.name))
    return NameParents(tuple(found), nested)


def _parent(release: Release, entity: EntityType) -> tuple[str, EntityType] | None:
    """Return the field of the parent and its type, if the type is certain."""
    fields = _fields(release, entity)
    for field in data_file("name_parents.json")["fields"]:
        types = service_types(entity, release) if field == "service" else (field,)
        if field in fields and len(types) == 1 and types[0] in release.entities:
            return field, release.entities[types[0]]
    return None


def _fields(release: Release, entity: EntityType) -> set[str]:
    """Return the fields of the create request of an entity type."""
    return set() if entity.create is None else {*release.node(entity.create).properties}
