"""Values of custom properties in ``extension``, validated by the definitions of their type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_parsing import EMAIL
from dynclient.sandbox.http_errors import bad_request
from dynclient.schema import date_patterns

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext

FIELD = "customProperties"
"""The field of a type that contains the definitions of its custom properties."""


def check(context: RequestContext, type: str, extension: Any) -> None:
    """Raise the server's 400 for unknown custom properties and for invalid values."""
    if not isinstance(extension, dict) or not extension:
        return
    known = {definition["name"]: definition for definition in _definitions(context, type)}
    for name, value in extension.items():
        if name not in known:
            raise bad_request(f"Unknown custom field {name}")
        _check_value(context, known[name], value)


def value_types(context: RequestContext, type: str) -> dict[str, str]:
    """Return the value type of each custom property, by the property's name."""
    return {
        definition["name"]: str(definition["propertyType"]["name"])
        for definition in _definitions(context, type)
    }


def _definitions(context: RequestContext, type: str) -> list[dict[str, Any]]:
    row = context.tx.find("type", type)
    return (row.doc.get(FIELD) or []) if row is not None else []


def remove_values(context: RequestContext, type: str, names: set[str]) -> None:
    """Remove the values of deleted custom properties from all entities of a type."""
    for name in sorted(names):
        path = f'$.extension."{name}"'
        where = "e.type = ? and json_extract(e.doc, ?) is not null"
        while rows := context.tx.page(where, [type, path], "e.id", _PAGE):
            for row in rows:
                doc = dict(row.doc)
                values = doc.pop("extension")
                kept = {key: value for key, value in values.items() if key != name}
                context.tx.put(type, {**doc, **({"extension": kept} if kept else {})})


_PAGE = 500
"""Entities that are rewritten at a time."""


def _check_value(context: RequestContext, definition: dict[str, Any], value: Any) -> None:
    name, kind = definition["name"], definition["propertyType"]["name"]
    row = context.tx.get(definition["propertyType"]["id"])
    schema = json.loads(row.doc.get("schema") or "{}") if row is not None else {}
    problems = _problems(context, schema, value)
    if problems:
        raise bad_request(f"Custom field {name} has invalid JSON [{', '.join(problems)}]")
    config = (definition.get("customPropertyConfig") or {}).get("config")
    check_config = _BY_CONFIG.get(kind)
    if check_config is not None and config is not None:
        check_config(name, config, value)


# JSON Schema as far as field types use it, with the messages of the server's validator

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MILLISECONDS = r"^[0-9]+(\.?[0-9]+)?$"


def _problems(
    context: RequestContext, schema: dict[str, Any], value: Any, path: str = "$"
) -> list[str]:
    out: list[str] = []
    kind = schema.get("type")
    if isinstance(value, dict):
        for name, below in (schema.get("properties") or {}).items():
            if name in value:
                out += _problems(context, below, value[name], f"{path}.{name}")
    if isinstance(value, str):
        if _is_uuid(schema) and not _UUID.fullmatch(value):
            out.append(f"{path}: does not match the uuid pattern must be a valid RFC 4122 UUID")
        if schema.get("format") == "email" and not EMAIL.fullmatch(value):
            out.append(f"{path}: {context.rules.flag('email_complaint').format(value=value)}")
        if schema.get("format") == "utc-millisec" and not re.fullmatch(_MILLISECONDS, value):
            out.append(f"{path}: does not match the utc-millisec pattern {_MILLISECONDS}")
        pattern = schema.get("pattern")
        if pattern is not None and not re.search(pattern, value):
            out.append(f"{path}: does not match the regex pattern {pattern}")
    if kind in _TYPES and not _is(value, kind):
        out.append(f"{path}: {_type_name(value)} found, {kind} expected")
    return out


def _is_uuid(schema: dict[str, Any]) -> bool:
    """Return whether a schema is for UUIDs, by its format or as a basic type."""
    return schema.get("format") == "uuid" or str(schema.get("$ref", "")).endswith("/uuid")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    return next((kind for kind in _TYPES if _is(value, kind)), "unknown")


# the property's own settings


def _check_date(name: str, config: Any, value: Any) -> None:
    if not date_patterns.matches(str(config), str(value)):
        message = f"Custom field {name} value is not as per defined format {config}"
        raise bad_request(message)


def _check_table(name: str, config: Any, value: Any) -> None:  # noqa: ARG001
    columns = config.get("columns", []) if isinstance(config, dict) else []
    unknown = [name for name in value.get("columns") or () if name not in columns]
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
