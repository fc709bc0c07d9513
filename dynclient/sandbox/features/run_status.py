"""Statuses that agents report: runs of pipelines and of ingestions, tests of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
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
    """Runs of pipelines and their tasks."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["pipeline"]
        self.body = models.schema("entity/data/pipeline.json", "/definitions/pipelineStatus")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT pipelines/{fqn}/status``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        given = context.read(self.body, request.body)
        known = {task.get("name") for task in row.doc.get("tasks") or ()}
        for task in given.get("taskStatus") or ():
            if task.get("name") not in known:
                raise bad_request(f"Invalid task name {task.get('name')}")
        before = context.tx.latest(row.id, RUNS)
        context.tx.record(row.id, RUNS, given["timestamp"], "", given)
        result = self._shown(context, row.doc)
        if not context.rules.flag("statuses_are_changes"):
            return result
        told = {"name": RUNS, **({"oldValue": before} if before else {}), "newValue": given}
        result.body["changeDescription"] = {
            "fieldsAdded": [], "fieldsUpdated": [told], "fieldsDeleted": [],
            "previousVersion": row.doc["version"],
        }  # fmt: skip
        return result._replace(change="entityUpdated")

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET pipelines/{fqn}/status``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.page(context, row.id, RUNS, request.query, SPAN_REQUIRED)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE pipelines/{fqn}/status/{timestamp}``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        held = time_series.at(context, row.id, RUNS, request.path["timestamp"])
        if held is None:
            stamp = request.path["timestamp"]
            raise error_response(404, f"Failed to find pipeline status for {row.name} at {stamp}")
        context.tx.remove_records(row.id, RUNS, held["timestamp"])
        result = self._shown(context, row.doc)
        result.body[RUNS] = held
        return result

    def _shown(self, context: RequestContext, doc: dict[str, Any]) -> Result:
        link = not context.rules.flag("statuses_are_changes")
        return Result(200, context.serialize(self._model, doc, {"tasks", RUNS}, own_link=link))


class Ingestions:
    """Runs of ingestion pipelines, each with an id."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["ingestionPipeline"]
        self.body = models.schema(_INGESTION, "/definitions/pipelineStatus")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT ingestionPipelines/{fqn}/pipelineStatus``: by its id a run is told again."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        given = context.read(self.body, request.body)
        before = self._run(context, row.id, str(given.get("runId")))
        stamp = given.get("timestamp") or context.now
        if before is not None:
            context.tx.remove_record(row.id, RUNS, str(given["runId"]))
        context.tx.record(row.id, RUNS, stamp, str(given.get("runId")), given)
        told = {"name": RUNS, **({"oldValue": before} if before else {}), "newValue": given}
        return change_event(context, self._model, row, {"fieldsUpdated": [told]})._replace(
            status=201
        )

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET ingestionPipelines/{fqn}/pipelineStatus``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.page(context, row.id, RUNS, request.query, SPAN_REQUIRED)

    def get(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET ingestionPipelines/{fqn}/pipelineStatus/{run}``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        found = self._run(context, row.id, request.path["run"])
        return Result(204 if found is None else 200, found)

    def _run(self, context: RequestContext, owner: str, run: str) -> dict[str, Any] | None:
        found = context.tx.record_of(RUNS, run)
        return found[1] if found is not None and found[0] == owner else None


class Connections:
    """Results of connection tests, kept with the service."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT {service}/{id}/testConnectionResult``."""
        row = context.get_row(self._model, request.path["id"])
        given = context.read(self._model.node.properties["testConnectionResult"], request.body)
        write.update_by_server(context, self._model, row, {"testConnectionResult": given})
        doc = {**row.doc, "testConnectionResult": given}
        link = bool(context.rules.flag("links_after_removal"))
        shown = context.serialize(self._model, doc, self._model.for_update, own_link=link)
        return Result(200, shown)


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
        routes.add("GET", root + "/{run}", Route(ingestions.get))
    for type, route in where.items():
        if route.startswith("/v1/services/") and "testConnectionResult" in models[type].fields:
            connections = Connections(models[type])
            node = models[type].node.properties["testConnectionResult"]
            put = Route(connections.put, JSON, writes=True, body_schema=node)
            routes.add("PUT", f"{route}/{{id}}/testConnectionResult", put)
