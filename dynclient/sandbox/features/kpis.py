"""Results of KPIs: written by clients on older servers, computed by the server itself since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.features import followers_votes, time_series
from dynclient.sandbox.routing import JSON, Answer, Asked, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shapes

NEEDS = ("dataInsight/kpi/kpi.json", "dataInsight/kpi/basic.json")
KIND = "kpiResult"


class Kpis:
    """The handlers."""

    def __init__(self, shapes: Shapes) -> None:
        self._shape = shapes["kpi"]
        self.body = shapes.schema("dataInsight/kpi/basic.json", "/definitions/kpiResult")

    def put(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT kpi/{fqn}/kpiResult``."""
        row = session.row(self._shape, asked.path["fqn"], by_name=True)
        given = session.read(self.body, asked.body)
        session.tx.record(row.id, KIND, given["timestamp"], "", given)
        told = {"fieldsUpdated": [{"name": KIND, "newValue": given}]}
        return followers_votes.event(session, self._shape, row, told)._replace(status=201)

    def list(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET kpi/{fqn}/kpiResult``: a page of the results that were written."""
        row = session.row(self._shape, asked.path["fqn"], by_name=True)
        return time_series.page(session, row.id, KIND, asked.query, time_series.NO_SPAN)

    def computed(self, session: Session, asked: Asked) -> Answer:
        """Answer the same where the server computes results, which the sandbox has none of."""
        session.row(self._shape, asked.path["fqn"], by_name=True)
        return Answer(200, {"results": []})

    def latest(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET kpi/{fqn}/latestKpiResult``; without any there is no content."""
        row = session.row(self._shape, asked.path["fqn"], by_name=True)
        found = session.tx.latest(row.id, KIND)
        return Answer(204, None) if found is None else Answer(200, found)


def mount(routes: Routes, shapes: Shapes, where: dict[str, str]) -> None:
    """Add the routes."""
    if "kpi" not in where:
        return
    kpis = Kpis(shapes)
    root = f"{where['kpi']}/{{fqn}}"
    written = shapes.rules.flag("kpi_results_written")
    if written:
        put = Route(kpis.put, JSON, writes=True, takes=kpis.body)
        routes.add("PUT", f"{root}/kpiResult", put)
    results = kpis.list if written else kpis.computed
    routes.add("GET", f"{root}/kpiResult", Route(results, query=time_series.SPAN))
    routes.add("GET", f"{root}/latestKpiResult", Route(kpis.latest))
