"""What is sent for services, pipelines, apps and figures is what real servers accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotSupported
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named, shared

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ID = "6d90e6af-d889-401b-965c-a2e284f101df"
RUN = "11111111-2222-3333-4444-555555555555"
FOLDERS = ("openmetadata/recordings", "openmetadata/later/recordings")

MYSQL = {"type": "Mysql", "hostPort": "x:1", "username": "x"}
ENTITY = {
    "id": ID, "name": "x", "fullyQualifiedName": "a.x", "serviceType": "Mysql",
    "connection": {"config": MYSQL}, "status": "Successful",
}  # fmt: skip

Exchange = tuple[str, str, frozenset[str], Any]
"""Method, path with ids replaced, names of the query, and the body."""


def recorded(release: str, scenario: str) -> list[Exchange]:
    """Return the requests of a recording that a server accepted, or for want of a service not."""
    for folder in FOLDERS:
        file = shared(f"{folder}/{release}/{scenario}.json")
        if file is not None:
            listed = json.loads(file.read_text("utf-8"))
            break
    else:
        pytest.skip(f"the recording {scenario} of {release} is not available")
    found = []
    for exchange in listed:
        request, status = exchange["request"], exchange["response"]["status"]
        if status < 400 or "due to [" in str(exchange["response"].get("body")):
            query = frozenset(request.get("query") or ())
            path = UUID.sub("{id}", request["path"])
            found.append((request["method"], path, query, request.get("body")))
    return found


def sent(seen: Seen) -> Exchange:
    path, _, query = seen.path.partition("?")
    names = frozenset(name for name, _ in parse_qsl(query))
    body = json.loads(seen.body) if seen.body else None
    return seen.method, UUID.sub("{id}", unquote(path).removeprefix("/api")), names, body


def shape(value: Any) -> Any:
    """Return the names of a body, without its values."""
    if isinstance(value, dict):
        return {name: shape(below) for name, below in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def answer(seen: Seen) -> Reply:
    if (
        seen.method == "GET"
        and "pipelineStatus/" not in seen.path
        and ("tatus" in seen.path or "kpiResult" in seen.path or "collect" in seen.path)
    ):
        return Reply(200, {"data": [], "paging": {"total": 0}})
    is_run = "logs" in seen.path or "pipelineStatus" in seen.path
    return Reply(200, {} if is_run else ENTITY)


@pytest.fixture(params=["1.0.4", "1.2.0", "1.6.0"])
def om(request: pytest.FixtureRequest) -> Iterator[tuple[Client, Stub, str]]:
    with (
        Stub() as stub,
        dynclient.connect(stub.host, release=release_named(request.param)) as client,
    ):
        stub.default = answer
        yield client, stub, request.param


NAME = "rec_svc_databaseServices.metadata"
CALLS: list[tuple[str, str, Callable[[Client], Any]]] = [
    ("services", "deploy", lambda om: om.ingestion_pipelines.deploy(ID)),
    ("services", "trigger", lambda om: om.ingestion_pipelines.trigger(ingestion())),
    ("services", "kill", lambda om: om.ingestion_pipelines.kill(ID)),
    ("services", "toggleIngestion", lambda om: om.ingestion_pipelines.toggle(ID)),
    ("services", "last", lambda om: om.ingestion_pipelines.logs(ingestion())),
    ("services", "pipelineStatus", lambda om: om.ingestion_pipelines.runs(NAME)),
    ("services", "pipelineStatus", lambda om: om.ingestion_pipelines.add_run(
        NAME, "running", id=RUN, started=1795343551363, ended=1795343551363)),
    ("services", "testConnectionResult", lambda om: om.database_services.set_connection_result(
        ID, "Successful", steps=[{"name": "CheckAccess", "mandatory": True, "passed": True}])),
    ("services", "trigger", lambda om: om.database_services.test_connection(ID, interval=0)),
    ("quality", "status", lambda om: om.pipelines.statuses("rec_qual_pipe.dag")),
    ("quality", "status", lambda om: om.pipelines.add_status(
        "rec_qual_pipe.dag", "Successful", at=1795305600000, tasks={"a": "Successful"})),
    ("quality", "1795305600000", lambda om: om.pipelines.delete_status(
        "rec_qual_pipe.dag", 1795305600000)),
    ("governance", "kpiResult", lambda om: om.kpis.results("rec_gov_kpi")),
    ("governance", "collect", lambda om: om.web_analytic_events.collected("PageView")),
]  # fmt: skip


def ingestion() -> dict[str, Any]:
    return {"id": ID, "type": "ingestionPipeline", "fullyQualifiedName": NAME}


@pytest.mark.parametrize(("scenario", "last", "call"), CALLS, ids=lambda value: str(value)[:20])
def test_the_request_is_one_that_a_server_accepted(
    om: tuple[Client, Stub, str], scenario: str, last: str, call: Callable[[Client], Any]
) -> None:
    client, stub, release = om
    accepted = recorded(release, scenario)
    call(client)
    ours = [sent(seen) for seen in stub.seen]
    found = [request for request in ours if last in request[1].split("/")]
    assert found, ours
    for method, path, query, body in found:
        same = [each for each in accepted if each[:2] == (method, path)]
        assert same, (method, path)
        assert any(query == each[2] and shape(body) == shape(each[3]) for each in same), (
            query, shape(body), [(each[2], shape(each[3])) for each in same],
        )  # fmt: skip


def test_a_kpi_gets_its_result_as_recorded() -> None:
    accepted = [each for each in recorded("1.0.4", "governance") if each[0] == "PUT"]
    with Stub() as stub, dynclient.connect(stub.host, release=release_named("1.0.4")) as client:
        stub.default = answer
        client.kpis.add_result("rec_gov_kpi", {"hasOwnerFraction": 0.5})
        method, path, _, body = sent(stub.seen[-1])
    (same,) = [each for each in accepted if each[:2] == (method, path)]
    assert shape(body) == shape(same[3])
    assert body["targetResult"] == same[3]["targetResult"]


def test_an_app_is_run_as_recorded() -> None:
    accepted = recorded("1.6.0", "flows_apps")
    name = "SearchIndexingApplication"
    with Stub() as stub, dynclient.connect(stub.host, release=release_named("1.6.0")) as client:
        stub.default = answer
        client.apps.trigger(name)
        listed, triggered = (sent(seen) for seen in stub.seen[-2:])
        client.apps.logs(name)
        logs = sent(stub.seen[-1])
    for request in (listed, triggered, logs):
        assert request in accepted
    assert listed[2] == {"limit", "offset"}


def test_the_settings_of_a_run_are_sent_where_the_server_takes_them() -> None:
    with Stub() as stub, dynclient.connect(stub.host, release=release_named("1.13.0")) as client:
        stub.default = answer
        client.apps.trigger("SearchIndexingApplication", config={"recreateIndex": True})
        assert sent(stub.seen[-1])[3] == {"recreateIndex": True}
        with pytest.raises(BadArguments, match="config: must be a dict, not list"):
            client.apps.trigger("SearchIndexingApplication", config=[])  # type: ignore[arg-type]
    with Stub() as stub, dynclient.connect(stub.host, release=release_named("1.6.0")) as client:
        with pytest.raises(NotSupported, match=r"it exists since 1\.7"):
            client.apps.trigger("SearchIndexingApplication", config={})
        assert stub.seen == []
