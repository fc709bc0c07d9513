"""Change events: none is lost or read twice, whatever the order in which they are logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import BadArguments
from dynclient.extensions.change_events import OVERLAP
from tests.support.fake_transport import fake_client, reply
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named

START = 1_700_000_000_000
EMPTY = {"data": [], "paging": {"total": 0}}


class Log:
    """The events of a server."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, time: int, kind: str = "entityUpdated", **more: Any) -> None:
        id = f"00000000-0000-4000-8000-{len(self.events):012}"
        event = {"id": id, "eventType": kind, "entityType": "table", "timestamp": START + time}
        self.events.append({**event, "entityId": id, **more})

    def __call__(self, seen: Seen) -> Reply:
        query = {name: values[0] for name, values in parse_qs(urlsplit(seen.path).query).items()}
        found = [
            event
            for event in self.events
            if event["eventType"] in query and event["timestamp"] >= int(query["timestamp"])
        ]
        return Reply(200, {"data": found, "paging": {"total": len(found)}})


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def om(log: Log) -> Iterator[Client]:
    with Stub() as stub:
        stub.routes["/api/v1/events"] = log
        with dynclient.connect(stub.host, token="x", release="starter") as om:
            yield om


def times(events: Any) -> list[int]:
    return [event.timestamp - START for event in events]


def test_events_that_are_logged_late_are_read(om: Client, log: Log) -> None:
    log.add(5)
    log.add(10)
    events = om.change_events(START)
    assert times(events) == [5, 10]
    log.add(7)  # its response was sent before that of the last one
    log.add(10)
    log.add(20)
    assert times(events.new()) == [7, 10, 20]
    assert times(events.new()) == []
    assert times(events) == [5, 7, 10, 10, 20]
    assert events.last == datetime(2023, 11, 14, 22, 13, 20, 20_000, tzinfo=UTC)


def test_equal_events_without_ids_are_all_read(om: Client, log: Log) -> None:
    log.add(5, entityId="e")
    log.events[0].pop("id")
    log.events.append(dict(log.events[0]))
    events = om.change_events(START)
    assert times(events) == [5, 5]
    log.events.append(dict(log.events[0]))
    assert times(events.new()) == [5]
    assert times(events.new()) == []


def test_deletions_have_the_time_of_the_last_change_and_are_read_all_the_same(
    om: Client, log: Log
) -> None:
    log.add(5)
    log.add(10 * OVERLAP)
    events = om.change_events(START)
    assert len(times(events)) == 2
    log.add(5, "entityDeleted")
    log.add(6, "entitySoftDeleted")  # only listed by servers that list it with deletions
    assert times(events.new()) == [5]
    assert times(events.new()) == []


def test_what_is_left_of_a_loop_is_new(om: Client, log: Log) -> None:
    for time in (3, 1, 2):
        log.add(time)
    events = om.change_events(START)
    assert next(iter(events)).timestamp == START + 1
    assert times(events.new()) == [2, 3]


def test_loops_do_not_take_events_from_each_other(om: Client, log: Log) -> None:
    log.add(1)
    log.add(2)
    events = om.change_events(START)
    first, second = iter(events), iter(events)
    assert next(first).timestamp == next(second).timestamp == START + 1
    assert times(first) == times(second) == [2]


def test_keys_of_old_events_are_dropped(om: Client, log: Log) -> None:
    for time in range(50):
        log.add(time * OVERLAP)
    events = om.change_events(START, updated=True)
    assert len(times(events)) == 50
    assert len(events._window._seen) == len(events._window._times) == 2
    log.add(49 * OVERLAP)
    assert times(events.new()) == [49 * OVERLAP]


def test_an_end_leaves_later_events_out(om: Client, log: Log) -> None:
    for time in (1, 2, 3):
        log.add(time)
    assert times(om.change_events(START, START + 3)) == [1, 2]
    assert repr(om.change_events(START, START + 3_000)).endswith("until 2023-11-14 22:13:23>")


def test_what_is_not_a_type_or_an_event_is_refused(om: Client) -> None:
    with pytest.raises(BadArguments, match="must be a name"):
        om.change_events(created=5)
    with pytest.raises(BadArguments, match="event: must be a dict, not str"):
        om.change_events.entity("x")


def test_another_process_continues_at_a_position(om: Client, log: Log) -> None:
    for time in (5, 10 * OVERLAP, 10 * OVERLAP + 1):
        log.add(time)
    log.add(5, "entityDeleted")
    events = om.change_events(START, types="table")
    assert len(times(events)) == 4
    position = events.position
    log.add(10 * OVERLAP - 1)  # late
    log.add(11 * OVERLAP)
    log.add(6, "entityDeleted")
    resumed = om.change_events.resume(position)
    assert times(resumed.new()) == [6, 10 * OVERLAP - 1, 11 * OVERLAP]
    assert times(events.new()) == [6, 10 * OVERLAP - 1, 11 * OVERLAP]
    assert resumed.position == events.position
    assert times(om.change_events.resume(resumed.position).new()) == []
    assert len(times(resumed)) == 7  # a loop begins at the beginning


def test_a_position_has_no_keys_of_what_the_server_has_removed(om: Client, log: Log) -> None:
    for time in range(200):
        log.add(time, "entityDeleted")
    events = om.change_events(START)
    assert len(times(events)) == 200
    length = len(events.position)
    del log.events[:]
    assert times(events.new()) == []
    assert len(events.position) < length / 10


def test_the_overlap_is_what_is_read_again(om: Client, log: Log) -> None:
    log.add(10 * OVERLAP)
    near, far = om.change_events(START), om.change_events(START, overlap=OVERLAP / 100)
    assert times(near) == times(far) == [10 * OVERLAP]
    log.add(2 * OVERLAP)
    assert times(near.new()) == []
    assert times(far.new()) == [2 * OVERLAP]
    for overlap in (-1, "x", True, float("inf")):
        with pytest.raises(BadArguments, match="overlap: must be a number of seconds"):
            om.change_events(START, overlap=overlap)  # type: ignore[arg-type]


def test_what_is_not_a_position_is_refused(om: Client) -> None:
    position = om.change_events(START).position
    for wrong in ("", "x", "eJyrBgABcwC5", position[:-9], position + "AAAA", 5, None):
        with pytest.raises(BadArguments, match=r"position: must be \.position of change events"):
            om.change_events.resume(wrong)  # type: ignore[arg-type]


def test_the_time_of_the_server_is_that_of_its_responses() -> None:
    dates = ["Tue, 14 Nov 2023 22:13:20 GMT", "nonsense", None]
    answers = iter([{} if date is None else {"Date": date} for date in dates])
    om, transport = fake_client(
        release_named("starter"), lambda _: reply(200, EMPTY, next(answers))
    )
    assert om.change_events.server_time() == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert int(dict(transport.seen[0].query)["timestamp"]) > START * 2
    assert om.change_events.server_time() is None
    assert om.change_events.server_time() is None
