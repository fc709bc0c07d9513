"""Statuses that agents report: runs of pipelines and of ingestions, tests of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import followers_votes, time_series
from dynclient.sandbox.http_errors import bad_request, error_response
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels

NEEDS = ("entity/data/pipeline.json",)
RUNS = "pipelineStatus"
_INGESTION = "entity/services/ingestionPipelines/ingestionPipeline.json"


class Pipelines:
    """Runs of pipelines and their tasks."""

    def __init__(self, shapes: EntityModels) -> None:
        self._shape = shapes["pipeline"]
        self.body = shapes.schema("entity/data/pipeline.json", "/definitions/pipelineStatus")

    def put(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``PUT pipelines/{fqn}/status``."""
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        given = context.read(self.body, asked.body)
        known = {task.get("name") for task in row.doc.get("tasks") or ()}
        for task in given.get("taskStatus") or ():
            if task.get("name") not in known:
                raise bad_request(f"Invalid task name {task.get('name')}")
        before = context.tx.latest(row.id, RUNS)
        context.tx.record(row.id, RUNS, given["timestamp"], "", given)
        answer = self._shown(context, row.doc)
        if not context.rules.flag("statuses_are_changes"):
            return answer
        told = {"name": RUNS, **({"oldValue": before} if before else {}), "newValue": given}
        answer.body["changeDescription"] = {
            "fieldsAdded": [], "fieldsUpdated": [told], "fieldsDeleted": [],
            "previousVersion": row.doc["version"],
        }  # fmt: skip
        return answer._replace(change="entityUpdated")

    def list(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``GET pipelines/{fqn}/status``."""
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        return time_series.page(context, row.id, RUNS, asked.query, time_series.NO_SPAN)

    def delete(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``DELETE pipelines/{fqn}/status/{timestamp}``."""
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        held = time_series.at(context, row.id, RUNS, asked.path["timestamp"])
        if held is None:
            stamp = asked.path["timestamp"]
            raise error_response(404, f"Failed to find pipeline status for {row.name} at {stamp}")
        context.tx.erase(row.id, RUNS, held["timestamp"])
        answer = self._shown(context, row.doc)
        answer.body[RUNS] = held
        return answer

    def _shown(self, context: RequestContext, doc: dict[str, Any]) -> Result:
        link = not context.rules.flag("statuses_are_changes")
        return Result(200, context.answer(self._shape, doc, {"tasks", RUNS}, own_link=link))


class Ingestions:
    """Runs of ingestion pipelines, each with an id."""

    def __init__(self, shapes: EntityModels) -> None:
        self._shape = shapes["ingestionPipeline"]
        self.body = shapes.schema(_INGESTION, "/definitions/pipelineStatus")

    def put(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``PUT ingestionPipelines/{fqn}/pipelineStatus``: by its id a run is told again."""
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        given = context.read(self.body, asked.body)
        before = self._run(context, row.id, str(given.get("runId")))
        stamp = given.get("timestamp") or context.now
        if before is not None:
            context.tx.erase_record(row.id, RUNS, str(given["runId"]))
        context.tx.record(row.id, RUNS, stamp, str(given.get("runId")), given)
        told = {"name": RUNS, **({"oldValue": before} if before else {}), "newValue": given}
        return followers_votes.event(context, self._shape, row, {"fieldsUpdated": [told]})._replace(
            status=201
        )

    def list(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``GET ingestionPipelines/{fqn}/pipelineStatus``."""
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        return time_series.page(context, row.id, RUNS, asked.query, time_series.NO_SPAN)

    def get(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``GET ingestionPipelines/{fqn}/pipelineStatus/{run}``."""
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        found = self._run(context, row.id, asked.path["run"])
        return Result(204 if found is None else 200, found)

    def _run(self, context: RequestContext, owner: str, run: str) -> dict[str, Any] | None:
        found = context.tx.record_of(RUNS, run)
        return found[1] if found is not None and found[0] == owner else None


class Connections:
    """Results of connection tests, kept with the service."""

    def __init__(self, shape: EntityModel) -> None:
        self._shape = shape

    def put(self, context: RequestContext, asked: Request) -> Result:
        """Answer ``PUT {service}/{id}/testConnectionResult``."""
        row = context.row(self._shape, asked.path["id"])
        given = context.read(self._shape.node.properties["testConnectionResult"], asked.body)
        write.note(context, self._shape, row, {"testConnectionResult": given})
        doc = {**row.doc, "testConnectionResult": given}
        link = bool(context.rules.flag("links_after_removal"))
        shown = context.answer(self._shape, doc, self._shape.for_update, own_link=link)
        return Result(200, shown)


def mount(routes: Routes, shapes: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    pipelines = Pipelines(shapes)
    root = "/v1/pipelines/{fqn}/status"
    routes.add("PUT", root, Route(pipelines.put, JSON, writes=True, takes=pipelines.body))
    routes.add("GET", root, Route(pipelines.list, query=time_series.SPAN))
    routes.add("DELETE", root + "/{timestamp}", Route(pipelines.delete, writes=True))
    if _INGESTION in shapes.release.paths:
        ingestions = Ingestions(shapes)
        root = "/v1/services/ingestionPipelines/{fqn}/pipelineStatus"
        routes.add("PUT", root, Route(ingestions.put, JSON, writes=True, takes=ingestions.body))
        routes.add("GET", root, Route(ingestions.list, query=time_series.SPAN))
        routes.add("GET", root + "/{run}", Route(ingestions.get))
    for type, route in where.items():
        if route.startswith("/v1/services/") and "testConnectionResult" in shapes[type].fields:
            connections = Connections(shapes[type])
            node = shapes[type].node.properties["testConnectionResult"]
            put = Route(connections.put, JSON, writes=True, takes=node)
            routes.add("PUT", f"{route}/{{id}}/testConnectionResult", put)
