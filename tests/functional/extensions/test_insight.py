"""KPIs, report data, and what users did on pages."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, NotSupported

PAGE = {
    "fullUrl": "http://x.example.com/",
    "url": "/",
    "hostname": "x",
    "sessionId": "00000000-0000-0000-0000-000000000000",
    "userId": "00000000-0000-0000-0000-000000000000",
    "language": "en",
    "screenSize": "1x1",
    "pageLoadTime": 1,
    "referrer": "",
}
REPORT = {"entityType": "Table", "completedDescriptions": 1}


@pytest.fixture
def insight(each: Client) -> Client:
    if not each.supports("report_data"):
        pytest.skip(f"release {each.release} does not have data insights")
    return each


def test_report_data_are_added_read_by_time_and_deleted(insight: Client) -> None:
    reports = insight.report_data
    added = reports.add("EntityReportData", REPORT, at="2026-01-02T10:00:00")
    reports.add("entityreportdata", REPORT, at="2026-01-03T10:00:00")
    assert str(added.reportDataType).casefold() == "entityreportdata"
    found = reports("EntityReportData", since="2026-01-02", until="2026-01-03")
    assert [each.id for each in found] == [added.id]
    assert type(found[0]) is type(added)
    with pytest.raises(BadArguments, match="did you mean"):
        reports("EntityReport")
    with pytest.raises(BadArguments, match="must not be before"):
        reports("entityReportData", since="2026-01-02", until="2026-01-01")
    reports.delete("entityReportData", day="2026-01-02")
    assert len(reports("entityReportData", since="2026-01-01")) == 1
    reports.delete("entityReportData")
    assert not reports("entityReportData")


def test_results_of_kpis_are_read_and_written_where_servers_take_them(insight: Client) -> None:
    om = insight
    chart = om.data_insight_charts.create(
        name="c",
        description="c",
        dataIndexType="entity_report_data_index",
        dimensions=[{"name": "timestamp", "chartDataType": "INT"}],
        metrics=[{"name": "completedDescriptionFraction", "chartDataType": "PERCENTAGE"}],
    )
    try:
        with pytest.raises(NotFound):
            om.kpis.results("nope")
        if not om.supports("kpis.add_result"):
            with pytest.raises(NotSupported):
                _ = om.kpis.add_result
            return
        kpi = om.kpis.create(
            name="k",
            description="k",
            dataInsightChart=chart.fullyQualifiedName,
            metricType="PERCENTAGE",
            startDate=1,
            endDate=2_000_000_000_000,
            targetDefinition=[{"name": "completedDescriptionFraction", "value": "0.6"}],
        )
        assert om.kpis.latest_result(kpi) is None
        om.kpis.add_result(kpi, {"completedDescriptionFraction": 0.5}, at="2026-01-01")
        met = {"value": 0.7, "targetMet": True}
        om.kpis.add_result("k", {"completedDescriptionFraction": met}, at="2026-01-02")
        values = [each.targetResult[0].value for each in om.kpis.results(kpi)]
        assert values == ["0.7", "0.5"]
        assert [each.timestamp for each in om.kpis.results(kpi.id, since="2026-01-02")] == [
            1767312000000
        ]
        assert om.kpis.latest_result(kpi).targetResult[0].targetMet is True
        om.kpis.delete(kpi, hard=True)
    finally:
        om.data_insight_charts.delete(chart, hard=True)


def test_what_users_did_is_recorded_read_and_deleted(insight: Client) -> None:
    pages = insight.web_analytic_events
    event: Any = pages.collect("pageview", PAGE, at="2026-01-01")
    pages.collect("PageView", PAGE, at="2026-01-03")
    assert event.eventType == "PageView"
    assert [e.eventId for e in pages.collected("PageView", until="2026-01-02")] == [event.eventId]
    with pytest.raises(BadArguments, match="did you mean PageView"):
        pages.collected("PagView")
    pages.delete_collected("PageView", before="2026-01-02")
    assert len(pages.collected("PageView", since="2025-01-01")) == 1
    pages.delete_collected("PageView", before="2027-01-01")
