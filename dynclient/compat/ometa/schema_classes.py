"""Official classes by the places of their schemas, and what stands between them and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.compat.models.class_registry import class_registry
from dynclient.compat.models.serialization import payload
from dynclient.compat.ometa.exceptions import InvalidEntityException, MissingEntityTypeException
from dynclient.drift.aliases import translate_object
from dynclient.errors import Problem, SchemaNotFound, UnknownCollection, UsageError
from dynclient.operations.catalogue import CollectionSpec, catalogue

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

__all__ = [
    "class_at",
    "created_by",
    "entity_name",
    "node_of",
    "payload",
    "release_of",
    "spec_of",
    "to_send",
    "wrap",
]


def node_of(cls: Any) -> Node:
    """Return the place that a class was made from.

    Raises:
        InvalidEntityException: it is no class of ``metadata.generated.schema``.
    """
    try:
        return model.schema_of(cls)
    except UsageError:
        name = getattr(cls, "__name__", repr(cls))
        message = f"{name} is no class of metadata.generated.schema"
        problem = Problem("entity", name, "argument", message)
        raise InvalidEntityException(message, problems=(problem,)) from None


def release_of(cls: Any) -> Release:
    """Return the release that a class, or the class of an object, belongs to."""
    return node_of(cls).release


def class_at(release: Release, path: str) -> type:
    """Return the class of a document, or of one of its definitions.

    Args:
        release: whose class; those that a script imported are of one release.
        path: ``entity/data/table.json``, ``type/basic.json#/definitions/uuid``.

    Raises:
        MissingEntityTypeException: the release has no such document.
    """
    document, _, pointer = path.partition("#")
    try:
        node = release.node(document, pointer)
    except SchemaNotFound as error:
        raise MissingEntityTypeException(str(error), name=path) from None
    return class_registry(release).class_at(node)


def wrap(cls: Any, data: Any, spoken: Release | None = None) -> Any:
    """Return what a server gave as an object of a class; the data is taken as it is.

    Args:
        cls: the class.
        data: decoded JSON.
        spoken: the release of the server. Where it is another one than the class's, fields get the
            names that they have there.
    """
    node = node_of(cls)
    if spoken is not None and spoken is not node.release and isinstance(data, dict):
        data = translate_object(node, data)
    return cls._take(data)


def to_send(node: Node, value: Any) -> Any:
    """Return the JSON of a model for a place of the server's release.

    Args:
        node: the place.
        value: a model of any release, or a mapping.
    """
    data = payload(value)
    if isinstance(data, dict) and getattr(type(value), "_node", node).release is not node.release:
        return translate_object(node, data)
    return data


def spec_of(cls: type) -> CollectionSpec:
    """Return the collection of a class, as its own release has it.

    Raises:
        MissingEntityTypeException: there is none.
    """
    try:
        return catalogue(release_of(cls)).find(cls)
    except UnknownCollection as error:
        raise MissingEntityTypeException(**error.parts) from None


def entity_name(cls: type) -> str:
    """Return the name of the entity type of a class: ``databaseService``."""
    return spec_of(cls).entity.name


def created_by(request: type) -> EntityType:
    """Return the entity type that a class of create requests makes.

    Raises:
        InvalidEntityException: it is no create request.
    """
    node = node_of(request)
    entity = node.release.entity_of(node.path)
    if entity is None or entity.create != node.path or node.pointer:
        name = request.__name__
        message = f"{name} is no create request, such as CreateTableRequest"
        problem = Problem("data", name, "argument", message)
        raise InvalidEntityException(message, problems=(problem,))
    return entity
