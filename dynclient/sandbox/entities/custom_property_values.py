"""What an ``extension`` may hold: values of the custom properties that its type has."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.http_errors import bad_request

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext

FIELD = "customProperties"
"""Where a type keeps the definitions of its custom properties."""


def check(context: RequestContext, type: str, extension: Any) -> None:
    """Refuse values of custom properties that the type does not have, or that do not fit."""
    if not isinstance(extension, dict) or not extension:
        return
    row = context.tx.find("type", type)
    known = {one["name"]: one for one in (row.doc.get(FIELD) or ())} if row is not None else {}
    for name, value in extension.items():
        if name not in known:
            raise bad_request(f"Unknown custom field {name}")
        _check_value(context, known[name], value)


def value_types(context: RequestContext, type: str) -> dict[str, str]:
    """Return the type of each custom property's values, by the property's name."""
    row = context.tx.find("type", type)
    told = (row.doc.get(FIELD) or ()) if row is not None else ()
    return {one["name"]: str(one["propertyType"]["name"]) for one in told}


def remove_values(context: RequestContext, type: str, names: set[str]) -> None:
    """Take the values of properties that are no more out of all entities of a type."""
    for name in sorted(names):
        path = f'$.extension."{name}"'
        where = "e.type = ? and json_extract(e.doc, ?) is not null"
        while rows := context.tx.page(where, [type, path], "e.id", _AT_ONCE):
            for row in rows:
                doc = dict(row.doc)
                held = doc.pop("extension")
                kept = {key: value for key, value in held.items() if key != name}
                context.tx.put(type, {**doc, **({"extension": kept} if kept else {})})


_AT_ONCE = 500


def _check_value(context: RequestContext, told: dict[str, Any], value: Any) -> None:
    name, kind = told["name"], told["propertyType"]["name"]
    row = context.tx.get(told["propertyType"]["id"])
    schema = json.loads(row.doc.get("schema") or "{}") if row is not None else {}
    wrong = list(_complaints(context, schema, value))
    if wrong:
        raise bad_request(f"Custom field {name} has invalid JSON [{', '.join(wrong)}]")
    config = (told.get("customPropertyConfig") or {}).get("config")
    checked = _BY_CONFIG.get(kind)
    if checked is not None and config is not None:
        checked(name, config, value)


# JSON Schema, as far as field types need it, in the words of the server's validator

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_MILLISECONDS = r"^[0-9]+(\.?[0-9]+)?$"


def _complaints(context: RequestContext, schema: dict[str, Any], value: Any) -> list[str]:
    out = []
    kind = schema.get("type")
    if isinstance(value, str):
        if schema.get("format") == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            out.append(f"$: {context.rules.flag('email_complaint').format(value=value)}")
        if schema.get("format") == "utc-millisec" and not re.fullmatch(_MILLISECONDS, value):
            out.append(f"$: does not match the utc-millisec pattern {_MILLISECONDS}")
        pattern = schema.get("pattern")
        if pattern is not None and not re.search(pattern, value):
            out.append(f"$: does not match the regex pattern {pattern}")
    if kind in _TYPES and not _is(value, kind):
        out.append(f"$: {_word_for(value)} found, {kind} expected")
    return out


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _word_for(value: Any) -> str:
    if value is None:
        return "null"
    return next((kind for kind in _TYPES if _is(value, kind)), "unknown")


# by the property's own settings

_DATES = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d",
    "d": "%d", "HH": "%H", "H": "%H", "hh": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S",
    "SSSSSS": "%f", "SSS": "%f", "a": "%p", "EEE": "%a", "EEEE": "%A", "z": "%Z", "Z": "%z",
}  # fmt: skip
"""The letters of Java's date formats, as far as the product offers them."""


def _check_date(name: str, config: Any, value: Any) -> None:
    form = re.sub(r"([A-Za-z])\1*", lambda run: _DATES.get(run[0], run[0]), str(config))
    try:
        datetime.datetime.strptime(str(value), form.replace("'", ""))  # noqa: DTZ007
    except ValueError:
        message = f"Custom field {name} value is not as per defined format {config}"
        raise bad_request(message) from None


def _check_table(name: str, config: Any, value: Any) -> None:  # noqa: ARG001
    columns = config.get("columns", []) if isinstance(config, dict) else []
    unknown = [each for each in value.get("columns") or () if each not in columns]
    if unknown:
        raise bad_request(
            f"Expected columns: [{', '.join(columns)}], but found undefined columns:"
            f" [{', '.join(map(str, unknown))}]"
        )


_BY_CONFIG: dict[str, Callable[[str, Any, Any], None]] = {
    "date-cp": _check_date,
    "dateTime-cp": _check_date,
    "time-cp": _check_date,
    "table-cp": _check_table,
}
