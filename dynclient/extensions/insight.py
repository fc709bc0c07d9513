"""Data insights: results of KPIs, report data, and what users did on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch.entity_list import EntityList
from dynclient.extensions.base import CollectionExtension, Extension
from dynclient.extensions.choices import allowed_value
from dynclient.extensions.times import as_datetime, now, time_or_now, time_span, timestamp

KPI_RESULT = ("dataInsight/kpi/basic.json", "/definitions/kpiResult")


def _span(call: str, since: Any, until: Any) -> dict[str, int]:
    """Return the arguments for a time range, by default up to the present."""
    start, end = time_span(call, since, until, latest=now())
    return {"start": start, "end": end}


class ReportData(Extension):
    """The report data of a server: ``om.report_data("entityReportData", since="2026-01-01")``."""

    name = "report_data"
    operations = "insight"

    def __call__(self, type: Any, since: Any = None, until: Any = None) -> list[Any]:
        """Return report data, the newest first.

        Args:
            type: the type of the data, ``"entityReportData"``; older releases write it
                ``"EntityReportData"``, so case is ignored.
            since: the begin, inclusive: a datetime, a date, an ISO 8601 text, or an epoch; None for
                all.
            until: the end, inclusive; by default now.

        Raises:
            BadArguments: there is no such type, or a time is not valid.
        """
        name = self._type("report_data", type)
        span = _span("report_data", since, until)
        return EntityList(self.call("report_data", {"type": name, **span}))

    def add(self, type: Any, data: Any, at: Any = None) -> Any:
        """Add report data and return what the server keeps.

        Args:
            type: the type of the data.
            data: the data, by the schema of the type.
            at: the time that they are of; by default now.

        Raises:
            BadArguments: there is no such type, or the time is not valid.
            RequestInvalid: the data are not valid.
        """
        call = "report_data.add"
        time = time_or_now(at, call)
        name = self._type(call, type)
        body = {"timestamp": time, "reportDataType": name, "data": model.json_of(data)}
        return self.call("add_report_data", {}, body)

    def delete(self, type: Any, day: Any = None) -> None:
        """Delete report data.

        Args:
            type: the type of the data.
            day: only those of a day in UTC: a date, or any point in time of it; None for all.
        """
        name = self._type("report_data.delete", type)
        if day is None:
            self.call("delete_report_data", {"type": name})
            return
        date = as_datetime(timestamp(day, "report_data.delete", "day")).date().isoformat()
        self.call("delete_report_data_of_day", {"type": name, "date": date})

    def _type(self, call: str, value: Any) -> str:
        node = self.session.release.node("analytics/reportData.json").properties["reportDataType"]
        return allowed_value(call, "type", value, [str(each) for each in node.target.enum or ()])


class KpiResults(CollectionExtension):
    """The results of KPIs: ``om.kpis.results(kpi)``."""

    name = "kpi_results"
    operations = "insight"

    def results(self, kpi: Any, since: Any = None, until: Any = None) -> list[Any]:
        """Return the results of a KPI.

        Args:
            kpi: the KPI: an entity, a reference, an id or a name.
            since: the begin, inclusive; None for all.
            until: the end, inclusive; by default now.

        Raises:
            NotFound: there is no such KPI.
        """
        span = _span("kpis.results", since, until)
        found = model.json_of(self.call("kpi_results", {"fqn": self.name_of(kpi), **span}))
        rows = found.get("data", found.get("results")) or []
        node = self.session.release.node(*KPI_RESULT)
        return EntityList(model.load(node, dict(row)) for row in rows)

    def latest_result(self, kpi: Any) -> Any:
        """Return the latest result of a KPI; None if it has none.

        Args:
            kpi: the KPI: an entity, a reference, an id or a name.
        """
        found = model.json_of(self.call("latest_kpi_result", {"fqn": self.name_of(kpi)}))
        if not isinstance(found, Mapping) or not found:
            return None
        return model.load(self.session.release.node(*KPI_RESULT), dict(found))

    def add_result(self, kpi: Any, values: Mapping[str, Any], at: Any = None) -> None:
        """Add a result to a KPI, or replace the one of that time.

        Servers from 1.5 on compute the results, and do not take any.

        Args:
            kpi: the KPI: an entity, a reference, an id or a name.
            values: the value of each metric: ``{"completedDescriptionFraction": 0.6}``; or a dict
                with ``value`` and ``targetMet``.
            at: the time of the result; by default now.

        Raises:
            NotFound: there is no such KPI.
            NotSupported: the server computes the results.
        """
        name = self.name_of(kpi)
        rows = [
            {"name": metric, **value, "value": str(value.get("value"))}
            if isinstance(value, Mapping)
            else {"name": metric, "value": str(value)}
            for metric, value in values.items()
        ]
        time = time_or_now(at, "kpis.add_result")
        body = {"timestamp": time, "kpiFqn": name, "targetResult": rows}
        self.call("put_kpi_result", {"fqn": name}, body)


class ChartResults(CollectionExtension):
    """What charts show: ``om.data_insight_charts.aggregate(chart, since="2026-01-01")``."""

    name = "chart_results"
    operations = "insight"

    def aggregate(
        self,
        chart: Any,
        since: Any,
        until: Any = None,
        *,
        tier: str | None = None,
        team: str | None = None,
    ) -> Any:
        """Return what a chart shows of a time range, which the server computes from its index.

        Args:
            chart: the chart: an entity, an id or a name.
            since: the begin, inclusive: a datetime, a date, an ISO 8601 text, or an epoch.
            until: the end, inclusive; by default now.
            tier: only data of a tier: ``"Tier.Tier1"``; several are separated by commas.
            team: only data of a team; several are separated by commas.

        Raises:
            NotFound: there is no such chart.
        """
        state = model.json_of(chart)
        if not isinstance(state, Mapping) or "dataIndexType" not in state:
            state = model.json_of(self.read(chart))
        span = _span("data_insight_charts.aggregate", since, until)
        named = {"chart": state["name"], "index": state["dataIndexType"]}
        return self.call("aggregate", {**named, **span, "tier": tier, "team": team})


class WebAnalytics(CollectionExtension):
    """What users did on pages: ``om.web_analytic_events.collected("PageView")``."""

    name = "web_analytics"
    operations = "insight"

    def collect(self, type: str, data: Any, at: Any = None) -> Any:
        """Record what a user did, and return the event.

        Args:
            type: the type of the event, ``"PageView"``.
            data: the data, by the schema of the type.
            at: the time; by default now.

        Raises:
            BadArguments: there is no such type.
            RequestInvalid: the data are not valid.
        """
        call = "web_analytic_events.collect"
        time = time_or_now(at, call)
        name = self._type(call, type)
        return self.call(
            "collect", {}, {"timestamp": time, "eventType": name, "eventData": model.json_of(data)}
        )

    def collected(self, type: str, since: Any = None, until: Any = None) -> list[Any]:
        """Return what users did in a time range, the newest first.

        Args:
            type: the type of the events, ``"PageView"``.
            since: the begin, inclusive; None for all.
            until: the end, inclusive; by default now.
        """
        call = "web_analytic_events.collected"
        arguments = {"type": self._type(call, type), **_span(call, since, until)}
        return EntityList(self.call("collected", arguments))

    def delete_collected(self, type: str, before: Any) -> None:
        """Delete what users did before a time.

        Args:
            type: the type of the events, ``"PageView"``.
            before: the end, exclusive.
        """
        call = "web_analytic_events.delete_collected"
        time = timestamp(before, call, "before")
        self.call("delete_collected", {"type": self._type(call, type), "before": str(time)})

    def _type(self, call: str, value: Any) -> str:
        node = self.session.release.node("analytics/webAnalyticEventData.json")
        return allowed_value(
            call,
            "type",
            value,
            [str(each) for each in node.properties["eventType"].target.enum or ()],
        )
