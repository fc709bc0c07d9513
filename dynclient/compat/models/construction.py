"""How models are built from valid data: one plan for each set of fields that is given.

Objects of a list mostly have the same fields: the columns of a table, say. What depends only on the
names of the given fields is found out once: whether each is known and all required ones are there,
the converters of the values, the defaults of the other fields.

Data is converted in one of two ways. The converters check and convert every value. Or the compiled
validator of the release checks the whole document; then single values are kept as they are, and
converted when a field of their model is read for the first time. Compiling the validator takes
milliseconds, so it is used where it exists already (requests that were sent were validated by it)
or where many documents are validated.
"""

from __future__ import annotations

from enum import EnumType
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.compat.models.scalar_types import BoolType, IntType, StringType
from dynclient.validation.validator import validator

if TYPE_CHECKING:
    from dynclient.compat.models.fields import FieldInfo
    from dynclient.compat.models.scalar_types import Converter
    from dynclient.schema import Node

_MAX_PLANS = 256
"""Plans that a class keeps; data with other sets of fields is planned again each time."""
_MANY = 50
"""Documents of one class after which the validator is compiled for the following ones."""
_PLAIN_TYPES = frozenset({"boolean", "integer", "number", "string"})


class Plan(NamedTuple):
    """What depends on which fields are given, in their order. Fields are called as in Python."""

    template: dict[str, Any]
    """All fields, with those defaults that instances can share."""
    fields_set: frozenset[str]
    """The given fields, for ``model_fields_set``."""
    renamed: tuple[tuple[str, str], ...]
    """Those with another name in JSON: key, name."""
    strings: tuple[tuple[str, int, int], ...]
    """Strings, with their least and greatest length."""
    named_strings: tuple[tuple[str, Any, int, int], ...]
    """The same with classes of their own."""
    enums: tuple[tuple[str, dict[Any, Any]], ...]
    """Enumerations, with the members by value."""
    plain: tuple[tuple[str, type], ...]
    """Other values that have the right type already, as a rule."""
    others: tuple[tuple[str, Converter], ...]
    """All other fields, with the converters of their values."""
    at_once: tuple[tuple[str, Converter], ...]
    """The fields that are never deferred, by key, with converters that defer values in them."""


class Plans:
    """The plans of one class."""

    def __init__(self, cls: Any) -> None:
        self._cls = cls
        self.known: dict[tuple[str, ...], Plan | None] = {}
        self._validated = 0

    def find(self, keys: tuple[str, ...]) -> Plan | None:
        """Return the plan for a set of fields; None if one is unknown or missing."""
        try:
            return self.known[keys]
        except KeyError:
            plan = self._plan(keys)
        if len(self.known) < _MAX_PLANS:
            self.known[keys] = plan
        return plan

    def values(self, plan: Plan, data: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of an instance for valid data: values by name.

        Args:
            plan: the plan for the fields in it.
            data: the given fields by name in JSON.

        Raises:
            NotConverted: the data is not valid.
        """
        values = plan.template.copy()
        values.update(data)
        for key, name in plan.renamed:
            values[name] = values.pop(key)
        # The frequent types are converted here: a function call costs more than the conversion.
        for name, cls, shortest, longest in plan.named_strings:
            value = values[name]
            if type(value) is str and shortest <= len(value) <= longest:
                values[name] = _new_string(cls, value)
            else:
                values[name] = self._converted(name, value)
        for name, shortest, longest in plan.strings:
            value = values[name]
            if type(value) is not str or not shortest <= len(value) <= longest:
                values[name] = self._converted(name, value)
        for name, members in plan.enums:
            try:
                values[name] = members[values[name]]
            except (KeyError, TypeError):
                values[name] = self._converted(name, values[name])
        for name, kind in plan.plain:
            if type(values[name]) is not kind:
                values[name] = self._converted(name, values[name])
        for name, convert in plan.others:
            value = values[name]
            values[name] = convert(value) if value is not None else self._converted(name, None)
        return values

    def _converted(self, name: str, value: Any) -> Any:
        """Return the value of a field; all but required ones accept None."""
        field: FieldInfo = self._cls._fields[name]
        return None if value is None and not field.required else field.converter(value)

    def is_validator_ready(self, node: Node) -> bool:
        """Return whether the compiled validator is worth its cost; counts how often it is asked.

        Args:
            node: the schema of the class.
        """
        self._validated += 1
        return self._validated > _MANY or validator(node.release).is_compiled(node)

    def _plan(self, keys: tuple[str, ...]) -> Plan | None:
        fields: dict[str, FieldInfo] = self._cls._by_key
        absent = [field for key, field in fields.items() if key not in keys]
        if any(field.required for field in absent) or not fields.keys() >= set(keys):
            return None
        return _build_plan([fields[key] for key in keys], absent)


def _build_plan(given: list[FieldInfo], absent: list[FieldInfo]) -> Plan:
    strings, named_strings, enums, plain, others, at_once = [], [], [], [], [], []
    for field in given:
        name, kind = field.name, field.field_type
        cls = getattr(kind, "cls", None)
        if not kind.is_deferrable:
            others.append((name, field.converter))
            at_once.append((field.key, kind.converter(deferred=True)))
        elif isinstance(cls, EnumType):
            enums.append((name, cls._value2member_map_))
        elif isinstance(kind, StringType) and kind.length_limits is not None:
            strings.append((name, *kind.length_limits))
        elif cls is not None and (limits := _string_limits(cls)) is not None:
            named_strings.append((name, cls, *limits))
        elif isinstance(kind, (IntType, BoolType)) and not kind.constraints:
            plain.append((name, bool if isinstance(kind, BoolType) else int))
        else:
            others.append((name, field.converter))
    names = [field.name for field in given]
    return Plan(
        template={**dict.fromkeys(names), **shared_defaults(absent)},
        fields_set=frozenset(names),
        renamed=tuple((field.key, field.name) for field in given if field.key != field.name),
        strings=tuple(strings),
        named_strings=tuple(named_strings),
        enums=tuple(enums),
        plain=tuple(plain),
        others=tuple(others),
        at_once=tuple(at_once),
    )


def _string_limits(cls: Any) -> tuple[int, int] | None:
    """Return the limits of the length of a named string; None for classes of another kind."""
    kind = cls._field_type
    return kind.length_limits if isinstance(kind, StringType) else None


def shared_defaults(fields: list[FieldInfo]) -> dict[str, Any]:
    """Return the defaults of fields that all instances can share: those that nothing can change.

    The others, and those with classes of their own, are created when a field is read.
    """
    return {
        field.name: field.get_default()
        for field in fields
        if field.default is None or field.node.schema.get("type") in _PLAIN_TYPES
    }


_new_string: Any = str.__new__
