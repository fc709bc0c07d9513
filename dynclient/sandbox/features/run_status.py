"""Statuses reported by agents: runs of pipelines and of ingestions, tests of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.serializer import HIDDEN, LOADED
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.change_events import change_event
from dynclient.sandbox.features.request_parameters import SPAN, SPAN_REQUIRED
from dynclient.sandbox.http_errors import bad_request, error_response
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels

NEEDS = ("entity/data/pipeline.json",)
RUNS = "pipelineStatus"
_INGESTION = "entity/services/ingestionPipelines/ingestionPipeline.json"


class Pipelines:
    """The handlers of runs of pipelines and their tasks."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["pipeline"]
        self.body = models.schema("entity/data/pipeline.json", "/definitions/pipelineStatus")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT pipelines/{fqn}/status``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        run = context.read(self.body, request.body)
        task_names = {task.get("name") for task in row.doc.get("tasks") or ()}
        for task in run.get("taskStatus") or ():
            if task.get("name") not in task_names:
                raise bad_request(f"Invalid task name {task.get('name')}")
        previous = context.tx.latest(row.id, RUNS)
        context.tx.record(row.id, RUNS, run["timestamp"], "", run)
        result = self._respond(context, row.doc)
        if not context.rules.flag("statuses_are_changes"):
            return result
        change = {"name": RUNS, **({"oldValue": previous} if previous else {}), "newValue": run}
        result.body["changeDescription"] = {
            "fieldsAdded": [], "fieldsUpdated": [change], "fieldsDeleted": [],
            "previousVersion": row.doc["version"],
        }  # fmt: skip
        return result._replace(change="entityUpdated")

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET pipelines/{fqn}/status``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.list_records(context, row.id, RUNS, request.query, SPAN_REQUIRED)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE pipelines/{fqn}/status/{timestamp}``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        run = time_series.find_record(context, row.id, RUNS, request.path["timestamp"])
        if run is None:
            stamp = request.path["timestamp"]
            raise error_response(404, f"Failed to find pipeline status for {row.name} at {stamp}")
        context.tx.remove_records(row.id, RUNS, run["timestamp"])
        result = self._respond(context, row.doc)
        result.body[RUNS] = run
        return result

    def _respond(self, context: RequestContext, doc: dict[str, Any]) -> Result:
        link = not context.rules.flag("statuses_are_changes")
        members = HIDDEN if "tags" in context.rules.names("hidden_with", RUNS) else LOADED
        fields = {"tasks", RUNS}
        body = context.serialize(self._model, doc, fields, members=members, own_link=link)
        return Result(200, body)


class Ingestions:
    """The handlers of runs of ingestion pipelines, each with an id."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["ingestionPipeline"]
        self.body = models.schema(_INGESTION, "/definitions/pipelineStatus")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT ingestionPipelines/{fqn}/pipelineStatus``: add or replace a run."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        run = context.read(self.body, request.body)
        previous = self._run(context, row.id, str(run.get("runId")))
        stamp = run.get("timestamp") or context.now
        if previous is not None:
            context.tx.remove_record(row.id, RUNS, str(run["runId"]))
        context.tx.record(row.id, RUNS, stamp, str(run.get("runId")), run)
        change = {"name": RUNS, **({"oldValue": previous} if previous else {}), "newValue": run}
        return change_event(context, self._model, row, {"fieldsUpdated": [change]}, status=201)

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET ingestionPipelines/{fqn}/pipelineStatus``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.list_records(context, row.id, RUNS, request.query, SPAN_REQUIRED)

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET ingestionPipelines/{fqn}/pipelineStatus/{id}``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        record = self._run(context, row.id, request.path["id"])
        return Result(204 if record is None else 200, record)

    def _run(self, context: RequestContext, owner: str, run: str) -> dict[str, Any] | None:
        record = context.tx.record_of(RUNS, run)
        return record[1] if record is not None and record[0] == owner else None


class Connections:
    """The handler of the result of a connection test, which is a field of the service."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT {service}/{id}/testConnectionResult``."""
        row = context.get_row(self._model, request.path["id"])
        test_result = context.read(
            self._model.node.properties["testConnectionResult"], request.body
        )
        write.update_by_server(context, self._model, row, {"testConnectionResult": test_result})
        doc = {**row.doc, "testConnectionResult": test_result}
        hidden = context.rules.names("hidden_with", "testConnectionResult")
        fields = self._model.for_update - hidden
        serialized = context.serialize(self._model, doc, fields, own_link=False)
        return Result(200, serialized)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    pipelines = Pipelines(models)
    root = "/v1/pipelines/{fqn}/status"
    routes.add("PUT", root, Route(pipelines.put, JSON, writes=True, body_schema=pipelines.body))
    routes.add("GET", root, Route(pipelines.list, query=SPAN))
    routes.add("DELETE", root + "/{timestamp}", Route(pipelines.delete, writes=True))
    if _INGESTION in models.release.paths:
        ingestions = Ingestions(models)
        root = "/v1/services/ingestionPipelines/{fqn}/pipelineStatus"
        routes.add(
            "PUT", root, Route(ingestions.put, JSON, writes=True, body_schema=ingestions.body)
        )
        routes.add("GET", root, Route(ingestions.list, query=SPAN))
        routes.add("GET", root + "/{id:text}", Route(ingestions.get))
    for type, route in where.items():
        if route.startswith("/v1/services/") and "testConnectionResult" in models[type].fields:
            connections = Connections(models[type])
            node = models[type].node.properties["testConnectionResult"]
            put = Route(connections.put, JSON, writes=True, body_schema=node)
            routes.add("PUT", f"{route}/{{id}}/testConnectionResult", put)
