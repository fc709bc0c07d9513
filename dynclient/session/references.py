"""References in create requests: the name of an entity, or a reference, as the release expects.

Which of the two a field takes changed between releases. A reference usually contains the name;
otherwise, and to turn a name into a reference, the entity is requested from the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dynclient import model
from dynclient.drift import table
from dynclient.errors import UnknownCollection
from dynclient.operations.catalogue import catalogue
from dynclient.operations.name_parents import name_parents
from dynclient.operations.operation import Plan, is_id
from dynclient.schema.release import ERROR

if TYPE_CHECKING:
    from dynclient.schema import Node
    from dynclient.session.calls import Call

_NAME = "fullyQualifiedName"


def check_parent(call: Call, body: Any) -> None:
    """Raise BadArguments if an entity of another type is passed as the parent of a new entity.

    Args:
        call: the call that sends the create request.
        body: the request, an entity or a mapping.
    """
    raw = model.json_of(body)
    if not any(isinstance(value, model.Entity) for value in raw.values()):
        return
    for field, expected in name_parents(call.release, call.spec.entity).types[-1:]:
        parent = raw.get(field)
        kind = model.type_of(parent) if isinstance(parent, model.Entity) else None
        if kind is not None and kind != expected:
            message = f"must be a {expected} or its fully qualified name, not a {kind}"
            raise call.error(field, kind, message)


def resolve_references(call: Call, path: str, body: Any) -> Any:
    """Return a create request with its references as the release expects them.

    Args:
        call: the call that sends it.
        path: path of the schema of the request.
        body: the request, an entity or a mapping; it is not changed.

    Raises:
        NotFound: the server has no entity of a name or an id in the request.
    """
    rows = {row.field: row for row in table.references() if row.document == path}
    if not rows or call.release.drift == ERROR:
        return body
    properties = call.release.node(path).properties
    raw = model.json_of(body)
    resolved: dict[str, Any] = {}
    for field, row in rows.items():
        place, value = properties.get(field), raw.get(field)
        if place is None or value is None:
            continue
        new = _FieldResolver(call, row, place).resolve(value)
        if new is not value:
            resolved[field] = new
    return {**raw, **resolved} if resolved else body


class _FieldResolver:
    """Resolves the references in one field of one request."""

    def __init__(self, call: Call, row: table.Reference, place: Node) -> None:
        self._call = call
        self._row = row
        self._place = place

    def resolve(self, value: Any) -> Any:
        """Return what the release expects instead of a value; the value itself if it fits."""
        if self._place.kind != "array":
            return self._resolve_one(self._place, value)
        if not isinstance(value, (list, tuple, set, frozenset)):
            return value
        items = self._place.items
        resolved = [each if items is None else self._resolve_one(items, each) for each in value]
        is_same = all(new is old for new, old in zip(resolved, value, strict=True))
        return value if is_same else resolved

    def _resolve_one(self, place: Node, value: Any) -> Any:
        if place.kind == "string":
            raw = model.json_of(value)
            is_reference = isinstance(raw, Mapping) and {"id", "type"} <= raw.keys()
            return self._name(raw) if is_reference and _NAME not in raw else value
        if place.kind == "object" and isinstance(value, UUID):
            return self._reference(str(value))
        if place.kind == "object" and isinstance(value, str):
            return self._reference("".join(value))
        return value

    def _name(self, reference: Mapping[str, Any]) -> Any:
        """Return the name of an entity, requested by the id in a reference."""
        try:
            spec = catalogue(self._call.release).find(str(reference["type"]))
        except UnknownCollection:
            return reference  # rejected when the whole request is validated
        plan = Plan(spec.operations["get"], {"id": reference["id"]})
        entity = model.raw(self._call.look_up(plan))
        self._warn("a name")
        return entity.get(_NAME) or entity.get("name")

    def _reference(self, name: str) -> Any:
        """Return a reference to an entity, requested by its name or id."""
        spec = catalogue(self._call.release).find(self._row.type)
        operation, key = ("get", "id") if is_id(name) else ("get_by_name", "fqn")
        plan = Plan(spec.operations[operation], {key: name})
        entity = model.raw(self._call.look_up(plan))
        self._warn("a reference")
        return {"id": entity["id"], "type": spec.entity.name, _NAME: entity.get(_NAME) or name}

    def _warn(self, kind: str) -> None:
        release = self._call.release
        field = self._row.field
        message = (
            f"{field} must be {kind} in release {release.name}; dynclient requested the entity to"
            f" send {kind}"
        )
        table.warn_drift(release, message)
