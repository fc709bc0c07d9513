"""Figures about the catalogue: results of KPIs, records of reports, web analytics."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.extensions.base import CollectionExtension, Extension
from dynclient.extensions.records import load_record
from dynclient.extensions.times import as_datetime, now, timestamp

_DAY = 24 * 60 * 60 * 1000
_RECENT = 30 * _DAY
_KPI_RESULT = "dataInsight/kpi/basic.json#/definitions/kpiResult"


class Insight(Extension):
    """Records of reports and events of web analytics: ``om.insight.reports(type)``."""

    name = "insight"
    operations = "insight"

    def add_report(self, record: Any) -> Any:
        """Add a record of a report, and return it.

        Args:
            record: ``om.types.ReportData`` or a mapping: ``reportDataType``, ``timestamp``,
                ``data``.

        Raises:
            RequestInvalid: the record breaks its schema; lists all problems.
            Forbidden: the user is not an administrator.
        """
        return self.call("add_report", {}, record)

    def reports(self, type: Any, since: Any = None, until: Any = None) -> list[Any]:
        """Return the records of a report in a span of time, newest first.

        Args:
            type: the type of the report, ``"entityReportData"``.
            since: the begin of the span: a datetime, a date, or a number; by default 30 days ago.
            until: the end of the span; by default a day from now, as clocks may differ.
        """
        span = _span("reports", since, until)
        return _newest_first(self.call("reports", {"reportDataType": _text(type), **span}))

    def delete_reports(self, type: Any, day: Any = None) -> None:
        """Delete records of a report.

        Args:
            type: the type of the report.
            day: the day of the records, in UTC: a date, a datetime, or a text; by default all.
        """
        if day is None:
            self.call("delete_reports", {"type": _text(type)})
            return
        stamp = as_datetime(timestamp(day, "delete_reports", "day"))
        arguments = {"type": _text(type), "date": stamp.date().isoformat()}
        self.call("delete_reports_of", arguments)

    def aggregate(
        self, chart: Any, index: Any, since: Any = None, until: Any = None, **filters: Any
    ) -> Any:
        """Return the data of a chart as the server aggregates them, as a dict.

        Args:
            chart: the name of the chart, ``"PercentageOfEntitiesWithOwnerByType"``.
            index: the index of the reports, ``"entity_report_data_index"``.
            since: the begin of the span; by default 30 days ago.
            until: the end of the span; by default a day from now.
            filters: ``tier``, ``team``, ``size``, ``from``.
        """
        span = _span("aggregate", since, until)
        names = {"dataInsightChartName": _text(chart), "dataReportIndex": _text(index)}
        return self.call("aggregate", {**names, **span, **filters})

    # -- web analytics -----------------------------------------------------------------------------

    def add_event(self, event: Any) -> Any:
        """Add an event of web analytics, and return it with its id.

        Args:
            event: ``om.types.WebAnalyticEventData`` or a mapping: ``eventType``, ``eventData``.

        Raises:
            RequestInvalid: the event breaks its schema; lists all problems.
        """
        return self.call("add_event", {}, event)

    def events(self, type: Any = "PageView", since: Any = None, until: Any = None) -> list[Any]:
        """Return the events of a type in a span of time, newest first.

        Args:
            type: the type of the events.
            since: the begin of the span; by default 30 days ago.
            until: the end of the span; by default a day from now.
        """
        span = _span("events", since, until)
        return _newest_first(self.call("events", {"eventType": _text(type), **span}))

    def delete_events(self, type: Any, before: Any) -> None:
        """Delete the events of a type before a time.

        Args:
            type: the type of the events, ``"PageView"``.
            before: the time, which is not included: a datetime, a date, or a number.
        """
        stamp = timestamp(before, "delete_events", "before")
        self.call("delete_events", {"type": _text(type), "timestamp": stamp})


class KpiResults(CollectionExtension):
    """Methods of KPIs: ``om.kpis.results("owned")``."""

    name = "kpi_results"
    operations = "insight"

    def add_result(self, kpi: Any, values: Any, *, at: Any = None) -> None:
        """Add a result of a KPI; newer servers compute them and do not take any.

        Args:
            kpi: the KPI: an entity, a reference, an id or a name.
            values: the values by the names of the targets, ``{"hasOwnerFraction": 0.6}``; or a
                whole result, as ``om.types.KpiResult``.
            at: when: a datetime, a date, or a number; by default now.

        Raises:
            NotSupported: the server computes results itself.
            RequestInvalid: the result breaks its schema; lists all problems.
        """
        name = self.name_of(kpi)
        if isinstance(values, model.Entity):
            body = dict(model.raw(values))
        else:
            targets = [{"name": each, "value": str(value)} for each, value in values.items()]
            stamp = now() if at is None else timestamp(at, "add_result", "at")
            body = {"timestamp": stamp, "kpiFqn": name, "targetResult": targets}
        self.call("put_kpi_result", {"fqn": name}, body)

    def results(self, kpi: Any, since: Any = None, until: Any = None) -> list[Any]:
        """Return the results of a KPI in a span of time, newest first.

        Args:
            kpi: as for :meth:`add_result`.
            since: the begin of the span; by default 30 days ago.
            until: the end of the span; by default a day from now.

        Returns:
            A list of ``KpiResult``; dicts where the server computes the results.
        """
        found = self.call(
            "kpi_results", {"fqn": self.name_of(kpi), **_span("results", since, until)}
        )
        if "data" not in found:
            return list(found.get("results") or ())
        release = self.session.release
        return _newest_first([load_record(release, _KPI_RESULT, each) for each in found["data"]])

    def latest_result(self, kpi: Any) -> Any:
        """Return the last result of a KPI, or None if it has none.

        Args:
            kpi: as for :meth:`add_result`.
        """
        found = self.call("latest_kpi_result", {"fqn": self.name_of(kpi)})
        return load_record(self.session.release, _KPI_RESULT, found)


def _span(call: str, since: Any, until: Any) -> dict[str, int]:
    start = now() - _RECENT if since is None else timestamp(since, call, "since")
    end = now() + _DAY if until is None else timestamp(until, call, "until")
    return {"startTs": max(start, 0), "endTs": end}


def _newest_first(found: Any) -> list[Any]:
    return sorted(found, key=lambda each: -(model.raw(each).get("timestamp") or 0))


def _text(value: Any) -> str:
    """Return the text of a value, or of a member of an enumeration."""
    return str(getattr(value, "value", value))
