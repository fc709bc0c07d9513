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
from tests.support.stub import Reply, Seen, Stub

START = 1_700_000_000_000


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
