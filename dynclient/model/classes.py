"""The one class of each schema place, and the function that wraps raw JSON for it.

Classes are built when they are first asked for, once per (release, path, pointer) and process,
whichever thread comes first.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from dynclient.model.containers import FieldMap, lazy_list
from dynclient.model.entity import Entity, EntityMeta, entity_class, made
from dynclient.model.scalars import BASES, enum_class, scalar_class
from dynclient.schema.unions import SERVICE_TYPE_FIELD, Union
from dynclient.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node, Release

    Wrapper = Callable[[Any, Entity], Any]

_classes: WeakKeyDictionary[Release, dict[str, type]] = WeakKeyDictionary()
_wrappers: WeakKeyDictionary[Release, dict[tuple[str, bool], Wrapper]] = WeakKeyDictionary()
_lock = threading.RLock()
_BUILT_IN = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "map": dict,
}


def class_for(node: Node) -> type:
    """Return the class of a place: an entity class, an enumeration, a named scalar, or a built-in.

    Unions and places that take anything give ``object``.
    """
    target = node.target
    kind = target.kind
    named = _is_named(target)
    if kind == "object":
        build: Callable[[Node], type] = entity_class
    elif kind == "enum" and any(isinstance(value, str) for value in target.enum or ()):
        build = enum_class
    elif kind in BASES and named and not target.secret:
        build = scalar_class
    else:
        return _BUILT_IN.get(kind, object)
    with _lock:
        known = _classes.setdefault(target.release, {})
        found = known.get(target.ref)
        if found is None:
            found = known[target.ref] = build(target)
        return found


def _is_named(node: Node) -> bool:
    steps = node.pointer.split("/")
    return not node.pointer or (len(steps) == 3 and steps[1] in {"definitions", "$defs"})


def wrap(node: Node | None, raw: Any, owner: Entity) -> Any:
    """Return raw JSON as users hold it; what does not fit its schema stays as it is."""
    return wrapper(node)(raw, owner)


def wrapper(node: Node | None) -> Wrapper:
    """Return the function that wraps raw JSON for a place."""
    if node is None:
        return _wrap_any
    key = (node.target.ref, node.secret)
    known = _wrappers.setdefault(node.release, {})
    found = known.get(key)
    if found is None:
        found = known.setdefault(key, _build(node))
    return found


def _build(node: Node) -> Wrapper:
    kind = node.kind
    if kind == "array":
        return _wrap_list(node.items)
    if kind == "map":
        return _wrap_map(node.values)
    if kind == "union":
        return _wrap_union(Union(node))
    if kind == "any":
        return _wrap_any
    if kind == "string" and node.secret:
        return _wrap_secret
    cls = class_for(node)
    if isinstance(cls, EntityMeta):
        return _wrap_object(cls)
    if kind == "enum":
        return _wrap_choice(cls)
    return _wrap_scalar(cls) if cls not in _BUILT_IN.values() else _as_it_is


def _wrap_object(cls: Any) -> Wrapper:
    def wrap_object(raw: Any, owner: Entity) -> Any:
        return made(cls, raw, owner) if type(raw) is dict else _wrap_any(raw, owner)

    return wrap_object


def _wrap_list(items: Node | None) -> Wrapper:
    # Late: lists of lists of … may hold themselves.
    below: list[Wrapper] = []

    def wrap_list(raw: Any, owner: Entity) -> Any:
        if type(raw) is not list:
            return _wrap_any(raw, owner)
        if not below:
            below.append(wrapper(items))
        return lazy_list(raw, items, below[0], owner)

    return wrap_list


def _wrap_map(values: Node | None) -> Wrapper:
    def wrap_map(raw: Any, owner: Entity) -> Any:
        if type(raw) is not dict:
            return _wrap_any(raw, owner)
        return FieldMap(raw, values, wrapper(values), owner)

    return wrap_map


def _wrap_union(union: Union) -> Wrapper:
    def wrap_union(raw: Any, owner: Entity) -> Any:
        branch = union.branch(raw, lambda: _enclosing_service_type(owner))
        return _wrap_any(raw, owner) if branch is None else wrapper(branch)(raw, owner)

    return wrap_union


def _enclosing_service_type(owner: Any) -> Any:
    """Return the service type of an entity, or of the nearest one that encloses it, or None."""
    while isinstance(owner, Entity):
        service_type = owner._raw.get(SERVICE_TYPE_FIELD)
        if service_type is not None:
            return service_type
        owner = owner._link
    return None


def _wrap_choice(cls: Any) -> Wrapper:
    members: dict[Any, Any] = getattr(cls, "_value2member_map_", {})

    def wrap_choice(raw: Any, owner: Entity) -> Any:
        # A value of a newer server is readable as the string it is.
        return members.get(raw, raw) if type(raw) is str else _wrap_any(raw, owner)

    return wrap_choice


def _wrap_scalar(cls: Any) -> Wrapper:
    fits = {str: (str,), int: (int,), float: (float, int)}
    base = next(plain for plain in fits if issubclass(cls, plain))
    accepted = fits[base]

    def wrap_scalar(raw: Any, owner: Entity) -> Any:
        return cls(raw) if type(raw) in accepted else _wrap_any(raw, owner)

    return wrap_scalar


def _wrap_secret(raw: Any, owner: Entity) -> Any:
    return Secret(raw) if type(raw) is str else _wrap_any(raw, owner)


def _as_it_is(raw: Any, owner: Entity) -> Any:
    return raw if type(raw) not in {dict, list} else _wrap_any(raw, owner)


def _wrap_any(raw: Any, owner: Entity) -> Any:
    if type(raw) is dict:
        return FieldMap(raw, None, _wrap_any, owner)
    if type(raw) is list:
        return lazy_list(raw, None, _wrap_any, owner)
    return raw
