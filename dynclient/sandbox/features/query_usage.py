"""References that have routes of their own: what a query is used in, and by whom.

Which fields have such a route, and below which path, is ``memberships`` of ``rules.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import CreateRequestReader
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import followers_votes
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes
from dynclient.sandbox.storage.store import Reference

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("type/entityReference.json",)


class Membership:
    """The handlers of one field: references are added to it and taken out of it."""

    def __init__(self, shape: EntityModel, field: str) -> None:
        self._shape = shape
        self._field = shape.references[field]

    def add(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``PUT``: what the body lists joins what is there."""
        row, given = self._asked(context, asked)
        before = self._references(context, row, linked=False)
        for id, type in given:
            edge = Reference(row.id, self._field.name, id, self._shape.type, type)
            context.tx.add_edge(edge)
        return self._told(context, row, before)

    def remove(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``DELETE`` with a body: what it lists leaves."""
        row, given = self._asked(context, asked)
        before = self._references(context, row, linked=False)
        for id, _ in given:
            context.tx.drop_edge(row.id, self._field.name, id)
        return self._told(context, row, before)

    def _asked(self, context: RequestContext, asked: Request) -> tuple[Row, list[tuple[str, str]]]:
        row = context.row(self._shape, asked.path["id"])
        if not isinstance(asked.body, list):
            raise bad_request("Cannot deserialize value of type `java.util.ArrayList`")
        drafter = CreateRequestReader(context.tx, context.shapes)
        return row, drafter.resolve(self._shape, self._field, asked.body)

    def _references(
        self, context: RequestContext, row: Row, *, linked: bool
    ) -> list[dict[str, Any]]:
        edges = context.tx.edges([row.id], [self._field.name])
        heads = context.tx.heads(edge.target for edge in edges)
        shown = context.linked if linked else context.bare
        return [shown.reference(heads[edge.target]) for edge in edges if edge.target in heads]

    def _told(self, context: RequestContext, row: Row, before: list[dict[str, Any]]) -> Result:
        after = self._references(context, row, linked=True)
        change = {"name": self._field.name, "oldValue": before, "newValue": after}
        answer = followers_votes.event(context, self._shape, row, {"fieldsUpdated": [change]})
        fields = {self._field.name} & self._shape.on_request
        answer.body["entity"] = context.answer(self._shape, row.doc, fields)
        return answer._replace(status=201)


def mount(routes: Routes, shapes: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of the fields that the release has."""
    for type, told in shapes.rules.table("memberships").items():
        if type not in where:
            continue
        for path, field in told.items():
            if field not in shapes[type].references:
                continue
            members = Membership(shapes[type], field)
            at = f"{where[type]}/{{id}}/{path}"
            called = f"{{name}}{path[:1].upper()}{path[1:]}"
            add = Route(members.add, JSON, writes=True, operation=f"add{called}")
            remove = Route(members.remove, JSON, writes=True, operation=f"remove{called}")
            routes.add("PUT", at, add)
            routes.add("DELETE", at, remove)
