"""Fields of another release on models of this one: ``table.owner`` where a table has ``owners``.

Scripts that were written for one release go on working, with one DriftWarning for each place in
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.drift.table import (
    FieldAlias,
    Move,
    convert_value,
    find_alias,
    moves,
    removed_field,
    warn_drift,
)

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

_LIST = "EntityReferenceList"


def meant(cls: Any, name: str) -> FieldAlias | None:
    """Return what a model has in the place of a field that it lacks, or None."""
    node: Node = cls._node
    return find_alias(name, cls._by_key, node.path)


def moved_into(cls: Any, name: str) -> Move | None:
    """Return the row of a field that is part of an object of this model, or None."""
    known, node = cls._by_key, cls._node
    if name in known:
        return None
    rows = (row for row in moves() if row.old == name and node.path in row.documents)
    return next((row for row in rows if row.into in known), None)


def parts(cls: Any, name: str) -> dict[str, str]:
    """Return the fields that stand here for the parts of an object that this model lacks."""
    known, node = cls._by_key, cls._node
    if name in known:
        return {}
    rows = [row for row in moves() if row.into == name and node.path in row.documents]
    return {row.new: row.old for row in rows if row.old in known}


def renamed(cls: Any, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return data for a model with the fields of other releases under its own names."""
    made: dict[str, Any] = dict(data)
    for name, value in data.items():
        if name not in cls._by_key:
            _rename(cls, made, name, value)
    return made


def _rename(cls: Any, made: dict[str, Any], name: str, value: Any) -> None:
    """Put one field in its place, where it has one that is free; else it is told as unknown."""
    found, move, apart = meant(cls, name), moved_into(cls, name), parts(cls, name)
    if found is not None and found.name not in made:
        try:
            fitting = written(found, value)
        except ValueError:
            return
        del made[name]
        made[found.name] = fitting
        _say(cls, name, f"is called {found.name}")
    elif move is not None:
        outer = made.get(move.into)
        if outer is None or (isinstance(outer, dict) and move.new not in outer):
            del made[name]
            made[move.into] = {**(outer or {}), move.new: value}
            _say(cls, name, f"is {move.into}.{move.new}")
    elif apart:
        held = _held(value)
        if held is not None and held.keys() <= apart.keys():
            del made[name]
            made.update({apart[part]: inner for part, inner in held.items()})
            _say(cls, name, f"is {', '.join(apart.values())}")


def lost(cls: Any, name: str, value: Any) -> str:
    """Return why a field that another release has cannot be said here, and what to do instead.

    Args:
        cls: the model.
        name: of the field.
        value: what was given for it.
    """
    found, release = meant(cls, name), cls._node.release.name
    if found is not None:
        try:
            written(found, value)
        except ValueError as error:
            return f"is called {found.name} in release {release}: {error}"
        return f"is called {found.name} in release {release}, which is given too"
    loss = removed_field(name, cls._node.path)
    return "" if loss is None else f"was taken before release {loss.since}; {loss.way}"


def _held(value: Any) -> dict[str, Any] | None:
    """Return the fields that a user gave an object, or None where it is none."""
    if isinstance(value, Mapping):
        return dict(value)
    given = getattr(value, "model_fields_set", None)
    return None if given is None else {name: getattr(value, name) for name in sorted(given)}


def written(found: FieldAlias, value: Any) -> Any:
    """Return a value that a user gave as its counterpart has it.

    Raises:
        ValueError: there are several where only one can be.
    """
    inner = getattr(value, "root", value)
    return convert_value(inner if isinstance(inner, list) else value, found.conversion)


def write(model: Any, name: str, found: FieldAlias, value: Any) -> None:
    """Set a counterpart to what is meant for the field of that name."""
    _say(type(model), name, f"is called {found.name}")
    setattr(model, found.name, written(found, value))


def write_into(model: Any, move: Move, value: Any) -> None:
    """Set the part of an object that a field became."""
    _say(type(model), move.old, f"is {move.into}.{move.new}")
    outer = getattr(model, move.into)
    if outer is not None:
        setattr(outer, move.new, value)
    elif value is not None:
        setattr(model, move.into, {move.new: value})


def read_from(model: Any, move: Move) -> Any:
    """Return the part of an object that a field became, or None where there is none."""
    _say(type(model), move.old, f"is {move.into}.{move.new}")
    outer = getattr(model, move.into)
    return None if outer is None else getattr(outer, move.new, None)


def read(model: Any, found: FieldAlias) -> Any:
    """Return the value of a counterpart as the field that was asked for has it."""
    rename = found.rename
    name = rename.old if found.name == rename.new else rename.new
    _say(type(model), name, f"is called {found.name}")
    value = getattr(model, found.name)
    if value is None or found.conversion == "same":
        return value
    if found.conversion == "wrap":  # the list is here, one is asked for
        listed = getattr(value, "root", value)
        return listed[0] if listed else None
    return _listed(model, value)


def _listed(model: Any, value: Any) -> Any:
    """Return one value as the list that newer releases have: of references, a model of its own."""
    from dynclient.compat.models.class_registry import class_registry

    release = type(model)._node.release
    place = release.type_names.get(_LIST)
    if getattr(type(value), "_node", None) is None or place is None:
        return [value]
    return class_registry(release).class_at(release.node(*place.split("#")))([value])


def _say(cls: Any, name: str, place: str) -> None:
    release = cls._node.release
    warn_drift(release, f"{cls.__name__}.{name} {place} in release {release.name}")


def say_moved(release: Release, asked: str, given: str) -> None:
    """Say that a module that is imported has another name in a release."""
    warn_drift(release, f"{asked} is called {given} in release {release.name}")
