"""JSON Patches between two states of an official model.

``build_patch`` has the same effect on the server as the official function: a field that was never
set is treated as absent, ``changeDescription`` and the order of table constraints are ignored.
``allowed_fields`` and the other options keep what ingestion must not overwrite.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.model.json_patch import diff, with_derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_IGNORED = frozenset({"changeDescription", "incrementalChangeDescription"})
CONSTRAINTS = "tableConstraints"
_POSITION = "ordinalPosition"
_REFERENCE = frozenset({"id", "type"})
_REFERENCE_FIELDS = _REFERENCE | {
    "deleted", "description", "displayName", "fullyQualifiedName", "href", "inherited", "name",
}  # fmt: skip
"""Fields that a server returns in a reference."""


class PatchOperation(str, Enum):  # noqa: UP042 -- prints as the official one
    """The operations of a JSON Patch."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


class PatchField(str, Enum):  # noqa: UP042 -- prints as the official one
    """The fields of an operation of a JSON Patch."""

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
    *,
    keep_order: bool = False,
) -> list[dict[str, Any]] | None:
    """Return the JSON Patch from one state of an entity to another; None if nothing changes.

    Args:
        source: the current state.
        destination: the intended state.
        allowed_fields: patch only these fields; ``{"columns": {"__all__": {"name": True}}}``
            selects fields of list items.
        restrict_update_fields: fields whose values are added but never replaced or removed.
        array_entity_fields: lists of items with names, merged by name and sent as a whole.
        remove_change_description: ignore the description of the last change.
        override_metadata: also replace restricted fields.
        keep_order: current items of these lists keep their order, and new ones follow, as in the
            official client before 1.13; else the items are in the order of the destination.
    """
    before, after = state_of(source), state_of(destination)
    if remove_change_description:
        before, after = _without(before, _IGNORED), _without(after, _IGNORED)
    if allowed_fields:
        before, after = _only(before, allowed_fields), _only(after, allowed_fields)
    if before.get(CONSTRAINTS) and after.get(CONSTRAINTS):
        after[CONSTRAINTS] = _in_order_of(before[CONSTRAINTS], after[CONSTRAINTS])
    restricted = restrict_update_fields or []
    merge = _kept_in_order if keep_order else _merged
    override = bool(override_metadata)
    lists = [
        operation
        for name in array_entity_fields or ()
        for operation in _list_operations(
            name, before, after, lambda old, new: merge(old, new, restricted, override)
        )
    ]
    whole = frozenset(array_entity_fields or ())
    kept = {"add", "replace"} if override_metadata else {"add"}
    fields = [
        operation
        for operation in diff(_without(before, whole), _without(after, whole))
        if operation["op"] in kept or not _touches(operation["path"], restricted)
    ]
    return fields + lists or None


def _list_operations(
    name: str,
    before: dict[str, Any],
    after: dict[str, Any],
    merge: Callable[[list[Any], list[Any]], list[Any]],
) -> Iterator[dict[str, Any]]:
    """Yield the operation that replaces a list if it is to change; an absent list is kept.

    Items that a script builds again keep what the server derived for them.

    Lists are replaced as a whole: patched by index, a column that moves would be changed into its
    neighbour field by field, without the restricted fields.
    """
    if name not in after:
        return
    old, new = before.get(name), after[name]
    is_change = bool(diff(old, new))
    if isinstance(old, list) and isinstance(new, list):
        is_moved = _names(old) != _names(new)
        new = with_derived(old, merge(old, new))
        is_change = is_moved or bool(diff(old, new))
    if name not in before or is_change:
        kind = "replace" if name in before else "add"
        yield {"op": kind, "path": f"/{name}", "value": new}


def _names(items: list[Any]) -> list[Any]:
    return [each.get("name") if isinstance(each, dict) else each for each in items]


def state_of(value: Any) -> dict[str, Any]:
    """Return a model or a mapping as JSON without None."""
    state: dict[str, Any] = _without_none(schema_classes.payload(value))
    return state


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() >= _REFERENCE and value.keys() <= _REFERENCE_FIELDS:
            # The other fields of a reference are set by the server.
            return {name: value[name] for name in ("id", "type")}
        return {name: _without_none(below) for name, below in value.items() if below is not None}
    return [_without_none(below) for below in value] if isinstance(value, list) else value


def _without(state: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in names}


def _only(value: Any, allowed: Any) -> Any:
    """Return only the allowed fields; True allows everything below."""
    if allowed is True:
        return value
    if isinstance(value, list):
        below = allowed.get("__all__", allowed)
        return [_only(each, below) for each in value]
    if isinstance(value, dict):
        return {name: _only(each, allowed[name]) for name, each in value.items() if name in allowed}
    return value


def _in_order_of(before: list[Any], after: list[Any]) -> list[Any]:
    """Return a list with the items that are in both first, in the order of the other list."""
    kept = [each for each in before if each in after]
    return kept + [each for each in after if each not in before]


def _merged(
    before: list[Any], after: list[Any], restricted: list[str], override: bool
) -> list[Any]:
    """Return a list merged by item name: new items with the old values of restricted fields."""
    known = {each.get("name"): each for each in before if isinstance(each, dict)}
    merged = []
    for position, each in enumerate(after, 1):
        old = known.get(each.get("name")) if isinstance(each, dict) else None
        item = each if old is None else _merge_item(old, each, restricted, override)
        merged.append({**item, _POSITION: position} if _POSITION in item else item)
    return merged


def _kept_in_order(
    before: list[Any], after: list[Any], restricted: list[str], override: bool
) -> list[Any]:
    """Return a list merged by item name, with the current items in their order, then new ones.

    Positions stay as they are in the intended list.
    """
    places = {name: place for place, name in enumerate(_names(before))}
    names = _names(after)
    order = sorted(range(len(after)), key=lambda index: places.get(names[index], len(before)))
    ordered = [after[index] for index in order]
    merged = _merged(before, ordered, restricted, override)
    return [
        {**item, _POSITION: intended[_POSITION]}
        if isinstance(intended, dict) and _POSITION in intended
        else item
        for item, intended in zip(merged, ordered, strict=True)
    ]


def _merge_item(
    old: dict[str, Any], new: dict[str, Any], restricted: list[str], override: bool
) -> Any:
    item = {**new}
    for name in restricted:
        if name in old and (not override or name not in new):
            item[name] = old[name]
    for name, below in new.items():
        if isinstance(below, list) and isinstance(old.get(name), list) and _have_names(below):
            item[name] = _merged(old[name], below, restricted, override)
    return item


def _have_names(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(each, dict) and "name" in each for each in items)


def _touches(path: str, restricted: list[str]) -> bool:
    return any(name in path.split("/") for name in restricted)
