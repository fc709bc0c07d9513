"""Values that users pass, converted to JSON: entities, enum members, dates, identifiers …

Where the schema asks for a reference or a name, an entity becomes that.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.drift.aliases import aliases_of, with_own_names
from dynclient.errors import BadArguments, Problem
from dynclient.model.containers import FieldList, FieldMap, wrapped_list
from dynclient.model.entity import (
    NEW,
    Entity,
    clone,
    link_to,
    read_parts_later,
    root_of,
)
from dynclient.schema.pointers import nested_too_deeply
from dynclient.secrets import Secret

if TYPE_CHECKING:
    from dynclient.schema import Node

_PLAIN = frozenset({str, int, float, bool, type(None)})


def attach(owner: Entity, node: Node | None, value: Any) -> tuple[Any, Any]:
    """Convert a value that is assigned to a field of an entity, or to an item below it.

    An entity that belongs to no other becomes part of the owner: later changes of it change the
    owner. One that belongs to another entity is copied.

    Args:
        owner: the entity that the value is assigned to.
        node: the schema node of the field, or None where the schema does not know it.
        value: anything.

    Returns:
        The value as JSON, and the object that represents it from now on; None: it is wrapped when
        it is read.

    Raises:
        UsageError: the value is nested too deeply, or contains itself.
    """
    try:
        return _attach(owner, node, value)
    except RecursionError:
        raise nested_too_deeply() from None


def _attach(owner: Entity, node: Node | None, value: Any) -> tuple[Any, Any]:
    if isinstance(value, Entity):
        return _attach_entity(owner, node, value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _attach_list(owner, node.items if node is not None else None, value)
    return convert(node, value), None


def _attach_list(owner: Entity, node: Node | None, values: Any) -> tuple[Any, Any]:
    wrap, own_type = owner._classes.item_converters(node)
    root = root_of(owner)
    raw: list[Any] = []
    items: list[Any] = []
    for value in values:
        if type(value) is own_type and value._link is NEW and value is not root:
            link_to(value, owner)
            raw.append(value._raw)
            items.append(value)
        else:
            raw_item, item = _attach(owner, node, value)
            raw.append(raw_item)
            items.append(wrap(raw_item, owner) if item is None else item)
    return raw, wrapped_list(FieldList, items, raw, node, wrap, owner)


def _attach_entity(owner: Entity, node: Node | None, value: Entity) -> tuple[Any, Any]:
    reference = as_reference(node, value)
    if reference is not None:
        return reference, None
    if value._link is not NEW or value is root_of(owner):
        if isinstance(value._link, Entity) and root_of(owner)._link is not NEW:
            # It may replace an object that has what was left out of it.
            read_parts_later(value, type(value)._node)
        return clone(value._raw), None
    classes = owner._classes
    if node is not None and node.kind == "object" and type(value) is not classes.class_for(node):
        # An entity of another release or type: the owner has its own view of the data.
        return clone(value._raw), None
    link_to(value, owner)
    return value._raw, value


def plain(node: Node | None, value: Any) -> Any:
    """Return a value as decoded JSON, copied.

    A value that JSON cannot represent is returned as it is; validation reports it.

    Args:
        node: the schema node of its place, or None.
        value: anything.

    Raises:
        UsageError: it is nested too deeply, or contains itself.
    """
    try:
        return convert(node, value)
    except RecursionError:
        raise nested_too_deeply() from None


def convert(node: Node | None, value: Any) -> Any:
    """Do what :func:`plain` does, and raise RecursionError for what is nested too deeply."""
    if node is not None and isinstance(value, str) and node.type_name == table.LABEL:
        from dynclient.drift.labels import named_label

        return named_label(node, "".join(value))
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
        items = node.items if node is not None else None
        return [convert(items, item) for item in value]
    return _plain_scalar(node, value)


def _plain_map(node: Node | None, value: Mapping[Any, Any]) -> dict[Any, Any]:
    if node is not None and node.kind == "object" and not node.properties.keys() >= value.keys():
        # First the names of other releases: the place decides what an entity is converted to.
        value = own_names(node, value)[0] if aliases_of(node) else value
    copied: dict[Any, Any] = {}
    for name, item in value.items():
        if type(item) in _PLAIN:
            if item is not None:
                copied[name] = item
            continue
        place = None if node is None else node.properties.get(name, node.values)
        copied[name] = convert(place, item)
    if node is not None and table.LABEL_NAME in copied and not node.required <= copied.keys():
        return _completed(node, copied)
    return copied


def _completed(node: Node, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an object; of a label, with those that servers add."""
    if node.type_name != table.LABEL:
        return fields
    from dynclient.drift.labels import completed_label

    return completed_label(node, fields)


def own_names(node: Node, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do what ``drift.aliases.with_own_names`` does, with entities among the values."""
    return with_own_names(node, fields, unwrap)


def unwrap(node: Node, value: Any) -> Any:
    """Return the fields of an entity, and any other value as it is.

    Args:
        node: the schema node of a type; where it is a reference, that to the entity is returned.
        value: what a user passed for it.
    """
    if not isinstance(value, Entity):
        return value
    return as_reference(node, value) or value._raw


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
    """Return the JSON of a value that an entity holds."""
    if isinstance(value, (Entity, FieldList, FieldMap)):
        return value._raw
    return value if type(value) in _PLAIN else _plain_scalar(None, value)


def as_reference(node: Node | None, value: Entity) -> Any:
    """Return what refers to an entity at a place, or None where the place takes no reference.

    A string place takes the fully qualified name, or the id where its format is ``uuid``; an
    ``EntityReference`` takes id and type; a label takes the name and the kind of a tag or a
    glossary term; an object that newer releases put a reference into takes an object with that.

    Args:
        node: the schema node of the place, or None.
        value: the entity.

    Raises:
        BadArguments: the place takes a label, and the entity is neither a tag nor a term.
    """
    if node is None:
        return None
    own = type(value)._node
    is_entity = own.entity is not None or own.type_name == table.REFERENCE
    if node.kind == "string" and is_entity:
        keys = ("id",) if node.format == "uuid" else ("fullyQualifiedName", "name")
        return next((value._raw[key] for key in keys if key in value._raw), None)
    if node.type_name == table.LABEL and is_entity:
        return _label(node, value)
    if own.entity is None:
        return None
    if node.type_name != table.REFERENCE:
        row = table.boxed(node.target.ref)
        return None if row is None else {row.inner: as_reference(node.properties[row.inner], value)}
    reference = {
        "id": value._raw.get("id"),
        "type": own.entity.name,
        "fullyQualifiedName": value._raw.get("fullyQualifiedName"),
    }
    return {name: known for name, known in reference.items() if known is not None}


def _label(node: Node, value: Entity) -> dict[str, Any]:
    """Return the label of a tag or a glossary term, or of a reference to one."""
    from dynclient.drift.labels import label_entities, named_label

    own = type(value)._node
    name = own.entity.name if own.entity is not None else value._raw.get("type")
    fqn = value._raw.get("fullyQualifiedName")
    if name in label_entities() and isinstance(fqn, str):
        return named_label(node, fqn, name)
    wrong = f"a {name} without a fullyQualifiedName" if name in label_entities() else f"a {name}"
    message = f"a label must be a tag, a glossary term or the name of a tag, not {wrong}"
    raise BadArguments(message, problems=(Problem("", name, "type", message),))
