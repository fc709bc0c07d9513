"""Incidents of test cases: each is a row of resolution statuses that share a state id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.features import time_series
from dynclient.sandbox.http_errors import Escaped, refused
from dynclient.sandbox.routing import JSON, JSON_PATCH, Answer, Asked, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shapes
    from dynclient.sandbox.storage.store import Row

CREATE = "api/tests/createTestCaseResolutionStatus.json"
STATUS = "tests/testCaseResolutionStatus.json"
NEEDS = (CREATE, STATUS)
KIND = "testCaseResolutionStatus"
NEW, RESOLVED = "New", "Resolved"
_ANSWERS = {"Ack": "timeToResponse", "Resolved": "timeToResolution"}
"""What is measured since the incident was new when it comes to a status."""


def open_for(session: Session, case: Row) -> str:
    """Return the state id of a case's open incident; one is opened where there is none."""
    state = _state(session, case)
    if state is None:
        state = _recorded(session, case, {"testCaseResolutionStatusType": NEW}, new_id())["stateId"]
    return state


def _state(session: Session, case: Row) -> str | None:
    """Return the state id of the open incident, or None."""
    newest = session.tx.latest(case.id, KIND)
    if newest is None or newest["testCaseResolutionStatusType"] == RESOLVED:
        return None
    return str(newest["stateId"])


def _recorded(session: Session, case: Row, told: dict[str, Any], state: str) -> dict[str, Any]:
    head, user = session.tx.head("testCase", case.fqn), session.caller.id
    users = session.tx.heads([user] if user else ())
    made = {
        "id": new_id(),
        "stateId": state,
        "timestamp": session.now,
        **told,
        "updatedBy": session.bare.reference(users[user]) if user in users else None,
        "updatedAt": session.now,
        "testCaseReference": session.bare.reference(head) if head is not None else None,
        "metrics": _measured(session, case, told["testCaseResolutionStatusType"], state),
    }
    session.tx.record(case.id, KIND, session.now, made["id"], made)
    return made


def _measured(session: Session, case: Row, kind: str, state: str) -> list[dict[str, Any]]:
    opened = [
        one["timestamp"] for one in session.tx.records(case.id, KIND, 0, time_series.ALWAYS)
        if one["stateId"] == state and one["testCaseResolutionStatusType"] == NEW
    ]  # fmt: skip
    if kind not in _ANSWERS or not opened:
        return []
    return [{"name": _ANSWERS[kind], "value": float(session.now - opened[-1])}]


class Incidents:
    """The handlers."""

    def __init__(self, shapes: Shapes) -> None:
        self._cases = shapes["testCase"]
        self.body = shapes.schema(CREATE)
        self._node = shapes.schema(STATUS)

    def post(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST``: the open incident comes to a status, or a new one begins with it."""
        given = session.read(self.body, asked.body)
        case = session.row(self._cases, str(given.pop("testCaseReference")), by_name=True)
        details = given.get("testCaseResolutionStatusDetails")
        if given["testCaseResolutionStatusType"] == RESOLVED and details is None:
            raise Escaped(
                'Cannot invoke "org.openmetadata.schema.tests.type.Resolved.'
                'getTestCaseFailureReason()" because "resolved" is null'
            )
        state = _state(session, case) or new_id()
        return Answer(200, _recorded(session, case, given, state))

    def list(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET``: statuses of a span of time, newest first."""
        start, end = time_series.span(asked.query, time_series.NO_SPAN)
        head = session.tx.head("testCase", asked.query.get("testCaseFQN", ""))
        owner = head.id if head is not None else None
        if asked.query.get("testCaseFQN") is None:
            found = session.tx.records_of(KIND, start, end)
        else:
            found = session.tx.records(owner, KIND, start, end) if owner else []
        if asked.query.get("latest", "").lower() == "true":
            found = list({one["stateId"]: one for one in reversed(found)}.values())[::-1]
        limit = time_series.number(asked.query, "limit", 10)
        return Answer(200, {"data": found[:limit], "paging": {"total": len(found)}})

    def get(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET`` of one status."""
        return Answer(200, self._held(session, asked.path["id"])[1])

    def of_state(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET stateId/{id}``: all statuses of an incident."""
        found = [
            one for one in session.tx.records_of(KIND, 0, time_series.ALWAYS)
            if one["stateId"] == asked.path["id"]
        ]  # fmt: skip
        return Answer(200, {"data": found, "paging": {"total": len(found)}})

    def patch(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PATCH`` of one status."""
        owner, held = self._held(session, asked.path["id"])
        changed = session.read(self._node, patch_apply.apply(held, asked.body))
        changed |= {name: held[name] for name in ("id", "stateId", "timestamp")}
        changed["updatedAt"] = session.now
        session.tx.record(owner, KIND, held["timestamp"], held["id"], changed)
        return Answer(200, changed, change="entityUpdated")

    def _held(self, session: Session, id: str) -> tuple[str, dict[str, Any]]:
        found = session.tx.record_of(KIND, id)
        if found is None:
            raise refused(404, f"{KIND} instance for {id} not found")
        return found


def mount(routes: Routes, shapes: Shapes) -> None:
    """Add the routes."""
    incidents = Incidents(shapes)
    root = "/v1/dataQuality/testCases/testCaseIncidentStatus"
    routes.add("POST", root, Route(incidents.post, JSON, writes=True, takes=incidents.body))
    query = (*time_series.SPAN, "testCaseFQN", "latest", "limit")
    routes.add("GET", root, Route(incidents.list, query=query))
    routes.add("GET", f"{root}/{{id}}", Route(incidents.get))
    routes.add("GET", f"{root}/stateId/{{id}}", Route(incidents.of_state))
    routes.add("PATCH", f"{root}/{{id}}", Route(incidents.patch, JSON_PATCH, writes=True))
