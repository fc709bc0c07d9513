"""Results of test cases, and the incidents that failures open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, write
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.derived_fields import summed
from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.features import followers_votes, incidents, time_series
from dynclient.sandbox.http_errors import Escaped, bad_request, exists, not_found, refused
from dynclient.sandbox.routing import JSON, JSON_PATCH, Answer, Asked, Route, Routes
from dynclient.sandbox.storage.store import Edge

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shapes
    from dynclient.sandbox.storage.store import Row

NEEDS = ("tests/testCase.json", "tests/testSuite.json", "tests/basic.json")
KIND = "testCaseResult"
FAILED = "Failed"

_NO_TIME = (
    'Cannot invoke "java.lang.Long.longValue()" because the return value of'
    ' "org.openmetadata.schema.tests.type.TestCaseResult.getTimestamp()" is null'
)


class Results:
    """The handlers."""

    def __init__(self, shapes: Shapes) -> None:
        self._cases = shapes["testCase"]
        self._suites = shapes["testSuite"]
        self.body = shapes.schema("tests/basic.json", "/definitions/testCaseResult")
        rules = shapes.rules
        self._resources = bool(rules.flag("results_are_resources"))

    # results

    def put(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT testCases/{fqn}/testCaseResult``."""
        row = session.row(self._cases, asked.path["fqn"], by_name=True)
        given = session.read(self.body, asked.body)
        if given.get("timestamp") is None:
            raise Escaped(_NO_TIME)
        if self._resources:
            return Answer(201, self._recorded(session, row, given), change="entityUpdated")
        before = session.tx.latest(row.id, KIND)
        session.tx.record(row.id, KIND, given["timestamp"], "", given)
        told = {"name": KIND, "oldValue": before, "newValue": given}
        if before is None:
            del told["oldValue"]
        return self._event(session, row, {"fieldsUpdated": [told]}, 201)

    def post(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST testCases/testCaseResults/{fqn}``."""
        row = session.row(self._cases, asked.path["fqn"], by_name=True)
        given = session.read(self.body, asked.body)
        made = self._recorded(session, row, given)
        where = f"{asked.base}/v1/dataQuality/testCases/testCaseResults/{row.fqn}"
        return Answer(201, made, location=where)

    def _recorded(self, session: Session, row: Row, given: dict[str, Any]) -> dict[str, Any]:
        """Keep a result; the case tells its status, and a failure belongs to an incident."""
        stamp = given["timestamp"]
        if session.tx.records(row.id, KIND, stamp, stamp):
            raise exists()
        made = {"id": new_id(), "testCaseFQN": row.fqn, **given}
        if given.get("testCaseStatus") == FAILED:
            made["incidentId"] = incidents.open_for(session, row)
        ordered = {name: made[name] for name in self.body.properties if name in made}
        session.tx.record(row.id, KIND, stamp, made["id"], ordered)
        self._tell_status(session, row)
        return ordered

    def _tell_status(self, session: Session, row: Row) -> None:
        """Let the case tell how its newest result came out."""
        newest = session.tx.latest(row.id, KIND) or {}
        fields = {
            "testCaseStatus": newest.get("testCaseStatus"), "incidentId": newest.get("incidentId")
        }  # fmt: skip
        fields = {name: value for name, value in fields.items() if name in self._cases.fields}
        write.note(session, self._cases, row, fields)

    def list(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET`` of the results of a case; of one that is not there it has none."""
        head = session.tx.head("testCase", asked.path["fqn"])
        owner = head.id if head is not None else None
        return time_series.page(session, owner, KIND, asked.query, time_series.NO_SPAN)

    def patch(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PATCH`` of one result."""
        row = session.row(self._cases, asked.path["fqn"], by_name=True)
        held = self._held(session, row, asked.path["timestamp"])
        changed = session.read(self.body, patch_apply.apply(held, asked.body))
        changed |= {name: held[name] for name in ("id", "timestamp", "testCaseFQN")}
        ordered = {name: changed[name] for name in self.body.properties if name in changed}
        session.tx.record(row.id, KIND, held["timestamp"], held["id"], ordered)
        told = "entityUpdated" if ordered != held else "entityNoChange"
        return Answer(200, ordered, change=told)

    def delete(self, session: Session, asked: Asked) -> Answer:
        """Answer ``DELETE`` of one result."""
        row = session.row(self._cases, asked.path["fqn"], by_name=True)
        held = self._held(session, row, asked.path["timestamp"])
        session.tx.erase(row.id, KIND, held["timestamp"])
        if self._resources:
            return Answer(200, None, change="entityDeleted")
        told = {"fieldsDeleted": [{"name": KIND, "oldValue": held}]}
        return self._event(session, row, told, 200)

    def _held(self, session: Session, row: Row, stamp: str) -> dict[str, Any]:
        held = time_series.at(session, row.id, KIND, stamp)
        if held is None:
            raise refused(404, f"Failed to find testCase result for {row.name} at {stamp}")
        return held

    def _event(self, session: Session, row: Row, told: dict[str, Any], status: int) -> Answer:
        return followers_votes.event(session, self._cases, row, told)._replace(status=status)

    # what suites tell of them

    def summary(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET testSuites/executionSummary``."""
        row = session.row(self._suites, asked.query.get("testSuiteId", ""))
        return Answer(200, summed(session.tx, row.id))

    def add_cases(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT testCases/logicalTestCases``: cases of other suites join one."""
        body = asked.body if isinstance(asked.body, dict) else {}
        row = session.row(self._suites, str(body.get("testSuiteId")))
        heads = session.tx.heads(body.get("testCaseIds") or ())
        cases = [id for id, head in heads.items() if head.type == "testCase"]
        if len(cases) < len(set(body.get("testCaseIds") or ())):
            raise bad_request("You are trying to add one or more test cases that do not exist.")
        for id in cases:
            session.tx.add_edge(Edge(id, "testSuites", row.id, "testCase", "testSuite"))
        shown = session.answer(self._suites, row.doc, frozenset(), own_link=False)
        return Answer(200, shown, change="logicalTestCaseAdded")

    def remove_case(self, session: Session, asked: Asked) -> Answer:
        """Answer ``DELETE testCases/logicalTestCases/{suite}/{case}``."""
        suite = session.row(self._suites, asked.path["suiteId"])
        case = session.row(self._cases, asked.path["id"])
        if not session.tx.drop_edge(case.id, "testSuites", suite.id):
            raise not_found("testCase", case.id)
        fields = self._cases.for_update
        shown = session.answer(self._cases, case.doc, fields, own_link=False)
        return Answer(200, shown, change="entityDeleted")


def mount(routes: Routes, shapes: Shapes, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    results = Results(shapes)
    cases = "/v1/dataQuality/testCases"
    own = cases + "/{fqn}/testCaseResult"
    routes.add("PUT", own, Route(results.put, JSON, writes=True, takes=results.body))
    routes.add("GET", own, Route(results.list, query=time_series.SPAN))
    routes.add("DELETE", own + "/{timestamp}", Route(results.delete, writes=True))
    if not shapes.rules.flag("results_are_resources"):
        return
    shared = cases + "/testCaseResults/{fqn}"
    routes.add("POST", shared, Route(results.post, JSON, writes=True, takes=results.body))
    routes.add("GET", shared, Route(results.list, query=time_series.SPAN))
    for place in (own, shared):
        patch = Route(results.patch, JSON_PATCH, writes=True)
        routes.add("PATCH", place + "/{timestamp}", patch)
    logical = cases + "/logicalTestCases"
    routes.add("PUT", logical, Route(results.add_cases, JSON, writes=True))
    remove = Route(results.remove_case, writes=True)
    routes.add("DELETE", logical + "/{suiteId}/{id}", remove)
    summary = Route(results.summary, query=("testSuiteId",))
    routes.add("GET", "/v1/dataQuality/testSuites/executionSummary", summary)
    if all(path in shapes.release.paths for path in incidents.NEEDS):
        incidents.mount(routes, shapes)
