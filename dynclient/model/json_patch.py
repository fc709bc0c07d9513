"""JSON Patch (RFC 6902) between two states: the operations for what changed, and no others.

Own code, because the client has to stay small and one rule of the servers matters: list items are
addressed by index, so operations are ordered such that each index is right when it is applied.
Patches that users write are checked before they are sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from dynclient.data import data_file
from dynclient.errors import Problem
from dynclient.schema.pointers import escape
from dynclient.suggestions import nearest

_MEMBERS: dict[str, tuple[str, ...]] = {
    "add": ("path", "value"),
    "copy": ("from", "path"),
    "move": ("from", "path"),
    "remove": ("path",),
    "replace": ("path", "value"),
    "test": ("path", "value"),
}
"""What each operation must have, beside ``op``."""
_LABEL_NAME = "tagFQN"
_POINTER = re.compile(r"(?:/(?:[^~]|~[01])*)?")


def patch_problems(operations: Any) -> list[Problem]:
    """Return what keeps decoded JSON from being a JSON Patch; empty for nothing.

    Args:
        operations: a JSON Patch, or what a user passed as one.
    """
    if not isinstance(operations, list):
        message = f"must be a list of operations, not {type(operations).__name__}"
        return [Problem("", type(operations).__name__, "json-patch", message)]
    return [
        problem
        for place, operation in enumerate(operations)
        for problem in _operation_problems(f"[{place}]", operation)
    ]


def _operation_problems(place: str, operation: Any) -> Iterator[Problem]:
    if not isinstance(operation, dict):
        kind = type(operation).__name__
        yield Problem(place, kind, "json-patch", f"must be an operation, an object, not {kind}")
        return
    op = operation.get("op")
    if not isinstance(op, str) or op not in _MEMBERS:
        known = ", ".join(map(repr, _MEMBERS))
        near = nearest(op, _MEMBERS) if isinstance(op, str) else ()
        message = f"must be one of {known}, not {op!r}" if "op" in operation else "is missing"
        yield Problem(f"{place}.op", op, "json-patch", message, near)
        return
    for member in _MEMBERS[op]:
        if member not in operation:
            yield Problem(f"{place}.{member}", None, "json-patch", "is missing")
        elif member != "value":
            yield from _pointer_problems(f"{place}.{member}", operation[member])


def _pointer_problems(place: str, pointer: Any) -> Iterator[Problem]:
    if not isinstance(pointer, str):
        message = f"must be a JSON pointer, a string, not {type(pointer).__name__}"
        yield Problem(place, type(pointer).__name__, "json-patch", message)
    elif not _POINTER.fullmatch(pointer):
        message = f"must be a JSON pointer such as '/columns/0/description', not {pointer!r}"
        yield Problem(place, pointer, "json-patch", message)


_EMPTY: tuple[Any, ...] = ([], {})
"""What means the same as a field that is absent.

To remove it would fail if it was read on request: servers patch an entity without such fields.
"""


def diff(old: Any, new: Any, path: str = "") -> list[dict[str, Any]]:
    """Return the operations that change one piece of decoded JSON to another.

    Args:
        old: the current state.
        new: the intended state.
        path: JSON pointer of both in the whole; empty for the whole.
    """
    if isinstance(old, dict) and isinstance(new, dict) and not _is_other_entity(old, new):
        return [] if _is_same_reference(old, new) else _objects(old, _completed(old, new), path)
    if isinstance(old, list) and isinstance(new, list):
        return _lists(old, with_derived(old, new), path)
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


def _completed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return an object with what a server derived from its identity, if that is the same as before.

    A label or a column that a user writes again lacks it, and does not ask to remove it. Of a
    column with another type, the text for its type is not kept.
    """
    identity = _identity(new)
    if identity is None or identity != _identity(old):
        return new
    if _LABEL_NAME in new:
        missing = {
            name: old[name]
            for name in data_file("labels.json")["derived"]
            if name in old and name not in new
        }
    else:
        missing = {
            name: old[name]
            for name, sources in data_file("derived_fields.json")["fields"].items()
            if name in old and name not in new and _agree(old, new, sources)
        }
    return {**new, **missing} if missing else new


def _agree(old: dict[str, Any], new: dict[str, Any], names: list[str]) -> bool:
    """Return whether two objects have the same values in some fields, of which they have one."""
    return any(name in new for name in names) and all(
        not diff(_value(old, name), _value(new, name)) for name in names
    )


def _value(part: dict[str, Any], name: str) -> Any:
    """Return the value of a field; None if it is absent, or means the same."""
    value = part.get(name)
    return None if value in _EMPTY else value


def with_derived(old: list[Any], new: list[Any]) -> list[Any]:
    """Return the items of a list, with what a server derived for those that are in both lists.

    Args:
        old: the current items; what identifies them is their id, label or name.
        new: the intended items.
    """
    known: dict[Any, dict[str, Any]] = {}
    for item in old:
        identity = _identity(item)
        if identity is not None:
            known.setdefault(identity, item)
    if not known:
        return new
    return [
        _completed(known[identity], item) if (identity := _identity(item)) in known else item
        for item in new
    ]


def _identity(value: Any) -> tuple[Any, ...] | None:
    """Return what identifies an object among the items of a list: an id, a label, or a name."""
    if not isinstance(value, dict):
        return None
    for names in (("id",), (_LABEL_NAME, "source"), ("name",)):
        if names[0] in value:
            found = tuple(value.get(name) for name in names)
            return (names[0], *found) if all(isinstance(each, str) for each in found) else None
    return None


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
        elif value not in _EMPTY:
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
