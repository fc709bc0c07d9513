"""Usage: counts by day, sums by week and month, percentile ranks."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi


def test_counts_are_set_added_and_summed(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/usage/{entity}/{id}")
    table = api.create_table("used")
    path = f"/v1/usage/table/{table['id']}"
    # The week of 2024-03-05 begins on 2024-02-28.
    for date, count in (("2024-02-27", 100), ("2024-02-28", 10), ("2024-03-01", 5)):
        api.post(path, {"date": date, "count": count}, 201)
    api.post(path, {"date": "2024-03-05", "count": 2}, 201)
    event = api.put("/v1/usage/table/name/s.d.c.used", {"date": "2024-03-05", "count": 1}, 201)
    (change,) = event["changeDescription"]["fieldsUpdated"]
    assert change["name"] == "usageSummary"
    assert change["oldValue"]["dailyStats"]["count"] == 2
    (usage,) = api.get(f"{path}?date=2024-03-05")["usage"]
    counts = [usage[name]["count"] for name in ("dailyStats", "weeklyStats", "monthlyStats")]
    assert counts == [3, 18, 118]
    # A POST replaces the count of the day.
    api.post(path, {"date": "2024-03-05", "count": 4}, 201)
    days = api.get(f"{path}?date=2024-03-05&days=5")
    assert days["entity"]["id"] == table["id"]
    assert [(one["date"], one["dailyStats"]["count"]) for one in days["usage"]] == [
        ("2024-03-05", 4), ("2024-03-01", 5)
    ]  # fmt: skip
    assert len(api.get(f"{path}?date=2024-03-05&days=4")["usage"]) == 1


def test_entities_are_ranked_by_their_counts(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/usage/compute.percentile/{entity}/{date}")
    for name, count in (("low", 1), ("middle", 2), ("high", 9)):
        api.create_table(f"rank-{name}")
        api.post(f"/v1/usage/table/name/s.d.c.rank-{name}", {"date": "2023-01-01", "count": count})
    assert api.request("POST", "/v1/usage/compute.percentile/table/2023-01-01").status_code == 201
    ranks = []
    for name in ("low", "middle", "high"):
        path = f"/v1/usage/table/name/s.d.c.rank-{name}?date=2023-01-01"
        ranks.append(api.get(path)["usage"][0]["dailyStats"]["percentileRank"])
    assert ranks == [0.0, 50.0, 100.0]


def test_invalid_dates_and_types_are_errors(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/usage/{entity}/{id}")
    table = api.create_table("undated")
    path = f"/v1/usage/table/{table['id']}"
    body = {"date": "never", "count": 1}
    assert "never" in api.error("POST", path, 500, json=body)
    api.error("GET", f"{path}?date=2024-01-01&days=few", 500)
    api.error("GET", f"/v1/usage/gadget/{table['id']}", 404)
