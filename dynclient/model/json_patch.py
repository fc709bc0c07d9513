"""JSON Patch (RFC 6902) between two states: the operations for what changed, and no others.

Own code, because the client has to stay small and one rule of the servers matters: list items are
addressed by index, so operations are ordered such that each index is right when it is applied.
"""

from __future__ import annotations

import json
from typing import Any

from dynclient.schema.pointers import escape


def diff(old: Any, new: Any, path: str = "") -> list[dict[str, Any]]:
    """Return the operations that change one piece of decoded JSON to another.

    Args:
        old: the current state.
        new: the intended state.
        path: JSON pointer of both in the whole; empty for the whole.
    """
    if isinstance(old, dict) and isinstance(new, dict) and not _is_other_entity(old, new):
        return [] if _is_same_reference(old, new) else _objects(old, new, path)
    if isinstance(old, list) and isinstance(new, list):
        return _lists(old, new, path)
    if same(old, new):
        return []
    return [{"op": "replace", "path": path, "value": new}]


def _is_other_entity(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether two objects have different ids, so that one replaces the other as a whole.

    Field by field, the patch would remove what a server adds to a reference, such as ``href``.
    """
    return "id" in old and "id" in new and old["id"] != new["id"]


def _is_same_reference(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether an object is a bare reference to the entity that another refers to already.

    What a server adds to a reference is not part of it, so its absence is not a change.
    """
    bare = {"id", "type"} <= new.keys() <= {"id", "type", "fullyQualifiedName"}
    return bare and all(name in old and old[name] == value for name, value in new.items())


def same(one: Any, other: Any) -> bool:
    """Return whether two pieces of JSON are the same; 1, 1.0 and True are different values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(v, other[name]) for name, v in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _objects(old: dict[str, Any], new: dict[str, Any], path: str) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    for name, value in old.items():
        below = f"{path}/{escape(name)}"
        if name in new:
            operations += diff(value, new[name], below)
        else:
            operations.append({"op": "remove", "path": below})
    operations += [
        {"op": "add", "path": f"{path}/{escape(name)}", "value": new[name]}
        for name in new
        if name not in old
    ]
    return operations


def _lists(old: list[Any], new: list[Any], path: str) -> list[dict[str, Any]]:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, [_key(v) for v in old], [_key(v) for v in new], autojunk=False)
    operations: list[dict[str, Any]] = []
    shift = 0
    for _, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        both = min(old_to - old_from, new_to - new_from)
        for step in range(both):
            below = f"{path}/{old_from + step + shift}"
            operations += diff(old[old_from + step], new[new_from + step], below)
        removed = old_to - old_from - both
        # The same index each time: the items behind it move up.
        index = old_from + both + shift
        operations += [{"op": "remove", "path": f"{path}/{index}"}] * removed
        for step in range(new_from + both, new_to):
            operations.append(
                {
                    "op": "add",
                    "path": f"{path}/{index + step - new_from - both}",
                    "value": new[step],
                }
            )
        shift += (new_to - new_from) - (old_to - old_from)
    return operations


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
