"""The class of each schema node, and the function that wraps raw JSON for it.

:class:`Classes` is the only module that knows all types of values. Each release has one, kept with
the release, and each entity class carries it as ``_classes``. A class is built when it is first
used, once per release and node, whichever thread comes first.
"""

from __future__ import annotations

import copyreg
import threading
from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.model.alias_descriptors import alias_fields
from dynclient.model.containers import FieldMap, lazy_list
from dynclient.model.conversion import attach, own_names, raw_of
from dynclient.model.entity import Entity, EntityMeta, entity_class, new_entity
from dynclient.model.scalars import NamedEnumMeta, ScalarMeta, enum_class, scalar_class
from dynclient.schema.node import SERVICE_TYPE_FIELD, class_kind
from dynclient.secrets import Secret, looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dynclient.display.blocks import Block
    from dynclient.schema import Node, Release
    from dynclient.schema.unions import Union

    Wrapper = Callable[[Any, Entity], Any]
    """Takes raw JSON and the entity it is in; returns what users get. JSON that does not fit its
    schema is returned as if there was none."""

_BUILT_IN: dict[str, type] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "map": dict,
}


class Classes:
    """The classes and wrappers of one release; :func:`classes_of` returns its one instance."""

    def __init__(self) -> None:
        self._classes: dict[str, type] = {}
        self._wrappers: dict[tuple[str, bool], Wrapper] = {}
        self._items: dict[Node, tuple[Wrapper, Any]] = {}
        self._lock = threading.RLock()

    attach = staticmethod(attach)
    raw_of = staticmethod(raw_of)
    own_names = staticmethod(own_names)

    @staticmethod
    def blocks_of(value: Any) -> Iterable[Block]:
        """Return what an entity, a list or map in one, or a plain list of entities looks like."""
        from dynclient.model.cards import blocks_of

        return blocks_of(value)

    def class_for(self, node: Node) -> type:
        """Return the class of a node; see :func:`class_for`."""
        target = node.target
        known = self._classes.get(target.ref)
        if known is not None:
            return known
        kind = class_kind(target)
        if kind not in {"object", "enum", "scalar"}:
            return _BUILT_IN.get(kind, object)
        with self._lock:
            known = self._classes.get(target.ref)
            if known is None:
                known = self._classes[target.ref] = self._class(kind, target)
            return known

    def _class(self, kind: str, node: Node) -> type:
        if kind == "object":
            return entity_class(node, self, alias_fields(node))
        return enum_class(node) if kind == "enum" else scalar_class(node)

    def wrapper(self, node: Node | None) -> Wrapper:
        """Return the function that wraps raw JSON for a node; None where the schema has none."""
        if node is None:
            return _wrap_any
        key = (node.target.ref, node.secret)
        found = self._wrappers.get(key)
        if found is None:
            found = self._wrappers.setdefault(key, self._wrapper(node))
        return found

    def field_wrapper(self, name: str, node: Node | None) -> Wrapper:
        """Return the function that wraps raw JSON for a field; its name may make it a secret.

        Args:
            name: of the field.
            node: its schema node, or None.
        """
        if node is None:
            return self.wrap_secret if looks_secret(name) else self.wrapper(node)
        wrapper = self.wrapper(node)
        if node.secret or not looks_secret(name):
            return wrapper
        from dynclient.model.masking import is_secret

        if not is_secret(name, (node,)):
            return wrapper
        # Schemas mark the token of a bot in some releases only.
        return lambda raw, owner: Secret(raw) if type(raw) is str else wrapper(raw, owner)

    @staticmethod
    def wrap_secret(raw: Any, owner: Entity) -> Any:
        """Wrap raw JSON under a secret name: strings, also those in a list, become secrets."""
        return _wrap_secret(raw, owner)

    def _wrapper(self, node: Node) -> Wrapper:
        kind = node.kind
        if kind == "array":
            return self._list_wrapper(node.items)
        if kind == "map":
            return self._map_wrapper(node.values)
        if kind == "union":
            from dynclient.schema.unions import Union

            return self._union_wrapper(Union(node))
        if kind == "any":
            return _wrap_any
        if kind == "string" and node.secret:
            return _wrap_secret
        cls = self.class_for(node)
        if isinstance(cls, EntityMeta):
            return _object_wrapper(cls)
        if kind == "enum":
            return _enum_wrapper(cls)
        return _scalar_wrapper(cls) if isinstance(cls, ScalarMeta) else _wrap_built_in

    def _list_wrapper(self, items: Node | None) -> Wrapper:
        # Found on first use: a list may contain lists of its own type.
        item_wrapper: list[Wrapper] = []

        def wrap_list(raw: Any, owner: Entity) -> Any:
            if type(raw) is not list:
                return _wrap_any(raw, owner)
            if not item_wrapper:
                item_wrapper.append(self.wrapper(items))
            return lazy_list(raw, items, item_wrapper[0], owner)

        return wrap_list

    def _map_wrapper(self, values: Node | None) -> Wrapper:
        def wrap_map(raw: Any, owner: Entity) -> Any:
            if type(raw) is not dict:
                return _wrap_any(raw, owner)
            return FieldMap(raw, values, self.wrapper(values), owner)

        return wrap_map

    def _union_wrapper(self, union: Union) -> Wrapper:
        def wrap_union(raw: Any, owner: Entity) -> Any:
            branch = union.branch(raw, lambda: _service_type(owner))
            return _wrap_any(raw, owner) if branch is None else self.wrapper(branch)(raw, owner)

        return wrap_union

    def item_converters(self, node: Node | None) -> tuple[Wrapper, Any]:
        """Return the function that wraps items of a list, and the class of items that fit as is.

        Kept per node: requests are built from hundreds of small lists.

        Args:
            node: the schema node of an item, or None.
        """
        if node is None:
            return _wrap_any, None
        found = self._items.get(node)
        if found is None:
            is_plain_object = node.kind == "object" and node.type_name != table.REFERENCE
            found = self.wrapper(node), self.class_for(node) if is_plain_object else None
            self._items[node] = found
        return found


