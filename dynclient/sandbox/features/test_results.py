"""Results of test cases, and the incidents that failures open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, write
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.derived_fields import summarize_results
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import incidents, time_series
from dynclient.sandbox.features.change_events import change_event
from dynclient.sandbox.features.request_parameters import SPAN, SPAN_REQUIRED
from dynclient.sandbox.http_errors import (
    UnhandledServerError,
    already_exists,
    bad_request,
    error_response,
    not_found,
)
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes
from dynclient.sandbox.storage.store import Reference

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
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

    def __init__(self, models: EntityModels) -> None:
        self._cases = models["testCase"]
        self._suites = models["testSuite"]
        self.body = models.schema("tests/basic.json", "/definitions/testCaseResult")
        rules = models.rules
        self._resources = bool(rules.flag("results_are_resources"))

    # results

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT testCases/{fqn}/testCaseResult``."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        given = context.read(self.body, request.body)
        if given.get("timestamp") is None:
            raise UnhandledServerError(_NO_TIME)
        if self._resources:
            return Result(201, self._recorded(context, row, given), change="entityUpdated")
        before = context.tx.latest(row.id, KIND)
        context.tx.record(row.id, KIND, given["timestamp"], "", given)
        told = {"name": KIND, "oldValue": before, "newValue": given}
        if before is None:
            del told["oldValue"]
        return self._event(context, row, {"fieldsUpdated": [told]}, 201)

    def post(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST testCases/testCaseResults/{fqn}``."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        given = context.read(self.body, request.body)
        made = self._recorded(context, row, given)
        where = f"{request.base_url}/v1/dataQuality/testCases/testCaseResults/{row.fqn}"
        return Result(201, made, location=where)

    def _recorded(self, context: RequestContext, row: Row, given: dict[str, Any]) -> dict[str, Any]:
        """Keep a result; the case tells its status, and a failure belongs to an incident."""
        stamp = given["timestamp"]
        if context.tx.records(row.id, KIND, stamp, stamp):
            raise already_exists()
        made = {"id": new_id(), "testCaseFQN": row.fqn, **given}
        if given.get("testCaseStatus") == FAILED:
            made["incidentId"] = incidents.open_for(context, row)
        ordered = {name: made[name] for name in self.body.properties if name in made}
        context.tx.record(row.id, KIND, stamp, made["id"], ordered)
        self._tell_status(context, row)
        return ordered

    def _tell_status(self, context: RequestContext, row: Row) -> None:
        """Let the case tell how its newest result came out."""
        newest = context.tx.latest(row.id, KIND) or {}
        fields = {
            "testCaseStatus": newest.get("testCaseStatus"), "incidentId": newest.get("incidentId")
        }  # fmt: skip
        fields = {name: value for name, value in fields.items() if name in self._cases.fields}
        write.update_by_server(context, self._cases, row, fields)

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET`` of the results of a case; of one that is not there it has none."""
        head = context.tx.head("testCase", request.path["fqn"])
        owner = head.id if head is not None else None
        return time_series.page(context, owner, KIND, request.query, SPAN_REQUIRED)

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PATCH`` of one result."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        held = self._held(context, row, request.path["timestamp"])
        changed = context.read(self.body, patch_apply.apply(held, request.body))
        changed |= {name: held[name] for name in ("id", "timestamp", "testCaseFQN")}
        ordered = {name: changed[name] for name in self.body.properties if name in changed}
        context.tx.record(row.id, KIND, held["timestamp"], held["id"], ordered)
        told = "entityUpdated" if ordered != held else "entityNoChange"
        return Result(200, ordered, change=told)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE`` of one result."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        held = self._held(context, row, request.path["timestamp"])
        context.tx.remove_records(row.id, KIND, held["timestamp"])
        if self._resources:
            return Result(200, None, change="entityDeleted")
        told = {"fieldsDeleted": [{"name": KIND, "oldValue": held}]}
        return self._event(context, row, told, 200)

    def _held(self, context: RequestContext, row: Row, stamp: str) -> dict[str, Any]:
        held = time_series.at(context, row.id, KIND, stamp)
        if held is None:
            raise error_response(404, f"Failed to find testCase result for {row.name} at {stamp}")
        return held

    def _event(
        self, context: RequestContext, row: Row, told: dict[str, Any], status: int
    ) -> Result:
        return change_event(context, self._cases, row, told, status=status)

    # what suites tell of them

    def summary(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET testSuites/executionSummary``."""
        row = context.get_row(self._suites, request.query.get("testSuiteId", ""))
        return Result(200, summarize_results(context.tx, row.id))

    def add_cases(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT testCases/logicalTestCases``: cases of other suites join one."""
        body = request.body if isinstance(request.body, dict) else {}
        row = context.get_row(self._suites, str(body.get("testSuiteId")))
        heads = context.tx.heads(body.get("testCaseIds") or ())
        cases = [id for id, head in heads.items() if head.type == "testCase"]
        if len(cases) < len(set(body.get("testCaseIds") or ())):
            raise bad_request("You are trying to add one or more test cases that do not exist.")
        for id in cases:
            context.tx.add_reference(Reference(id, "testSuites", row.id, "testCase", "testSuite"))
        shown = context.serialize(self._suites, row.doc, frozenset(), own_link=False)
        return Result(200, shown, change="logicalTestCaseAdded")

    def remove_case(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE testCases/logicalTestCases/{suite}/{case}``."""
        suite = context.get_row(self._suites, request.path["suiteId"])
        case = context.get_row(self._cases, request.path["id"])
        if not context.tx.remove_reference(case.id, "testSuites", suite.id):
            raise not_found("testCase", case.id)
        fields = self._cases.for_update
        shown = context.serialize(self._cases, case.doc, fields, own_link=False)
        return Result(200, shown, change="entityDeleted")


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    results = Results(models)
    cases = "/v1/dataQuality/testCases"
    own = cases + "/{fqn}/testCaseResult"
    routes.add("PUT", own, Route(results.put, JSON, writes=True, body_schema=results.body))
    routes.add("GET", own, Route(results.list, query=SPAN))
    routes.add("DELETE", own + "/{timestamp}", Route(results.delete, writes=True))
    if not models.rules.flag("results_are_resources"):
        return
    shared = cases + "/testCaseResults/{fqn}"
    routes.add("POST", shared, Route(results.post, JSON, writes=True, body_schema=results.body))
    routes.add("GET", shared, Route(results.list, query=SPAN))
    for place in (own, shared):
        patch = Route(results.patch, JSON_PATCH, writes=True)
        routes.add("PATCH", place + "/{timestamp}", patch)
    logical = cases + "/logicalTestCases"
    routes.add("PUT", logical, Route(results.add_cases, JSON, writes=True))
    remove = Route(results.remove_case, writes=True)
    routes.add("DELETE", logical + "/{suiteId}/{id}", remove)
    summary = Route(results.summary, query=("testSuiteId",))
    routes.add("GET", "/v1/dataQuality/testSuites/executionSummary", summary)
