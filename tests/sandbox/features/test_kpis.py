"""Results of KPIs: written by clients on older releases, computed on newer ones."""

from __future__ import annotations

from tests.support.sandbox_tables import Shop


def test_results_of_kpis(shop: Shop) -> None:
    shop.serves("POST", "/v1/kpi")
    chart = "PercentageOfEntitiesWithOwnerByType"
    body = {"name": "k", "description": "x", "startDate": 1, "endDate": 2,
            "metricType": "PERCENTAGE", "dataInsightChart": chart}  # fmt: skip
    target = [{"name": "hasOwnerFraction", "value": "0.6"}]
    written = "put" in shop.paths().get("/v1/kpi/{fqn}/kpiResult", {})
    if written:
        body["targetDefinition"] = target
        wrong = {**body, "targetDefinition": [{"name": "nope", "value": "1"}]}
        error_response = shop.ask("POST", "/v1/kpi", json=wrong)
        assert (error_response.status_code, "nope" in error_response.text) == (400, True)
    else:
        body |= {"targetValue": 60, "dataInsightChart": "percentage_of_data_asset_with_owner_kpi"}
    shop.made("/v1/kpi", **body)
    latest, listed = "/v1/kpi/k/latestKpiResult", "/v1/kpi/k/kpiResult?startTs=1&endTs=99"
    assert shop.ask("GET", latest).status_code == 204
    assert shop.ask("GET", "/v1/kpi/nope/latestKpiResult").status_code == 404
    if not written:
        assert shop.got(listed) == {"results": []}
        return
    for stamp in (10, 20):
        result = {"timestamp": stamp, "targetResult": target}
        assert shop.put("/v1/kpi/k/kpiResult", result, 201)["entityType"] == "kpi"
    assert [one["timestamp"] for one in shop.got(listed)["data"]] == [20, 10]
    assert shop.got(latest)["timestamp"] == 20
