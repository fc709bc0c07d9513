"""Custom properties: how an entity type is extended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.custom_property_values import FIELD
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.http_errors import bad_request, not_found
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.schema.node import Node

_KEPT = ("customPropertyConfig",)
"""What stays of a property that is defined again without it."""
NEEDS = ("entity/type.json",)


class Properties:
    """The handler that defines them."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["type"]
        listed = self._model.node.properties[FIELD]
        self.body: Node = listed.items or listed

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT metadata/types/{id}``: a property is added, or defined anew."""
        permissions.check(context, self._model.type, "EditAll")
        row = context.get_row(self._model, request.path["id"])
        given = context.read(self.body, request.body)
        kind = context.tx.get(given["propertyType"]["id"])
        if kind is None or kind.type != self._model.type:
            raise not_found(self._model.type, given["propertyType"]["id"])
        if row.doc.get("category") != "entity":
            raise bad_request("Only entity types can be extended and field types can't be extended")
        needed = context.rules.table("property_config").get(kind.name)
        if needed is not None and not (given.get("customPropertyConfig") or {}).get("config"):
            raise bad_request(needed)
        head = context.tx.heads([kind.id])[kind.id]
        given["propertyType"] = context.plain_serializer.reference(head)
        known: dict[str, dict[str, Any]] = {one["name"]: one for one in row.doc.get(FIELD) or ()}
        others = [one for name, one in known.items() if name != given["name"]]
        held = known.get(given["name"])
        if held is not None and held["propertyType"]["id"] == kind.id:
            given = {**{name: held[name] for name in _KEPT if name in held}, **given}
        listed = sorted([*others, given], key=lambda one: str(one["name"]))
        result = write.update(context, self._model, row, {FIELD: listed})
        # The server tells the one that was asked for first.
        result.body[FIELD].sort(key=lambda one: one["name"] != given["name"])
        return result


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the route."""
    properties = Properties(models)
    put = Route(
        properties.put, JSON, writes=True, operation="addProperty", body_schema=properties.body,
        returns="entity",
    )  # fmt: skip
    routes.add("PUT", "/v1/metadata/types/{id}", put)
