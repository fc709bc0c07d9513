"""Changes of one user applied to a state that another user changed; imported when that happens.

The three states are plain JSON: ``base`` is what both users read, ``mine`` what this one made of
it, ``current`` what the server has by now.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.model.json_patch import diff, same

if TYPE_CHECKING:
    from collections.abc import Callable

_MISSING: Any = object()
"""A field or an item that does not exist."""
_KEYS = ("id", "fullyQualifiedName", "tagFQN", "name", "key", "displayName")
"""Fields that identify the items of a list, best first; the first that all items have is used."""


class Rebased(NamedTuple):
    """The result of :func:`rebase`."""

    value: Any
    """The current state with the changes of this user."""
    conflicts: list[str]
    """Places that both users changed, in Python syntax; the value has the current state there."""


def rebase(base: Any, mine: Any, current: Any) -> Rebased:
    """Apply the changes from ``base`` to ``mine`` to ``current``.

    Objects are compared field by field. The items of a list are compared by the field that
    identifies them, or as a whole if they are not objects: what either user added is added, what
    either removed and the other did not change is removed. Nothing is changed in place.
    """
    conflicts: list[str] = []
    return Rebased(_merged(base, mine, current, "", conflicts), conflicts)


def missing_places(current: Any, intended: Any) -> list[str]:
    """Return the places where a state does not have what was intended, in Python syntax."""
    found: list[str] = []
    _compare(current, intended, "", found)
    return found


def _merged(base: Any, mine: Any, current: Any, path: str, conflicts: list[str]) -> Any:
    if _is_unchanged(base, mine):
        return current
    if _is_unchanged(base, current) or _is_same(mine, current):
        return mine
    if isinstance(mine, dict) and isinstance(current, dict) and _are_one_entity(mine, current):
        known = base if isinstance(base, dict) and _are_one_entity(base, current) else {}
        return _merged_objects(known, mine, current, path, conflicts)
    if isinstance(mine, list) and isinstance(current, list):
        lists = (base if isinstance(base, list) else [], mine, current)
        key = _key_of(lists)
        if key is not None:
            return _merged_lists(lists, key, path, conflicts)
    conflicts.append(path)
    return current


def _is_same(one: Any, other: Any) -> bool:
    return one is other or (one is not _MISSING and other is not _MISSING and same(one, other))


def _is_unchanged(base: Any, value: Any) -> bool:
    """Return whether a value says the same as before, also as a bare reference."""
    if _is_same(base, value):
        return True
    if not isinstance(base, dict) or not isinstance(value, dict):
        return False
    return {"id", "type"} <= value.keys() and not diff(base, value)


def _are_one_entity(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two objects have the same id, or none."""
    return _is_same(one.get("id", _MISSING), other.get("id", _MISSING))


def _merged_objects(
    base: dict[str, Any],
    mine: dict[str, Any],
    current: dict[str, Any],
    path: str,
    conflicts: list[str],
) -> dict[str, Any]:
    merged = {}
    for name in [*current, *(each for each in mine if each not in current)]:
        below = f"{path}.{name}" if path else name
        first, own, other = (each.get(name, _MISSING) for each in (base, mine, current))
        value = _merged(first, own, other, below, conflicts)
        if value is not _MISSING:
            merged[name] = value
    return merged


# -- lists -----------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """What identifies the items of a list: a field of them, or the whole item."""

    field: str | None

    def of(self, item: Any) -> str:
        if self.field is None:
            return json.dumps(item, sort_keys=True)
        return json.dumps(item[self.field])


def _key_of(lists: tuple[list[Any], ...]) -> _Key | None:
    """Return what identifies the items of lists; None if nothing does."""
    items = [item for each in lists for item in each]
    if all(isinstance(item, dict) for item in items):
        candidates = [_Key(name) for name in _KEYS if all(name in item for item in items)]
    else:
        candidates = []
    for key in (*candidates, _Key(None)):
        if all(len({key.of(item) for item in each}) == len(each) for each in lists):
            return key
    return None


def _merged_lists(
    lists: tuple[list[Any], ...], key: _Key, path: str, conflicts: list[str]
) -> list[Any]:
    base, mine, current = ({key.of(item): item for item in each} for each in lists)
    merged = {}
    for name in [*current, *(each for each in mine if each not in current)]:
        first, own, other = (each.get(name, _MISSING) for each in (base, mine, current))
        value = _merged(first, own, other, f"{path}[{name}]", conflicts)
        if value is not _MISSING:
            merged[name] = value
    order = _order(list(base), list(mine), list(current))
    if order is None:
        conflicts.append(path)
        order = list(current)
    return [merged[name] for name in _completed(order, list(mine), list(current)) if name in merged]


def _order(base: list[str], mine: list[str], current: list[str]) -> list[str] | None:
    """Return the keys in the order of the user who changed it; None if both did."""
    common = set(base) & set(mine) & set(current)
    before, own, other = ([key for key in each if key in common] for each in (base, mine, current))
    if own in (before, other):
        return current
    return mine if other == before else None


def _completed(order: list[str], *others: list[str]) -> list[str]:
    """Return keys with those of other lists, each beside the one that it is beside there."""
    found = list(order)
    for other in others:
        known = set(found)
        first = next((key for key in other if key in known), None)
        position = len(found) if first is None else found.index(first)
        for key in other:
            if key in known:
                position = found.index(key) + 1
            else:
                found.insert(position, key)
                position += 1
    return found


# -- what is missing -------------------------------------------------------------------------------


def _compare(current: Any, intended: Any, path: str, found: list[str]) -> None:
    if _is_unchanged(current, intended):
        return
    if isinstance(current, dict) and isinstance(intended, dict):
        prefix = f"{path}." if path else ""
        _compare_each(current, intended, lambda name: f"{prefix}{name}", found)
        return
    if isinstance(current, list) and isinstance(intended, list):
        key = _key_of((current, intended))
        if key is not None and key.field is not None:  # a value may be a secret, a key is not
            existing = {key.of(item): item for item in current}
            expected = {key.of(item): item for item in intended}
            before = len(found)
            _compare_each(existing, expected, lambda name: f"{path}[{name}]", found)
            if len(found) > before:
                return
    found.append(path)


def _compare_each(
    current: dict[Any, Any],
    intended: dict[Any, Any],
    place: Callable[[Any], str],
    found: list[str],
) -> None:
    """Compare the members of two objects, or the items of two lists by their keys."""
    for name in {**current, **intended}:
        _compare(current.get(name, _MISSING), intended.get(name, _MISSING), place(name), found)
