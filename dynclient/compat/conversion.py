"""Official classes by the path of their schema, and their conversion from and to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.schema import Release


def entity_class(release: Release, path: str) -> Any:
    """Return the class of a schema document, or of a schema in one.

    Args:
        release: the release.
        path: ``entity/data/table.json`` or ``entity/data/table.json#/definitions/column``.

    Raises:
        SchemaNotFound: the release has no such document or schema.
    """
    from dynclient.compat.models.class_registry import class_registry

    return class_registry(release).class_at(release.node(path))


def payload(value: Any) -> Any:
    """Return the JSON to send for a value: the fields that are set and not None, secrets in clear.

    Data from a server that was not changed is returned as the server sent it.

    Args:
        value: a model, a root type, an enumeration member, or lists and dicts of them.
    """
    from dynclient.compat.models import serialization

    return serialization.payload(value)


def wrap(cls: Any, data: Any) -> Any:
    """Return an instance of an official class for a server's response.

    Args:
        cls: the class.
        data: decoded JSON, which is shared and not validated; or an entity of dynclient.
    """
    from dynclient.model import Entity, asdict

    return cls._from_json(asdict(data, secrets=True) if isinstance(data, Entity) else data)
