"""Custom properties: definitions that extend an entity type."""

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

_PRESERVED = ("customPropertyConfig",)
"""Fields of a definition that a new one without them does not remove."""
NEEDS = ("entity/type.json",)


class Properties:
    """The handler that defines custom properties."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["type"]
        definitions = self._model.node.properties[FIELD]
        self.body: Node = definitions.items or definitions

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT metadata/types/{id}``: add a property, or define it again."""
        permissions.check(context, self._model.type, "EditAll")
        row = context.get_row(self._model, request.path["id"])
        definition = context.read(self.body, request.body)
        property_type = context.tx.get(definition["propertyType"]["id"])
        if property_type is None or property_type.type != self._model.type:
            raise not_found(self._model.type, definition["propertyType"]["id"])
        if row.doc.get("category") != "entity":
            raise bad_request("Only entity types can be extended and field types can't be extended")
        missing_config = context.rules.table("property_config").get(property_type.name)
        config = (definition.get("customPropertyConfig") or {}).get("config")
        if missing_config is not None and not config:
            raise bad_request(missing_config)
        path = context.rules.table("property_config_schemas").get(property_type.name)
        if path is not None and path in context.models.release.paths:
            context.read(context.models.schema(path), config)
        head = context.tx.heads([property_type.id])[property_type.id]
        definition["propertyType"] = context.plain_serializer.reference(head)
        by_name: dict[str, dict[str, Any]] = {one["name"]: one for one in row.doc.get(FIELD) or ()}
        others = [one for name, one in by_name.items() if name != definition["name"]]
        existing = by_name.get(definition["name"])
        if existing is not None and existing["propertyType"]["id"] == property_type.id:
            preserved = {name: existing[name] for name in _PRESERVED if name in existing}
            definition = {**preserved, **definition}
        definitions = sorted([*others, definition], key=lambda one: str(one["name"]))
        result = write.update(context, self._model, row, {FIELD: definitions})
        # The server lists the property of the request first.
        result.body[FIELD].sort(key=lambda one: one["name"] != definition["name"])
        return result


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the route."""
    properties = Properties(models)
    put = Route(
        properties.put, JSON, writes=True, operation="addProperty", body_schema=properties.body,
        returns="entity",
    )  # fmt: skip
    routes.add("PUT", "/v1/metadata/types/{id}", put)
