"""Functions on entities, which have no methods of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import UsageError
from dynclient.model import json_patch
from dynclient.model.classes import class_for
from dynclient.model.containers import FieldList, FieldMap
from dynclient.model.entity import Entity, EntityMeta, Original, clone, made
from dynclient.model.masking import masked

if TYPE_CHECKING:
    from dynclient.errors import Problem
    from dynclient.schema import Node


def asdict(value: Any, *, secrets: bool = False) -> Any:
    """Return an entity (or a list or map in one) as plain decoded JSON, copied.

    Args:
        value: an entity, a list or a map of one.
        secrets: give secrets in clear; otherwise they are masked.
    """
    if isinstance(value, Entity):
        return clone(value._raw) if secrets else masked(type(value)._node, value._raw)
    if isinstance(value, FieldMap):
        return clone(value._raw) if secrets else masked(None, value._raw)
    if isinstance(value, (list, tuple)):
        if isinstance(value, FieldList) and secrets:
            return clone(value._raw)
        return [asdict(one, secrets=secrets) for one in value]
    if isinstance(value, dict):
        return {name: asdict(one, secrets=secrets) for name, one in value.items()}
    from dynclient.model.conversion import plain
    from dynclient.secrets import Secret

    return str(value) if isinstance(value, Secret) and not secrets else plain(None, value)


def to_json(value: Any, *, secrets: bool = False, indent: int | None = None) -> str:
    """Return an entity as JSON text.

    Args:
        value: an entity, a list or a map of one.
        secrets: give secrets in clear; otherwise they are masked.
        indent: spaces per level; None for one line.
    """
    import json

    return json.dumps(asdict(value, secrets=secrets), indent=indent, ensure_ascii=False)


def schema_of(value: Any) -> Node:
    """Return the schema place of an entity, a class, or a named scalar or enum member.

    Raises:
        UsageError: it is none of them.
    """
    cls = value if isinstance(value, type) else type(value)
    node: Node | None = getattr(cls, "_node", None) or getattr(cls, "_schema_node", None)
    if node is None:
        raise UsageError(f"{cls.__name__} is no type of a release")
    return node


def check(value: Entity) -> list[Problem]:
    """Return everything that is wrong with an entity or request; an empty list when it is valid."""
    from dynclient.validation import validator

    node = schema_of(value)
    checker = validator(node.release)
    return [] if checker.is_valid(node, value._raw) else checker.problems(node, value._raw)


def accepted(node: Node, raw: Any) -> bool:
    """Tell whether data is valid at a place, and has no field that the place does not know.

    What an open schema lets pass may be a field of another release, which a server would drop.
    """
    from dynclient.validation import validator

    if not validator(node.release).is_valid(node, raw):
        return False
    if node.kind != "object" or not isinstance(raw, dict):
        return True
    return node.properties.keys() >= raw.keys() or not getattr(class_for(node), "_bridges", None)


def bridged(node: Node, raw: Any, what: str) -> Any:
    """Return data that is not :func:`accepted` as the release has it.

    Raises:
        RequestInvalid: it is not valid even so.
    """
    from dynclient.drift import translate  # what fits never comes here

    return translate.bridged(node, raw, what)


def original(entity: Entity) -> dict[str, Any]:
    """Return the JSON of an entity as the server gave it.

    Raises:
        UsageError: no server gave it; it was built here, or is part of another entity.
    """
    link = entity._link
    if isinstance(link, Original):
        copied: dict[str, Any] = clone(link.raw)
        return copied
    if link is not None:
        name = type(entity).__name__
        raise UsageError(
            f"this {name} was not given by a server, so there is nothing to compare with"
        )
    same: dict[str, Any] = clone(entity._raw)
    return same


def changes(entity: Entity) -> list[dict[str, Any]]:
    """Return what was changed since the server gave an entity, as JSON Patch operations.

    Raises:
        UsageError: no server gave it; it was built here, or is part of another entity.
    """
    if entity._link is None:
        return []
    link = entity._link
    before = link.raw if isinstance(link, Original) else original(entity)
    return difference(before, entity._raw)


def difference(before: Any, after: Any) -> list[dict[str, Any]]:
    """Return what has to be done to decoded JSON to make it another, as JSON Patch operations."""
    return [clone(operation) for operation in json_patch.diff(before, after)]


def raw(value: Any, node: Node | None = None) -> Any:
    """Return JSON to send: the live data of an entity, or anything else turned into JSON.

    Args:
        value: an entity, or what stands for one: a mapping with entities inside, a list …
        node: the place it goes to; it decides what an entity inside turns into.
    """
    if isinstance(value, Entity):
        return value._raw
    from dynclient.model.conversion import plain

    return plain(node, value)


def load(kind: Node | type, data: Any) -> Any:
    """Return decoded JSON that a server gave as what users hold.

    Args:
        kind: the class or the schema place of it.
        data: the JSON; taken as it is, not copied.
    """
    cls = kind if isinstance(kind, type) else class_for(kind)
    if isinstance(cls, EntityMeta) and isinstance(data, dict):
        return made(cls, data, None)  # type: ignore[arg-type]  # a metaclass instance is a class
    return data
