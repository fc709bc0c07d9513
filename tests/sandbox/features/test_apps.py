"""Apps: seeded and installed, triggered, stopped, and their runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox_apps import INDEXING, ROOT, states_until_the_end, trigger
from tests.support.sandbox_tables import TablesApi


def test_a_new_server_has_apps_with_a_definition_and_a_bot(apps: TablesApi) -> None:
    installed = {app["name"]: app for app in apps.get(f"{ROOT}?limit=50")["data"]}
    defined = {app["name"] for app in apps.get(f"{ROOT}/marketplace?limit=50")["data"]}
    assert {"DataInsightsApplication", INDEXING} <= set(installed) <= defined
    assert installed[INDEXING]["bot"]["name"] == f"{INDEXING}Bot"
    bot = apps.get(f"/v1/bots/name/{INDEXING}Bot")
    assert apps.get(f"/v1/users/{bot['botUser']['id']}")["isBot"] is True


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
