"""References with routes of their own: the entities that a query is used in, and its users.

The fields that have such routes, and their paths, are ``memberships`` of ``rules.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import CreateRequestReader
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features.change_events import change_event
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes
from dynclient.sandbox.storage.store import Reference

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("type/entityReference.json",)


class Membership:
    """The handlers of one field: add references to it and remove them."""

    def __init__(self, model: EntityModel, field: str) -> None:
        self._model = model
        self._field = model.references[field]

    def add(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT``: add the references of the body."""
        row, references = self._read_body(context, request)
        before = self._references(context, row, linked=False)
        for id, type in references:
            edge = Reference(row.id, self._field.name, id, self._model.type, type)
            context.tx.add_reference(edge)
        return self._respond(context, row, before)

    def remove(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE`` with a body: remove its references."""
        row, references = self._read_body(context, request)
        before = self._references(context, row, linked=False)
        for id, _ in references:
            context.tx.remove_reference(row.id, self._field.name, id)
        return self._respond(context, row, before)

    def _read_body(
        self, context: RequestContext, request: Request
    ) -> tuple[Row, list[tuple[str, str]]]:
        row = context.get_row(self._model, request.path["id"])
        if not isinstance(request.body, list):
            raise bad_request("Cannot deserialize value of type `java.util.ArrayList`")
        reader = CreateRequestReader(context.tx, context.models)
        return row, reader.resolve(self._model, self._field, request.body)

    def _references(
        self, context: RequestContext, row: Row, *, linked: bool
    ) -> list[dict[str, Any]]:
        edges = context.tx.references_from([row.id], [self._field.name])
        heads = context.tx.heads(edge.target for edge in edges)
        serializer = context.serializer if linked else context.plain_serializer
        return [serializer.reference(heads[edge.target]) for edge in edges if edge.target in heads]

    def _respond(self, context: RequestContext, row: Row, before: list[dict[str, Any]]) -> Result:
        after = self._references(context, row, linked=True)
        change = {"name": self._field.name, "oldValue": before, "newValue": after}
        result = change_event(context, self._model, row, {"fieldsUpdated": [change]})
        fields = {self._field.name} & self._model.on_request
        result.body["entity"] = context.serialize(self._model, row.doc, fields)
        return result._replace(status=201)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of the fields that the release has."""
    for type, fields in models.rules.table("memberships").items():
        if type not in where:
            continue
        for path, field in fields.items():
            if field not in models[type].references:
                continue
            handlers = Membership(models[type], field)
            full_path = f"{where[type]}/{{id}}/{path}"
            operation = f"{{name}}{path[:1].upper()}{path[1:]}"
            add = Route(handlers.add, JSON, writes=True, operation=f"add{operation}")
            remove = Route(handlers.remove, JSON, writes=True, operation=f"remove{operation}")
            routes.add("PUT", full_path, add)
            routes.add("DELETE", full_path, remove)
