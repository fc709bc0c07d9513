"""Logs of ingestion pipelines in parts that grow, and runs whose id changes; no test waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient import errors
from dynclient.client.client import Client
from dynclient.extensions.ingestion import IngestionPipelines
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named
from tests.support.wire import session_over

ID = "6d90e6af-d889-401b-965c-a2e284f101df"
PIPELINE = {"id": ID, "type": "ingestionPipeline", "fullyQualifiedName": "shop.metadata"}
ROOT = "/api/v1/services/ingestionPipelines"


class Service:
    """A server whose pipeline service is scripted."""

    def __init__(self) -> None:
        self.log = ["one\n"]
        self.runs: list[dict[str, Any]] = []
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.log[-1] += f"after pause {len(self.pauses)}\n"
        if len(self.pauses) == 2:
            self.log.append("the next part\n")
            self.runs[0]["pipelineState"] = "success"

    def answer(self, seen: Seen) -> Reply:
        path, _, query = seen.path.partition("?")
        tail = path.removeprefix(ROOT)
        if tail == f"/logs/{ID}/last":
            number = int(query.partition("after=")[2] or 0)
            more = {"after": str(number + 1)} if number + 1 < len(self.log) else {}
            return Reply(200, {"ingestion_task": self.log[number], "total": "9", **more})
        if tail.endswith("/pipelineStatus"):
            return Reply(200, {"data": self.runs, "paging": {"total": len(self.runs)}})
        if "/pipelineStatus/" in tail:
            found = [run for run in self.runs if tail.endswith(run["runId"])]
            return Reply(200, found[0]) if found else Reply(204, b"")
        if tail.startswith("/trigger/"):
            return Reply(200, {"code": 200, "platform": "Airflow"})
        latest = self.runs[0] if self.runs else None
        body = {"id": ID, "name": "metadata", "fullyQualifiedName": "shop.metadata"}
        return Reply(200, {**body, "pipelineStatuses": latest})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def om(service: Service) -> Iterator[Client]:
    with Stub() as stub, dynclient.connect(stub.host, release=release_named("1.6.0")) as client:
        stub.default = service.answer
        yield client


@pytest.fixture
def pipelines(om: Client, service: Service) -> IngestionPipelines:
    return IngestionPipelines(om.session, "ingestion_pipelines", service.sleep)


def run(id: str, state: str, start: int) -> dict[str, Any]:
    return {"runId": id, "pipelineState": state, "startDate": start, "timestamp": start}


def test_all_parts_of_a_log_are_read(pipelines: IngestionPipelines, service: Service) -> None:
    service.log = ["one\n", "two\n", "three\n"]
    assert pipelines.logs(PIPELINE) == "one\ntwo\nthree\n"


def test_a_followed_log_shows_each_line_once(
    pipelines: IngestionPipelines, service: Service
) -> None:
    service.runs = [run("a", "running", 1)]
    parts = pipelines.logs(PIPELINE, follow=True, interval=7)
    assert next(parts) == "one\n"
    assert service.pauses == []
    assert list(parts) == ["after pause 1\n", "after pause 2\n", "the next part\n"]
    assert service.pauses == [7, 7]


def test_a_run_is_found_although_its_id_changes_when_it_leaves_the_queue(
    pipelines: IngestionPipelines, service: Service
) -> None:
    old = run("old", "success", 1_790_000_000_000)
    service.runs = [old]
    new = pipelines.trigger(PIPELINE)
    assert new.poll() == {"status": "triggered", "ended": False}
    service.runs = [run("manual__1", "queued", 1_790_000_002_000), old]
    assert (new.poll()["status"], new.id) == ("queued", "manual__1")
    service.runs = [run("b", "running", 1_790_000_003_000), old]
    assert (new.poll()["status"], new.id) == ("running", "b")
    service.runs = [run("later", "queued", 1_790_000_009_000), run("b", "failed", 2), old]
    assert (new.poll()["status"], new.id, new.outcome) == ("failed", "b", "failed")


def test_a_pipeline_without_runs_has_no_status(pipelines: IngestionPipelines) -> None:
    assert pipelines.status(PIPELINE) is None


def test_a_log_needs_a_run_that_has_an_id(om: Client) -> None:
    with dynclient.connect(om.host, release=release_named("1.13.0")) as newer:
        methods = IngestionPipelines(newer.session, "ingestion_pipelines")
        with pytest.raises(errors.BadArguments, match="a run that the server lists"):
            methods.send_logs(PIPELINE, None, "text")


def test_long_lines_are_sent_compressed() -> None:
    with Stub() as stub, dynclient.connect(stub.host, release=release_named("1.13.0")) as newer:
        stub.default = Reply(200, {})
        newer.ingestion_pipelines.send_logs("shop.metadata", "r", "x" * 20_000)
        body = json.loads(stub.seen[-1].body)
    assert (body["compressed"], body["lineCount"]) == (True, 1)
    assert len(body["logs"]) < 1000


def test_a_run_without_a_state_is_refused(om: Client) -> None:
    with pytest.raises(errors.BadArguments, match="state: must be a state such as 'running'"):
        om.ingestion_pipelines.add_run("shop.metadata", None)


def test_states_of_pipelines_of_another_kind_are_refused(om: Client) -> None:
    with pytest.raises(errors.BadArguments, match="statuses: must be a name"):
        om.pipelines.add_statuses("dags.nightly", None)
    with pytest.raises(errors.BadArguments, match="tasks: must be a dict, not int"):
        om.pipelines.add_status("dags.nightly", "Failed", tasks=5)


def test_the_log_of_a_run_is_sent_and_closed() -> None:
    session, wire = session_over({}, release=release_named("1.13.0"))
    pipelines = IngestionPipelines(session, "ingestion_pipelines")
    pipelines.send_logs(PIPELINE, "run", "one\ntwo")
    pipelines.send_logs(PIPELINE, "run", "x" * 20_000)
    pipelines.close_logs(PIPELINE, "run")
    place = "/v1/services/ingestionPipelines/logs/shop.metadata/run"
    assert [request.path for request in wire.sent] == [place, place, f"{place}/close"]
    first, second, last = (json.loads(request.body or b"") for request in wire.sent)
    assert (first["logs"], first["lineCount"]) == ("one\ntwo", 2)
    assert second["compressed"] is True
    assert last.keys() == {"connectorId", "timestamp"}
    with pytest.raises(errors.BadArguments, match="run: must be a run that the server lists"):
        pipelines.close_logs(PIPELINE, None)
