"""Jobs that fill the search index again, on releases without apps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox_tables import NOTHING, TablesApi

ROOT = "/v1/search/reindex"


@pytest.fixture
def jobs(api: TablesApi) -> TablesApi:
    api.skip_unless_served("POST", ROOT)
    return api


def start(jobs: TablesApi) -> dict[str, Any]:
    job: dict[str, Any] = jobs.post(ROOT, {"entities": ["user"], "recreateIndex": False}, 200)
    return job


def test_a_job_ends_after_some_polls(jobs: TablesApi) -> None:
    job = start(jobs)
    states = [jobs.get(f"{ROOT}/{job['id']}")["status"] for _ in range(4)]
    assert states == ["STARTED", "RUNNING", "COMPLETED", "COMPLETED"]
    latest = jobs.get(f"{ROOT}/latest")
    assert latest["id"] == job["id"]
    assert latest["stats"]["jobStats"]["successRecords"] > 0
    assert latest["endTime"] >= latest["startTime"]
    assert job["id"] in {one["id"] for one in jobs.get(ROOT)["data"]}


def test_a_job_is_stopped(jobs: TablesApi) -> None:
    job = start(jobs)
    assert jobs.put(f"{ROOT}/stop/{job['id']}", None)["status"] == "STOPPED"
    assert jobs.get(f"{ROOT}/{job['id']}")["status"] == "STOPPED"


def test_unknown_jobs_and_invalid_ones_are_refused(jobs: TablesApi) -> None:
    jobs.error("GET", f"{ROOT}/{NOTHING}", 404)
    jobs.error("PUT", f"{ROOT}/stop/{NOTHING}", 404)
    jobs.error("POST", ROOT, 400, json={"runMode": "never"})


def test_there_is_no_latest_job_before_the_first(jobs: TablesApi) -> None:
    if jobs.get(ROOT)["data"]:
        pytest.skip("another test has started a job")
    assert "No Last Run" in jobs.error("GET", f"{ROOT}/latest", 404)
