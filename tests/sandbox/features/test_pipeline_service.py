"""Ingestion pipelines: deployed, run, killed, paused, with and without a pipeline service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_tables import NOTHING, TablesApi
from tests.support.trees import TREES, release_named

ROOT = "/v1/services/ingestionPipelines"
SPAN = "startTs=1&endTs=1900000000000"


def create_pipeline(api: TablesApi, name: str) -> dict[str, Any]:
    api.skip_unless_served("POST", f"{ROOT}/trigger/{{id}}")
    service = api.get("/v1/services/databaseServices/name/s")
    return api.create(ROOT, name=name, pipelineType="metadata", airflowConfig={},
                      service={"id": service["id"], "type": "databaseService"},
                      sourceConfig={"config": {"type": "DatabaseMetadata"}})  # fmt: skip


def call(api: TablesApi, operation: str, pipeline: dict[str, Any]) -> Any:
    return api.post(f"{ROOT}/{operation}/{pipeline['id']}", None, 200)


def runs(api: TablesApi, pipeline: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"{ROOT}/{pipeline['fullyQualifiedName']}/pipelineStatus?{SPAN}"
    data: list[dict[str, Any]] = api.get(path)["data"]
    return data


def test_a_deployed_pipeline_runs_and_ends_after_some_polls(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "runs")
    call(api, "deploy", pipeline)
    assert api.get(f"{ROOT}/{pipeline['id']}")["deployed"] is True
    call(api, "trigger", pipeline)
    assert [runs(api, pipeline)[0]["pipelineState"] for _ in range(4)] == [
        "queued", "running", "success", "success"
    ]  # fmt: skip
    (run,) = runs(api, pipeline)
    assert run["endDate"] >= run["startDate"]
    path = f"{ROOT}/{pipeline['fullyQualifiedName']}/pipelineStatus/{run['runId']}"
    assert api.get(path) == run


def test_reading_the_pipeline_is_a_poll_too(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "read")
    call(api, "deploy", pipeline)
    call(api, "trigger", pipeline)
    path = f"{ROOT}/{pipeline['id']}?fields=pipelineStatuses"
    states = [api.get(path)["pipelineStatuses"]["pipelineState"] for _ in range(3)]
    assert states == ["queued", "running", "success"]


def test_reading_a_run_by_its_id_is_a_poll_too(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "single")
    call(api, "deploy", pipeline)
    call(api, "trigger", pipeline)
    (run,) = runs(api, pipeline)
    path = f"{ROOT}/{pipeline['fullyQualifiedName']}/pipelineStatus/{run['runId']}"
    assert [api.get(path)["pipelineState"] for _ in range(2)] == ["running", "success"]


def test_a_killed_run_has_failed(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "killed")
    call(api, "deploy", pipeline)
    call(api, "trigger", pipeline)
    call(api, "kill", pipeline)
    assert [run["pipelineState"] for run in runs(api, pipeline)] == ["failed"]
    log = api.get(f"{ROOT}/logs/{pipeline['id']}/last")
    assert "failed" in log["ingestion_task"]


def test_a_run_that_another_process_reports_is_not_changed(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "reported")
    call(api, "deploy", pipeline)
    call(api, "trigger", pipeline)
    (run,) = runs(api, pipeline)
    path = f"{ROOT}/{pipeline['fullyQualifiedName']}/pipelineStatus"
    api.put(path, {**run, "pipelineState": "partialSuccess"}, 201)
    assert [runs(api, pipeline)[0]["pipelineState"] for _ in range(4)] == ["partialSuccess"] * 4


def test_a_pipeline_is_deployed_before_it_runs(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "undeployed")
    assert "undeployed" in api.error("POST", f"{ROOT}/trigger/{pipeline['id']}", 404)
    assert runs(api, pipeline) == []
    api.error("GET", f"{ROOT}/logs/{pipeline['id']}/last", 404)
    for operation in ("deploy", "trigger", "kill", "toggleIngestion"):
        api.error("POST", f"{ROOT}/{operation}/{NOTHING}", 404)


def test_a_deployed_pipeline_is_paused_and_resumed(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "paused")
    call(api, "toggleIngestion", pipeline)  # not deployed: nothing to pause
    assert api.get(f"{ROOT}/{pipeline['id']}").get("enabled", True) is True
    call(api, "deploy", pipeline)
    assert [call(api, "toggleIngestion", pipeline)["enabled"] for _ in range(2)] == [False, True]


def test_several_pipelines_are_deployed_at_once(api: TablesApi) -> None:
    api.skip_unless_served("POST", f"{ROOT}/bulk/deploy")
    pipelines = [create_pipeline(api, name) for name in ("one", "two")]
    ids = [*(pipeline["id"] for pipeline in pipelines), NOTHING]
    responses = api.post(f"{ROOT}/bulk/deploy", ids, 200)
    assert [response["code"] for response in responses] == [200, 200, 500]
    assert all(api.get(f"{ROOT}/{id}")["deployed"] for id in ids[:2])
    api.error("POST", f"{ROOT}/bulk/deploy", 400, json=["no id"])


def test_runs_are_removed(api: TablesApi) -> None:
    pipeline = create_pipeline(api, "emptied")
    call(api, "deploy", pipeline)
    call(api, "trigger", pipeline)
    assert api.request("DELETE", f"{ROOT}/{pipeline['id']}/pipelineStatus").status_code == 200
    assert runs(api, pipeline) == []


def test_the_service_says_what_it_is(api: TablesApi) -> None:
    api.skip_unless_served("GET", f"{ROOT}/status")
    assert api.get(f"{ROOT}/status")["platform"] == "Airflow"
    assert api.get(f"{ROOT}/ip") == {"ip": "127.0.0.1"}


@pytest.fixture(scope="module")
def without_service() -> Iterator[TablesApi]:
    name = "1.6.0"
    release_named(name)  # skips the test if the tree is not available
    with sandbox.start(tree=TREES[name], pipeline_service=False) as running:
        api = TablesApi(running)
        api.with_schema()
        yield api


def test_nothing_is_deployed_without_a_pipeline_service(without_service: TablesApi) -> None:
    api = without_service
    pipeline = create_pipeline(api, "alone")
    for operation in ("deploy", "trigger", "kill", "toggleIngestion"):
        message = api.error("POST", f"{ROOT}/{operation}/{pipeline['id']}", 400)
        assert "due to [null]" in message
    assert "due to [null]" in api.error("GET", f"{ROOT}/logs/{pipeline['id']}/last", 400)
    assert api.get(f"{ROOT}/status")["platform"] == "disabled"
    assert api.request("GET", f"{ROOT}/ip").status_code == 204
    (response,) = api.post(f"{ROOT}/bulk/deploy", [pipeline["id"]], 200)
    assert response["code"] == 500
    assert not api.get(f"{ROOT}/{pipeline['id']}").get("deployed")
