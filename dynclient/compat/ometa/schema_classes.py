"""Official classes by their schemas, and their conversion from and to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.compat.conversion import entity_class
from dynclient.compat.models.serialization import payload
from dynclient.compat.ometa.exceptions import InvalidEntityException, MissingEntityTypeException
from dynclient.compat.ometa.official_routes import official_spec, official_type
from dynclient.drift.aliases import translate_object, with_own_names
from dynclient.errors import Problem, SchemaNotFound, UnknownCollection, UsageError
from dynclient.operations.catalogue import CollectionSpec, catalogue
from dynclient.schema.node import node_of as built_from

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

__all__ = [
    "class_at",
    "created_by",
    "entity_name",
    "node_of",
    "payload",
    "release_of",
    "spec_in",
    "spec_of",
    "to_send",
    "wrap",
]


def node_of(cls: Any) -> Node:
    """Return the schema that a class was built from.

    Raises:
        InvalidEntityException: it is not a class of ``metadata.generated.schema``.
    """
    try:
        return model.schema_of(cls)
    except UsageError:
        name = getattr(cls, "__name__", repr(cls))
        message = f"{name} is not a class of metadata.generated.schema"
        problem = Problem("entity", name, "argument", message)
        raise InvalidEntityException(message, problems=(problem,)) from None


def release_of(cls: Any) -> Release:
    """Return the release that a class belongs to."""
    return node_of(cls).release


def class_at(release: Release, path: str) -> type:
    """Return the class of a schema document, or of one of its definitions.

    Args:
        release: the release.
        path: ``entity/data/table.json``, ``type/basic.json#/definitions/uuid``.

    Raises:
        MissingEntityTypeException: the release has no such document.
    """
    try:
        found: type = entity_class(release, path)
    except SchemaNotFound as error:
        raise MissingEntityTypeException(str(error), name=path) from None
    return found


def wrap(cls: Any, data: Any, server_release: Release | None = None) -> Any:
    """Return a server's JSON as an instance of a class, without validation.

    Args:
        cls: the class.
        data: decoded JSON.
        server_release: the release of the server. If the class is of another release, fields get
            the names that they have there.
    """
    node = node_of(cls)
    if server_release is not None and server_release is not node.release and isinstance(data, dict):
        data = translate_object(node, data)
    return cls._from_json(data)


def to_send(node: Node, value: Any) -> Any:
    """Return the JSON of a model for a schema of the server's release.

    Args:
        node: the schema.
        value: a model of any release, or a mapping.
    """
    data = payload(value)
    if isinstance(data, dict) and getattr(type(value), "_node", node).release is not node.release:
        # What cannot be translated stays as it is; validation reports it.
        return with_own_names(node, data)[0]
    return data


def spec_of(cls: type) -> CollectionSpec:
    """Return the collection of an entity class in its own release.

    Raises:
        MissingEntityTypeException: the class has no collection.
    """
    return spec_in(release_of(cls), cls)


def spec_in(release: Release, entity: Any) -> CollectionSpec:
    """Return the collection of an entity class or type name in a release.

    Raises:
        MissingEntityTypeException: the release has no such collection.
    """
    try:
        return catalogue(release).find(entity)
    except UnknownCollection as error:
        node = built_from(entity)
        found = None if node is None else official_spec(node, release)
        if found is None:
            raise MissingEntityTypeException(**error.parts) from None
    return found


def entity_name(cls: type) -> str:
    """Return the name of the entity type of a class, such as ``databaseService``."""
    return spec_of(cls).entity.name


def created_by(request: type) -> EntityType:
    """Return the entity type that a class of create requests creates.

    Raises:
        InvalidEntityException: it is not a create request.
    """
    node = node_of(request)
    entity = node.release.entity_of(node.path) or official_type(node)
    if entity is None or entity.create != node.path or node.pointer:
        name = request.__name__
        message = f"{name} is not a create request, such as CreateTableRequest"
        problem = Problem("data", name, "argument", message)
        raise InvalidEntityException(message, problems=(problem,))
    return entity
