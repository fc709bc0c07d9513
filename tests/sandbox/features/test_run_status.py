"""Statuses of pipelines and ingestion pipelines, and results of connection tests."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import TablesApi

SPAN = "startTs=1&endTs=1900000000000"


def create_service(api: TablesApi, kind: str, name: str, type: str) -> dict[str, Any]:
    """Create a service with the smallest connection of its type."""
    return api.create(f"/v1/services/{kind}", name=name, serviceType=type,
                    connection={"config": {"type": type, "hostPort": "http://h:1"}})  # fmt: skip


def test_runs_of_a_pipeline_are_listed_and_deleted(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/pipelines/{fqn}/status")
    create_service(api, "pipelineServices", "flow", "Airflow")
    tasks = [{"name": "load"}]
    pipeline = api.create("/v1/pipelines", name="p", service="flow", tasks=tasks)
    path = "/v1/pipelines/flow.p/status"
    for stamp, status in ((1_700_000_000_000, "Successful"), (1_700_000_001_000, "Failed")):
        run = {"timestamp": stamp, "executionStatus": status,
               "taskStatus": [{"name": "load", "executionStatus": status}]}  # fmt: skip
        assert api.put(path, run)["id"] == pipeline["id"]
    page = api.get(f"{path}?{SPAN}")
    assert [run["executionStatus"] for run in page["data"]] == ["Failed", "Successful"]
    assert page["paging"]["total"] == 2
    latest = api.get(f"/v1/pipelines/{pipeline['id']}?fields=pipelineStatus")["pipelineStatus"]
    assert latest["executionStatus"] == "Failed"
    unknown = {"timestamp": 1, "executionStatus": "Failed",
               "taskStatus": [{"name": "nope", "executionStatus": "Failed"}]}  # fmt: skip
    assert "Invalid task name nope" in api.error("PUT", path, 400, json=unknown)
    removed = [api.request("DELETE", f"{path}/1700000001000").status_code for _ in range(2)]
    assert removed == [200, 404]
    assert len(api.get(f"{path}?{SPAN}")["data"]) == 1
    api.error("GET", path, 500)


def test_the_result_of_a_connection_test_is_kept_with_the_service(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/services/databaseServices/{id}/testConnectionResult")
    service = api.get("/v1/services/databaseServices/name/s")
    result = {"status": "Successful", "lastUpdatedAt": 5,
              "steps": [{"name": "CheckAccess", "passed": True, "mandatory": True}]}  # fmt: skip
    path = f"/v1/services/databaseServices/{service['id']}"
    assert api.put(f"{path}/testConnectionResult", result)["testConnectionResult"] == result
    after = api.get(path)
    assert after["testConnectionResult"] == result
    assert after["version"] == service["version"]


def test_a_run_of_an_ingestion_is_replaced_by_its_id(api: TablesApi) -> None:
    root = "/v1/services/ingestionPipelines"
    api.skip_unless_served("PUT", f"{root}/{{fqn}}/pipelineStatus")
    service = api.get("/v1/services/databaseServices/name/s")
    api.create(root, name="ingest", pipelineType="metadata", airflowConfig={},
             service={"id": service["id"], "type": "databaseService"},
             sourceConfig={"config": {"type": "DatabaseMetadata"}})  # fmt: skip
    path = f"{root}/s.ingest/pipelineStatus"
    run = "1f0a7d8a-5b53-4a42-8d0f-0a0b1c2d3e4f"
    for state, stamp in (("running", 1_700_000_000_000), ("success", 1_700_000_005_000)):
        api.put(path, {"runId": run, "pipelineState": state, "timestamp": stamp}, 201)
    only = api.get(f"{path}/{run}")
    assert only["pipelineState"] == "success"
    response = api.request("GET", f"{path}?{SPAN}")
    if response.status_code == 400:  # servers before 1.1 ask Airflow
        assert "Airflow Exception [ingest]" in response.text
    else:
        assert response.json()["data"] == [only]
    assert api.request("GET", f"{path}/{run[::-1]}").status_code == 204
