"""Whether an entity that exists is what a create request creates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.errors import NotFound
from dynclient.operations.operation import Plan
from dynclient.secrets import is_mask, looks_secret
from dynclient.session.requested_fields import requested_fields

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session
    from dynclient.transport.request import Request

_FIRST_VERSION = 0.1
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_NAMES = ("fullyQualifiedName", "name", "id")


def created_as(session: Session, spec: CollectionSpec, name: str, request: Request | None) -> Any:
    """Return the entity of a name if a create request created it and nothing changed it; else None.

    Args:
        session: the session.
        spec: the collection.
        name: the fully qualified name of the entity.
        request: the create request.
    """
    if not name or request is None or "get_by_name" not in spec.operations:
        return None
    body = json.loads(request.body or b"null")
    fields = _fields(session, spec, body)
    plan = Plan(spec.operations["get_by_name"], {"fqn": name, "fields": fields or None})
    try:
        entity = session.call(plan)
    except NotFound:
        return None
    raw = model.raw(entity)
    known = spec.entity.properties
    is_first = raw.get("version", _FIRST_VERSION) == _FIRST_VERSION
    same = all(
        field not in known or _contains(raw.get(field), value, field)
        for field, value in body.items()
    )
    return entity if is_first and same else None


def _fields(session: Session, spec: CollectionSpec, body: Mapping[str, Any]) -> list[str]:
    """Return the names for ``fields=`` that return all that a create request sets."""
    facts, entity = requested_fields(session.release), spec.entity.name
    known = _keys(body)
    paths = [
        path
        for path in sorted(facts.absent(entity, "get"))
        if all(step.removesuffix("[]") in known for step in path.split("."))
    ]
    return list(dict.fromkeys(name for path in paths for name in facts.needed(entity, path)))


def _keys(value: Any) -> set[str]:
    """Return the names of all properties in JSON, at any depth."""
    if isinstance(value, Mapping):
        return {*value, *(name for inner in value.values() for name in _keys(inner))}
    if isinstance(value, list):
        return {name for inner in value for name in _keys(inner)}
    return set()


def _contains(present: Any, expected: Any, field: str) -> bool:
    """Return whether a value of an entity has all that a value of a create request sets.

    Servers add to what they store, return references where names are sent, and mask secrets.
    """
    if present == expected or is_mask(present) or looks_secret(field):
        return True
    if not expected and expected in _EMPTY:
        return present in _EMPTY
    if isinstance(expected, str):
        return _is_named(present, expected)
    if isinstance(expected, Mapping):
        if not isinstance(present, Mapping):
            return False
        if {"id", "type"} <= expected.keys():
            return bool(present.get("id") == expected["id"])
        return all(_contains(present.get(name), value, name) for name, value in expected.items())
    if isinstance(expected, Sequence) and isinstance(present, Sequence):
        return len(present) >= len(expected) and all(
            any(_contains(each, value, field) for each in present) for value in expected
        )
    return False


def _is_named(present: Any, name: str) -> bool:
    """Return whether a reference is to the entity of a name."""
    if not isinstance(present, Mapping):
        return False
    return name in {present.get(key) for key in _NAMES}
