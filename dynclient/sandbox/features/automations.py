"""Runs of automations: a workflow that tests a connection ends well, as the runner pretends to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features.pipeline_service import service_response
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.routing import Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS = ("entity/automations/workflow.json",)


class Automations:
    """The handler of the runs of workflows."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["workflow"]

    def trigger(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST trigger/{id}``: run a workflow, which has ended when it is read next."""
        row = context.get_row(self._model, request.path["id"])
        if not context.runner.pipeline_service:
            table = context.rules.table("pipeline_service")
            raise bad_request(
                table["deploy_error"].format(what=row.name, why=table["without_response"])
            )
        ended = {"status": "Successful", "response": {"status": "Successful", "steps": []}}
        write.update_by_server(context, self._model, row, ended)
        return Result(200, service_response(f"Workflow [{row.name}] has been triggered"))


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the route."""
    automations = Automations(models)
    route = Route(automations.trigger, writes=True, operation="triggerWorkflow")
    routes.add("POST", f"{where['workflow']}/trigger/{{id}}", route)
