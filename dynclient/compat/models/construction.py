"""How models are built from valid data: one plan for each set of fields that is given.

Objects of a list mostly have the same fields: the columns of a table, say. What depends only on the
names of the given fields is found out once: whether each is known and all required ones are there,
the converters of the values, the defaults of the other fields.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import EnumType
from typing import TYPE_CHECKING, Any, TypeAlias

from dynclient.compat.models.model import NOTHING_RECEIVED, set_origin, set_values
from dynclient.compat.models.scalar_types import (
    BoolType,
    IntType,
    NotConverted,
    StringType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.compat.models.fields import FieldInfo
    from dynclient.compat.models.scalar_types import Converter

_MAX_PLANS = 256
"""Plans that a class keeps; data with other sets of fields is planned again each time."""
_MOST_LEVELS = 100
"""How deep models of one class are accepted in each other, as columns in columns: deeper ones could
be built, but not be compared or written, which takes more of the call stack."""
_PLAIN_TYPES = frozenset({"boolean", "integer", "number", "string"})

Builder: TypeAlias = "Callable[..., list[Any]]"


@dataclass(slots=True)
class Plan:
    """What depends on which fields are given, in their order. Fields are called as in Python."""

    template: dict[str, Any]
    """All fields, with those defaults that instances can share."""
    origin: tuple[dict[str, Any], frozenset[str]]
    """No JSON of a server, and the given fields, for ``model_fields_set``."""
    renamed: tuple[tuple[str, str], ...]
    """Those with another name in JSON: key, name."""
    named_strings: tuple[tuple[str, Any], ...]
    """Strings of any length with separate classes."""
    limited_named_strings: tuple[tuple[str, Any, int, int], ...]
    """The same with their least and greatest length."""
    limited_strings: tuple[tuple[str, int, int], ...]
    """Other strings, with their least and greatest length."""
    plain: tuple[tuple[str, type], ...]
    """Values that have the right type already, as a rule."""
    enums: tuple[tuple[str, dict[Any, Any]], ...]
    """Enumerations, with the members by value."""
    others: tuple[tuple[str, Converter], ...]
    """All other fields, with the converters of their values."""


class Plans:
    """The plans of one class."""

    def __init__(self, cls: Any) -> None:
        self._cls = cls
        self.known: dict[tuple[str, ...], Plan | None] = {}
        self.build = self.builder(cls, _not_converted)

    def find(self, keys: tuple[str, ...]) -> Plan | None:
        """Return the plan for a set of fields; None if one is unknown or missing."""
        try:
            return self.known[keys]
        except KeyError:
            plan = self._plan(keys)
        if len(self.known) < _MAX_PLANS:
            self.known[keys] = plan
        return plan

    def builder(self, cls: Any, check: Converter) -> Builder:  # noqa: C901  # one loop
        """Return the function that makes a list of models of valid data.

        All steps are in one loop, as a call for each step of each model costs more than most of
        the steps. The arguments of the function are the values, which are dicts of the fields by
        name in JSON, or instances; and the instance to fill, in place of new ones. It raises
        NotConverted for data that is not valid.

        Args:
            cls: the class of the models, which may be a subclass of the class of these plans.
            check: converts data that there is no plan for: other types, and dicts in which fields
                are missing or have their names of another release.
        """
        known, find, converted, new = self.known, self.find, self.converted, cls.__new__

        def build(  # noqa: C901, PLR0912  # a call for each step costs more than the step
            items: Sequence[Any], filled: Any = None
        ) -> list[Any]:
            result = []
            for data in items:
                if type(data) is not dict:
                    result.append(data if type(data) is cls else check(data))
                    continue
                plan = known.get(tuple(data)) or find(tuple(data))
                if plan is None:
                    result.append(check(data))
                    continue
                values = plan.template | data
                for key, name in plan.renamed:
                    values[name] = values.pop(key)
                # The frequent types are converted here, as a call costs more than the conversion.
                for name, kind in plan.plain:
                    if type(values[name]) is not kind:
                        values[name] = converted(name, values[name])
                for name, root in plan.named_strings:
                    value = values[name]
                    if type(value) is str:
                        values[name] = _new_string(root, value)
                    else:
                        values[name] = converted(name, value)
                for name, root, shortest, longest in plan.limited_named_strings:
                    value = values[name]
                    if type(value) is str and shortest <= len(value) <= longest:
                        values[name] = _new_string(root, value)
                    else:
                        values[name] = converted(name, value)
                for name, shortest, longest in plan.limited_strings:
                    value = values[name]
                    if type(value) is not str or not shortest <= len(value) <= longest:
                        values[name] = converted(name, value)
                for name, members in plan.enums:
                    try:
                        values[name] = members[values[name]]
                    except (KeyError, TypeError):
                        values[name] = converted(name, values[name])
                for name, convert in plan.others:
                    value = values[name]
                    values[name] = convert(value) if value is not None else converted(name, None)
                model = new(cls) if filled is None else filled
                set_values(model, values)
                set_origin(model, plan.origin)
                result.append(model)
            return result

        return build

    def converted(self, name: str, value: Any) -> Any:
        """Return the value of a field; all but required ones accept None."""
        field: FieldInfo = self._cls._fields[name]
        return None if value is None and not field.required else field.converter(value)

    def _plan(self, keys: tuple[str, ...]) -> Plan | None:
        fields: dict[str, FieldInfo] = self._cls._by_key
        absent = [field for key, field in fields.items() if key not in keys]
        if any(field.required for field in absent) or not fields.keys() >= set(keys):
            return None
        return _build_plan(self._cls, [fields[key] for key in keys], absent)


class _Levels(threading.local):
    """How deep models of one class are being built in each other, in each thread."""

    count = 0


_LEVELS = _Levels()


def _bounded(convert: Converter) -> Converter:
    """Return a converter for a field that has models of the class that it belongs to."""

    def convert_below(value: Any) -> Any:
        if _LEVELS.count >= _MOST_LEVELS:
            raise RecursionError
        _LEVELS.count += 1
        try:
            return convert(value)
        finally:
            _LEVELS.count -= 1

    return convert_below


def _build_plan(owner: Any, given: list[FieldInfo], absent: list[FieldInfo]) -> Plan:
    plain: list[tuple[str, type]] = []
    enums, others = [], []
    named_strings, limited_named_strings, limited_strings = [], [], []
    for field in given:
        name, kind = field.name, field.field_type
        cls = getattr(kind, "cls", None)
        if isinstance(cls, EnumType):
            enums.append((name, cls._value2member_map_))
        elif isinstance(kind, StringType) and kind.length_limits is not None:
            if kind.constraints:
                limited_strings.append((name, *kind.length_limits))
            else:
                plain.append((name, str))
        elif cls is not None and (limits := _string_limits(cls)) is not None:
            if cls._field_type.constraints:
                limited_named_strings.append((name, cls, *limits))
            else:
                named_strings.append((name, cls))
        elif isinstance(kind, (IntType, BoolType)) and not kind.constraints:
            plain.append((name, bool if isinstance(kind, BoolType) else int))
        else:
            item = getattr(kind, "item", kind)
            is_recursive = getattr(item, "cls", None) is owner
            others.append((name, _bounded(field.converter) if is_recursive else field.converter))
    names = [field.name for field in given]
    return Plan(
        template={**dict.fromkeys(names), **shared_defaults(absent)},
        origin=(NOTHING_RECEIVED, frozenset(names)),
        renamed=tuple((field.key, field.name) for field in given if field.key != field.name),
        named_strings=tuple(named_strings),
        limited_named_strings=tuple(limited_named_strings),
        limited_strings=tuple(limited_strings),
        plain=tuple(plain),
        enums=tuple(enums),
        others=tuple(others),
    )


def _string_limits(cls: Any) -> tuple[int, int] | None:
    """Return the limits of the length of a named string; None for classes of another kind."""
    kind = getattr(cls, "_field_type", None)
    return kind.length_limits if isinstance(kind, StringType) else None


def shared_defaults(fields: list[FieldInfo]) -> dict[str, Any]:
    """Return the defaults of fields that all instances can share: those that nothing can change.

    The others, and those with separate classes, are created when a field is read.
    """
    return {
        field.name: field.get_default()
        for field in fields
        if field.default is None or field.node.schema.get("type") in _PLAIN_TYPES
    }


def _not_converted(value: Any) -> Any:
    del value
    raise NotConverted


_new_string: Any = str.__new__
