"""Waiting: when it polls, what ends it, and what it says; no test waits."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import dynclient
from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.extensions.waiting import Waiting

ID = "00000000-0000-4000-8000-000000000001"


class Clock:
    """A clock that only advances when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Job:
    """Something that can be polled, with prepared states."""

    def __init__(self, *states: Any) -> None:
        self.states = list(states)
        self.polls = 0

    def poll(self) -> Mapping[str, Any]:
        self.polls += 1
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return state if isinstance(state, dict) else {"status": state}

    def __repr__(self) -> str:
        return "<the job>"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def om() -> Iterator[Client]:
    with dynclient.connect("http://127.0.0.1:9", release="starter") as client:
        yield client


@pytest.fixture
def waiting(om: Client, clock: Clock) -> Waiting:
    return Waiting(om.session, clock.sleep, clock)


def test_pauses_grow_to_fifteen_seconds(waiting: Waiting, clock: Clock) -> None:
    job = Job(*["running"] * 12, "success")
    assert waiting.wait(job) is job
    assert clock.pauses[:3] == [1.0, 1.5, 2.25]
    assert clock.pauses[-1] == 15.0
    assert clock.pauses == sorted(clock.pauses)


def test_an_interval_stays_the_same(waiting: Waiting, clock: Clock) -> None:
    waiting.wait(Job("queued", "running", "running", "success"), interval=3)
    assert clock.pauses == [3, 3, 3]


def test_the_time_is_never_exceeded_and_the_end_is_looked_at(
    waiting: Waiting, clock: Clock
) -> None:
    job = Job("running")
    with pytest.raises(errors.WaitTimedOut) as raised:
        waiting.wait(job, timeout=10, interval=4)
    assert clock.pauses == [4, 4, 2]
    assert job.polls == 4
    assert raised.value.status == "running"
    assert raised.value.seconds == 10
    assert str(raised.value) == "<the job> was polled for 10 s; its status is 'running'"
    assert isinstance(raised.value, TimeoutError)
    assert pickle.loads(pickle.dumps(raised.value)).status == "running"


def test_a_timeout_of_zero_polls_once(waiting: Waiting, clock: Clock) -> None:
    job = Job("running")
    with pytest.raises(errors.WaitTimedOut):
        waiting.wait(job, timeout=0)
    assert (job.polls, clock.pauses) == (1, [])
    assert waiting.wait(Job("success"), timeout=0)


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        ({"status": "partialSuccess"}, True),
        ({"status": "Failed"}, True),
        ({"status": "SUCCESS"}, True),
        ({"status": "stopped"}, True),
        ({"status": "stopInProgress"}, False),
        ({"status": "activeError"}, False),
        ({"status": "activeError", "endTime": 1}, True),
        ({"status": "quantum"}, False),
        ({"status": "quantum", "ended": True}, True),
        ({"status": "success", "ended": False}, False),
    ],
)
def test_the_state_says_whether_it_has_ended(
    waiting: Waiting, state: dict[str, Any], ends: bool
) -> None:
    job = Job(state, {"status": "ok", "ended": True})
    waiting.wait(job)
    assert (job.polls == 1) is ends


def test_a_status_or_several_or_a_function_end_the_wait(waiting: Waiting) -> None:
    job = Job("queued", "Running", "success")
    assert waiting.wait(job, "running").polls == 2
    assert waiting.wait(Job("queued", "running", "success"), ["running", "queued"]).polls == 1
    assert waiting.wait(Job("running"), lambda job: job.polls == 3).polls == 3
    assert waiting.wait(Job("failed"), "running").polls == 1


def test_progress_is_reported_after_each_poll(waiting: Waiting) -> None:
    seen: list[str] = []
    waiting.wait(Job("queued", "success"), on_progress=lambda state: seen.append(state["status"]))
    assert seen == ["queued", "success"]


def test_a_failure_is_raised_only_where_that_is_asked_for(waiting: Waiting) -> None:
    assert waiting.wait(Job("failed"))
    for status in ("failed", "stopped", "partialSuccess"):
        with pytest.raises(errors.RunFailed, match=f"<the job>.*'{status}'") as raised:
            waiting.wait(Job(status), raise_on_failure=True)
        assert raised.value.status == status
    assert waiting.wait(Job("success"), raise_on_failure=True)


def test_a_server_that_is_away_for_a_while_is_polled_again(waiting: Waiting, clock: Clock) -> None:
    away = errors.Unavailable("away", status=503, code=503, method="GET", url="u")
    job = Job("running", away, away, "success")
    assert waiting.wait(job, interval=1).polls == 4
    with pytest.raises(errors.WaitTimedOut) as raised:
        waiting.wait(Job("running", away), timeout=2, interval=1)
    assert raised.value.status == "running"
    assert raised.value.__cause__ is away


def test_other_errors_end_the_wait(waiting: Waiting) -> None:
    error = errors.Forbidden("no", status=403, code=403, method="GET", url="u")
    with pytest.raises(errors.Forbidden):
        waiting.wait(Job("running", error))


def test_all_wrong_arguments_are_reported_at_once(waiting: Waiting) -> None:
    with pytest.raises(errors.BadArguments) as raised:
        waiting.wait(3, 4, timeout=-1, interval="x", on_progress=5)  # type: ignore[arg-type]
    places = [problem.path for problem in raised.value.problems]
    assert places == ["target", "timeout", "interval", "until", "on_progress"]


@pytest.mark.parametrize("until", ["running", ["running", "success"]])
def test_a_status_of_an_entity_without_one_is_refused(
    om: Client, waiting: Waiting, until: Any
) -> None:
    table = model.load(om.release.find("Table"), {"id": ID, "name": "t"})
    with pytest.raises(errors.BadArguments, match="until: must be 'gone', or a function"):
        waiting.wait(table, until)


def test_a_timeout_below_a_second_is_not_zero(waiting: Waiting) -> None:
    with pytest.raises(errors.WaitTimedOut, match=r"was polled for 0\.2 s"):
        waiting.wait(Job("running"), timeout=0.2)
