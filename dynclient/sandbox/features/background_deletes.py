"""Deletes in the background: the response names a job, whose end only a websocket tells.

The sandbox deletes at once. A parent with children, and whatever else a delete in the foreground
refuses, stays; no response says so.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.http_errors import ErrorResponse
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import Handler, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels

NEEDS: tuple[str, ...] = ()


def in_background(model: EntityModel, delete: Handler) -> Handler:
    """Return the handler of ``DELETE collection/async/{id}``.

    Args:
        model: the model of the collection's entity type.
        delete: the handler of ``DELETE collection/{id}``.
    """

    def handle(context: RequestContext, request: Request) -> Result:
        row = context.get_row(model, request.path["id"], "all")
        permissions.check(context, model.type, "Delete", row.id)
        with contextlib.suppress(ErrorResponse), context.tx.part():
            delete(context, request)
        return Result(202, {
            "jobId": new_id(),
            "message": "Delete operation initiated for " + row.name,
            "entityName": row.name,
            "hardDelete": request.query.get("hardDelete", "").lower() == "true",
            "recursive": request.query.get("recursive", "").lower() == "true",
        })  # fmt: skip

    return handle


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add a route for each collection whose entities can be deleted, on releases that have them."""
    if not models.rules.flag("background_deletes"):
        return
    for type, route in where.items():
        found = routes.get("DELETE", f"{route}/{{id}}")
        if found is not None:
            delete = Route(
                in_background(models[type], found.handler), writes=True,
                operation="delete{name}Async", query=found.query,
            )  # fmt: skip
            routes.add("DELETE", f"{route}/async/{{id}}", delete)
