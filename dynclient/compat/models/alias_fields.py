"""Attributes of drop-in models for fields of other releases: ``table.owner`` beside ``owners``.

The rules are those of :mod:`dynclient.drift.aliases`. Scripts written for another release keep
working, with one DriftWarning for each place in the code; the release's drift setting changes that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.drift.aliases import (
    BareItemAlias,
    FlattenedAlias,
    NestedAlias,
    NotTranslatable,
    RenamedAlias,
    aliases_of,
    removed_field_message,
    with_own_names,
)
from dynclient.drift.table import warn_drift
from dynclient.schema.release import ERROR

if TYPE_CHECKING:
    from dynclient.drift.aliases import Alias
    from dynclient.schema import Node, Release

_REFERENCE_LIST = "EntityReferenceList"


class AliasField:
    """A field of another release on a model; a descriptor.

    It takes the place of a ``__getattr__`` of models, which would make every field slower to read.
    """

    __slots__ = ("_alias",)

    def __init__(self, alias: Alias) -> None:
        self._alias = alias

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:  # the class does not have the field
            raise AttributeError(self._alias.sentence, name=self._alias.name, obj=owner)
        return get_field(instance, self._alias)


def attributes(node: Node) -> dict[str, AliasField]:
    """Return the descriptors of the fields that a type lacks and other releases have, by name.

    Args:
        node: the schema node of the type.
    """
    return {
        name: AliasField(alias)
        for name, alias in aliases_of(node).items()
        if not name.startswith("_") and not isinstance(alias, BareItemAlias)
    }


def alias_names(cls: type) -> set[str]:
    """Return the names of a model's attributes that are fields of other releases."""
    return {
        name
        for base in cls.__mro__
        for name, value in vars(base).items()
        if type(value) is AliasField
    }


def find_alias(cls: Any, name: str) -> Alias | None:
    """Return the rule for a field that a model lacks and other releases have, or None.

    Args:
        cls: the model.
        name: name of the field in JSON.
    """
    if name in cls._by_key:
        return None
    alias = aliases_of(cls._node).get(name)
    # A model does not know the list that it is an item of, which decides whether these apply.
    return None if isinstance(alias, BareItemAlias) else alias


def translated(cls: Any, data: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return fields given to a model, those of other releases under the model's own names.

    Args:
        cls: the model.
        data: the fields by name in JSON.

    Returns:
        The fields, and by name why a field is not translated.
    """
    unknown = [name for name in data if name not in cls._by_key]
    if any(find_alias(cls, name) for name in unknown):
        fields, problems = with_own_names(cls._node, data, unwrap)
        return fields, {name: f"{cls.__name__}.{name} {p.message}" for name, p in problems.items()}
    removed = {name: removed_field_message(cls._node, name) for name in unknown}
    reasons = {name: f"{cls.__name__}.{name} {text}" for name, text in removed.items() if text}
    return data, reasons


def unwrap(node: Node, value: Any) -> Any:
    """Return a model as a dict of the fields that are set, a root type as its value."""
    del node
    if isinstance(value, Mapping):
        return dict(value)
    fields = getattr(type(value), "_fields", None)
    if fields is None:
        return getattr(value, "root", value)
    return {
        fields[name].key if name in fields else name: getattr(value, name)
        for name in sorted(value.model_fields_set)
    }


def get_field(model: Any, alias: Alias) -> Any:
    """Return the value of a field of another release.

    Raises:
        AttributeError: the drift setting is ``error``, or the field cannot be read here.
    """
    if alias.node.release.drift == ERROR or isinstance(alias, FlattenedAlias):
        raise AttributeError(alias.sentence, name=alias.name, obj=model)
    alias.warn()
    if isinstance(alias, RenamedAlias):
        return _get_renamed(model, alias)
    outer_name, name = _nested_names(alias)
    outer = _get(model, outer_name)
    return None if outer is None else getattr(outer, name, None)


def _get_renamed(model: Any, alias: RenamedAlias) -> Any:
    value = _get(model, alias.own_name)
    if value is None or alias.conversion == "same":
        return value
    if alias.conversion == "wrap":  # this release has a list, the script reads one value
        items = getattr(value, "root", value)
        return items[0] if items else None
    return _as_list(model, value)


def set_field(model: Any, alias: Alias, value: Any) -> None:
    """Set what replaces a field of another release.

    Raises:
        ValueError: the drift setting is ``error``, or the value cannot be represented here.
    """
    if alias.node.release.drift == ERROR:
        raise ValueError(alias.sentence)
    own: dict[str, Any] = {}
    try:
        if isinstance(alias, FlattenedAlias):
            own = alias.split(value, unwrap)
        elif isinstance(alias, RenamedAlias):
            own = {alias.own_name: _converted(model, alias, value)}
    except NotTranslatable as error:
        raise ValueError(f"{type(model).__name__}.{alias.name} {error}") from None
    alias.warn()  # first: if warnings are errors, nothing is changed
    for name, each in own.items():
        _set(model, name, each)
    if not own:
        _set_nested(model, alias, value)


def _converted(model: Any, alias: RenamedAlias, value: Any) -> Any:
    current = _get(model, alias.own_name) if alias.conversion == "wrap" else None
    items = getattr(current, "root", current) or ()
    if len(items) > 1 and not isinstance(unwrap(model._node, value), (list, tuple)):
        # One value would replace all of them, which a script for one value cannot intend.
        raise NotTranslatable(
            f"{alias.place_in_release} and has {len(items)} values; set {alias.own_name} to say"
            " which of them to keep"
        )
    return alias.convert(value, unwrap)


def _set_nested(model: Any, alias: Alias, value: Any) -> None:
    """Set a field of the object that holds it; the object is created if there is none."""
    outer_name, name = _nested_names(alias)
    outer = _get(model, outer_name)
    if outer is not None:
        setattr(outer, name, value)
    elif value is not None:
        _set(model, outer_name, {name: value})


def _nested_names(alias: Any) -> tuple[str, str]:
    """Return the field that holds the object of a nested field, and the field's name in it."""
    if isinstance(alias, NestedAlias):
        return alias.outer, alias.part
    return alias.inner, alias.name


def _get(model: Any, key: str) -> Any:
    return getattr(model, type(model)._by_key[key].name)


def _set(model: Any, key: str, value: Any) -> None:
    setattr(model, type(model)._by_key[key].name, value)


def _as_list(model: Any, value: Any) -> Any:
    """Return one value as the list that newer releases have: references as a model of their own."""
    registry = type(model)._registry
    place = registry.release.type_names.get(_REFERENCE_LIST)
    if getattr(type(value), "_node", None) is None or place is None:
        return [value]
    return registry.class_at(registry.release.node(*place.split("#")))([value])


def warn_renamed_module(release: Release, imported: str, name: str) -> None:
    """Warn that an imported module has another name in a release."""
    warn_drift(release, f"{imported} is called {name} in release {release.name}")
