"""How models are built from valid data: one plan for each set of fields that is given.

Objects of a list mostly have the same fields: the columns of a table, say. What depends only on the
names of the given fields is found out once: whether each is known and all required ones are there,
the conversions of the values, the defaults of the other fields.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from dynclient.compat.models.field_conversions import field_conversion, rename
from dynclient.compat.models.field_types import ListType
from dynclient.compat.models.model import (
    NOTHING_RECEIVED,
    Model,
    Storage,
    set_origin,
    set_values,
)
from dynclient.compat.models.scalar_types import NotConverted, list_converter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.compat.models.field_conversions import FieldConversion
    from dynclient.compat.models.fields import FieldInfo
    from dynclient.compat.models.scalar_types import Converter

_MAX_PLANS = 256
"""Plans that a class keeps; data with other sets of fields is planned again each time."""
_MOST_LEVELS = 100
"""How deep models of one class are accepted in each other, as columns in columns: deeper ones could
be built, but not be compared or written, which takes more of the call stack."""
_PLAIN_TYPES = frozenset({"boolean", "integer", "number", "string"})

Builder: TypeAlias = "Callable[[Sequence[Any]], list[Any]]"


@dataclass(slots=True, frozen=True)
class Plan:
    """What depends on which fields are given, in their order. Fields are called as in Python."""

    template: dict[str, Any]
    """All fields, with those defaults that instances can share."""
    origin: tuple[dict[str, Any], frozenset[str]]
    """No JSON of a server, and the given fields, for ``model_fields_set``."""
    conversions: tuple[FieldConversion, ...]
    """What converts the given fields of many models, except for lists."""
    lists: tuple[FieldConversion, ...]
    """What converts fields that are lists, for models with other sets of fields at once too."""
    all_conversions: tuple[FieldConversion, ...]
    """Both."""


class Plans:
    """The plans of one class.

    Attributes:
        cls: the class.
        build: makes a list of models of valid data; see :meth:`builder`.
    """

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self._known: dict[tuple[str, ...], Plan | None] = {}
        self._conversions: dict[str, FieldConversion] = {}
        self.build = self.builder(cls, _not_converted)

    def builder(self, cls: Any, check: Converter) -> Builder:
        """Return the function that makes a list of models of valid data.

        The argument of the function are the values, which are dicts of the fields by name in JSON,
        or instances. It raises NotConverted for data that is not valid.

        Args:
            cls: the class of the models, which may be a subclass of the class of these plans.
            check: converts data that there is no plan for: other types, and dicts in which fields
                are missing or have their names of another release.
        """
        if cls.__new__ is not object.__new__ or cls.__basicsize__ != Model.__basicsize__:
            # A script's subclass that says how its instances are created, or has slots.
            return list_converter(check)
        known, find = self._known, self._find

        def build(items: Sequence[Any]) -> list[Any]:
            models: list[Any] = []
            groups: dict[tuple[str, ...], tuple[Plan, list[dict[str, Any]]]] = {}
            previous = None
            for data in items:
                if type(data) is not dict:
                    models.append(data if type(data) is cls else check(data))
                    continue
                keys = tuple(data)
                if keys != previous:
                    group = groups.get(keys)
                    if group is None:
                        plan = known.get(keys) or find(keys)
                        if plan is None:
                            models.append(check(data))
                            continue
                        group = groups[keys] = plan, []
                    plan, rows = group
                    template, origin, previous = plan.template, plan.origin, keys
                values = template | data
                rows.append(values)
                # Not by ``cls.__new__`` and the functions that set these attributes of a model,
                # which cost half as much again as all of this.
                model: Any = Storage()
                model.__dict__ = values
                model._origin = origin
                model.__class__ = cls
                models.append(model)
            lists: dict[FieldConversion, list[dict[str, Any]]] = {}
            for plan, rows in groups.values():
                for convert in plan.conversions:
                    convert(rows)
                for convert in plan.lists:
                    lists[convert] = [*lists[convert], *rows] if convert in lists else rows
            for convert, rows in lists.items():
                convert(rows)
            return models

        return build

    def fill(self, model: Any, data: dict[str, Any]) -> None:
        """Set the fields of a new model.

        Args:
            model: the model.
            data: the values by name in JSON.

        Raises:
            NotConverted: the data is not valid, or there is no plan for it.
        """
        keys = tuple(data)
        plan = self._known.get(keys) or self._find(keys)
        if plan is None:
            raise NotConverted
        values = plan.template | data
        rows = (values,)
        for convert in plan.all_conversions:
            convert(rows)
        set_values(model, values)
        set_origin(model, plan.origin)

    def _find(self, keys: tuple[str, ...]) -> Plan | None:
        """Return the plan for a set of fields; None if one is unknown or missing."""
        try:
            return self._known[keys]
        except KeyError:
            plan = self._plan(keys)
        if len(self._known) < _MAX_PLANS:
            self._known[keys] = plan
        return plan

    def _plan(self, keys: tuple[str, ...]) -> Plan | None:
        fields: dict[str, FieldInfo] = self.cls._by_key
        absent = [field for key, field in fields.items() if key not in keys]
        if any(field.required for field in absent) or not fields.keys() >= set(keys):
            return None
        given = [fields[key] for key in keys]
        names = [field.name for field in given]
        lists = [field for field in given if isinstance(field.field_type, ListType)]
        conversions = (
            *(rename(each.key, each.name) for each in given if each.key != each.name),
            *(self._conversion(field) for field in given if field not in lists),
        )
        of_lists = tuple(map(self._conversion, lists))
        return Plan(
            template={**dict.fromkeys(names), **shared_defaults(absent)},
            origin=(NOTHING_RECEIVED, frozenset(names)),
            conversions=conversions,
            lists=of_lists,
            all_conversions=conversions + of_lists,
        )

    def _conversion(self, field: FieldInfo) -> FieldConversion:
        found = self._conversions.get(field.name)
        if found is None:
            found = self._conversions[field.name] = self._new_conversion(field)
        return found

    def _new_conversion(self, field: FieldInfo) -> FieldConversion:
        item = getattr(field.field_type, "item", field.field_type)
        is_recursive = getattr(item, "cls", None) is self.cls
        fallback = partial(self._converted, field)
        return field_conversion(field, fallback, _bounded if is_recursive else None)

    @staticmethod
    def _converted(field: FieldInfo, value: Any) -> Any:
        """Return the value of a field; all but required ones accept None."""
        return None if value is None and not field.required else field.converter(value)


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
