"""What became of one entity, and the results of functions as JSON."""

from __future__ import annotations

import math
import traceback
from collections.abc import Mapping, Set
from datetime import date, datetime, time
from enum import Enum
from pathlib import PurePath
from typing import Any, NamedTuple
from uuid import UUID

from dynclient import model
from dynclient.documentation import document_fields
from dynclient.errors import DynclientError, FunctionFailed
from dynclient.model.containers import FieldList, FieldMap
from dynclient.secrets import printable

DONE, UPDATED, UNCHANGED, FAILED = "done", "updated", "unchanged", "failed"
KINDS = (DONE, UPDATED, UNCHANGED)
"""The kinds of items that did not fail."""
_LEVELS_MAX = 100
_PACKAGE = __name__.partition(".")[0]


@document_fields
class MapItem(NamedTuple):
    """What became of one entity in ``om.map``.

    Attributes:
        key: The id of the entity.
        name: Its fully qualified name.
        kind: ``done``; with ``save=True`` ``updated`` or ``unchanged``; or ``failed``.
        value: What the function returned, as JSON values; secrets are masked.
        error: The error if it failed. An error that the function raised is a
            :class:`dynclient.errors.FunctionFailed`, with its place, or an error of dynclient.
    """

    key: str
    name: str
    kind: str
    value: Any = None
    error: DynclientError | None = None

    def __repr__(self) -> str:
        error = "" if self.error is None else f": {self.error}"
        return f"<{printable(self.name or self.key)}: {self.kind}{error}>"


def item_of(entity: Any, kind: str, value: Any = None, error: Any = None) -> MapItem:
    """Return what became of an entity."""
    raw = model.raw(entity) if isinstance(entity, model.Entity) else {}
    name = model.name_of(raw)
    return MapItem(str(raw.get("id") or name), name, kind, value, error)


def function_error(error: Exception, function: str) -> DynclientError:
    """Return the error of an item whose function raised an error.

    Args:
        error: the error; one of dynclient is returned as it is, without its traceback.
        function: the name of the function.
    """
    if isinstance(error, DynclientError):
        return error.with_traceback(None)
    place = _place(error)
    text = printable(str(error)).strip()
    kind = type(error).__name__
    message = f"{kind}{': ' if text else ''}{text}{f' ({place})' if place else ''}"
    return FunctionFailed(message, kind=kind, place=place, function=function)


def _place(error: Exception) -> str:
    """Return where an error was raised, as near to the function's own code as is known."""
    frames = traceback.extract_tb(error.__traceback__)
    names = [frame.f_globals.get("__name__", "") for frame, _ in
             traceback.walk_tb(error.__traceback__)]  # fmt: skip
    own = [
        frame for frame, name in zip(frames, names, strict=True)
        if name.partition(".")[0] != _PACKAGE and "site-packages" not in frame.filename
    ]  # fmt: skip
    last = (own or list(frames))[-1:]
    return "".join(f"{PurePath(f.filename).name}:{f.lineno}, in {f.name}" for f in last)


def json_value(value: Any, function: str) -> Any:
    """Return what a function returned as JSON values, with secrets masked.

    Entities become their JSON, sets and tuples lists, dates texts of ISO 8601, and the scalars of
    numpy those of Python.

    Raises:
        FunctionFailed: it has something that JSON cannot represent.
    """
    from dynclient.model.masking import masked

    return masked(None, _plain(value, "", function, _LEVELS_MAX))


def _plain(value: Any, place: str, function: str, levels: int) -> Any:
    """Return a value inside a result; ``place`` is where it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _plain(value.value, place, function, levels)
    if isinstance(value, str):
        return str(value)  # the text of a secret is its mask
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (UUID, PurePath)):
        return str(value)
    if levels and (found := _container(value, place, function, levels - 1)) is not value:
        return found
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:  # a scalar of numpy
        return _plain(item(), place, function, levels)
    what = repr(value) if isinstance(value, float) else f"a {type(value).__name__}"
    message = f"{function}() returned {what}{f' at {place}' if place else ''}"
    if not levels:
        message = f"{function}() returned data that is nested too deeply, or contains itself"
    message += (
        "; results are recorded as JSON: return None, numbers, texts, lists, dicts or entities"
    )
    raise FunctionFailed(message, kind="TypeError", place="", function=function)


def _container(value: Any, place: str, function: str, levels: int) -> Any:
    """Return an entity, a mapping or a list as JSON; any other value itself."""
    if isinstance(value, (model.Entity, FieldList, FieldMap)):
        return model.asdict(value)
    if isinstance(value, Mapping):
        return {
            _name(key, place, function): _plain(below, f"{place}[{key!r}]", function, levels)
            for key, below in value.items()
        }
    if isinstance(value, (list, tuple)):
        items = enumerate(value)
        return [_plain(each, f"{place}[{n}]", function, levels) for n, each in items]
    if isinstance(value, Set):
        return sorted((_plain(each, place, function, levels) for each in value), key=repr)
    return value


def _name(key: Any, place: str, function: str) -> str:
    if isinstance(key, str):
        return str(key)
    kind = type(key).__name__
    message = (
        f"{function}() returned a dict with a key of type {kind}{f' at {place}' if place else ''};"
        " results are recorded as JSON, so keys must be texts"
    )
    raise FunctionFailed(message, kind="TypeError", place="", function=function)
