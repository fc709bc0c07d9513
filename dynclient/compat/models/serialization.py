"""Models turned into plain data: for users (``model_dump``) and for the wire (``payload``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from dynclient.compat.models import name_encoding
from dynclient.compat.models.secret_values import SecretStr
from dynclient.model import Entity, asdict
from dynclient.model.entity import clone

if TYPE_CHECKING:
    from dynclient.compat.models.model import Model


def dumped(model: Model, options: Options, include: Any, exclude: Any) -> dict[str, Any]:
    """Return the fields of a model as plain data; see ``model_dump``."""
    fields = type(model)._fields
    given = model.model_fields_set if options.exclude_unset else None
    chosen_some = include is not None or exclude is not None
    told: dict[str, Any] = {}
    for name in (*fields, *(model.model_extra or ())):
        if given is not None and name not in given:
            continue
        if chosen_some and not taken(include, exclude, name):
            continue
        value = getattr(model, name)
        if value is None and options.exclude_none:
            continue
        field = fields.get(name)
        if field and options.exclude_defaults and value == field.get_default():
            continue
        shown = field.key if field and options.by_alias else name
        below = (chosen(include, name), chosen(exclude, name)) if chosen_some else (None, None)
        told[shown] = dump(value, options, *below)
    return told


def wire(model: Model) -> dict[str, Any]:
    """Return the JSON to send for a model: what was given and is not None, secrets in clear."""
    cls = type(model)
    by_key = cls._by_key
    given, held, raw = model.model_fields_set, model.__dict__, model._raw
    told: dict[str, Any] = {}
    for key in [*by_key, *(key for key in raw if key not in by_key)]:
        name = by_key[key].name if key in by_key else key
        if name not in given:
            continue
        value = _written(model, key, held[name]) if name in held else clone(raw.get(key))
        if value is not None:
            told[key] = value
    for name in given:
        if name not in cls._fields and name not in raw:
            told[name] = payload(held[name])
    return told


def _written(model: Model, key: str, value: Any) -> Any:
    """Return the JSON of a field that was given or looked at."""
    cls = type(model)
    field, came = cls._by_key.get(key), model._raw.get(key)
    if field is not None and came is not None and not hasattr(value, "_by_key"):
        # What a server gave and nobody changed goes back as it was, however it was spelt.
        names = key in cls._names_read
        if (names or not isinstance(value, (list, dict))) and model._read(field) == value:
            return clone(came)
    told = payload(value)
    return name_encoding.encode(told) if key in cls._names_written else told


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})
_ALL = "__all__"
"""Stands for every item of a list in ``include`` and ``exclude``."""


class Options(NamedTuple):
    """What ``model_dump`` is asked for."""

    mode: str = "python"
    by_alias: bool = False
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False


def dump(value: Any, options: Options, include: Any = None, exclude: Any = None) -> Any:
    """Return a value as plain data; secrets stay sealed, or are masked in JSON.

    Args:
        value: a model, a root, or what they hold.
        options: see ``model_dump``.
        include: names or numbers to take, nested by dicts; None for all.
        exclude: names or numbers to leave out, nested by dicts.
    """
    as_model = getattr(type(value), "_dump", None)
    if as_model is not None:
        return as_model(value, options, include, exclude)
    if isinstance(value, Mapping):
        return {
            name: dump(below, options, chosen(include, name), chosen(exclude, name))
            for name, below in value.items()
            if taken(include, exclude, name)
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [
            dump(below, options, chosen(include, place), chosen(exclude, place))
            for place, below in enumerate(value)
            if taken(include, exclude, place)
        ]
    return plain(value) if options.mode == "json" else value


def taken(include: Any, exclude: Any, name: Any) -> bool:
    """Tell whether a name or number is dumped at all."""
    if include is not None and name not in include and _ALL not in include:
        return False
    if exclude is None or (name not in exclude and _ALL not in exclude):
        return True
    # A dict names parts of what lies below; only ``True`` and ``...`` mean the whole of it.
    below = exclude.get(name, exclude.get(_ALL)) if isinstance(exclude, Mapping) else True
    return below is not True and below is not ...


def chosen(selection: Any, name: Any) -> Any:
    """Return what a selection says about what lies below a name or number."""
    if not isinstance(selection, Mapping):
        return None
    below = selection.get(name, selection.get(_ALL))
    return None if isinstance(below, (bool, type(...))) else below


def plain(value: Any) -> Any:
    """Return a single value as JSON has it; secrets are masked."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, SecretStr):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(value)
    if isinstance(value, (UUID, PurePath, Decimal)):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool) or value is None:
        return value
    for base in (int, float):
        if isinstance(value, base):
            return base(value)
    # Addresses of libraries, bytes …: by their text.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def payload(value: Any) -> Any:
    """Return the JSON to send for a value: what was set and is not None, secrets in clear.

    What came from a server and was not changed goes back as it came.

    Args:
        value: a model, a root, an enumeration's member, or lists and dicts of them.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return value.value
    as_wire = getattr(kind, "_wire", None)
    if as_wire is not None:
        return as_wire(value)
    if isinstance(value, Mapping):
        return {name: payload(below) for name, below in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [payload(below) for below in value]
    if isinstance(value, Entity):
        return asdict(value, secrets=True)
    if callable(getattr(value, "get_secret_value", None)):
        return value.get_secret_value()
    return plain(value)
