"""What users give, turned into JSON: entities, enum members, references, dates, identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from dynclient.drift import table
from dynclient.model.containers import FieldList, FieldMap, held_list
from dynclient.model.entity import NEW, Entity, clone, link_to
from dynclient.secrets import Secret

if TYPE_CHECKING:
    from dynclient.schema import Node

_PLAIN = frozenset({str, int, float, bool, type(None)})
_REFERENCE = "EntityReference"
_ways: WeakKeyDictionary[Node, tuple[Any, Any]] = WeakKeyDictionary()


def attach(owner: Entity, node: Node | None, value: Any) -> tuple[Any, Any]:
    """Take a value into an entity.

    An entity that belongs to no other becomes part of the owner: later changes of it are changes of
    the owner. One that belongs to another is copied.

    Args:
        owner: the entity that takes it.
        node: the place it goes to, or None where the schema knows none.
        value: anything.

    Returns:
        Its JSON, and the object that stands for it from now on (None: to be wrapped when asked).
    """
    if isinstance(value, Entity):
        return _adopt_entity(owner, node, value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _adopt_list(owner, node.items if node is not None else None, value)
    return plain(node, value), None


def _adopt_list(owner: Entity, items: Node | None, values: Any) -> tuple[Any, Any]:
    wrap, kind = _item_ways(items)
    root = _root(owner)
    raw: list[Any] = []
    held: list[Any] = []
    for value in values:
        if type(value) is kind and value._link is NEW and value is not root:
            link_to(value, owner)
            raw.append(value._raw)
            held.append(value)
        else:
            below, kept = attach(owner, items, value)
            raw.append(below)
            held.append(wrap(below, owner) if kept is None else kept)
    return raw, held_list(raw, held, items, wrap, owner)


def _item_ways(items: Node | None) -> tuple[Any, Any]:
    """Return what wraps the items of a list, and the entity class it takes as they are (or None).

    Kept per place: requests are built from hundreds of small lists.
    """
    from dynclient.model.classes import class_for, wrapper

    if items is None:
        return wrapper(None), None
    found = _ways.get(items)
    if found is None:
        plain_object = items.kind == "object" and items.type_name != _REFERENCE
        found = wrapper(items), class_for(items) if plain_object else None
        _ways[items] = found
    return found


def _adopt_entity(owner: Entity, node: Node | None, value: Entity) -> tuple[Any, Any]:
    reference = as_reference(node, value)
    if reference is not None:
        return reference, None
    if value._link is not NEW or value is _root(owner):
        return clone(value._raw), None
    if node is not None and node.kind == "object":
        from dynclient.model.classes import class_for

        if type(value) is not class_for(node):
            # Another release's, or another type: the owner has its own view of the data.
            return clone(value._raw), None
    link_to(value, owner)
    return value._raw, value


def _root(entity: Entity) -> Entity:
    while isinstance(entity._link, Entity):
        entity = entity._link
    return entity


def plain(node: Node | None, value: Any) -> Any:
    """Return a value as decoded JSON, copied.

    What has no JSON form is returned as it is; the judge names it then.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Entity):
        reference = as_reference(node, value)
        return clone(value._raw) if reference is None else reference
    if isinstance(value, FieldMap):
        return clone(value._raw)
    if isinstance(value, Mapping):
        return _plain_map(node, value)
    if isinstance(value, (list, tuple, set, frozenset)):
        below = node.items if node is not None else None
        return [plain(below, one) for one in value]
    return _plain_scalar(node, value)


def _plain_map(node: Node | None, value: Mapping[Any, Any]) -> dict[Any, Any]:
    if node is not None and node.kind == "object" and not node.properties.keys() >= value.keys():
        # Before entities in it become what their place wants, everything has to be in its place.
        value = _in_place(node, value)
    copied: dict[Any, Any] = {}
    for name, below in value.items():
        if type(below) in _PLAIN:
            if below is not None:
                copied[name] = below
            continue
        place = None if node is None else node.properties.get(name, node.values)
        copied[name] = plain(place, below)
    return copied


def _in_place(node: Node, value: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a mapping with the fields of other releases where this one has them."""
    from dynclient.model.alias_descriptors import with_own_names
    from dynclient.model.classes import class_for

    cls = class_for(node)
    return with_own_names(cls, value)[0] if getattr(cls, "_bridges", None) else value


def _plain_scalar(node: Node | None, value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Secret):
        return value.get_secret_value()
    if isinstance(value, str):
        return "".join(value)
    for base in (int, float):
        if isinstance(value, base):
            return base(value)
    return _plain_library(node, value)


def _plain_library(node: Node | None, value: Any) -> Any:
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime) and node is not None and node.kind in {"integer", "number"}:
        # OpenMetadata's timestamps are milliseconds since 1970.
        return round(value.timestamp() * 1000)
    if isinstance(value, date):
        return value.isoformat()
    return value


def raw_of(value: Any) -> Any:
    """Return the JSON behind a value that an entity holds."""
    if isinstance(value, (Entity, FieldList, FieldMap)):
        return value._raw
    return value if type(value) in _PLAIN else _plain_scalar(None, value)


def as_reference(node: Node | None, value: Entity) -> Any:
    """Return what refers to an entity at a place that wants a reference, or None if it wants none.

    A text wants its fully qualified name, or its id where the format is ``uuid``; an
    ``EntityReference`` its id and type; an object that newer releases put a reference into, just
    that.
    """
    if node is None:
        return None
    own = type(value)._node
    if node.kind == "string" and (own.entity is not None or own.type_name == _REFERENCE):
        keys = ("id",) if node.format == "uuid" else ("fullyQualifiedName", "name")
        return next((value._raw[key] for key in keys if key in value._raw), None)
    if own.entity is None:
        return None
    if node.type_name != _REFERENCE:
        row = table.boxed(node.target.ref)
        return None if row is None else {row.inner: as_reference(node.properties[row.inner], value)}
    reference = {"id": value._raw.get("id"), "type": own.entity.name}
    reference["fullyQualifiedName"] = value._raw.get("fullyQualifiedName")
    return {name: known for name, known in reference.items() if known is not None}
