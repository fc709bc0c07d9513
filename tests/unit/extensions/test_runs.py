"""Runs: what their states mean, and which run is the one that was triggered."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from dynclient.data import data_file
from dynclient.display.displayed import media_types
from dynclient.extensions.runs import Run, Runs, newest_run, outcome_of
from tests.support.trees import ALL_RELEASES, release_named

STATES = [
    ("entity/services/ingestionPipelines/ingestionPipeline.json",
     "/definitions/pipelineStatus/properties/pipelineState"),
    ("entity/applications/appRunRecord.json", "/properties/status"),
    ("entity/automations/workflow.json", "/properties/status"),
    ("entity/datacontract/dataContractResult.json", "/properties/contractExecutionStatus"),
]  # fmt: skip


def test_the_table_of_states_is_valid_by_its_schema() -> None:
    jsonschema.validate(data_file("run_states.json"), data_file("run_states.schema.json"))


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_state_of_a_release_is_in_the_table(name: str) -> None:
    release, table = release_named(name), data_file("run_states.json")
    known = [*table["outcomes"], *table["outcomes_with_end"], *table["unfinished"]]
    states = [
        state
        for path, pointer in STATES
        if path in release.paths
        for state in release.node(path, pointer).target.enum or ()
    ]
    assert {state.casefold() for state in states} <= {state.casefold() for state in known}
    assert states or name == "starter"


def test_upper_and_lower_case_are_the_same() -> None:
    assert outcome_of("PartialSuccess") == outcome_of("partialSuccess") == "partial"
    assert outcome_of("Running") is None


def run(id: str, state: str, start: int, **fields: Any) -> Run:
    return Run(None, "a.b", {"runId": id, "pipelineState": state, "startDate": start, **fields})


def test_the_newest_run_that_was_not_known_is_taken() -> None:
    runs = [run("old", "success", 1), run("other", "running", 9), run("new", "running", 5)]
    assert newest_run(runs, frozenset({"old", "other"})) is runs[2]
    assert newest_run(runs, frozenset({"old", "other", "new"})) is None
    assert newest_run([], frozenset()) is None


def test_a_run_that_has_started_comes_before_one_in_the_queue() -> None:
    runs = [run("manual__1", "queued", 9), run("uuid", "running", 5)]
    assert newest_run(runs, frozenset()) is runs[1]


def test_a_run_shows_its_state_and_its_times() -> None:
    ended = run("id", "failed", 1000, endDate=3000)
    assert repr(ended) == "<Run of a.b: failed>"
    assert (ended.outcome, ended.succeeded, ended.has_ended) == ("failed", False, True)
    assert ended.ended is not None
    assert ended.started is not None
    assert (ended.ended - ended.started).total_seconds() == 2
    new = Run(None, "a.b")
    assert (new.state, new.id, new.started, new.has_ended) == ("triggered", None, None, False)


def test_a_running_run_has_no_end_even_if_the_server_sends_one() -> None:
    assert run("id", "running", 1, endDate=1).ended is None


def test_a_run_is_displayed_with_its_steps() -> None:
    steps = [{"name": "Mysql", "records": 5_000, "errors": 2}, {"name": "REST", "records": 4_998}]
    fields = {"endDate": 130_000, "status": steps}
    forms = media_types(run("1", "partialSuccess", 10_000, **fields))
    assert forms["text/plain"].splitlines() == [
        "run of a.b",
        "",
        "state          partialSuccess",
        "started (UTC)  1970-01-01 00:00:10",
        "ended (UTC)    1970-01-01 00:02:10",
        "took           0:02:00",
        "",
        "step   records  errors",
        "─────  ───────  ──────",
        "Mysql    5,000       2",
        "REST     4,998",
    ]
    assert "dc-warning" in forms["text/html"].split("</style>")[1]


def test_a_run_that_failed_says_why() -> None:
    record = {"status": "failed", "timestamp": 1, "failureContext": {"failure": {"message": "no"}}}
    assert "failure        no" in media_types(Run(None, "app", record))["text/plain"]


def test_a_run_that_the_server_does_not_list_yet_has_a_state_only() -> None:
    text = media_types(Run(None, "app"))["text/plain"]
    assert text.splitlines() == ["run of app", "", "state  triggered"]


def test_runs_are_a_list_that_is_displayed_as_a_table() -> None:
    runs = Runs([run("r1", "success", 10_000, endDate=20_000), run("r2", "running", 5_000)])
    assert runs[1].id == "r2"
    assert isinstance(runs, list)
    assert media_types(runs)["text/plain"].splitlines()[4:] == [
        "✓ success  1970-01-01 00:00:10  1970-01-01 00:00:20  0:00:10  r1",
        "running    1970-01-01 00:00:05                                r2",
    ]
    assert media_types(Runs())["text/plain"].endswith("no runs")
