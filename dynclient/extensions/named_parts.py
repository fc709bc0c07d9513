"""The named parts of entities: columns, fields of schemas, tasks, features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.schema import Node


def has_names(node: Node) -> bool:
    """Return whether a field of an entity has parts with names: columns, or a schema of fields."""
    items = node.items
    if items is not None and "fullyQualifiedName" in items.properties:
        return items.type_name != "EntityReference"
    return any(has_names(each) for each in node.properties.values() if each.items is not None)


def full_names(value: Any, fqn: str) -> Iterator[str]:
    """Yield the fully qualified names of everything that is a part of an entity, nested too.

    Args:
        value: the entity, or a part of it, as JSON.
        fqn: the fully qualified name of the entity.
    """
    if isinstance(value, Mapping):
        full = value.get("fullyQualifiedName")
        if isinstance(full, str) and full.startswith(f"{fqn}.") and "type" not in value:
            yield full
        for below in value.values():
            yield from full_names(below, fqn)
    elif isinstance(value, list):
        for below in value:
            yield from full_names(below, fqn)


def find_part(value: Any, full: str) -> Mapping[str, Any] | None:
    """Return the part with a fully qualified name; None if no part has it.

    Args:
        value: the entity, or a part of it, as JSON.
        full: the fully qualified name of the part.
    """
    below: Iterable[Any] = ()
    if isinstance(value, Mapping):
        if value.get("fullyQualifiedName") == full and "type" not in value:
            return value
        below = value.values()
    elif isinstance(value, list):
        below = value
    return next((found for each in below if (found := find_part(each, full)) is not None), None)
