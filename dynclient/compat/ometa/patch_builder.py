"""JSON Patches between two states of an official model.

``build_patch`` follows the official rules as far as what it does to the server goes: fields that
were never set are not told apart from absent ones, ``changeDescription`` is none of the caller's
business, and table constraints in another order are the same constraints. With ``allowed_fields``
and its companions it keeps what ingestion may not overwrite.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.model.json_patch import diff

if TYPE_CHECKING:
    from collections.abc import Iterable

_IGNORED = frozenset({"changeDescription", "incrementalChangeDescription"})
CONSTRAINTS = "tableConstraints"
_POSITION = "ordinalPosition"
_REFERENCE = frozenset({"id", "type"})
_SHOWN = _REFERENCE | {
    "deleted", "description", "displayName", "fullyQualifiedName", "href", "inherited", "name",
}  # fmt: skip
"""What a server shows of a reference."""


class PatchOperation(str, Enum):  # noqa: UP042 -- prints as the official one
    """What a patch does at a place."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


class PatchField(str, Enum):  # noqa: UP042 -- prints as the official one
    """The members of an operation of a JSON Patch."""

    OPERATION = "op"
    PATH = "path"
    VALUE = "value"


def build_patch(
    source: Any,
    destination: Any,
    allowed_fields: dict[str, Any] | None = None,
    restrict_update_fields: list[str] | None = None,
    array_entity_fields: list[str] | None = None,
    remove_change_description: bool = True,
    override_metadata: bool | None = False,
) -> list[dict[str, Any]] | None:
    """Return the operations that turn one state of an entity into another; None for no change.

    Args:
        source: as it is.
        destination: as it shall be.
        allowed_fields: only these fields count; ``{"columns": {"__all__": {"name": True}}}`` goes
            into lists.
        restrict_update_fields: fields whose values are added and never replaced or removed.
        array_entity_fields: lists of named things that are merged by name and sent as a whole.
        remove_change_description: leave the description of the last change alone.
        override_metadata: let restricted fields be replaced, too.
    """
    before, after = state_of(source), state_of(destination)
    if remove_change_description:
        before, after = _without(before, _IGNORED), _without(after, _IGNORED)
    if allowed_fields:
        before, after = _only(before, allowed_fields), _only(after, allowed_fields)
    if before.get(CONSTRAINTS) and after.get(CONSTRAINTS):
        after[CONSTRAINTS] = _in_order_of(before[CONSTRAINTS], after[CONSTRAINTS])
    restricted = restrict_update_fields or []
    lists = _list_operations(
        before, after, array_entity_fields or (), restricted, bool(override_metadata)
    )
    whole = frozenset(array_entity_fields or ())
    kept = {"add", "replace"} if override_metadata else {"add"}
    fields = [
        operation
        for operation in diff(_without(before, whole), _without(after, whole))
        if operation["op"] in kept or not _touches(operation["path"], restricted)
    ]
    return fields + lists or None


def _list_operations(
    before: dict[str, Any],
    after: dict[str, Any],
    names: Iterable[str],
    restricted: list[str],
    override: bool,
) -> list[dict[str, Any]]:
    """Return what replaces those lists that changed; one that is not given at all stays.

    As a whole: by position, a column that moves would be turned into its neighbour field by field,
    and of that the restricted ones would be left out.
    """
    operations = []
    for name in names:
        if name not in after:
            continue
        old, new = before.get(name), after[name]
        if isinstance(old, list) and isinstance(new, list):
            new = _merged(old, new, restricted, override)
        if new != old:
            kind = "replace" if name in before else "add"
            operations.append({"op": kind, "path": f"/{name}", "value": new})
    return operations


def state_of(value: Any) -> dict[str, Any]:
    """Return a model or a mapping as JSON without anything that is None."""
    state: dict[str, Any] = _filled(schema_classes.payload(value))
    return state


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() >= _REFERENCE and value.keys() <= _SHOWN:
            # The rest of a reference is the server's: it cannot be changed here.
            return {name: value[name] for name in ("id", "type")}
        return {name: _filled(below) for name, below in value.items() if below is not None}
    return [_filled(below) for below in value] if isinstance(value, list) else value


def _without(state: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in names}


def _only(value: Any, allowed: Any) -> Any:
    """Keep what a tree of allowed fields names; True keeps everything below."""
    if allowed is True:
        return value
    if isinstance(value, list):
        below = allowed.get("__all__", allowed)
        return [_only(each, below) for each in value]
    if isinstance(value, dict):
        return {name: _only(each, allowed[name]) for name, each in value.items() if name in allowed}
    return value


def _in_order_of(before: list[Any], after: list[Any]) -> list[Any]:
    """Return a list with what is in both first, in the order of the other."""
    kept = [each for each in before if each in after]
    return kept + [each for each in after if each not in before]


def _merged(
    before: list[Any], after: list[Any], restricted: list[str], override: bool
) -> list[Any]:
    """Merge a list of named things by name: the new list, with what may not be overwritten."""
    known = {each.get("name"): each for each in before if isinstance(each, dict)}
    merged = []
    for place, each in enumerate(after, 1):
        old = known.get(each.get("name")) if isinstance(each, dict) else None
        made = each if old is None else _kept(old, each, restricted, override)
        merged.append({**made, _POSITION: place} if _POSITION in made else made)
    return merged


def _kept(old: dict[str, Any], new: dict[str, Any], restricted: list[str], override: bool) -> Any:
    made = {**new}
    for name in restricted:
        if name in old and (not override or name not in new):
            made[name] = old[name]
    for name, below in new.items():
        if isinstance(below, list) and isinstance(old.get(name), list) and _named(below):
            made[name] = _merged(old[name], below, restricted, override)
    return made


def _named(listed: list[Any]) -> bool:
    return bool(listed) and all(isinstance(each, dict) and "name" in each for each in listed)


def _touches(path: str, restricted: list[str]) -> bool:
    return any(name in path.split("/") for name in restricted)
