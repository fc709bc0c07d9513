"""Ingestion pipelines, pipelines and apps: runs are started, reported, waited for and read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import dynclient
from dynclient import errors
from dynclient.client.client import Client
from dynclient.extensions.runs import Run

APP = "SearchIndexingApplication"
CONNECTION = {"config": {"hostPort": "x:1", "username": "x"}}


@pytest.fixture
def ingestion(each: Client) -> Iterator[Any]:
    """An ingestion pipeline that is not deployed."""
    if not each.supports("ingestion_pipelines"):
        pytest.skip("the release has no ingestion pipelines")
    service = each.database_services.create(name="runs", serviceType="Mysql", connection=CONNECTION)
    yield each.ingestion_pipelines.create(
        name="metadata",
        pipelineType="metadata",
        service={"id": service.id, "type": "databaseService"},
        sourceConfig={"config": {"type": "DatabaseMetadata"}},
        airflowConfig={},
    )
    each.database_services.delete(service, recursive=True, hard=True)


@pytest.fixture
def pipeline(each: Client) -> Iterator[Any]:
    """A pipeline with the tasks a and b."""
    airflow = {"config": {"hostPort": "http://x:80", "connection": {"type": "Backend"}}}
    service = each.pipeline_services.create(name="dags", serviceType="Airflow", connection=airflow)
    tasks = [{"name": "a", "downstreamTasks": ["b"]}, {"name": "b", "description": "kept"}]
    yield each.pipelines.create(name="dag", service=service, tasks=tasks)
    each.pipeline_services.delete(service, recursive=True, hard=True)


def test_a_deployed_ingestion_pipeline_runs_until_it_has_succeeded(
    each: Client, ingestion: Any
) -> None:
    om, states = each, []
    om.ingestion_pipelines.deploy(ingestion)
    run = om.ingestion_pipelines.trigger(ingestion.fullyQualifiedName)
    assert run.state == "triggered"
    assert not run.has_ended
    ended = om.wait(run, interval=0, on_progress=lambda state: states.append(state["status"]))
    assert ended is run
    assert run.succeeded
    assert run.ended is not None
    assert states[-1] == "success"
    assert {"queued", "running"} & set(states)
    (listed,) = om.ingestion_pipelines.runs(ingestion)
    assert listed.id == run.id
    assert listed.started == run.started
    assert om.ingestion_pipelines.status(ingestion.id).state == "success"
    assert om.ingestion_pipelines.runs(ingestion, until=datetime(2001, 1, 1, tzinfo=UTC)) == []


def test_a_second_run_is_not_mistaken_for_the_first(each: Client, ingestion: Any) -> None:
    pipelines = each.ingestion_pipelines
    pipelines.deploy(ingestion)
    first = each.wait(pipelines.trigger(ingestion), interval=0)
    second = pipelines.trigger(ingestion)
    assert second.state == "triggered"
    each.wait(second, "running", interval=0)
    assert second.id != first.id
    assert not second.has_ended
    each.wait(second, interval=0)
    assert second.succeeded


def test_a_killed_run_is_returned_as_failed(each: Client, ingestion: Any) -> None:
    pipelines = each.ingestion_pipelines
    pipelines.deploy(ingestion)
    run = pipelines.trigger(ingestion)
    pipelines.kill(ingestion)
    assert not each.wait(run, interval=0).succeeded
    assert run.outcome == "failed"
    with pytest.raises(errors.RunFailed, match=r"<Run of runs.metadata: failed>.*'failed'"):
        each.wait(run, interval=0, raise_on_failure=True)


def test_a_log_is_read_whole_or_followed_to_its_end(each: Client, ingestion: Any) -> None:
    pipelines = each.ingestion_pipelines
    pipelines.deploy(ingestion)
    run = pipelines.trigger(ingestion)
    parts = list(pipelines.logs(ingestion, follow=True, interval=0))
    assert any("success" in part for part in parts)
    assert "success" in pipelines.logs(ingestion)
    assert run.logs() == pipelines.logs(ingestion)


def test_an_ingestion_pipeline_is_paused_once(each: Client, ingestion: Any) -> None:
    pipelines = each.ingestion_pipelines
    pipelines.deploy(ingestion)
    assert pipelines.toggle(ingestion, enabled=True).enabled is True
    assert pipelines.toggle(ingestion, enabled=False).enabled is False
    assert pipelines.toggle(ingestion, enabled=False).enabled is False
    assert pipelines.toggle(ingestion).enabled is True


def test_a_run_is_reported_and_replaced_by_its_id(each: Client, ingestion: Any) -> None:
    pipelines = each.ingestion_pipelines
    run = pipelines.add_run(ingestion, "running", started=datetime(2026, 1, 1, tzinfo=UTC))
    pipelines.add_run(ingestion, "failed", id=run.id, started=run.started, ended=run.started)
    listed = pipelines.runs(ingestion, since=datetime(2025, 12, 31, tzinfo=UTC))
    assert [each_run.state for each_run in listed] == ["failed"]
    assert each.wait(run, interval=0).state == "failed"
    with pytest.raises(errors.RequestInvalid, match="pipelineState"):
        pipelines.add_run(ingestion, "sucess")


def test_states_of_a_pipeline_are_added_listed_and_deleted(each: Client, pipeline: Any) -> None:
    pipelines = each.pipelines
    at = datetime(2026, 3, 1, tzinfo=UTC)
    pipelines.add_status(pipeline, "Successful", at=at, tasks={"a": "Successful"})
    second = {"executionStatus": "Failed", "timestamp": int(at.timestamp() * 1000) + 1000}
    pipelines.add_statuses("dags.dag", [second])
    found = pipelines.statuses(pipeline, since=at)
    assert [str(status.executionStatus.value) for status in found] == ["Failed", "Successful"]
    assert found[1].taskStatus[0].name == "a"
    pipelines.delete_status(pipeline, found[0])
    assert len(pipelines.statuses(pipeline, since=at, until=at.replace(day=5))) == 1
    with pytest.raises(errors.RequestInvalid, match="executionStatus"):
        pipelines.add_status(pipeline, "Sucessful")
    with pytest.raises(errors.BadRequest, match="zzz"):
        pipelines.add_status(pipeline, "Failed", tasks={"zzz": "Failed"})


def test_tasks_are_added_and_removed_and_the_others_stay(each: Client, pipeline: Any) -> None:
    pipelines = each.pipelines
    changed = pipelines.add_tasks(pipeline, "c", {"name": "a", "displayName": "A"})
    assert [task.name for task in changed.tasks] == ["a", "b", "c"]
    assert changed.tasks[0].displayName == "A"
    assert changed.tasks[0].downstreamTasks == ["b"]
    changed = pipelines.remove_tasks("dags.dag", "b")
    assert [task.name for task in changed.tasks] == ["a", "c"]
    assert not changed.tasks[0].downstreamTasks
    with pytest.raises(errors.BadArguments, match="no task 'cc'; did you mean c"):
        pipelines.remove_tasks(pipeline, "cc", "a")
    with pytest.raises(errors.BadArguments, match=r"tasks\[1\].*not int"):
        pipelines.add_tasks(pipeline, "ok", 3)


def test_an_app_runs_until_it_has_succeeded(each: Client) -> None:
    if not each.supports("apps"):
        pytest.skip("the release has no apps")
    run = each.apps.trigger(APP)
    assert isinstance(run, Run)
    assert each.wait(run, interval=0).succeeded
    assert each.apps.status(APP).id == run.id
    assert run.id in {listed.id for listed in each.apps.runs(each.apps[APP])}
    assert run.record.successContext is not None
    second = each.wait(each.apps.trigger(APP), interval=0)
    assert second.succeeded
    assert each.apps.logs(APP).state == "success"
    with pytest.raises(errors.NotFound):
        each.apps.trigger("Nope")


def test_an_app_is_scheduled_and_configured(each: Client) -> None:
    if not each.supports("apps"):
        pytest.skip("the release has no apps")
    before = each.apps[APP]
    changed = each.apps.schedule(APP, "0 3 * * *")
    assert changed.appSchedule.cronExpression == "0 3 * * *"
    configured = each.apps.configure(APP, batchSize=7)
    assert configured.appConfiguration["batchSize"] == 7
    kept = dynclient.asdict(before).get("appConfiguration") or {}
    assert {**kept, "batchSize": 7} == dynclient.asdict(configured)["appConfiguration"]
    with pytest.raises(errors.BadArguments, match="cron"):
        each.apps.schedule(APP, "daily")
    each.apps.deploy(APP)


def test_a_deleted_entity_is_waited_for(each: Client, pipeline: Any) -> None:
    with pytest.raises(errors.WaitTimedOut, match=r"pipeline dags\.dag.*'exists'") as raised:
        each.wait(pipeline, "gone", timeout=0)
    assert raised.value.status == "exists"
    each.pipelines.delete(pipeline, hard=True)
    assert each.wait(pipeline, "gone", interval=0) is None


def test_what_a_release_lacks_says_since_when_it_exists(each: Client) -> None:
    if each.supports("apps"):
        assert each.supports("apps.trigger")
    elif each.release.version == (1, 0, 4):
        with pytest.raises(errors.UnknownCollection):
            each.apps  # noqa: B018
        with pytest.raises(errors.NotSupported):
            each.ingestion_pipelines.send_logs("a.b", "run", "text")
    assert not each.supports("tables.trigger")
