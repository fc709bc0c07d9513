"""Attributes of entities for fields of other releases, over the rules of :mod:`drift.aliases`.

They are read and written like fields of the type, are not listed by ``dir()`` or completion, and
each use is reported by a DriftWarning. :meth:`dynclient.schema.Release.with_drift` changes that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.drift.aliases import (
    Alias,
    BareItemAlias,
    BoxedItemAlias,
    FlattenedAlias,
    NestedAlias,
    NotTranslatable,
    RenamedAlias,
    aliases_of,
)
from dynclient.errors import BadArguments, UnknownField
from dynclient.model.containers import FieldList, wrapped_list
from dynclient.model.conversion import unwrap
from dynclient.schema.release import ERROR

if TYPE_CHECKING:
    from dynclient.model.entity import Entity
    from dynclient.schema import Node


class AliasField:
    """A field of another release on an entity class; a descriptor.

    Args:
        alias: the rule for what replaces the field in this release.
    """

    __slots__ = ("_alias",)

    def __init__(self, alias: Any) -> None:
        self._alias = alias

    def __get__(self, instance: Entity | None, owner: type | None = None) -> Any:
        if instance is None:  # the class does not have the field; only its instances find its value
            raise AttributeError(self._alias.sentence, name=self._alias.name, obj=owner)
        return self.read(instance)

    def read(self, entity: Entity) -> Any:
        """Return the value of the field.

        Raises:
            UnknownField: the drift setting is ``error``, or the field cannot be read here.
        """
        self._require(entity)
        self._alias.warn()
        return self._get(entity)

    def write(self, entity: Entity, value: Any) -> None:
        """Set what replaces the field.

        Raises:
            BadArguments: the value cannot be represented in this release.
        """
        alias: Alias = self._alias
        self._require(entity)
        try:
            own = self._converted(entity, value)
        except NotTranslatable as error:
            problem = alias.problem(str(error))
            message = f"{alias.node.type_name}.{alias.name} cannot be set:\n  {problem}"
            raise BadArguments(message, problems=(problem,)) from None
        alias.warn()  # first: where warnings are errors, nothing is changed
        self._set(entity, own)

    def is_set(self, entity: Entity) -> bool:
        """Return whether an entity has a value for what replaces the field; sends no request."""
        try:
            self._require(entity)
        except UnknownField:  # drift is an error, or the field cannot be read
            return False
        self._alias.warn()
        return self._is_set(entity)

    def _require(self, entity: Entity) -> None:
        """Raise UnknownField where the entity does not have the field."""
        if self._alias.node.release.drift == ERROR:
            raise self._unknown(entity)

    def _unknown(self, entity: Entity) -> UnknownField:
        alias: Alias = self._alias
        return UnknownField(alias.sentence, name=alias.name, obj=entity, nearest=alias.own_names)

    def _is_set(self, entity: Entity) -> bool:
        raise NotImplementedError

    def _get(self, entity: Entity) -> Any:
        raise NotImplementedError

    def _converted(self, entity: Entity, value: Any) -> Any:  # noqa: ARG002  # used by subclasses
        """Return a value as :meth:`_set` takes it, or raise NotTranslatable."""
        return value

    def _set(self, entity: Entity, value: Any) -> None:
        raise NotImplementedError


class RenamedField(AliasField):
    """A field that has another name here."""

    __slots__ = ()
    _alias: RenamedAlias

    def _is_set(self, entity: Entity) -> bool:
        value = entity._raw.get(self._alias.own_name)
        return bool(value) if self._alias.conversion == "wrap" else value is not None

    def _get(self, entity: Entity) -> Any:
        value = entity[self._alias.own_name]
        if value is None or self._alias.conversion == "same":
            return value
        if self._alias.conversion == "wrap":
            return value[0] if value else None
        return single_item_list(entity, self._alias, value)

    def _converted(self, entity: Entity, value: Any) -> Any:
        alias = self._alias
        current = entity[alias.own_name] if alias.conversion == "wrap" else None
        if current is not None and len(current) > 1 and not isinstance(value, (list, tuple)):
            # One value would replace all of them, which a script for one value cannot intend.
            raise NotTranslatable(
                f"{alias.place_in_release} and has {len(current)} values;"
                f" set {alias.own_name} to say which of them to keep"
            )
        return alias.convert(value, unwrap)

    def _set(self, entity: Entity, value: Any) -> None:
        entity[self._alias.own_name] = value


class SingleItemList(FieldList):
    """The one value of a field as the list that another release has; changes reach the field.

    It takes one item at most, since the release has room for one.
    """

    __slots__ = ("_alias",)
    _alias: RenamedAlias

    def _write(self) -> None:
        values = list(list.__iter__(self))
        try:
            value = self._alias.convert(values, unwrap)
        except NotTranslatable as error:
            list.__setitem__(self, slice(None), self._raw)
            problem = self._alias.problem(str(error))
            raise BadArguments(f"{problem}", problems=(problem,)) from None
        name = self._alias.own_name
        self._entity[name] = value
        value = self._entity[name]
        self._raw[:] = [] if value is None else [value]
        list.__setitem__(self, slice(None), self._raw)

    def insert(self, index: Any, value: Any) -> None:
        """Insert an item before an index; raises BadArguments where there is one already."""
        list.insert(self, index, value)
        self._write()

    def extend(self, values: Any) -> None:
        """Append all items at once, so that too many of them leave the list as it is."""
        list.extend(self, values)
        self._write()


def single_item_list(entity: Entity, alias: RenamedAlias, value: Any) -> SingleItemList:
    """Return the list of the one value that a field of an entity has."""
    node = alias.node.properties[alias.own_name]
    wrap = entity._classes.wrapper(node)
    items = wrapped_list(SingleItemList, [value], [value], node, wrap, entity)
    items._alias = alias
    return items


class NestedField(AliasField):
    """A field that is part of an object here."""

    __slots__ = ()
    _alias: NestedAlias

    def _is_set(self, entity: Entity) -> bool:
        outer = entity._raw.get(self._alias.outer)
        return isinstance(outer, dict) and outer.get(self._alias.part) is not None

    def _get(self, entity: Entity) -> Any:
        outer, part = entity[self._alias.outer], self._alias.part
        return outer[part] if outer is not None and part in outer else None

    def _set(self, entity: Entity, value: Any) -> None:
        _set_part(entity, self._alias.outer, self._alias.part, value)


class FlattenedField(AliasField):
    """An object whose parts are fields here; it can be written, not read."""

    __slots__ = ()
    _alias: FlattenedAlias

    def _is_set(self, entity: Entity) -> bool:  # noqa: ARG002  # see AliasField
        return False

    def _get(self, entity: Entity) -> Any:
        # What is written into an object created for reading would be lost.
        raise self._unknown(entity)

    def _converted(self, entity: Entity, value: Any) -> Any:  # noqa: ARG002  # see AliasField
        return self._alias.split(value, unwrap)

    def _set(self, entity: Entity, value: Any) -> None:
        for name, part in value.items():
            entity[name] = part


class BoxedItemField(AliasField):
    """A field of a list item that is in an object here."""

    __slots__ = ()
    _alias: BoxedItemAlias

    def _is_set(self, entity: Entity) -> bool:
        inner = entity._raw.get(self._alias.inner)
        return isinstance(inner, dict) and inner.get(self._alias.name) is not None

    def _get(self, entity: Entity) -> Any:
        inner = entity[self._alias.inner]
        return None if inner is None else inner[self._alias.name]

    def _set(self, entity: Entity, value: Any) -> None:
        _set_part(entity, self._alias.inner, self._alias.name, value)


class BareItemField(AliasField):
    """A field of the object that newer releases put a list item into."""

    __slots__ = ()
    _alias: BareItemAlias

    def _require(self, entity: Entity) -> None:
        # Only an item of that list stands for the object.
        owner = entity._link
        node = getattr(type(owner), "_node", None)
        if node is None or node.path != self._alias.document:
            kind, name = type(entity).__name__, self._alias.name
            raise UnknownField(f"{kind} has no field {name!r}", name=name, obj=entity)
        super()._require(entity)

    def _is_set(self, entity: Entity) -> bool:  # noqa: ARG002  # see AliasField
        return True

    def _get(self, entity: Entity) -> Any:
        return entity if self._alias.is_item else self._alias.value

    def _converted(self, entity: Entity, value: Any) -> Any:  # noqa: ARG002  # see AliasField
        self._alias.require_same(value)
        return value

    def _set(self, entity: Entity, value: Any) -> None:
        """Do nothing: the field has this value always."""


def _set_part(entity: Entity, outer: str, part: str, value: Any) -> None:
    """Set a part of an object that a field of an entity holds, creating the object for a value."""
    current = entity[outer]
    if current is not None:
        current[part] = value
    elif value is not None:
        entity[outer] = {part: value}


_FIELDS: dict[type[Alias], type[AliasField]] = {
    RenamedAlias: RenamedField,
    NestedAlias: NestedField,
    FlattenedAlias: FlattenedField,
    BoxedItemAlias: BoxedItemField,
    BareItemAlias: BareItemField,
}


def alias_fields(node: Node) -> dict[str, AliasField]:
    """Return the descriptors of the fields that a type lacks and other releases have, by name.

    Args:
        node: the schema node of the type.
    """
    return {name: _FIELDS[type(alias)](alias) for name, alias in aliases_of(node).items()}
