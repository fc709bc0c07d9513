"""Runs of what a server runs in the background: they end, one after the other."""

from __future__ import annotations

from tests.support.sandbox_apps import INDEXING, ROOT, states_until_the_end, trigger
from tests.support.sandbox_tables import TablesApi


def test_a_triggered_run_ends_after_some_polls(apps: TablesApi) -> None:
    before = apps.request("GET", f"{ROOT}/name/{INDEXING}/runs/latest").status_code
    if before != 200:  # no run yet: 204, and from 1.6 on 500
        assert before in {204, 500}
    assert trigger(apps) == "Application Triggered"
    states = states_until_the_end(apps)
    assert len(states) == 3
    assert states[1:] == ["running", "success"]
    run = apps.get(f"{ROOT}/name/{INDEXING}/runs/latest")
    assert run["endTime"] >= run["startTime"]
    total = run["successContext"]["stats"]["jobStats"]
    assert total["totalRecords"] == total["successRecords"] > 0


def test_only_one_run_of_an_app_is_unfinished(apps: TablesApi) -> None:
    trigger(apps)
    assert "already running" in apps.error("POST", f"{ROOT}/trigger/{INDEXING}", 500)
    states_until_the_end(apps)
    trigger(apps)
    states_until_the_end(apps)


def test_runs_are_listed_newest_first(apps: TablesApi) -> None:
    paths = apps.paths()
    tail = "status" if f"{ROOT}/name/{{name}}/status" in paths else "runs"
    for _ in range(2):
        trigger(apps)
        states_until_the_end(apps)
    path = f"{ROOT}/name/{INDEXING}/{tail}"
    page = apps.get(f"{path}?limit=2")
    starts = [run["startTime"] for run in page["data"]]
    assert starts == sorted(starts, reverse=True)
    assert len(starts) == 2 <= page["paging"]["total"]
    (second,) = apps.get(f"{path}?limit=1&offset=1")["data"]
    assert second["startTime"] == starts[1]
