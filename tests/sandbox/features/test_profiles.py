"""Profiles and sample data of tables."""

from __future__ import annotations

import time

from tests.support.sandbox_tables import Shop


def test_samples_and_profiles_are_kept_with_a_table(shop: Shop) -> None:
    shop.serves("PUT", "/v1/tables/{id}/sampleData")
    path = f"/v1/tables/{shop.table('sampled')['id']}"
    sample = {"columns": ["id", "total"], "rows": [[1, 2.5], [2, None]]}
    assert shop.put(f"{path}/sampleData", sample)["sampleData"] == sample
    assert shop.got(f"{path}/sampleData")["sampleData"] == sample
    short = {"columns": ["id", "total"], "rows": [[1]]}
    assert shop.ask("PUT", f"{path}/sampleData", json=short).status_code == 400
    assert shop.ask("DELETE", f"{path}/sampleData").status_code == 200
    assert "sampleData" not in shop.got(f"{path}/sampleData")
    now = int(time.time() * 1000)
    for stamp in (now - 1, now):
        profile = {"timestamp": stamp, "rowCount": 10}
        shop.put(f"{path}/tableProfile", {"tableProfile": profile, "columnProfile": [
            {"name": "id", "timestamp": stamp, "valuesCount": 10},
        ]})  # fmt: skip
    span = f"startTs={now - 10}&endTs={now + 10}"
    found = shop.got(f"/v1/tables/s.d.c.sampled/tableProfile?{span}")["data"]
    assert [one["timestamp"] for one in found] == [now, now - 1]
    columns = shop.got(f"/v1/tables/s.d.c.sampled.id/columnProfile?{span}")
    assert columns["paging"]["total"] == 2
    # None of it is a change of the table.
    assert shop.got(path)["version"] == 0.1
