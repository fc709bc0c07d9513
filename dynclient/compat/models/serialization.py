"""Models as plain data: for users (``model_dump``) and for requests (``payload``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from dynclient.compat.models import name_encoding
from dynclient.compat.models.secret_values import SecretStr, mask
from dynclient.model import Entity, asdict
from dynclient.model.entity import clone

if TYPE_CHECKING:
    from dynclient.compat.models.model import Model


def dump_model(model: Model, options: Options, include: Any, exclude: Any) -> dict[str, Any]:
    """Return the fields of a model as plain data; see ``model_dump``."""
    fields = type(model)._fields
    fields_set = model.model_fields_set if options.exclude_unset else None
    is_partial = include is not None or exclude is not None
    result: dict[str, Any] = {}
    for name in (*fields, *(model.model_extra or ())):
        if fields_set is not None and name not in fields_set:
            continue
        if is_partial and not is_included(include, exclude, name):
            continue
        value = getattr(model, name)
        if value is None and options.exclude_none:
            continue
        field = fields.get(name)
        if field and options.exclude_defaults and value == field.get_default():
            continue
        value = model._hidden(name, value, mask if options.mode == "json" else SecretStr)
        key = field.key if field and options.by_alias else name
        below = selection_below(include, name), selection_below(exclude, name)
        result[key] = dump(value, options, *below)
    return result


def model_payload(model: Model) -> dict[str, Any]:
    """Return the JSON to send for a model: fields that are set and not None, secrets in clear."""
    cls = type(model)
    by_key = cls._by_key
    result: dict[str, Any] = {}
    raw, fields_set = model._origin
    if not raw and type(fields_set) is frozenset:
        # Built from valid data, and no field was set since: every field has its value.
        values, written = model.__dict__, cls._names_written
        for key, field in by_key.items():
            if field.name in fields_set and (value := values[field.name]) is not None:
                sent = payload(value)
                result[key] = name_encoding.encode(sent) if key in written else sent
        return result
    fields_set, values = model.model_fields_set, model.__dict__
    for key in [*by_key, *(key for key in raw if key not in by_key)]:
        name = by_key[key].name if key in by_key else key
        if name not in fields_set:
            continue
        has_value = name in values
        value = _field_payload(model, key, values[name]) if has_value else clone(raw.get(key))
        if value is not None:
            result[key] = value
    for name in fields_set:
        if name not in cls._fields and name not in raw:
            result[name] = payload(values[name])
    return result


def _field_payload(model: Model, key: str, value: Any) -> Any:
    """Return the JSON of a field that was set or read."""
    cls = type(model)
    field, received = cls._by_key.get(key), model._raw.get(key)
    if field is not None and received is not None and not hasattr(value, "_by_key"):
        # A server's value that was not changed is sent back exactly as it was received.
        is_name = key in cls._names_read
        if (is_name or not isinstance(value, (list, dict))) and model._read(field) == value:
            return clone(received)
    return _encoded(cls, key, payload(value))


def _encoded(cls: Any, key: str, value: Any) -> Any:
    """Return the JSON of a field of a class with its names as the official SDK writes them."""
    return name_encoding.encode(value) if key in cls._names_written else value


_JSON_SCALARS = frozenset({str, int, float, bool, type(None)})
_ALL = "__all__"
"""Stands for every item of a list in ``include`` and ``exclude``."""


class Options(NamedTuple):
    """The options of ``model_dump``."""

    mode: str = "python"
    by_alias: bool = False
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False


def dump(value: Any, options: Options, include: Any = None, exclude: Any = None) -> Any:
    """Return a value as plain data; secrets stay ``SecretStr``, or are masked in JSON mode.

    Args:
        value: a model, a root type, or what they contain.
        options: see ``model_dump``.
        include: names or indexes to include, nested by dicts; None for all.
        exclude: names or indexes to leave out, nested by dicts.
    """
    dump_method = getattr(type(value), "_dump", None)
    if dump_method is not None:
        return dump_method(value, options, include, exclude)
    if isinstance(value, Mapping):
        return {
            name: dump(
                below, options, selection_below(include, name), selection_below(exclude, name)
            )
            for name, below in value.items()
            if is_included(include, exclude, name)
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [
            dump(item, options, selection_below(include, index), selection_below(exclude, index))
            for index, item in enumerate(value)
            if is_included(include, exclude, index)
        ]
    return plain(value) if options.mode == "json" else value


def is_included(include: Any, exclude: Any, name: Any) -> bool:
    """Return whether a name or index is dumped."""
    if include is not None and name not in include and _ALL not in include:
        return False
    if exclude is None or (name not in exclude and _ALL not in exclude):
        return True
    # A dict excludes parts of a value; only ``True`` and ``...`` exclude the whole value.
    below = exclude.get(name, exclude.get(_ALL)) if isinstance(exclude, Mapping) else True
    return below is not True and below is not ...


def selection_below(selection: Any, name: Any) -> Any:
    """Return what an ``include`` or ``exclude`` selects below a name or index."""
    if not isinstance(selection, Mapping):
        return None
    below = selection.get(name, selection.get(_ALL))
    return None if isinstance(below, (bool, type(...))) else below


def plain(value: Any) -> Any:
    """Return a single value as JSON; secrets are masked."""
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
    # URL objects of libraries, bytes …: as text.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def payload(value: Any) -> Any:
    """Return the JSON to send for a value: fields that are set and not None, secrets in clear.

    Data from a server that was not changed is returned as the server sent it.

    Args:
        value: a model, a root type, an enumeration member, or lists and dicts of them.
    """
    kind = type(value)
    if kind in _JSON_SCALARS:
        return value
    if isinstance(value, Enum):
        return value._value_
    payload_method = getattr(kind, "_wire", None)
    if payload_method is not None:
        return payload_method(value)
    if isinstance(value, Mapping):
        return {name: payload(below) for name, below in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [payload(item) for item in value]
    if isinstance(value, Entity):
        return asdict(value, secrets=True)
    if callable(getattr(value, "get_secret_value", None)):
        return value.get_secret_value()
    return plain(value)
