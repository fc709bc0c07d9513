"""Report data of data insights: added, read by type and time, and removed."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import TablesApi

PATH = "/v1/analytics/dataInsights/data"
DAY = 24 * 60 * 60 * 1000


def test_report_data_is_read_by_type_and_time(api: TablesApi) -> None:
    api.skip_unless_served("POST", PATH)
    probe = {"reportDataType": "entityReportData", "timestamp": 1, "data": {}}
    is_lower = api.request("POST", PATH, json=probe).status_code == 200
    types = ("entityReportData", "webAnalyticUserActivityReportData")
    entities, activity = types if is_lower else [type[0].upper() + type[1:] for type in types]
    assert api.request("DELETE", f"{PATH}/{entities}").status_code == 200

    def add(time: int) -> dict[str, Any]:
        data = {"entityType": "table", "entityCount": 1}
        body = {"reportDataType": entities, "timestamp": time, "data": data}
        added: dict[str, Any] = api.post(PATH, body, 200)
        return added

    def listed(type: str) -> list[Any]:
        found = api.get(f"{PATH}?reportDataType={type}&startTs=0&endTs={9 * DAY}")
        assert found["paging"]["total"] == len(found["data"])
        return list(found["data"])

    records = [add(number * DAY + 5) for number in range(3)]
    assert records[0]["data"]["entityCount"] == 1
    assert listed(entities) == records[::-1]
    assert listed(activity) == []
    assert api.request("DELETE", f"{PATH}/{entities}/1970-01-02").status_code == 200
    assert listed(entities) == [records[2], records[0]]
    api.error("DELETE", f"{PATH}/{entities}/yesterday", 400)
    assert api.request("DELETE", f"{PATH}/{entities}").status_code == 200
    assert listed(entities) == []
    api.error("GET", f"{PATH}?startTs=0&endTs=1", 400)
    api.error("GET", f"{PATH}?reportDataType={entities}", 500)
    api.error("POST", PATH, 400, json={"timestamp": 1})
