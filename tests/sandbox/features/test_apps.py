"""Apps: seeded and installed, triggered, stopped, and their runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox_tables import TablesApi

ROOT = "/v1/apps"
INDEXING = "SearchIndexingApplication"


@pytest.fixture
def apps(api: TablesApi) -> TablesApi:
    api.skip_unless_served("POST", f"{ROOT}/trigger/{{name}}")
    return api


def trigger(apps: TablesApi, name: str = INDEXING) -> str:
    response = apps.request("POST", f"{ROOT}/trigger/{name}")
    assert response.status_code == 200, response.text
    # Servers send plain text and declare it as JSON.
    assert response.headers["Content-Type"] == "application/json"
    return response.text


def states_until_the_end(apps: TablesApi, name: str = INDEXING) -> list[str]:
    """Poll the latest run of an app until it ends; return the states seen."""
    states: list[str] = []
    while len(states) < 5 and (not states or states[-1] in {"started", "running"}):
        states.append(apps.get(f"{ROOT}/name/{name}/runs/latest")["status"])
    return states


def test_a_new_server_has_apps_with_a_definition_and_a_bot(apps: TablesApi) -> None:
    installed = {app["name"]: app for app in apps.get(f"{ROOT}?limit=50")["data"]}
    defined = {app["name"] for app in apps.get(f"{ROOT}/marketplace?limit=50")["data"]}
    assert {"DataInsightsApplication", INDEXING} <= set(installed) <= defined
    assert installed[INDEXING]["bot"]["name"] == f"{INDEXING}Bot"
    bot = apps.get(f"/v1/bots/name/{INDEXING}Bot")
    assert apps.get(f"/v1/users/{bot['botUser']['id']}")["isBot"] is True


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


def test_an_unknown_app_cannot_be_triggered(apps: TablesApi) -> None:
    assert "app instance for Nope not found" in apps.error("POST", f"{ROOT}/trigger/Nope", 404)


def test_an_app_is_stopped_if_it_can_be(apps: TablesApi) -> None:
    apps.skip_unless_served("POST", f"{ROOT}/stop/{{name}}")
    trigger(apps)
    assert apps.request("POST", f"{ROOT}/stop/{INDEXING}").status_code == 200
    assert apps.get(f"{ROOT}/name/{INDEXING}/runs/latest")["status"] == "stopped"
    message = apps.error("POST", f"{ROOT}/stop/DataInsightsApplication", 400)
    assert "does not support Interrupts" in message


def test_an_external_app_is_run_by_the_pipeline_service(apps: TablesApi) -> None:
    name = "DataInsightsApplication"
    if apps.get(f"{ROOT}/name/{name}")["appType"] != "external":
        pytest.skip("this release has no external apps")
    assert apps.post(f"{ROOT}/trigger/{name}", None, 200)["platform"] == "Airflow"
    assert states_until_the_end(apps, name)[-1] == "success"


def test_an_installed_app_takes_over_its_definition_and_gets_a_bot(apps: TablesApi) -> None:
    apps.skip_unless_served("POST", ROOT)
    definition: dict[str, Any] = {
        "name": "Mine", "appType": "internal", "className": "org.example.App",
        "scheduleType": "Scheduled", "permission": "All", "runtime": {"enabled": True},
        "appConfiguration": {},
    }  # fmt: skip
    apps.create(f"{ROOT}/marketplace", **definition)
    schedule = {"scheduleTimeline": "Custom", "cronExpression": "0 0 1 1 *"}
    body = {"name": "Mine", "appConfiguration": {}, "appSchedule": schedule}
    app = apps.create(ROOT, **body)
    assert app["className"] == "org.example.App"
    assert app["bot"]["name"] == "MineBot"
    assert apps.put(ROOT, body)["bot"]["id"] == app["bot"]["id"]
    assert "manual trigger" in apps.error("POST", f"{ROOT}/trigger/Mine", 400)
    # Installed again, it has the same bot.
    assert apps.request("DELETE", f"{ROOT}/{app['id']}?hardDelete=true").status_code == 200
    assert apps.create(ROOT, **body)["bot"]["id"] == app["bot"]["id"]
