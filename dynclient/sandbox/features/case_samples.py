"""What a test case keeps of a failure: a sample of the rows that failed, and a query for more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features.profiles import check_sample, result_with
from dynclient.sandbox.features.test_results import FAILED
from dynclient.sandbox.http_errors import bad_request, error_response
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("tests/testCase.json", "entity/data/table.json")

ROWS, QUERY = "failedRowsSample", "inspectionQuery"


class Samples:
    """The handlers of samples of failed rows, and of inspection queries."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["testCase"]
        self.body = models.schema("entity/data/table.json", "/definitions/tableData")
        self._tables = models["table"]

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT testCases/{id}/failedRowsSample``."""
        row = self._get_row(context, request)
        body = context.read(self.body, request.body)
        if row.doc.get("testCaseStatus") != FAILED:
            raise bad_request("Failed rows can only be added to a failed test case.")
        if request.query.get("validate", "true").lower() == "true":
            table = self._table_of(context, row)
            if table is not None:
                check_sample(table, body)
        context.tx.record(row.id, ROWS, 0, "", body)
        result = result_with(context, self._model, ROWS, "PUT", row.doc)
        result.body[ROWS] = body
        return result

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testCases/{id}/failedRowsSample``: the sample itself."""
        row = self._get_row(context, request)
        sample = context.tx.latest(row.id, ROWS)
        if sample is None:
            raise error_response(404, f"{ROWS} instance for {row.fqn} not found")
        return Result(200, sample)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE testCases/{id}/failedRowsSample``."""
        context.tx.remove_records(self._get_row(context, request).id, ROWS, 0)
        return Result(200, None, change="entityDeleted")

    def put_query(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT testCases/{id}/inspectionQuery``: the JSON text is stored as it is."""
        row = self._get_row(context, request)
        query = json.dumps(request.body, ensure_ascii=False)
        write.update_by_server(context, self._model, row, {QUERY: query})
        visible = context.rules.table("shown_with")[QUERY]["PUT"]
        fields = self._model.for_update | (self._model.on_request & set(visible))
        doc = context.get_row(self._model, row.id).doc
        return Result(200, context.serialize(self._model, doc, fields, own_link=False))

    def _get_row(self, context: RequestContext, request: Request) -> Row:
        return context.get_row(self._model, request.path["id"])

    def _table_of(self, context: RequestContext, row: Row) -> Row | None:
        """Return the table that a case is about, as its entity link says."""
        link: Any = str(row.doc.get("entityLink")).strip("<>").split("::")
        return context.tx.find(self._tables.type, link[2]) if len(link) > 2 else None


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    samples, root = Samples(models), where["testCase"]
    fields = models["testCase"].fields
    if ROWS in fields:
        path = f"{root}/{{id}}/{ROWS}"
        put = Route(
            samples.put, JSON, writes=True, operation="addFailedRowsSample",
            body_schema=samples.body, returns="entity", query=("validate",),
        )  # fmt: skip
        routes.add("PUT", path, put)
        routes.add("GET", path, Route(samples.get, operation="getFailedRowsSample"))
        delete = Route(samples.delete, writes=True, operation="deleteFailedRowsSample")
        routes.add("DELETE", path, delete)
    if QUERY in fields:
        put = Route(samples.put_query, JSON, writes=True, operation="addInspectionQuery")
        routes.add("PUT", f"{root}/{{id}}/{QUERY}", put)
