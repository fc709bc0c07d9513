"""Profiles and sample data of tables."""

from __future__ import annotations

import time

from tests.support.sandbox_tables import TablesApi


def test_samples_and_profiles_belong_to_a_table_without_changing_it(api: TablesApi) -> None:
    api.serves("PUT", "/v1/tables/{id}/sampleData")
    path = f"/v1/tables/{api.create_table('sampled')['id']}"
    sample = {"columns": ["id", "total"], "rows": [[1, 2.5], [2, None]]}
    assert api.put(f"{path}/sampleData", sample)["sampleData"] == sample
    assert api.got(f"{path}/sampleData")["sampleData"] == sample
    short = {"columns": ["id", "total"], "rows": [[1]]}
    assert api.ask("PUT", f"{path}/sampleData", json=short).status_code == 400
    assert api.ask("DELETE", f"{path}/sampleData").status_code == 200
    assert "sampleData" not in api.got(f"{path}/sampleData")
    now = int(time.time() * 1000)
    for stamp in (now - 1, now):
        profile = {"timestamp": stamp, "rowCount": 10}
        api.put(f"{path}/tableProfile", {"tableProfile": profile, "columnProfile": [
            {"name": "id", "timestamp": stamp, "valuesCount": 10},
        ]})  # fmt: skip
    span = f"startTs={now - 10}&endTs={now + 10}"
    found = api.got(f"/v1/tables/s.d.c.sampled/tableProfile?{span}")["data"]
    assert [one["timestamp"] for one in found] == [now, now - 1]
    columns = api.got(f"/v1/tables/s.d.c.sampled.id/columnProfile?{span}")
    assert columns["paging"]["total"] == 2
    # The table does not get a new version.
    assert api.got(path)["version"] == 0.1
