"""Runs of installed apps: trigger, stop, deploy, and the records of their runs.

The runner is a pretended one: an app does nothing, and its runs end after some polls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.pipeline_service import service_response
from dynclient.sandbox.features.request_parameters import query_int
from dynclient.sandbox.features.runs import Runs
from dynclient.sandbox.http_errors import bad_request, error_response
from dynclient.sandbox.routing import JSON, Handler, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("entity/applications/app.json", "entity/applications/appRunRecord.json")
KIND = "appRun"

_SIZE = 10


class Apps:
    """The handlers of an app's runs."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["app"]
        self._facts = models.rules.table("apps")
        record = models.schema("entity/applications/appRunRecord.json")
        self._fields = frozenset(record.properties)
        known = record.properties["status"].enum or ()
        states = [state for state in ("started", "running") if state in known]
        self._stopped = "stopped" if "stopped" in known else "failed"
        self._runs = Runs(KIND, "status", states, self._ending)

    # requests

    def trigger(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST apps/trigger/{name}``: start a run unless one is unfinished."""
        row = self._get_row(context, request)
        if row.doc.get("scheduleType") not in self._facts["manual"]:
            raise bad_request("App does not support manual trigger.")
        is_external = row.doc.get("appType") == "external"
        if is_external and not context.runner.pipeline_service:
            raise bad_request("Failed to trigger application.")
        if self._runs.is_running(context, row.id):
            raise error_response(500, "Job is already running, please wait for it to complete.")
        run = {
            "appId": row.id, "appName": row.name, "timestamp": context.now, "extension": "status",
            "runType": self._facts["run_type"], "startTime": context.now,
            "scheduleInfo": row.doc.get("appSchedule"),
        }  # fmt: skip
        self._runs.start(context, row.id, str(context.now), self._fitting(run))
        if is_external:
            return Result(200, service_response(f"Application [{row.name}] has been triggered"))
        return _text("Application Triggered")

    def stop(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST apps/stop/{name}``: end the unfinished run, if the app can be stopped."""
        row = self._get_row(context, request)
        if not row.doc.get("supportsInterrupt"):
            raise bad_request("Application does not support Interrupts.")
        ended = {"status": self._stopped, "endTime": context.now}
        self._runs.stop(context, row.id, ended)
        return _text("Application stop in progress. Please check status via.")

    def deploy(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST apps/deploy/{name}``."""
        self._get_row(context, request)
        return _text("Application Deployed")

    def list_runs(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET apps/name/{name}/status``: the runs, newest first."""
        row = self._get_row(context, request)
        self._runs.poll(context, row.id)
        start, end = (query_int(request.query, name, 0) for name in ("startTs", "endTs"))
        runs = context.tx.records(row.id, KIND, start, end or time_series.ALWAYS)
        offset = query_int(request.query, "offset", 0)
        page = runs[offset : offset + query_int(request.query, "limit", _SIZE)]
        return Result(200, {"data": page, "paging": {"offset": offset, "total": len(runs)}})

    def latest(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET apps/name/{name}/runs/latest``."""
        row = self._get_row(context, request)
        self._runs.poll(context, row.id)
        run = context.tx.latest(row.id, KIND)
        if run is not None:
            return Result(200, run)
        if self._facts["no_run"]:
            raise error_response(500, self._facts["no_run"])
        return Result(204, None)

    # runs

    def _ending(self, context: RequestContext, owner: str, run: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a run that has ended, with what an app that indexes counted."""
        end: dict[str, Any] = {"status": "success", "endTime": context.now}
        if self._facts["timed"]:
            end["executionTime"] = context.now - int(run["startTime"])
        row = context.tx.get(owner)
        indexed = (row.doc.get("appConfiguration") or {}).get("entities") if row else None
        if indexed:
            end["successContext"] = {"stats": self._count(context, indexed)}
        return self._fitting(end)

    def _count(self, context: RequestContext, types: list[str]) -> dict[str, Any]:
        """Return the statistics of a run that has indexed all entities of some types."""
        if "all" in types:
            types = list(context.routes)
        counts = {type: context.tx.count("e.type = ?", [type]) for type in types}
        total = self._numbers(sum(counts.values()))
        out: dict[str, Any] = dict.fromkeys(self._facts["steps"], total)
        if self._facts["counts_types"]:
            out["entityStats"] = {type: self._numbers(count) for type, count in counts.items()}
        return out

    def _numbers(self, count: int) -> dict[str, int]:
        return {name: 0 if name == "failedRecords" else count for name in self._facts["numbers"]}

    def _fitting(self, run: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a run that the release has."""
        return {name: value for name, value in run.items() if name in self._fields}

    def _get_row(self, context: RequestContext, request: Request) -> Row:
        return context.get_row(self._model, request.path["name"], by_name=True)


def _text(message: str) -> Result:
    """Return a result as servers send it: plain text that is declared as JSON."""
    return Result(200, message, headers={"Content-Type": JSON})


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes that ``apps`` of the rules lists for the release."""
    apps = Apps(models)
    routes_by_name: dict[str, tuple[str, str, Handler, str, tuple[str, ...]]] = {
        # method, path, handler, id in the OpenAPI document, query parameters
        "trigger": ("POST", "/trigger/{name}", apps.trigger, "triggerApplicationRun", ()),
        "stop": ("POST", "/stop/{name}", apps.stop, "stopApplicationRun", ()),
        "deploy": (
            "POST", "/deploy/{name}", apps.deploy, "deployApplicationToQuartzOrIngestion", ()
        ),
        "latest": ("GET", "/name/{name}/runs/latest", apps.latest, "latestAppRunRecord", ()),
        "logs": ("GET", "/name/{name}/logs", apps.latest, "getLastLogs", ("after",)),
        "runs": (
            "GET", "/name/{name}/runs", apps.list_runs, "listAppRunRecords", ("limit", "offset")
        ),
        "status": (
            "GET", "/name/{name}/status", apps.list_runs, "listAppRunRecords",
            ("limit", "offset", "startTs", "endTs"),
        ),
    }  # fmt: skip
    for name in models.rules.table("apps")["routes"]:
        method, tail, handler, operation, query = routes_by_name[name]
        route = Route(handler, writes=True, operation=operation, query=query)
        routes.add(method, where["app"] + tail, route)
