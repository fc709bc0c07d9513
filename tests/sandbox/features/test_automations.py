"""Runs of automation workflows: with a pipeline service they end, without one they are refused."""

from __future__ import annotations

from typing import Any

from dynclient import sandbox
from tests.support.sandbox_tables import TablesApi
from tests.support.trees import TREES, release_named

ROOT = "/v1/automations/workflows"


def create_workflow(api: TablesApi) -> dict[str, Any]:
    config = {"type": "Mysql", "hostPort": "localhost:3306", "username": "ada"}
    request = {
        "connection": {"config": config},
        "serviceType": "Database",
        "connectionType": "Mysql",
    }
    return api.create(ROOT, name="tries", workflowType="TEST_CONNECTION", request=request)


def test_a_workflow_that_is_triggered_ends_well(api: TablesApi) -> None:
    api.skip_unless_served("POST", f"{ROOT}/trigger/{{id}}")
    workflow = create_workflow(api)
    assert workflow.get("status") != "Successful"
    api.post(f"{ROOT}/trigger/{workflow['id']}", None, 200)
    ended = api.get(f"{ROOT}/{workflow['id']}")
    assert ended["status"] == ended["response"]["status"] == "Successful"


def test_nothing_is_run_without_a_pipeline_service() -> None:
    release_named("1.6.0")  # skips the test if the tree is not available
    with sandbox.start(tree=TREES["1.6.0"], pipeline_service=False) as running:
        api = TablesApi(running)
        workflow = create_workflow(api)
        message = api.error("POST", f"{ROOT}/trigger/{workflow['id']}", 400)
        assert "Failed to deploy pipeline [tries] due to [No response from the" in message
        assert api.get(f"{ROOT}/{workflow['id']}").get("status") != "Successful"
