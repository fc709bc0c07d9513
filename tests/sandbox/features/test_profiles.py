"""Profiles, sample data, joins and custom metrics of tables."""

from __future__ import annotations

import datetime
import time

from tests.support.sandbox_tables import TablesApi


def test_samples_and_profiles_belong_to_a_table_without_changing_it(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/{id}/sampleData")
    path = f"/v1/tables/{api.create_table('sampled')['id']}"
    sample = {"columns": ["id", "total"], "rows": [[1, 2.5], [2, None]]}
    assert api.put(f"{path}/sampleData", sample)["sampleData"] == sample
    assert api.get(f"{path}/sampleData")["sampleData"] == sample
    short = {"columns": ["id", "total"], "rows": [[1]]}
    assert api.request("PUT", f"{path}/sampleData", json=short).status_code == 400
    assert api.request("DELETE", f"{path}/sampleData").status_code == 200
    assert "sampleData" not in api.get(f"{path}/sampleData")
    now = int(time.time() * 1000)
    for stamp in (now - 1, now):
        profile = {"timestamp": stamp, "rowCount": 10}
        api.put(f"{path}/tableProfile", {"tableProfile": profile, "columnProfile": [
            {"name": "id", "timestamp": stamp, "valuesCount": 10},
        ]})  # fmt: skip
    span = f"startTs={now - 10}&endTs={now + 10}"
    found = api.get(f"/v1/tables/s.d.c.sampled/tableProfile?{span}")["data"]
    assert [one["timestamp"] for one in found] == [now, now - 1]
    columns = api.get(f"/v1/tables/s.d.c.sampled.id/columnProfile?{span}")
    assert columns["paging"]["total"] == 2
    # The table does not get a new version.
    assert api.get(path)["version"] == 0.1


def test_profiles_are_deleted_by_time(api: TablesApi) -> None:
    path = f"/v1/tables/{api.create_table('measured')['id']}/tableProfile"
    for stamp, count in ((1000, 1), (2000, 2)):
        api.put(path, {
            "tableProfile": {"timestamp": stamp, "rowCount": count},
            "columnProfile": [{"name": "id", "timestamp": stamp, "valuesCount": count}],
        })  # fmt: skip
    latest = api.get("/v1/tables/s.d.c.measured/tableProfile/latest")
    assert latest["profile"]["rowCount"] == 2
    assert [column.get("profile", {}).get("valuesCount") for column in latest["columns"]] == [
        2, None
    ]  # fmt: skip
    span = "startTs=1&endTs=5000"
    removed = [
        api.request("DELETE", f"/v1/tables/{fqn}/{kind}/2000/profile").status_code
        for fqn, kind in (("s.d.c.measured", "table"), ("s.d.c.measured.id", "column"))
    ]
    assert removed == [200, 200]
    for fqn, kind in (("s.d.c.measured", "tableProfile"), ("s.d.c.measured.id", "columnProfile")):
        data = api.get(f"/v1/tables/{fqn}/{kind}?{span}")["data"]
        assert [profile["timestamp"] for profile in data] == [1000]
    api.error("DELETE", "/v1/tables/s.d.c.measured/table/2000/profile", 404)
    assert "not supported" in api.error("DELETE", "/v1/tables/s.d.c.measured/row/1/profile", 400)
    unknown = {"tableProfile": {"timestamp": 1}, "columnProfile": [{"name": "x", "timestamp": 1}]}
    assert "Invalid column name x" in api.error("PUT", path, 400, json=unknown)


def test_custom_metrics_are_replaced_by_name(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/{id}/customMetric")
    if "customMetrics" not in api.schemas()["Table"]["properties"]:
        _check_metrics_of_columns(api)
        return
    path = f"/v1/tables/{api.create_table('with-metrics')['id']}/customMetric"
    metric = {"name": "size", "expression": "select 1"}
    api.put(path, metric)
    first = api.put(path, {**metric, "columnName": "id"})
    second = api.put(path, {**metric, "expression": "select 2"})
    (before,), (after,) = first["customMetrics"], second["customMetrics"]
    assert (before["id"], after["expression"]) == (after["id"], "select 2")
    assert api.request("DELETE", f"{path}/id/size").status_code == 200
    assert api.request("DELETE", f"{path}/id/size").status_code == 200
    assert "Invalid column name x" in api.error(
        "PUT", path, 400, json={**metric, "columnName": "x"}
    )


def _check_metrics_of_columns(api: TablesApi) -> None:
    """Check a release whose metrics belong to columns only."""
    table = api.create_table("with-metrics")
    path = f"/v1/tables/{table['id']}/customMetric"
    metric = {"name": "size", "columnName": "id", "expression": "select 1"}
    first, second = api.put(path, metric)["columns"]
    assert [one["name"] for one in first["customMetrics"]] == ["size"]
    assert "customMetrics" not in second
    listed = api.get(f"/v1/tables/{table['id']}?fields=customMetrics")["columns"]
    assert [column["customMetrics"] for column in listed] == [first["customMetrics"], []]
    api.error("DELETE", f"{path}/size", 500)
    removed = api.request("DELETE", f"{path}/id/size").json()
    assert removed["columns"][0]["customMetrics"] == first["customMetrics"]
    assert api.request("DELETE", f"{path}/id/size").status_code == 200


def test_joins_are_counted_by_day(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/{id}/joins")
    api.create_table("other")
    path = f"/v1/tables/{api.create_table('joined')['id']}/joins"
    today = datetime.datetime.now(datetime.UTC).date()
    joined_with = [{"fullyQualifiedName": "s.d.c.other.id", "joinCount": 2}]
    joins = {"startDate": today.isoformat(), "dayCount": 1,
             "columnJoins": [{"columnName": "id", "joinedWith": joined_with}]}  # fmt: skip
    for _ in range(2):
        table = api.put(path, joins)
    (column,) = table["joins"]["columnJoins"]
    assert column["columnName"] == "id"
    assert column["joinedWith"] == [{"fullyQualifiedName": "s.d.c.other.id", "joinCount": 4}]
    for day in (today - datetime.timedelta(30), today + datetime.timedelta(1)):
        body = {**joins, "startDate": day.isoformat()}
        assert "past 30 days" in api.error("PUT", path, 400, json=body)
    api.put(path, {**joins, "startDate": (today - datetime.timedelta(29)).isoformat()})


def test_schemas_and_databases_have_settings_of_the_profiler(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/databaseSchemas/{id}/databaseSchemaProfilerConfig")
    for collection, name, field in (
        ("databaseSchemas", "s.d.c", "databaseSchemaProfilerConfig"),
        ("databases", "s.d", "databaseProfilerConfig"),
    ):
        before = api.get(f"/v1/{collection}/name/{name}")
        path = f"/v1/{collection}/{before['id']}/{field}"
        assert field not in api.get(path)
        config = {"profileSample": 50, "profileSampleType": "PERCENTAGE"}
        if "profileSample" not in str(api.schemas()):
            config = {}
        assert config.items() <= api.put(path, config)[field].items()
        api.error("PUT", path, 400, json={"profileSampleType": "NOPE", "sampleDataCount": "x"})
        assert field in api.get(path)
        assert api.request("DELETE", path).status_code == 200
        after = api.get(path)
        assert field not in after
        assert after["version"] == before["version"]
