"""Functions on entities, which have no methods of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import UsageError
from dynclient.model.classes import class_for
from dynclient.model.containers import FieldList, FieldMap
from dynclient.model.conversion import convert, plain
from dynclient.model.entity import NEW, Entity, EntityMeta, Origin, Original, clone, new_entity
from dynclient.schema.node import node_of
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.errors import Problem
    from dynclient.schema import Node


def asdict(value: Any, *, secrets: bool = False) -> Any:
    """Return an entity as plain decoded JSON, copied.

    Args:
        value: an entity, or a list or map of one.
        secrets: return secrets in clear; otherwise they are masked.
    """
    if isinstance(value, Entity):
        return clone(value._raw) if secrets else _masked(type(value)._node, value._raw)
    if isinstance(value, FieldMap):
        if secrets:
            return clone(value._raw)
        from dynclient.model.masking import masked_map

        return masked_map(value._node, value._raw)
    if isinstance(value, (list, tuple)):
        if isinstance(value, FieldList) and secrets:
            return clone(value._raw)
        return [asdict(item, secrets=secrets) for item in value]
    if isinstance(value, dict):
        return {name: asdict(item, secrets=secrets) for name, item in value.items()}
    from dynclient.secrets import Secret

    return str(value) if isinstance(value, Secret) and not secrets else plain(None, value)


def _masked(node: Node | None, raw: Any) -> Any:
    from dynclient.model.masking import masked  # imported by what shows entities as JSON

    return masked(node, raw)


@public_call
def to_json(value: Any, *, secrets: bool = False, indent: int | None = None) -> str:
    """Return an entity as a JSON string.

    Args:
        value: an entity, or a list or map of one.
        secrets: write secrets in clear; otherwise they are masked.
        indent: spaces per level; None for one line.
    """
    import json

    return json.dumps(asdict(value, secrets=secrets), indent=indent, ensure_ascii=False)


@public_call
def schema_of(value: Any) -> Node:
    """Return the schema node of an entity, a class, a named scalar or an enum member.

    Args:
        value: the object or the class.

    Raises:
        UsageError: the value has no schema.
    """
    cls = value if isinstance(value, type) else type(value)
    node = node_of(cls)
    if node is None:
        raise UsageError(
            f"must be an entity, a create request or another type of a release, not {cls.__name__}"
        )
    return node


@public_call
def check(value: Entity) -> list[Problem]:
    """Return all problems with an entity or create request; an empty list if it is valid.

    Args:
        value: an entity, a create request, or another object of a release.

    Raises:
        UsageError: the value has no schema.
    """
    from dynclient.validation import validator

    node = schema_of(value)
    return validator(node.release).check(node, value._raw)


@public_call
def original(entity: Entity) -> dict[str, Any]:
    """Return the JSON of an entity as the server returned it, copied.

    Args:
        entity: the entity; changes since then are not in the result.

    Raises:
        UsageError: the entity was created here, or is part of another entity.
    """
    copied: dict[str, Any] = clone(_original(entity))
    return copied


@public_call
def changes(entity: Entity, *, secrets: bool = False) -> list[dict[str, Any]]:
    """Return what was changed since a server returned an entity, as JSON Patch operations.

    A mask in the place of a secret stands for that secret, so it is not a change.

    Args:
        entity: the entity.
        secrets: return secrets in clear, as ``om.save`` sends them; otherwise they are masked.

    Raises:
        UsageError: the entity was created here, or is part of another entity.
    """
    before = _original(entity)
    if before is entity._raw:
        return []
    from dynclient.model.masking import patch_mask_paths, sealed, without_masks, without_secrets

    node, after = type(entity)._node, entity._raw
    operations = difference(before, after)
    if patch_mask_paths(node, operations):
        after = without_masks(node, before, after)
        operations = difference(before, after)
    if secrets:
        return operations
    # Masked last: before that, one secret differs from another.
    return [
        {**operation, "value": without_secrets(operation["value"])}
        if "value" in operation
        else operation
        for operation in difference(sealed(node, before), sealed(node, after))
    ]


def _original(entity: Entity) -> dict[str, Any]:
    if not isinstance(entity, Entity):
        raise UsageError(f"must be an entity, not {type(entity).__name__}")
    link = entity._link
    if isinstance(link, Original):
        return entity._raw if link.raw is None else link.raw
    if link is NEW or isinstance(link, Entity):
        name = type(entity).__name__
        if isinstance(link, Entity):
            owner = type(link).__name__
            raise UsageError(f"this {name} is part of a {owner}; pass the entity that contains it")
        raise UsageError(
            f"this {name} was not returned by a server, so it has no original to compare with;"
            " send a create request with om.create_or_update(…)"
        )
    return entity._raw


def type_of(entity: Entity) -> str | None:
    """Return the name of the entity type of an entity, or of what a reference refers to.

    None for a part of an entity, and for a reference that does not say it.
    """
    node = type(entity)._node
    kind = node.entity.name if node.entity is not None else entity._raw.get("type")
    return kind if isinstance(kind, str) else None


def name_of(data: Mapping[str, Any]) -> str:
    """Return what messages call an entity: its fully qualified name, its name or its id.

    Args:
        data: its JSON.

    Returns:
        The first of them that is set; empty without one.
    """
    names = (data.get(key) for key in ("fullyQualifiedName", "name", "id"))
    return str(next(filter(None, names), ""))


def difference(before: Any, after: Any) -> list[dict[str, Any]]:
    """Return the JSON Patch operations that change one piece of decoded JSON to another."""
    from dynclient.model.json_patch import diff  # imported by what changes entities

    return [clone(operation) for operation in diff(before, after)]


def raw(value: Any, node: Node | None = None) -> Any:
    """Return the JSON to send for a value: the data of an entity itself, anything else converted.

    Args:
        value: an entity, or a mapping or list with entities inside …
        node: the schema node of its place; it decides what an entity inside is converted to.

    Raises:
        RecursionError: the value is nested too deeply, or contains itself.
    """
    return value._raw if isinstance(value, Entity) else convert(node, value)


def json_of(value: Any) -> Any:
    """Return the JSON of an entity, not a copy of it; any other value as it is."""
    return value._raw if isinstance(value, Entity) else value


def load(kind: Node | type, data: Any, origin: Origin | None = None) -> Any:
    """Return decoded JSON that a server returned as an entity.

    Args:
        kind: its class or schema node.
        data: the JSON; shared, not copied. What is not an object is returned as it is.
        origin: the response that it comes from, which reads the fields that it left out; None for
            an entity whose absent fields are None.
    """
    cls = kind if isinstance(kind, type) else class_for(kind)
    if isinstance(cls, EntityMeta) and isinstance(data, dict):
        return new_entity(cls, data, origin)  # type: ignore[arg-type]  # a metaclass instance is a class
    return data
