"""Parts of a test case that have routes of their own: the sample of failed rows, and a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.json_codec import dumps
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels

NEEDS = ("tests/testCase.json",)
SAMPLE, QUERY = "failedRowsSample", "inspectionQuery"
_SHOWN_WITH_SAMPLE = frozenset({SAMPLE, "testSuites", "testCaseResult", "incidentId"})


class Details:
    """The handlers; ``model`` is that of test cases."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def put_sample(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT testCases/{id}/failedRowsSample``; it does not become a new version."""
        row = context.get_row(self._model, request.path["id"])
        sample = context.read(self._model.node.properties[SAMPLE], request.body)
        doc = {**row.doc, SAMPLE: sample}
        context.tx.put(self._model.type, doc)
        fields = _SHOWN_WITH_SAMPLE & self._model.on_request
        return Result(200, context.plain_serializer.serialize(self._model, [doc], fields)[0])

    def get_sample(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testCases/{id}/failedRowsSample``."""
        sample = context.get_row(self._model, request.path["id"]).doc.get(SAMPLE)
        return Result(204 if sample is None else 200, sample)

    def delete_sample(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE testCases/{id}/failedRowsSample``."""
        row = context.get_row(self._model, request.path["id"])
        doc = {name: value for name, value in row.doc.items() if name != SAMPLE}
        context.tx.put(self._model.type, doc)
        return Result(200, None, change="entityDeleted")

    def put_query(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT testCases/{id}/inspectionQuery``; servers store the JSON text as it is."""
        row = context.get_row(self._model, request.path["id"])
        write.update(context, self._model, row, {QUERY: dumps(request.body)}, fold=True)
        doc = context.get_row(self._model, row.id).doc
        shown = (_SHOWN_WITH_SAMPLE - {SAMPLE}) & self._model.on_request
        fields = self._model.for_update | shown
        return Result(200, context.serialize(self._model, doc, fields, own_link=False))


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes, where test cases have the fields."""
    model = models["testCase"]
    details, own = Details(model), f"{where[model.type]}/{{id}}"
    if SAMPLE in model.fields:
        put = Route(details.put_sample, JSON, writes=True,
                    body_schema=model.node.properties[SAMPLE])  # fmt: skip
        routes.add("PUT", f"{own}/{SAMPLE}", put)
        routes.add("GET", f"{own}/{SAMPLE}", Route(details.get_sample))
        routes.add("DELETE", f"{own}/{SAMPLE}", Route(details.delete_sample, writes=True))
    if QUERY in model.fields:
        routes.add("PUT", f"{own}/{QUERY}", Route(details.put_query, JSON, writes=True))
