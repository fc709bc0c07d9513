"""Change events, read by time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotSupported, UsageError


def kinds(events: Any, *teams: Any) -> list[str]:
    ids = {team.id for team in teams}
    return [str(event.eventType) for event in events if event.entityId in ids]


def test_events_are_read_once_and_in_order(each: Client) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    team = each.teams.create(name="eventful", teamType="Group")
    events = each.change_events(start, types="team")
    assert events.last is None
    assert kinds(events, team) == ["entityCreated"]
    assert events.last is not None
    team.description = "a team"
    each.save(team)
    assert kinds(events.new(), team) == ["entityUpdated"]
    assert not kinds(events.new(), team)
    each.teams.delete(team, hard=True)
    assert kinds(events.new(), team) == ["entityDeleted"]
    found = list(events)
    assert sorted(kinds(found, team)) == ["entityCreated", "entityDeleted", "entityUpdated"]
    assert [event.timestamp for event in found] == sorted(event.timestamp for event in found)
    assert type(found[0]) is each.types.ChangeEvent
    assert "since 20" in repr(events)


def test_events_that_were_not_read_are_read_later(each: Client) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    teams = [each.teams.create(name=f"eventful{n}", teamType="Group") for n in range(3)]
    try:
        events = each.change_events(since=start, created="teams")
        first = next(iter(events))
        rest = list(events.new())
        ids = [event.entityId for event in (first, *rest)]
        assert len(ids) == len(set(ids))
        assert {team.id for team in teams} <= set(ids)
    finally:
        for team in teams:
            each.teams.delete(team, hard=True)


def test_events_are_chosen_by_kind_type_and_end(each: Client) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    team = each.teams.create(name="eventful", teamType="Group")
    try:
        assert not kinds(each.change_events(start, types="user"), team)
        assert not kinds(each.change_events(start, deleted=True), team)
        assert not kinds(each.change_events(start, created=["user", "role"]), team)
        assert not kinds(each.change_events(start, created=False, types="team"), team)
        assert kinds(each.change_events(start, created=["user", "team"]), team)
        (event,) = (
            event for event in each.change_events(start, created=True) if event.entityId == team.id
        )
        assert not kinds(each.change_events(start, event.timestamp, types="team"), team)
        assert kinds(each.change_events(start, event.timestamp + 1, types="team"), team)
        entity = each.change_events.entity(event)
        assert type(entity) is each.types.Team
        assert entity.name == "eventful"
        state = json.loads(event.entity) if isinstance(event.entity, str) else None
        assert state is None or state["name"] == "eventful"
    finally:
        each.teams.delete(team, hard=True)


def test_bad_times_and_types_are_refused(each: Client) -> None:
    with pytest.raises(BadArguments, match="must be after since="):
        each.change_events("2026-01-02", "2026-01-01")
    with pytest.raises(UsageError, match="table"):
        each.change_events(types="tabel")
    node = each.release.node("type/changeEvent.json").properties["eventType"]
    if "entityRestored" not in (node.target.enum or ()):
        with pytest.raises(NotSupported):
            each.change_events(restored=True)
