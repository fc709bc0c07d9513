"""References in create requests: a name where a release wants a name, else a reference.

Which of the two it is changed between releases. A name is found in a reference, and a reference by
a name; where one does not hold the other, the server is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dynclient import model
from dynclient.client.calls import Plan
from dynclient.drift import table
from dynclient.errors import UnknownCollection
from dynclient.operations.catalogue import catalogue
from dynclient.schema.release import ERROR
from dynclient.session.keys import is_id

if TYPE_CHECKING:
    from dynclient.client.calls import Call
    from dynclient.schema import Node

_NAME = "fullyQualifiedName"


def resolve_references(call: Call, path: str, body: Any) -> Any:
    """Return a create request with its references as the release wants them.

    Args:
        call: who sends it.
        path: of its schema.
        body: the request, an entity or a mapping; it is not changed.

    Raises:
        NotFound: the server has nothing of a name, or of an id.
    """
    rows = {row.field: row for row in table.references() if row.document == path}
    if not rows or call.release.drift == ERROR:
        return body
    properties = call.release.node(path).properties
    held = model.raw(body) if isinstance(body, model.Entity) else body
    made: dict[str, Any] = {}
    for field, row in rows.items():
        place, value = properties.get(field), held.get(field)
        if place is None or value is None:
            continue
        settling = _Settling(call, row, place)
        new = settling.value(value)
        if new is not value:
            made[field] = new
    return {**held, **made} if made else body


class _Settling:
    """One field of one request."""

    def __init__(self, call: Call, row: table.Reference, place: Node) -> None:
        self._call = call
        self._row = row
        self._place = place

    def value(self, value: Any) -> Any:
        """Return the value, or what the release wants in its place."""
        if self._place.kind != "array":
            return self._one(self._place, value)
        if not isinstance(value, (list, tuple, set, frozenset)):
            return value
        items = self._place.items
        made = [value_ if items is None else self._one(items, value_) for value_ in value]
        same = all(new is old for new, old in zip(made, value, strict=True))
        return value if same else made

    def _one(self, place: Node, value: Any) -> Any:
        if place.kind == "string":
            raw = model.raw(value) if isinstance(value, model.Entity) else value
            reference = isinstance(raw, Mapping) and {"id", "type"} <= raw.keys()
            return self._name(raw) if reference and _NAME not in raw else value
        if place.kind == "object" and isinstance(value, UUID):
            return self._reference(str(value))
        if place.kind == "object" and isinstance(value, str):
            return self._reference("".join(value))
        return value

    def _name(self, reference: Mapping[str, Any]) -> Any:
        """Return the name of what a reference tells only the id of."""
        try:
            spec = catalogue(self._call.release).find(str(reference["type"]))
        except UnknownCollection:
            return reference  # told when the whole is judged
        entity = model.raw(self._call.ask(Plan(spec.operations["get"], {"id": reference["id"]})))
        self._say("a name")
        return entity.get(_NAME) or entity.get("name")

    def _reference(self, name: str) -> Any:
        """Return the reference to what a name or an id means."""
        spec = catalogue(self._call.release).find(self._row.type)
        by, key = ("get", "id") if is_id(name) else ("get_by_name", "fqn")
        entity = model.raw(self._call.ask(Plan(spec.operations[by], {key: name})))
        self._say("a reference")
        return {"id": entity["id"], "type": spec.entity.name, _NAME: entity.get(_NAME) or name}

    def _say(self, wanted: str) -> None:
        release = self._call.release
        message = f"{self._row.field} is {wanted} in release {release.name}; it was looked up"
        table.warn_drift(release, message)
