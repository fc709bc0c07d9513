"""References that have routes of their own: what a query is used in, and by whom.

Which fields have such a route, and below which path, is ``memberships`` of ``rules.json``.
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
    """The handlers of one field: references are added to it and taken out of it."""

    def __init__(self, model: EntityModel, field: str) -> None:
        self._model = model
        self._field = model.references[field]

    def add(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT``: what the body lists joins what is there."""
        row, given = self._asked(context, request)
        before = self._references(context, row, linked=False)
        for id, type in given:
            edge = Reference(row.id, self._field.name, id, self._model.type, type)
            context.tx.add_reference(edge)
        return self._told(context, row, before)

    def remove(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE`` with a body: what it lists leaves."""
        row, given = self._asked(context, request)
        before = self._references(context, row, linked=False)
        for id, _ in given:
            context.tx.remove_reference(row.id, self._field.name, id)
        return self._told(context, row, before)

    def _asked(
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
        shown = context.serializer if linked else context.plain_serializer
        return [shown.reference(heads[edge.target]) for edge in edges if edge.target in heads]

    def _told(self, context: RequestContext, row: Row, before: list[dict[str, Any]]) -> Result:
        after = self._references(context, row, linked=True)
        change = {"name": self._field.name, "oldValue": before, "newValue": after}
        result = change_event(context, self._model, row, {"fieldsUpdated": [change]})
        fields = {self._field.name} & self._model.on_request
        result.body["entity"] = context.serialize(self._model, row.doc, fields)
        return result._replace(status=201)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of the fields that the release has."""
    for type, told in models.rules.table("memberships").items():
        if type not in where:
            continue
        for path, field in told.items():
            if field not in models[type].references:
                continue
            members = Membership(models[type], field)
            at = f"{where[type]}/{{id}}/{path}"
            called = f"{{name}}{path[:1].upper()}{path[1:]}"
            add = Route(members.add, JSON, writes=True, operation=f"add{called}")
            remove = Route(members.remove, JSON, writes=True, operation=f"remove{called}")
            routes.add("PUT", at, add)
            routes.add("DELETE", at, remove)