def classes_of(release: Release) -> Classes:
    """Return the classes of a release."""
    return release.memo("classes", lambda _: Classes())


def class_for(node: Node) -> type:
    """Return the class of a schema node.

    Args:
        node: the schema node; ``release.find("Table")``.

    Returns:
        An entity class, an enumeration, a named scalar or a built-in type; ``object`` for a union
        and for a place that takes any value.
    """
    return classes_of(node.release).class_for(node)


def _service_type(owner: Any) -> Any:
    """Return the service type that the closest entity around some data has, or None."""
    while isinstance(owner, Entity):
        value = owner._raw.get(SERVICE_TYPE_FIELD)
        if value is not None:
            return value
        owner = owner._link
    return None


def _object_wrapper(cls: Any) -> Wrapper:
    def wrap_object(raw: Any, owner: Entity) -> Any:
        return new_entity(cls, raw, owner) if type(raw) is dict else _wrap_any(raw, owner)

    return wrap_object


def _enum_wrapper(cls: Any) -> Wrapper:
    members: dict[Any, Any] = getattr(cls, "_value2member_map_", {})

    def wrap_enum(raw: Any, owner: Entity) -> Any:
        # A value of a newer server is returned as a string.
        return members.get(raw, raw) if type(raw) is str else _wrap_any(raw, owner)

    return wrap_enum


def _scalar_wrapper(cls: Any) -> Wrapper:
    types = {str: (str,), int: (int,), float: (float, int)}
    accepted = types[next(base for base in types if issubclass(cls, base))]

    def wrap_scalar(raw: Any, owner: Entity) -> Any:
        return cls(raw) if type(raw) in accepted else _wrap_any(raw, owner)

    return wrap_scalar


def _wrap_secret(raw: Any, owner: Entity) -> Any:
    if type(raw) is list:
        return lazy_list(raw, None, _wrap_secret, owner)
    return Secret(raw) if type(raw) is str else _wrap_any(raw, owner)


def _wrap_built_in(raw: Any, owner: Entity) -> Any:
    return raw if type(raw) not in {dict, list} else _wrap_any(raw, owner)


def _wrap_any(raw: Any, owner: Entity) -> Any:
    if type(raw) is dict:
        return FieldMap(raw, None, _wrap_any, owner)
    if type(raw) is list:
        return lazy_list(raw, None, _wrap_any, owner)
    return raw


def _reduce(cls: Any) -> Any:
    # Base classes such as Entity, and subclasses that users define, pickle like any class.
    node = cls.__dict__.get("_node") or cls.__dict__.get("_schema_node")
    return cls.__qualname__ if node is None else (class_for, (node,))


for _metaclass in (EntityMeta, ScalarMeta, NamedEnumMeta):
    copyreg.pickle(_metaclass, _reduce)
