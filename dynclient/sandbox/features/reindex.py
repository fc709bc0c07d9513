"""Jobs that fill the search index again, which releases before apps have.

The runner is a pretended one: a job ends after some polls. The search itself needs no index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.runs import Runs
from dynclient.sandbox.http_errors import error_response
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS = ("api/createEventPublisherJob.json", "system/eventPublisherJob.json")
ROOT = "/v1/search/reindex"
KIND = "reindexJob"

_OWNER = "search"


class Jobs:
    """The handlers of jobs."""

    def __init__(self, models: EntityModels) -> None:
        self.body = models.schema("api/createEventPublisherJob.json")
        self._runs = Runs(KIND, "status", ("STARTED", "RUNNING"), self._ending)

    def create(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST search/reindex``: start a job."""
        permissions.check_admin(context)
        body = context.read(self.body, {} if request.body is None else request.body)
        id, now = new_id(), context.now
        job = {
            "id": id, **body, "startedBy": context.caller.name, "timestamp": now, "startTime": now,
            "runMode": body.get("runMode", "batch"), "status": "STARTED",
        }  # fmt: skip
        self._runs.start(context, _OWNER, id, job)
        return Result(200, job)

    def list_jobs(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET search/reindex``."""
        jobs = self._poll(context)
        return Result(200, {"data": jobs, "paging": {"total": len(jobs)}})

    def latest(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET search/reindex/latest``."""
        jobs = self._poll(context)
        if not jobs:
            raise error_response(404, "No Last Run.")
        return Result(200, jobs[0])

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/reindex/{jobId}``."""
        return Result(200, self._find(self._poll(context), request))

    def stop(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT search/reindex/stop/{jobId}``: stop the jobs that have not ended."""
        permissions.check_admin(context)
        self._find(self._jobs(context), request)
        self._runs.stop(context, _OWNER, {"status": "STOPPED", "endTime": context.now})
        return Result(200, self._find(self._jobs(context), request))

    def _poll(self, context: RequestContext) -> list[dict[str, Any]]:
        self._runs.poll(context, _OWNER)
        return self._jobs(context)

    @staticmethod
    def _jobs(context: RequestContext) -> list[dict[str, Any]]:
        return context.tx.records(_OWNER, KIND, 0, time_series.ALWAYS)

    @staticmethod
    def _find(jobs: list[dict[str, Any]], request: Request) -> dict[str, Any]:
        id = request.path["jobId"]
        for job in jobs:
            if job["id"] == id:
                return job
        raise error_response(404, f"eventPublisherJob instance for {id} not found")

    @staticmethod
    def _ending(context: RequestContext, owner: str, job: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG004
        types = job.get("entities") or ["all"]
        if "all" in types:
            types = list(context.routes)
        count = sum(context.tx.count("e.type = ?", [type]) for type in types)
        numbers = {"totalRecords": count, "processedRecords": count, "successRecords": count,
                   "failedRecords": 0}  # fmt: skip
        steps = ("sourceStats", "processorStats", "sinkStats", "jobStats")
        return {"status": "COMPLETED", "endTime": context.now,
                "stats": dict.fromkeys(steps, numbers)}  # fmt: skip


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes on releases that have them."""
    if not models.rules.flag("reindex_jobs"):
        return
    jobs = Jobs(models)
    post = Route(
        jobs.create, JSON, writes=True, operation="runBatchReindexing", body_schema=jobs.body
    )
    routes.add("POST", ROOT, post)
    gets = {
        "": (jobs.list_jobs, "getAllReindexBatchJobs"),
        "/latest": (jobs.latest, "getLatestReindexBatchJob"),
        "/{jobId}": (jobs.get, "getBatchReindexBatchJobWithId"),
    }
    for tail, (handler, operation) in gets.items():
        routes.add("GET", ROOT + tail, Route(handler, writes=True, operation=operation))
    stop = Route(jobs.stop, writes=True, operation="stopAJobWithId")
    routes.add("PUT", f"{ROOT}/stop/{{jobId}}", stop)
