"""Results of KPIs, records of reports, web analytics, and settings of the server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dynclient import errors
from dynclient.client.client import Client

AT = datetime(2026, 3, 1, tzinfo=UTC)
STAMP = int(AT.timestamp() * 1000)
USER = "00000000-0000-0000-0000-000000000000"
VIEW = {
    "fullUrl": "http://x.example.com/", "url": "/", "hostname": "x", "sessionId": USER,
    "userId": USER, "language": "en", "screenSize": "1x1", "pageLoadTime": 1, "referrer": "",
}  # fmt: skip
REPORT = "entityreportdata"


@pytest.fixture
def om(each: Client) -> Client:
    if not each.supports("insight"):
        pytest.skip("the release has no reports")
    return each


def test_records_of_reports_are_added_listed_and_deleted(om: Client) -> None:
    data = {"entityType": "table", "entityCount": 3}
    types = om.release.node("analytics/reportData.json").properties["reportDataType"].target.enum
    kind = next(each for each in types or () if each.casefold() == REPORT)
    record = {"reportDataType": kind, "timestamp": STAMP, "data": data}
    added = om.insight.add_report(record)
    assert type(added) is om.types.ReportData
    om.insight.add_report({**record, "timestamp": STAMP + 1})
    found = om.insight.reports(kind, since=AT, until=datetime(2026, 3, 2, tzinfo=UTC))
    assert [each.timestamp for each in found] == [STAMP + 1, STAMP]
    if not om.insight.has_operation("delete_reports"):
        with pytest.raises(errors.NotSupported, match="since"):
            om.insight.delete_reports(kind)
        return
    om.insight.delete_reports(kind, "2026-02-28")
    assert len(om.insight.reports(kind, since=AT)) == 2
    om.insight.delete_reports(kind, AT)
    assert om.insight.reports(kind, since=AT) == []
    om.insight.delete_reports(kind)


def test_events_are_added_listed_and_deleted(om: Client) -> None:
    event = {"eventType": "PageView", "timestamp": STAMP, "eventData": VIEW}
    assert om.insight.add_event(event).eventId
    later = datetime(2026, 3, 2, tzinfo=UTC)
    assert [each.timestamp for each in om.insight.events(since=AT, until=later)] == [STAMP]
    om.insight.delete_events("PageView", AT)
    assert len(om.insight.events(since=AT, until=later)) == 1
    om.insight.delete_events("PageView", later)
    assert om.insight.events(since=AT, until=later) == []


def create_chart(om: Client) -> str:
    chart = om.data_insight_charts.upsert(
        name="owned_chart", dataIndexType="entity_report_data_index",
        metrics=[{"name": "hasOwnerFraction", "chartDataType": "PERCENTAGE"}],
        dimensions=[{"name": "entityType", "chartDataType": "STRING"}],
    )  # fmt: skip
    return str(chart.fullyQualifiedName)


@pytest.fixture
def kpi(om: Client) -> Any:
    charts = om.release.node("api/dataInsight/kpi/createKpiRequest.json").properties
    allowed = charts["dataInsightChart"].target.enum
    chart = allowed[0] if allowed else create_chart(om)
    request = {
        "name": "owned", "description": "d", "metricType": "PERCENTAGE",
        "dataInsightChart": chart, "startDate": STAMP, "endDate": STAMP + 1,
        "targetDefinition": [{"name": "hasOwnerFraction", "value": "0.6"}],
        "targetValue": 60,
    }  # fmt: skip
    known = om.release.node("api/dataInsight/kpi/createKpiRequest.json").properties
    created = om.kpis.create({name: value for name, value in request.items() if name in known})
    yield created
    om.kpis.delete(created, hard=True)


def test_results_of_kpis_are_written_where_the_server_does_not_compute_them(
    om: Client, kpi: Any
) -> None:
    if not om.supports("kpis.add_result"):
        assert om.kpis.results(kpi) == []
        assert om.kpis.latest_result("owned") is None
        return
    om.kpis.add_result(kpi, {"hasOwnerFraction": 0.5}, at=AT)
    (found,) = om.kpis.results(kpi.id, since=AT)
    assert type(found) is om.types.KpiResult
    assert found.targetResult[0].value == "0.5"
    assert om.kpis.latest_result(kpi).timestamp == STAMP


def test_settings_are_read_changed_and_replaced(om: Client) -> None:
    settings = om.server_settings()
    assert "emailConfiguration" in settings
    assert repr(settings).startswith("<SettingValues emailConfiguration")
    assert type(settings["emailConfiguration"]).__name__ == "SmtpSettings"
    changed = om.server_settings.change("emailConfiguration", serverPort=2525)
    assert changed.serverPort == 2525
    assert om.server_settings.get("emailConfiguration").serverPort == 2525
    node = om.release.node("email/smtpSettings.json")
    body = dict.fromkeys(node.required, "http://x") | {"serverPort": 1}
    body |= {"senderMail": "a@x.org"} if "senderMail" in node.properties else {}
    assert om.server_settings.set("emailConfiguration", body).serverPort == 1


def test_wrong_names_of_settings_and_fields_are_refused_with_close_ones(om: Client) -> None:
    with pytest.raises(errors.BadArguments, match="did you mean emailConfiguration"):
        om.server_settings.get("emailConfig")
    name = next(name for name in om.server_settings.names() if om.server_settings._node(name))
    with pytest.raises(errors.BadArguments, match="has no field 'zzz'"):
        om.server_settings.change(name, zzz=1)
    with pytest.raises(errors.BadArguments, match="at least one field"):
        om.server_settings.change(name)


def test_settings_that_the_server_does_not_have_are_none(om: Client) -> None:
    name = next(n for n in om.server_settings.names() if n not in om.server_settings())
    assert om.server_settings.get(name) is None
