"""Fields of another release on models of this one: ``table.owner`` where a table has ``owners``.

Scripts that were written for one release go on working, with one DriftWarning for each place in
them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import DriftWarning
from dynclient.schema.drift import Counterpart, counterpart, turned

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_LIST = "EntityReferenceList"


def meant(cls: Any, name: str) -> Counterpart | None:
    """Return what a model has in the place of a field that it lacks, or None."""
    node: Node = cls._node
    return counterpart(name, cls._by_key, node.path)


def renamed(cls: Any, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return data for a model with the fields of other releases under its own names."""
    made: dict[str, Any] | None = None
    for name, value in data.items():
        found = None if name in cls._by_key else meant(cls, name)
        if found is None or found.name in data:
            continue
        try:
            fitting = written(found, value)
        except ValueError:
            continue  # told as a field that is not there
        made = dict(data) if made is None else made
        del made[name]
        made[found.name] = fitting
        _say(cls, name, found)
    return data if made is None else made


def written(found: Counterpart, value: Any) -> Any:
    """Return a value that a user gave as its counterpart has it.

    Raises:
        ValueError: there are several where only one can be.
    """
    inner = getattr(value, "root", value)
    return turned(inner if isinstance(inner, list) else value, found.turn)


def write(model: Any, name: str, found: Counterpart, value: Any) -> None:
    """Set a counterpart to what is meant for the field of that name."""
    _say(type(model), name, found)
    setattr(model, found.name, written(found, value))


def read(model: Any, found: Counterpart) -> Any:
    """Return the value of a counterpart as the field that was asked for has it."""
    rename = found.rename
    _say(type(model), rename.old if found.name == rename.new else rename.new, found)
    value = getattr(model, found.name)
    if value is None or found.turn == "same":
        return value
    if found.turn == "wrap":  # the list is here, one is asked for
        listed = getattr(value, "root", value)
        return listed[0] if listed else None
    return _listed(model, value)


def _listed(model: Any, value: Any) -> Any:
    """Return one value as the list that newer releases have: of references, a model of its own."""
    from dynclient.compat.family import family

    release = type(model)._node.release
    place = release.type_names.get(_LIST)
    if getattr(type(value), "_node", None) is None or place is None:
        return [value]
    return family(release).class_at(release.node(*place.split("#")))([value])


def _say(cls: Any, name: str, found: Counterpart) -> None:
    release = cls._node.release.name
    _tell(f"{cls.__name__}.{name} is called {found.name} in release {release}")


def say_moved(release: Release, asked: str, given: str) -> None:
    """Say that a module that is imported has another name in a release."""
    _tell(f"{asked} is called {given} in release {release.name}")


def _tell(message: str) -> None:
    """Warn in the first place that is neither ours nor of Python's imports; once per place."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith((_PACKAGE, "<frozen ")):
        frame = frame.f_back
    told = frame.f_globals.setdefault("__warningregistry__", {})
    where = frame.f_code.co_filename, frame.f_lineno
    warnings.warn_explicit(message, DriftWarning, *where, registry=told)
