"""Errors for fields that an entity does not have; imported when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.drift.aliases import aliases_of, removed_field_message
from dynclient.errors import BadArguments, Problem, UnknownField
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.model.entity import Entity, EntityMeta


def unknown_fields(cls: EntityMeta, names: list[str], known: dict[str, Problem]) -> BadArguments:
    """Return the error for names that a class does not have.

    Args:
        cls: the class.
        names: all of them.
        known: problems that say more, by name.
    """
    rule, message = "additionalProperties", "is not a known property"
    problems = tuple(
        known.get(name) or Problem(name, None, rule, message, nearest(name, cls._nodes))
        for name in names
    )
    lines = "".join(f"\n  {problem}" for problem in problems)
    fields = "this field" if len(names) == 1 else "these fields"
    message = f"{cls.__name__} does not have {fields}:{lines}"
    return BadArguments(message, problems=problems)


def unknown_field(entity: Entity, name: Any) -> UnknownField:
    """Return the error for a field that neither the type nor the data of an entity has."""
    cls = type(entity)
    hint = _resolve_hint(entity, str(name))
    if hint is not None:
        return UnknownField(f"{cls.__name__} has no field {name!r}; {hint}", name=str(name))
    reason = removed_field_message(cls._node, str(name))
    if reason is not None:
        end = f", which {reason}"
    else:
        end = did_you_mean(nearest(str(name), {*cls._nodes, *entity._raw}))
    return UnknownField(f"{cls.__name__} has no field {name!r}{end}", name=str(name), obj=entity)


def _resolve_hint(entity: Entity, name: str) -> str | None:
    """Return how to read a field that a reference lacks and its entity has, or None."""
    node = type(entity)._node
    kind = entity._raw.get("type")
    if node.type_name != table.REFERENCE or not isinstance(kind, str):
        return None
    found = node.release.entities.get(kind)
    if found is None:
        return None
    target = node.release.node(found.path)
    if name not in target.properties and name not in aliases_of(target):
        return None
    return f"the {kind} that it refers to has: om.resolve(reference).{name}"


def reserved_field(entity: Entity, name: str) -> UnknownField:
    """Return the error for setting a field as an attribute that Python has under its name."""
    kind = type(entity).__name__
    message = f"{name!r} of {kind} must be set as an item: x[{name!r}] = …"
    return UnknownField(message, name=name, obj=entity)


def field_not_set(entity: Entity, name: Any) -> UnknownField:
    """Return the error for deleting a field without a value."""
    if name not in type(entity)._nodes:
        return unknown_field(entity, name)
    message = f"{name} of this {type(entity).__name__} is not set, so it cannot be deleted"
    return UnknownField(message, name=str(name), obj=entity)
