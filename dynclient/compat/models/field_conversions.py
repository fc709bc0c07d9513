"""How one field of many models is converted: each function converts the values in place.

Objects of a list mostly have the same fields, the columns of a table, say. A loop over the objects
for each field costs less than one over the fields for each object: what depends on the field is
known in the loop. The rows are the values of the models by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import EnumType
from typing import TYPE_CHECKING, Any, TypeAlias

from dynclient.compat.models.field_types import ListType
from dynclient.compat.models.root_models import LONGEST_KNOWN
from dynclient.compat.models.scalar_types import BoolType, IntType, StringType

if TYPE_CHECKING:
    from dynclient.compat.models.fields import FieldInfo
    from dynclient.compat.models.scalar_types import Converter

Rows: TypeAlias = Sequence[dict[str, Any]]
FieldConversion: TypeAlias = Callable[[Rows], None]
"""Converts one field of all rows; raises NotConverted if a value is not valid."""


def field_conversion(
    field: FieldInfo, fallback: Converter, bounded: Callable[[Converter], Converter] | None
) -> FieldConversion:
    """Return the function that converts a field of models.

    Args:
        field: the field.
        fallback: converts the values that are not of the type that most values have.
        bounded: returns a converter that limits how deep models are in each other, if the field
            has models of the class that it belongs to.
    """
    name, kind = field.name, field.field_type
    cls = getattr(kind, "cls", None)
    if isinstance(cls, EnumType):
        return _enums(name, cls._value2member_map_, fallback)
    if isinstance(kind, StringType) and kind.length_limits is not None:
        if kind.constraints:
            return _checked_strings(name, *kind.length_limits, fallback)
        return _checked_types(name, str, fallback)
    if cls is not None and (limits := _string_limits(cls)) is not None:
        return _named_strings(name, cls, *limits, fallback)
    if isinstance(kind, (IntType, BoolType)) and not kind.constraints:
        return _checked_types(name, bool if isinstance(kind, BoolType) else int, fallback)
    convert = field.converter
    if bounded is not None:
        convert, fallback = bounded(convert), bounded(fallback)
    if isinstance(kind, ListType):
        return _lists(name, kind, fallback, bounded)
    return _other_values(name, convert, fallback)


def rename(key: str, name: str) -> FieldConversion:
    """Return the function that gives a field with another name in JSON its name in Python."""

    def convert(rows: Rows) -> None:
        for values in rows:
            values[name] = values.pop(key)

    return convert


def _checked_types(name: str, kind: type, fallback: Converter) -> FieldConversion:
    def convert(rows: Rows) -> None:
        for values in rows:
            if type(values[name]) is not kind:
                values[name] = fallback(values[name])

    return convert


def _checked_strings(
    name: str, shortest: int, longest: int, fallback: Converter
) -> FieldConversion:
    def convert(rows: Rows) -> None:
        for values in rows:
            value = values[name]
            if type(value) is not str or not shortest <= len(value) <= longest:
                values[name] = fallback(value)

    return convert


def _named_strings(
    name: str, root: Any, shortest: int, longest: int, fallback: Converter
) -> FieldConversion:
    known, remembered, new = root._known.get, root._remembered, _new_string

    def convert(rows: Rows) -> None:
        for values in rows:
            value = values[name]
            if type(value) is not str or not shortest <= (length := len(value)) <= longest:
                values[name] = fallback(value)
            elif length <= LONGEST_KNOWN:
                values[name] = known(value) or remembered(value)
            else:
                values[name] = new(root, value)

    return convert


def _enums(name: str, members: dict[Any, Any], fallback: Converter) -> FieldConversion:
    def convert(rows: Rows) -> None:
        for values in rows:
            try:
                values[name] = members[values[name]]  # members are equal to their strings
            except (KeyError, TypeError):
                values[name] = fallback(values[name])

    return convert


def _other_values(name: str, convert_value: Converter, fallback: Converter) -> FieldConversion:
    def convert(rows: Rows) -> None:
        for values in rows:
            value = values[name]
            values[name] = fallback(None) if value is None else convert_value(value)

    return convert


def _lists(
    name: str,
    kind: ListType,
    fallback: Converter,
    bounded: Callable[[Converter], Converter] | None,
) -> FieldConversion:
    """Return the function for lists: the items of the lists of all rows are converted at once."""
    is_met = kind.limits_test
    convert_items: Converter | None = None

    def convert(rows: Rows) -> None:
        nonlocal convert_items
        items: list[Any] = []
        pending = []
        for values in rows:
            value = values[name]
            if type(value) is not list or (is_met is not None and not is_met(value)):
                values[name] = fallback(value)
            elif value:
                items += value
                pending.append((values, len(items)))
            else:
                values[name] = []
        if not items:
            return
        if convert_items is None:  # not before it is needed: types may contain themselves
            found = kind.item.list_converter()
            convert_items = found if bounded is None else bounded(found)
        converted, start = convert_items(items), 0
        for values, end in pending:
            values[name] = converted[start:end]
            start = end

    return convert


_new_string: Any = str.__new__


def _string_limits(cls: Any) -> tuple[int, int] | None:
    """Return the limits of the length of a named string; None for classes of another kind."""
    kind = getattr(cls, "_field_type", None)
    return kind.length_limits if isinstance(kind, StringType) else None
