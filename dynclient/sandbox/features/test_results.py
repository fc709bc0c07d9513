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
_FAILURE = "testCaseFailureStatus"

_NO_TIME = (
    'Cannot invoke "java.lang.Long.longValue()" because the return value of'
    ' "org.openmetadata.schema.tests.type.TestCaseResult.getTimestamp()" is null'
)


class Results:
    """The handlers of results of test cases, and of logical test suites."""

    def __init__(self, models: EntityModels) -> None:
        self._cases = models["testCase"]
        self._suites = models["testSuite"]
        self.body = models.schema("tests/basic.json", "/definitions/testCaseResult")
        rules = models.rules
        self._are_resources = bool(rules.flag("results_are_resources"))
        self._logical = rules.table("logical_suites")

    # results

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT testCases/{fqn}/testCaseResult``."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        body = context.read(self.body, request.body)
        if body.get("timestamp") is None:
            raise UnhandledServerError(_NO_TIME)
        if self._are_resources:
            return Result(201, self._save_result(context, row, body), change="entityUpdated")
        before = context.tx.latest(row.id, KIND)
        if context.rules.flag("results_are_unique"):
            if time_series.find_record(context, row.id, KIND, str(body["timestamp"])) is not None:
                raise already_exists()
            context.tx.record(row.id, KIND, body["timestamp"], "", body)
            added = {"fieldsAdded": [{"name": KIND, "newValue": body}]}
            return self._event(context, row, added, 201, link=True)
        context.tx.record(row.id, KIND, body["timestamp"], "", body)
        change = {"name": KIND, "oldValue": before, "newValue": body}
        if before is None:
            del change["oldValue"]
        return self._event(context, row, {"fieldsUpdated": [change]}, 201)

    def post(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST testCases/testCaseResults/{fqn}``."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        body = context.read(self.body, request.body)
        record = self._save_result(context, row, body)
        location = f"{request.base_url}/v1/dataQuality/testCases/testCaseResults/{row.fqn}"
        return Result(201, record, location=location)

    def _save_result(
        self, context: RequestContext, row: Row, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Store a result, open an incident for a failure, and update the status of the case."""
        stamp = body["timestamp"]
        if context.tx.records(row.id, KIND, stamp, stamp):
            raise already_exists()
        record = {"id": new_id(), "testCaseFQN": row.fqn, **body}
        if body.get("testCaseStatus") == FAILED:
            record["incidentId"] = incidents.open_incident(context, row)
        ordered = {name: record[name] for name in self.body.properties if name in record}
        context.tx.record(row.id, KIND, stamp, record["id"], ordered)
        self._update_status(context, row)
        return ordered

    def _update_status(self, context: RequestContext, row: Row) -> None:
        """Set the status of a case to that of its latest result."""
        latest = context.tx.latest(row.id, KIND) or {}
        fields = {
            "testCaseStatus": latest.get("testCaseStatus"), "incidentId": latest.get("incidentId")
        }  # fmt: skip
        fields = {name: value for name, value in fields.items() if name in self._cases.fields}
        write.update_by_server(context, self._cases, row, fields)

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET`` of the results of a case: empty if the case does not exist."""
        head = context.tx.head("testCase", request.path["fqn"])
        owner = head.id if head is not None else None
        return time_series.list_records(context, owner, KIND, request.query, SPAN_REQUIRED)

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PATCH`` of one result."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        existing = self._find_result(context, row, request.path["timestamp"])
        changed = context.read(self.body, patch_apply.apply(existing, request.body))
        fixed = ("id", "timestamp", "testCaseFQN")
        changed |= {name: existing[name] for name in fixed if name in existing}
        if changed.get(_FAILURE) != existing.get(_FAILURE) and changed.get(_FAILURE):
            changed[_FAILURE] |= {"updatedBy": context.caller.name, "updatedAt": context.now}
        ordered = {name: changed[name] for name in self.body.properties if name in changed}
        context.tx.record(row.id, KIND, existing["timestamp"], existing.get("id", ""), ordered)
        self._update_status(context, row)
        change = "entityUpdated" if ordered != existing else "entityNoChange"
        return Result(200, ordered, change=change)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE`` of one result."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        existing = self._find_result(context, row, request.path["timestamp"])
        context.tx.remove_records(row.id, KIND, existing["timestamp"])
        if self._are_resources:
            return Result(200, None, change="entityDeleted")
        change = {"fieldsDeleted": [{"name": KIND, "oldValue": existing}]}
        return self._event(context, row, change, 200)

    def delete_shared(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE testCases/testCaseResults/{fqn}/{timestamp}``, which returns it."""
        row = context.get_row(self._cases, request.path["fqn"], by_name=True)
        existing = self._find_result(context, row, request.path["timestamp"])
        return self.delete(context, request)._replace(body=existing)

    def _find_result(self, context: RequestContext, row: Row, stamp: str) -> dict[str, Any]:
        existing = time_series.find_record(context, row.id, KIND, stamp)
        if existing is None:
            raise error_response(404, f"Failed to find testCase result for {row.name} at {stamp}")
        return existing

    def _event(
        self,
        context: RequestContext,
        row: Row,
        change: dict[str, Any],
        status: int,
        *,
        link: bool = False,
    ) -> Result:
        """Return the change event, with the fields of the case that the server has loaded."""
        result = change_event(context, self._cases, row, change, status=status)
        if context.rules.flag("results_are_unique"):
            entity = result.body["entity"]
            for name in ("testDefinition", *(() if link else ("testSuite",))):
                entity.pop(name, None)
            entity |= {KIND: context.tx.latest(row.id, KIND), "testSuites": []}
            if link:
                entity["href"] = context.serializer.href(self._cases.type, row.id)
        return result

    # test suites

    def summary(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testSuites/executionSummary``."""
        row = context.get_row(self._suites, request.query.get("testSuiteId", ""))
        summary = summarize_results(context.tx, row.id)
        known = self._suites.node.properties["summary"].properties
        return Result(200, {name: value for name, value in summary.items() if name in known})

    def add_cases(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT testCases/logicalTestCases``: add cases of other suites to a suite."""
        body = request.body if isinstance(request.body, dict) else {}
        row = context.get_row(self._suites, str(body.get("testSuiteId")))
        heads = context.tx.heads(body.get("testCaseIds") or ())
        cases = [id for id, head in heads.items() if head.type == "testCase"]
        if len(cases) < len(set(body.get("testCaseIds") or ())):
            raise bad_request("You are trying to add one or more test cases that do not exist.")
        fields = self._suites.on_request & set(self._logical["suite_fields"])
        serialized = context.serialize(self._suites, row.doc, fields, own_link=False)
        for id in cases:
            context.tx.add_reference(Reference(id, "testSuites", row.id, "testCase", "testSuite"))
        return Result(200, serialized, change=self._logical["added"])

    def remove_case(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE testCases/logicalTestCases/{suite}/{case}``."""
        suite = context.get_row(self._suites, request.path["suiteId"])
        case = context.get_row(self._cases, request.path["id"])
        if not context.tx.remove_reference(case.id, "testSuites", suite.id):
            raise not_found("testCase", case.id)
        fields = self._cases.on_request & set(self._logical["case_fields"])
        (body,) = context.plain_serializer.serialize(
            self._cases, [case.doc], fields, own_link=False, mask=not context.caller.bot
        )
        return Result(200, body, change="entityDeleted")


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    results = Results(models)
    cases = "/v1/dataQuality/testCases"
    own = cases + "/{fqn}/testCaseResult"
    routes.add("PUT", own, Route(results.put, JSON, writes=True, body_schema=results.body))
    routes.add("GET", own, Route(results.list, query=SPAN))
    routes.add("DELETE", own + "/{timestamp}", Route(results.delete, writes=True))
    served = models.rules.names("quality_routes", "*")
    patch = Route(results.patch, JSON_PATCH, writes=True)
    if "patch_result" in served:
        routes.add("PATCH", own + "/{timestamp}", patch)
    if models.rules.flag("results_are_resources"):
        shared = cases + "/testCaseResults/{fqn}"
        routes.add("POST", shared, Route(results.post, JSON, writes=True, body_schema=results.body))
        routes.add("GET", shared, Route(results.list, query=SPAN))
        routes.add("DELETE", shared + "/{timestamp}", Route(results.delete_shared, writes=True))
        routes.add("PATCH", shared + "/{timestamp}", patch)
    if "logical" in served:
        logical = cases + "/logicalTestCases"
        routes.add("PUT", logical, Route(results.add_cases, JSON, writes=True))
        remove = Route(results.remove_case, writes=True)
        routes.add("DELETE", logical + "/{suiteId}/{id}", remove)
    if "summary" in served:
        summary = Route(results.summary, query=("testSuiteId",))
        routes.add("GET", "/v1/dataQuality/testSuites/executionSummary", summary)
