"""Incidents of test cases: each is a row of resolution statuses that share a state id."""

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
_ANSWERS = {"Ack": "timeToResponse", "Resolved": "timeToResolution"}
"""What is measured since the incident was new when it comes to a status."""


def open_for(context: RequestContext, case: Row) -> str:
    """Return the state id of a case's open incident; one is opened where there is none."""
    state = _state(context, case)
    if state is None:
        state = _recorded(context, case, {"testCaseResolutionStatusType": NEW}, new_id())["stateId"]
    return state


def _state(context: RequestContext, case: Row) -> str | None:
    """Return the state id of the open incident, or None."""
    newest = context.tx.latest(case.id, KIND)
    if newest is None or newest["testCaseResolutionStatusType"] == RESOLVED:
        return None
    return str(newest["stateId"])


def _recorded(
    context: RequestContext, case: Row, told: dict[str, Any], state: str
) -> dict[str, Any]:
    head, user = context.tx.head("testCase", case.fqn), context.caller.id
    users = context.tx.heads([user] if user else ())
    made = {
        "id": new_id(),
        "stateId": state,
        "timestamp": context.now,
        **told,
        "updatedBy": context.plain_serializer.reference(users[user]) if user in users else None,
        "updatedAt": context.now,
        "testCaseReference": context.plain_serializer.reference(head) if head is not None else None,
        "metrics": _measured(context, case, told["testCaseResolutionStatusType"], state),
    }
    context.tx.record(case.id, KIND, context.now, made["id"], made)
    return made


def _measured(context: RequestContext, case: Row, kind: str, state: str) -> list[dict[str, Any]]:
    opened = [
        one["timestamp"] for one in context.tx.records(case.id, KIND, 0, time_series.ALWAYS)
        if one["stateId"] == state and one["testCaseResolutionStatusType"] == NEW
    ]  # fmt: skip
    if kind not in _ANSWERS or not opened:
        return []
    return [{"name": _ANSWERS[kind], "value": float(context.now - opened[-1])}]


class Incidents:
    """The handlers."""

    def __init__(self, models: EntityModels) -> None:
        self._cases = models["testCase"]
        self.body = models.schema(CREATE)
        self._node = models.schema(STATUS)

    def post(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST``: the open incident comes to a status, or a new one begins with it."""
        given = context.read(self.body, request.body)
        case = context.get_row(self._cases, str(given.pop("testCaseReference")), by_name=True)
        details = given.get("testCaseResolutionStatusDetails")
        if given["testCaseResolutionStatusType"] == RESOLVED and details is None:
            raise UnhandledServerError(
                'Cannot invoke "org.openmetadata.schema.tests.type.Resolved.'
                'getTestCaseFailureReason()" because "resolved" is null'
            )
        state = _state(context, case) or new_id()
        return Result(200, _recorded(context, case, given, state))

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET``: statuses of a span of time, newest first."""
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
        """Answer ``GET`` of one status."""
        return Result(200, self._held(context, request.path["id"])[1])

    def of_state(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET stateId/{id}``: all statuses of an incident."""
        found = [
            one for one in context.tx.records_of(KIND, 0, time_series.ALWAYS)
            if one["stateId"] == request.path["id"]
        ]  # fmt: skip
        return Result(200, {"data": found, "paging": {"total": len(found)}})

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PATCH`` of one status."""
        owner, held = self._held(context, request.path["id"])
        changed = context.read(self._node, patch_apply.apply(held, request.body))
        changed |= {name: held[name] for name in ("id", "stateId", "timestamp")}
        changed["updatedAt"] = context.now
        context.tx.record(owner, KIND, held["timestamp"], held["id"], changed)
        return Result(200, changed, change="entityUpdated")

    def _held(self, context: RequestContext, id: str) -> tuple[str, dict[str, Any]]:
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
    routes.add("GET", f"{root}/stateId/{{id}}", Route(incidents.of_state))
    routes.add("PATCH", f"{root}/{{id}}", Route(incidents.patch, JSON_PATCH, writes=True))
