"""Which type of entity a field of a create request names, as far as the schemas say so."""

from __future__ import annotations

from dynclient.schema import EntityType, Node, Release

_NAMES = ("fullyQualifiedEntityName", "entityName")
_TAILS = ("Reference", "References", "FQN", "Fqn", "Id", "Name")


def is_reference(node: Node) -> bool:
    """Return whether a schema is that of an EntityReference."""
    return node.kind == "object" and node.type_name == "EntityReference"


def may_name(node: Node, *, outermost: bool) -> bool:
    """Return whether a value can name an entity: as a reference, a name or an id.

    Args:
        node: the schema of the value.
        outermost: whether it is a field of the request itself; only there a plain text can be a
            name.
    """
    if node.kind == "string":
        if outermost and "/definitions/" not in node.target.pointer and node.format is None:
            return True
        return node.target.pointer.rpartition("/")[2] in _NAMES or node.format == "uuid"
    return is_reference(node)


def named_entity_type(release: Release, owner: EntityType, field: str) -> str | None:
    """Return the type of the entity that a field is named after, or None.

    ``databaseSchema``, ``policies`` and ``queryReference`` contain the type. A ``parent`` is of
    the owner's own type, and a ``service`` of the type that defines the owner's ``serviceType``.

    Args:
        release: the release of the schemas.
        owner: the entity type that the request creates.
        field: name of a field of the request, or of an object in it.
    """
    if field == "parent":
        return owner.name
    if field == "service":
        return _service(release, owner)
    types = {name.casefold(): name for name in release.entities}
    for stem in _stems(field):
        for word in (stem, stem.removesuffix("s"), stem.removesuffix("es"), _singular(stem)):
            if word.casefold() in types:
                return types[word.casefold()]
    return None


def _stems(field: str) -> list[str]:
    return [field, *(field.removesuffix(tail) for tail in _TAILS if field.endswith(tail))]


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word


def _defines(release: Release, entity: EntityType, kind: Node) -> bool:
    """Return whether an entity type is a service with this definition of ``serviceType``."""
    path, _, pointer = entity.path.partition("#")
    fields = release.node(path, pointer).properties
    return (
        "service" not in fields
        and "serviceType" in fields
        and fields["serviceType"].target.ref == kind.target.ref
    )


def _service(release: Release, owner: EntityType) -> str | None:
    path, _, pointer = owner.path.partition("#")
    kind = release.node(path, pointer).properties.get("serviceType")
    found = None if kind is None else release.entity_of(kind.target.path)
    if found is not None:
        return found.name
    for entity in release.entities.values():  # both have the same definition of serviceType
        if kind is not None and entity.name != owner.name and _defines(release, entity, kind):
            return entity.name
    # Otherwise by name: an llmModel belongs to an llmService, if there is such a type.
    for entity in release.entities.values():
        stem = entity.name.removesuffix("Service")
        if stem != entity.name and owner.name.casefold().startswith(stem.casefold()):
            return entity.name
    return None
