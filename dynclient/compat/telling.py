"""Models told as plain data: what users ask for, and what goes to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat import mangling
from dynclient.compat.dumping import Options, chosen, dump, payload, taken
from dynclient.compat.face import ModelFace
from dynclient.model.entity import clone

if TYPE_CHECKING:
    from dynclient.compat.model import Model


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
    if field is not None and came is not None and not isinstance(value, ModelFace):
        # What a server gave and nobody changed goes back as it was, however it was spelt.
        names = key in cls._names_read
        if (names or not isinstance(value, (list, dict))) and model._read(field) == value:
            return clone(came)
    told = payload(value)
    return mangling.encode(told) if key in cls._names_written else told
