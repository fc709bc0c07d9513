"""Results of KPIs: written by clients on older releases, computed on newer ones."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi


def test_results_are_written_or_computed_as_in_the_release(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/kpi")
    chart = "PercentageOfEntitiesWithOwnerByType"
    body = {"name": "k", "description": "x", "startDate": 1, "endDate": 2,
            "metricType": "PERCENTAGE", "dataInsightChart": chart}  # fmt: skip
    target = [{"name": "hasOwnerFraction", "value": "0.6"}]
    written = "put" in api.paths().get("/v1/kpi/{fqn}/kpiResult", {})
    if written:
        body["targetDefinition"] = target
        invalid = {**body, "targetDefinition": [{"name": "nope", "value": "1"}]}
        response = api.request("POST", "/v1/kpi", json=invalid)
        assert (response.status_code, "nope" in response.text) == (400, True)
    else:
        body |= {"targetValue": 60, "dataInsightChart": "percentage_of_data_asset_with_owner_kpi"}
    api.create("/v1/kpi", **body)
    latest, listed = "/v1/kpi/k/latestKpiResult", "/v1/kpi/k/kpiResult?startTs=1&endTs=99"
    assert api.request("GET", latest).status_code == 204
    assert api.request("GET", "/v1/kpi/nope/latestKpiResult").status_code == 404
    if not written:
        assert api.get(listed) == {"results": []}
        return
    for stamp in (10, 20):
        result = {"timestamp": stamp, "targetResult": target}
        assert api.put("/v1/kpi/k/kpiResult", result, 201)["entityType"] == "kpi"
    assert [one["timestamp"] for one in api.get(listed)["data"]] == [20, 10]
    assert api.get(latest)["timestamp"] == 20
