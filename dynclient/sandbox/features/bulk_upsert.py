"""Several create requests in one: ``PUT …/bulk``. Rows that fail do not undo the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.http_errors import ErrorResponse, UnhandledServerError, bad_request
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels

NEEDS = ("type/bulkOperationResult.json",)


class BulkUpsert:
    """The handler of one entity type."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def upsert(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT …/bulk``. It is also done at once where ``async=true`` asks for later."""
        if not isinstance(request.body, list):
            raise bad_request("Cannot deserialize value of type `java.util.ArrayList` from Object")
        permissions.check(context, self._model.type, "Create")
        done: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        for row in request.body:
            try:
                with context.tx.part():
                    result = write.upsert(context, self._model, row)
            except ErrorResponse as error:
                body = error.body if isinstance(error.body, dict) else {}
                message = body.get("message", "")
                failed.append({"request": row, "message": message, "status": error.status})
            except UnhandledServerError as error:
                failed.append({"request": row, "message": error.message, "status": 500})
            else:
                done.append({"request": result.body["fullyQualifiedName"], "status": 200})
        status = "failure" if not done and failed else "partialSuccess" if failed else "success"
        result_body = {
            "dryRun": False,
            "status": status,
            "numberOfRowsProcessed": len(request.body),
            "numberOfRowsPassed": len(done),
            "numberOfRowsFailed": len(failed),
            "successRequest": done,
            "failedRequest": failed,
        }
        return Result(200, result_body)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    for type in models.rules.table("bulk_upsert").get("types", ()):
        if type in where:
            route = Route(
                BulkUpsert(models[type]).upsert, JSON, writes=True,
                operation="bulkCreateOrUpdate{name}s", query=("async",),
            )  # fmt: skip
            routes.add("PUT", f"{where[type]}/bulk", route)
