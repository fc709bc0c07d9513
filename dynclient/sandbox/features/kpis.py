"""Results of KPIs: written by clients on older servers, computed by the server itself since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.change_events import change_event
from dynclient.sandbox.features.request_parameters import SPAN, SPAN_REQUIRED
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS = ("dataInsight/kpi/kpi.json", "dataInsight/kpi/basic.json")
KIND = "kpiResult"


class Kpis:
    """The handlers."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["kpi"]
        self.body = models.schema("dataInsight/kpi/basic.json", "/definitions/kpiResult")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT kpi/{fqn}/kpiResult``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        given = context.read(self.body, request.body)
        context.tx.record(row.id, KIND, given["timestamp"], "", given)
        told = {"fieldsUpdated": [{"name": KIND, "newValue": given}]}
        return change_event(context, self._model, row, told, status=201)

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET kpi/{fqn}/kpiResult``: a page of the results that were written."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.page(context, row.id, KIND, request.query, SPAN_REQUIRED)

    def computed(self, context: RequestContext, request: Request) -> Result:
        """Answer the same where the server computes results, which the sandbox has none of."""
        context.get_row(self._model, request.path["fqn"], by_name=True)
        return Result(200, {"results": []})

    def latest(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET kpi/{fqn}/latestKpiResult``; without any there is no content."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        found = context.tx.latest(row.id, KIND)
        return Result(204, None) if found is None else Result(200, found)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    if "kpi" not in where:
        return
    kpis = Kpis(models)
    root = f"{where['kpi']}/{{fqn}}"
    written = models.rules.flag("kpi_results_written")
    if written:
        put = Route(kpis.put, JSON, writes=True, body_schema=kpis.body)
        routes.add("PUT", f"{root}/kpiResult", put)
    results = kpis.list if written else kpis.computed
    routes.add("GET", f"{root}/kpiResult", Route(results, query=SPAN))
    routes.add("GET", f"{root}/latestKpiResult", Route(kpis.latest))
