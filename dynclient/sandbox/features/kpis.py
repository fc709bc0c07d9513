"""Results of KPIs: written by clients on older releases, computed by the server on newer ones."""

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
    """The handlers of results of KPIs."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["kpi"]
        self.body = models.schema("dataInsight/kpi/basic.json", "/definitions/kpiResult")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT kpi/{fqn}/kpiResult``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        body = context.read(self.body, request.body)
        context.tx.record(row.id, KIND, body["timestamp"], "", body)
        change = {"fieldsUpdated": [{"name": KIND, "newValue": body}]}
        return change_event(context, self._model, row, change, status=201)

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET kpi/{fqn}/kpiResult``: a page of the results that were written."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.list_records(context, row.id, KIND, request.query, SPAN_REQUIRED)

    def list_computed(self, context: RequestContext, request: Request) -> Result:
        """Handle the same where the server computes the results: the sandbox has none."""
        context.get_row(self._model, request.path["fqn"], by_name=True)
        return Result(200, {"results": []})

    def latest(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET kpi/{fqn}/latestKpiResult``: a 204 if there is none."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        record = context.tx.latest(row.id, KIND)
        return Result(204, None) if record is None else Result(200, record)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    if "kpi" not in where:
        return
    kpis = Kpis(models)
    root = f"{where['kpi']}/{{fqn}}"
    is_written = models.rules.flag("kpi_results_written")
    if is_written:
        put = Route(kpis.put, JSON, writes=True, body_schema=kpis.body)
        routes.add("PUT", f"{root}/kpiResult", put)
    results = kpis.list if is_written else kpis.list_computed
    routes.add("GET", f"{root}/kpiResult", Route(results, query=SPAN))
    routes.add("GET", f"{root}/latestKpiResult", Route(kpis.latest))
