"""The drop-in's methods for pipelines and their logs, against sandboxes of several releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynclient import compat
from dynclient.sandbox import Running
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import ALL_RELEASES, release_named

RELEASES = [name for name in ALL_RELEASES if not name.startswith("1.0")]


def connection(host: str, token: str) -> dict[str, Any]:
    security = {"jwtToken": token}
    return {"hostPort": host, "authProvider": "openmetadata", "securityConfig": security}


@pytest.fixture(params=RELEASES)
def metadata(request: pytest.FixtureRequest, server: Callable[[str], Running]) -> Iterator[Any]:
    """An official client of the sandbox of a release, with its classes."""
    running = server(request.param)
    compat.install(release_named(request.param))
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    with OpenMetadata(connection(running.host, running.admin_token)) as client:
        yield client
    compat.uninstall()


@pytest.fixture
def pipeline(metadata: Any) -> Iterator[Any]:
    from metadata.generated.schema.entity.data.pipeline import Pipeline

    om = metadata.native
    airflow = {"config": {"hostPort": "http://x:80", "connection": {"type": "Backend"}}}
    service = om.pipeline_services.create(name="flows", serviceType="Airflow", connection=airflow)
    tasks = [{"name": "a", "displayName": "A"}, {"name": "b"}]
    om.pipelines.create(name="dag", service=service, tasks=tasks, description="kept")
    yield metadata.get_by_name(Pipeline, "flows.dag", fields=["tasks"])
    om.pipeline_services.delete(service, recursive=True, hard=True)


def names(pipeline: Any) -> list[str]:
    return [str(task.name) for task in pipeline.tasks]


def test_tasks_are_added_and_cleaned_and_nothing_else_changes(metadata: Any, pipeline: Any) -> None:
    from metadata.generated.schema.entity.data.pipeline import Pipeline, Task

    changed = metadata.add_task_to_pipeline(pipeline, Task(name="c"), Task(name="a"))
    assert type(changed) is Pipeline
    assert names(changed) == ["a", "b", "c"]
    assert changed.tasks[0].displayName == "A"
    assert changed.description.root == "kept"
    assert names(metadata.clean_pipeline_tasks(pipeline, ["a", "c"])) == ["a", "c"]
    assert names(metadata.clean_pipeline_tasks(pipeline, ["a", "c", "d"])) == ["a", "c"]


def test_ingestion_pipelines_are_found_by_filters_and_by_name(metadata: Any) -> None:
    om = metadata.native
    if not om.supports("ingestion_pipelines"):
        pytest.skip("the release has no ingestion pipelines")
    service = om.services.create(
        "ingested", om.services.connection("Mysql", hostPort="x:1", username="x")
    )
    created = om.ingestion_pipelines.create(
        name="metadata",
        pipelineType="metadata",
        service={"id": service.id, "type": "databaseService"},
        sourceConfig={"config": {"type": "DatabaseMetadata"}},
        airflowConfig={},
    )
    found = metadata.get_ingestion_pipeline_by_name(params={"service": "ingested"})
    assert str(found.id.root) == created.id
    assert metadata.extract_pipeline_id_from_fqn("ingested.metadata") == created.id
    assert metadata.extract_pipeline_id_from_fqn("ingested.nothing") is None
    om.database_services.delete(service, recursive=True, hard=True)
    assert metadata.get_ingestion_pipeline_by_name(params={"service": "ingested"}) is None


@pytest.fixture
def logged() -> Iterator[tuple[Any, Stub]]:
    """An official client of a stub that stores logs."""
    release = release_named("1.13.0")
    compat.install(release)
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    def answer(seen: Seen) -> Reply:
        if "/version" in seen.path:
            return Reply(200, {"version": "1.13.0"})
        return Reply(200, {}) if "a.b" in seen.path else Reply(404, {"code": 404, "message": "no"})

    with Stub() as stub:
        stub.default = answer
        with OpenMetadata(connection(f"{stub.host}/api", "t")) as client:
            client.native.session.use_release(release)
            yield client, stub
    compat.uninstall()


def test_logs_are_sent_and_closed(logged: tuple[Any, Stub]) -> None:
    metadata, stub = logged
    assert metadata.send_logs_to_s3("a.b", "run", "one\ntwo") is True
    assert metadata.send_logs_batch("a.b", "run", "x" * 20_000)["bytes_sent"] == 20_000
    metadata.create_log_stream("a.b", "run")
    assert metadata.close_log_stream("a.b", "run") is True
    sent = [seen for seen in stub.seen if seen.method == "POST"]
    place = "/api/v1/services/ingestionPipelines/logs/a.b/run"
    assert [seen.path for seen in sent] == [place, place, place, f"{place}/close"]
    body = sent[0].json
    assert (body["logs"], body["compressed"], body["lineCount"]) == ("one\ntwo", False, 2)
    assert sent[1].json["compressed"] is True
    assert len(sent[1].body) < 1000
    assert sent[3].json.keys() == {"connectorId", "timestamp"}


def test_a_log_that_is_refused_is_false_not_an_error(logged: tuple[Any, Stub]) -> None:
    metadata, _ = logged
    assert metadata.send_logs_to_s3("c.d", "run", "text") is False
    assert metadata.send_logs_batch("c.d", "run", "text", max_retries=0) == {
        "logs_sent": 0,
        "bytes_sent": 0,
    }
    assert metadata.send_close_best_effort("c.d", "run") is False
