"""Incidents of test cases: each is a series of resolution statuses with the same state id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import SPAN, SPAN_REQUIRED, query_int, query_span
from dynclient.sandbox.http_errors import UnhandledServerError, error_response
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

CREATE = "api/tests/createTestCaseResolutionStatus.json"
STATUS = "tests/testCaseResolutionStatus.json"
NEEDS = ("tests/testCase.json", CREATE, STATUS)
KIND = "testCaseResolutionStatus"
NEW, RESOLVED = "New", "Resolved"
_METRICS = {"Ack": "timeToResponse", "Resolved": "timeToResolution"}
"""By status: the metric of the time since the incident was opened."""


def open_incident(context: RequestContext, case: Row) -> str:
    """Return the state id of a case's open incident; open one if there is none."""
    state = _find_open_state(context, case)
    if state is None:
        state = _record(context, case, {"testCaseResolutionStatusType": NEW}, new_id())["stateId"]
    return state


def _find_open_state(context: RequestContext, case: Row) -> str | None:
    """Return the state id of the open incident, or None."""
    latest = context.tx.latest(case.id, KIND)
    if latest is None or latest["testCaseResolutionStatusType"] == RESOLVED:
        return None
    return str(latest["stateId"])


def _record(
    context: RequestContext, case: Row, fields: dict[str, Any], state: str
) -> dict[str, Any]:
    head, user = context.tx.head("testCase", case.fqn), context.caller.id
    users = context.tx.heads([user] if user else ())
    status = {
        "id": new_id(),
        "stateId": state,
        "timestamp": context.now,
        **fields,
        "updatedBy": context.plain_serializer.reference(users[user]) if user in users else None,
        "updatedAt": context.now,
        "testCaseReference": context.plain_serializer.reference(head) if head is not None else None,
        "metrics": _compute_metrics(context, case, fields["testCaseResolutionStatusType"], state),
    }
    context.tx.record(case.id, KIND, context.now, status["id"], status)
    return status


def _compute_metrics(
    context: RequestContext, case: Row, kind: str, state: str
) -> list[dict[str, Any]]:
    opened = [
        one["timestamp"] for one in context.tx.records(case.id, KIND, 0, time_series.ALWAYS)
        if one["stateId"] == state and one["testCaseResolutionStatusType"] == NEW
    ]  # fmt: skip
    if kind not in _METRICS or not opened:
        return []
    return [{"name": _METRICS[kind], "value": float(context.now - opened[-1])}]


class Incidents:
    """The handlers of resolution statuses."""

    def __init__(self, models: EntityModels) -> None:
        self._cases = models["testCase"]
        self.body = models.schema(CREATE)
        self._node = models.schema(STATUS)

    def post(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST``: add a status to the open incident, or open one with it."""
        body = context.read(self.body, request.body)
        case = context.get_row(self._cases, str(body.pop("testCaseReference")), by_name=True)
        body.pop("severity", None)  # servers take it from patches only
        details = body.get("testCaseResolutionStatusDetails")
        if body["testCaseResolutionStatusType"] == RESOLVED and details is None:
            raise UnhandledServerError(
                'Cannot invoke "org.openmetadata.schema.tests.type.Resolved.'
                'getTestCaseFailureReason()" because "resolved" is null'
            )
        state = _find_open_state(context, case) or new_id()
        return Result(200, _record(context, case, body, state))

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET``: statuses of a span of time, newest first."""
        start, end = query_span(request.query, SPAN_REQUIRED)
        head = context.tx.head("testCase", request.query.get("testCaseFQN", ""))
        owner = head.id if head is not None else None
        if request.query.get("testCaseFQN") is None:
            found = context.tx.records_of(KIND, start, end)
        else:
            found = context.tx.records(owner, KIND, start, end) if owner else []
        if request.query.get("latest", "").lower() == "true":
            found = list({one["stateId"]: one for one in reversed(found)}.values())[::-1]
        limit = query_int(request.query, "limit", 10)
        return Result(200, {"data": found[:limit], "paging": {"total": len(found)}})

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET`` of one status."""
        return Result(200, self._find_status(context, request.path["id"])[1])

    def list_of_state(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET stateId/{id}``: all statuses of an incident."""
        found = [
            one for one in context.tx.records_of(KIND, 0, time_series.ALWAYS)
            if one["stateId"] == request.path["id"]
        ]  # fmt: skip
        return Result(200, {"data": found, "paging": {"total": len(found)}})

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PATCH`` of one status."""
        owner, status = self._find_status(context, request.path["id"])
        changed = context.read(self._node, patch_apply.apply(status, request.body))
        changed |= {name: status[name] for name in ("id", "stateId", "timestamp")}
        changed["updatedAt"] = context.now
        context.tx.record(owner, KIND, status["timestamp"], status["id"], changed)
        return Result(200, changed, change="entityUpdated")

    def _find_status(self, context: RequestContext, id: str) -> tuple[str, dict[str, Any]]:
        found = context.tx.record_of(KIND, id)
        if found is None:
            raise error_response(404, f"{KIND} instance for {id} not found")
        return found


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes, where results of test cases are resources that open incidents."""
    if not models.rules.flag("results_are_resources"):
        return
    incidents = Incidents(models)
    root = "/v1/dataQuality/testCases/testCaseIncidentStatus"
    routes.add("POST", root, Route(incidents.post, JSON, writes=True, body_schema=incidents.body))
    query = (*SPAN, "testCaseFQN", "latest", "limit")
    routes.add("GET", root, Route(incidents.list, query=query))
    routes.add("GET", f"{root}/{{id}}", Route(incidents.get))
    routes.add("GET", f"{root}/stateId/{{id}}", Route(incidents.list_of_state))
    routes.add("PATCH", f"{root}/{{id}}", Route(incidents.patch, JSON_PATCH, writes=True))
