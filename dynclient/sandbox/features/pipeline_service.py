"""A pretended pipeline service, which deploys and runs ingestion pipelines.

Runs end after some polls of their state. Without a pipeline service the routes respond as those of
recorded servers, which had none.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features.run_status import RUNS
from dynclient.sandbox.features.runs import Runs
from dynclient.sandbox.http_errors import ErrorResponse, bad_request, error_response
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Handler, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("entity/services/ingestionPipelines/ingestionPipeline.json",)
ROOT = "/v1/services/ingestionPipelines"

_RESPONSE = "entity/services/ingestionPipelines/pipelineServiceClientResponse.json"
PLATFORM, _VERSION = "Airflow", "pretended"


def _finish(context: RequestContext, owner: str, run: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    return {"pipelineState": "success", "endDate": context.now}


RUNS_OF_PIPELINES = Runs(RUNS, "pipelineState", ("queued", "running"), _finish)


class PipelineService:
    """The handlers of the routes that the pipeline service answers."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["ingestionPipeline"]
        self._has_response = _RESPONSE in models.release.paths

    # deploying and running

    def deploy(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST deploy/{id}``."""
        row = self._get_row(context, request)
        return self._respond(context, row, self._deploy(context, row))

    def deploy_many(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST bulk/deploy``: a response for each id, even if it cannot be deployed."""
        ids = request.body if isinstance(request.body, list) else []
        if not all(_is_uuid(id) for id in ids):
            raise bad_request("Cannot deserialize value of type `java.util.UUID` from String")
        return Result(200, [self._try_to_deploy(context, str(id)) for id in ids])

    def _try_to_deploy(self, context: RequestContext, id: str) -> dict[str, Any]:
        try:
            return service_response(self._deploy(context, context.get_row(self._model, id)))
        except ErrorResponse as error:
            message = error.body["message"] if isinstance(error.body, dict) else error.body
            reason = f"Error deploying [{id}] due to [{message}]"
            return {"code": 500, "reason": reason, "platform": PLATFORM}

    def _deploy(self, context: RequestContext, row: Row) -> str:
        permissions.check(context, self._model.type, "Deploy", row.id)
        self._require_service(context, "deploy", row)
        write.update(context, self._model, row, {"deployed": True})
        return f"Workflow [{row.name}] has been created"

    def trigger(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST trigger/{id}``: start a run of a deployed pipeline."""
        row = self._get_row(context, request)
        permissions.check(context, self._model.type, "Trigger", row.id)
        self._require_service(context, "trigger", row)
        if not row.doc.get("deployed"):
            reason = "Failed to trigger IngestionPipeline"
            raise error_response(404, f"Failed to deploy pipeline [{row.name}] due to [{reason}].")
        id = new_id()
        run = {"runId": id, "startDate": context.now, "timestamp": context.now}
        RUNS_OF_PIPELINES.start(context, row.id, id, run)
        return self._respond(context, row, f"Workflow [{row.name}] has been triggered")

    def kill(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST kill/{id}``: end all unfinished runs as failed."""
        row = self._get_row(context, request)
        self._require_service(context, "kill", row)
        ended = {"pipelineState": "failed", "endDate": context.now}
        RUNS_OF_PIPELINES.stop(context, row.id, ended)
        return self._respond(context, row, f"Workflow [{row.name}] has been killed")

    def toggle(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST toggleIngestion/{id}``: pause a deployed pipeline or let it run again."""
        row = self._get_row(context, request)
        self._require_service(context, "toggle", row)
        is_enabled = row.doc.get("enabled", True)
        change = {"enabled": not is_enabled} if row.doc.get("deployed") else {"deployed": False}
        return write.update(context, self._model, row, change)

    def logs(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET logs/{id}/last``: the log of the last run by the name of its task."""
        row = self._get_row(context, request)
        self._require_service(context, "logs", row)
        RUNS_OF_PIPELINES.poll(context, row.id)
        run = context.tx.latest(row.id, RUNS)
        if run is None:
            reason = "Failed to get last ingestion logs"
            message = context.rules.table("pipeline_service")["error"]
            raise error_response(404, message.format(what=row.name, why=reason))
        tasks = context.rules.table("pipeline_service")["tasks"]
        task = tasks.get(row.doc.get("pipelineType"), tasks["*"])
        log = f"Run {run.get('runId')} of {row.fqn}: {run.get('pipelineState')}\n"
        return Result(200, {task: log, "total": "1"})

    # the service itself

    def status(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET status``."""
        if context.runner.pipeline_service:
            return Result(200, {"code": 200, "version": _VERSION, "platform": PLATFORM})
        self._require_service(context, "status", None)
        return Result(200, {"code": 200, "version": "disabled", "platform": "disabled"})

    def ip(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET ip``: 204 without a pipeline service."""
        if context.runner.pipeline_service:
            return Result(200, {"ip": "127.0.0.1"})
        return Result(204, None)

    # the state of runs

    def polling(self, handler: Handler, *, needs_service: bool) -> Handler:
        """Return a handler that brings the runs of a pipeline closer to their end first."""

        def handle(context: RequestContext, request: Request) -> Result:
            row = self._find_row(context, request)
            if row is not None and row.type == self._model.type:
                if needs_service:
                    self._require_service(context, "runs", row)
                RUNS_OF_PIPELINES.poll(context, row.id)
            return handler(context, request)

        return handle

    def remove_runs(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE {id}/pipelineStatus``: remove all runs of a pipeline."""
        row = self._get_row(context, request)
        permissions.check(context, self._model.type, "Delete", row.id)
        RUNS_OF_PIPELINES.remove(context, row.id)
        return Result(200, context.serialize(self._model, row.doc, frozenset()))

    # helpers

    def _get_row(self, context: RequestContext, request: Request) -> Row:
        return context.get_row(self._model, request.path["id"])

    def _find_row(self, context: RequestContext, request: Request) -> Row | None:
        if "fqn" in request.path:  # beside it, an id is that of a run
            return context.tx.find(self._model.type, request.path["fqn"])
        return context.tx.get(request.path["id"])

    def _require_service(self, context: RequestContext, operation: str, row: Row | None) -> None:
        """Raise the error of a server without a pipeline service, if this is one."""
        if context.runner.pipeline_service:
            return
        table = context.rules.table("pipeline_service")
        what = table["without"].get(operation)
        if what is not None:
            message = table["deploy_error" if operation in table["deploys"] else "error"]
            raise bad_request(message.format(what=row.name if row and what == "*" else what,
                                             why="null"))  # fmt: skip

    def _respond(self, context: RequestContext, row: Row, reason: str) -> Result:
        """Return the service's response; releases that do not have one return the pipeline."""
        if self._has_response:
            return Result(200, service_response(reason))
        current = context.get_row(self._model, row.id)
        return Result(200, context.serialize(self._model, current.doc, frozenset()))


def service_response(reason: str) -> dict[str, Any]:
    """Return the response of the pipeline service to a request that it accepts."""
    return {"code": 200, "reason": reason, "platform": PLATFORM}


def _is_uuid(value: Any) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes, and make those that show the state of runs count as polls."""
    service = PipelineService(models)
    routes_by_name: dict[str, tuple[str, str, Handler, str]] = {
        # method, path, handler, id in the OpenAPI document
        "deploy": ("POST", "/deploy/{id}", service.deploy, "deployIngestion"),
        "trigger": ("POST", "/trigger/{id}", service.trigger, "triggerIngestionPipelineRun"),
        "toggle": (
            "POST", "/toggleIngestion/{id}", service.toggle, "toggleIngestionPipelineEnabled"
        ),
        "kill": ("POST", "/kill/{id}", service.kill, "killIngestionPipelineRuns"),
        "logs": ("GET", "/logs/{id}/last", service.logs, "getLastIngestionLogs"),
        "status": ("GET", "/status", service.status, "checkRestAirflowStatus"),
        "ip": ("GET", "/ip", service.ip, "checkAirflowHostIp"),
        "remove_runs": (
            "DELETE", "/{id}/pipelineStatus", service.remove_runs, "deletePipelineStatus"
        ),
    }  # fmt: skip
    for method, tail, handler, operation in routes_by_name.values():
        routes.add(method, ROOT + tail, Route(handler, writes=True, operation=operation))
    if "bulk_deploy" in models.rules.table("pipeline_service")["routes"]:
        many = Route(service.deploy_many, JSON, writes=True, operation="bulkDeployIngestion")
        routes.add("POST", f"{ROOT}/bulk/deploy", many)
    runs = "/{fqn}/pipelineStatus"
    for tail in ("/{id}", "/name/{fqn}", runs, f"{runs}/{{id:text}}"):
        needs_service = tail.endswith("/pipelineStatus")
        routes.wrap("GET", ROOT + tail, _polls(service, needs_service=needs_service))


def _polls(service: PipelineService, *, needs_service: bool) -> Callable[[Route], Route]:
    def change(route: Route) -> Route:
        handler = service.polling(route.handler, needs_service=needs_service)
        return route._replace(handler=handler, writes=True)

    return change
