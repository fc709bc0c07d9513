"""What the feed and change events send is what real servers accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import dynclient
from dynclient.client.client import Client
from tests.replay import recordings
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named

ID = "00000000-0000-4000-8000-00000000000{}"
TABLE = {"id": ID.format(1), "type": "table", "name": "t", "fullyQualifiedName": "a.b.c.t"}
USER = {"id": ID.format(2), "type": "user", "name": "ada", "fullyQualifiedName": "ada"}
TASK = {"id": 7, "type": "UpdateDescription", "assignees": [], "suggestion": "x"}
THREAD = {"id": ID.format(3), "type": "Task", "message": "x", "posts": [], "task": TASK}
COLUMN = {"name": "id", "fullyQualifiedName": "a.b.c.t.id", "dataType": "INT"}
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/|$)")

Shape = tuple[str, str, frozenset[str], str]


def shape(value: Any) -> Any:
    """Return what a body consists of: names and types; times with their unit."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    if isinstance(value, int) and not isinstance(value, bool):
        return "seconds" if value < 100_000_000_000 else "milliseconds"
    return type(value).__name__


def request_shape(method: str, path: str, query: dict[str, str], body: Any) -> Shape:
    names = frozenset(query) - {"limit"}
    return method, _IDS.sub("{id}", path), names, json.dumps(shape(body or None))


@pytest.fixture(params=["1.0.4", "1.2.0", "1.6.0"])
def name(request: pytest.FixtureRequest) -> str:
    if request.param not in recordings.releases():
        pytest.skip("no recordings found; set DYNCLIENT_RECORDINGS")
    return str(request.param)


@pytest.fixture
def accepted(name: str) -> set[Shape]:
    """The requests that a real server accepted."""
    found = set()
    for scenario in recordings.scenarios(name):
        for exchange in recordings.load(name, scenario):
            sent = exchange["request"]
            if exchange["response"]["status"] < 300:
                path = sent["path"].removeprefix("/api")
                parts = (sent["method"], path, sent["query"] or {}, sent.get("body"))
                found.add(request_shape(*parts))
    return found


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        server.routes[f"/api/v1/tables/{TABLE['id']}"] = {**TABLE, "columns": [COLUMN]}
        server.routes[f"/api/v1/users/{USER['id']}"] = USER
        server.routes["/api/v1/users/loggedInUser"] = USER
        server.routes["/api/v1/tags/name/PII.None"] = {"id": ID.format(4), "name": "None"}
        server.routes["/api/v1/feed/count"] = {"data": []}
        server.default = _reply
        yield server


def _reply(seen: Seen) -> Reply:
    path = seen.path.partition("?")[0]
    if seen.method == "GET" and path.endswith(("/feed", "/suggestions", "/posts", "/events")):
        return Reply(200, {"data": []})
    return Reply(200, THREAD)


@pytest.fixture
def om(name: str, stub: Stub) -> Iterator[Client]:
    with dynclient.connect(stub.host, token="x", release=release_named(name)) as client:
        yield client


def test_requests_are_those_that_a_real_server_accepted(
    om: Client, stub: Stub, accepted: set[Shape]
) -> None:
    feed = om.feed
    feed.start(TABLE, "hello")
    feed.start(TABLE, "hello", column="id", field="description")
    feed.reply(THREAD, "reply")
    feed.posts(THREAD)
    feed.get(THREAD)
    list(feed.tasks(TABLE))
    list(feed.tasks(assignee=USER))
    list(feed.announcements(TABLE, active=True))
    feed.announce(TABLE, "x", start="2026-01-01", end="2026-01-02", description="d")
    feed.request_description(TABLE, assignees=USER, suggestion="x")
    feed.request_tags(TABLE, assignees=USER, tags="PII.None", column="id")
    feed.task(7)
    feed.resolve(THREAD, "x")
    feed.close(THREAD, "no")
    feed.delete(THREAD, ID.format(5))
    feed.delete(THREAD)
    if feed.has_operation("suggest"):
        feed.count(TABLE)
        feed.suggest_description(TABLE, "better")
        feed.suggest_tags(TABLE, "PII.None")
        list(feed.suggestions(TABLE))
        feed.accept(ID.format(6))
        feed.reject(ID.format(6))
        feed.accept_all(TABLE, type="SuggestDescription")
    list(om.change_events("2026-01-01", created="table"))
    list(om.change_events("2026-01-01", created=True, updated=True, deleted=True))
    unknown = []
    for seen in stub.seen:
        url = urlsplit(seen.path)
        path = url.path.removeprefix("/api")
        if path.startswith(("/v1/feed", "/v1/suggestions", "/v1/events")):
            body = json.loads(seen.body) if seen.body else None
            found = request_shape(seen.method, path, dict(parse_qsl(url.query)), body)
            if found not in accepted:
                unknown.append(found)
    assert not unknown
