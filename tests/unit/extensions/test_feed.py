"""What the feed sends to releases that no tree is available of, and as real servers accepted it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import dynclient
from dynclient.errors import BadArguments
from dynclient.extensions.feed import Feed, ThreadCounts
from dynclient.schema import Release
from tests.support.stub import Reply, Seen, Stub

ID = "00000000-0000-4000-8000-00000000000{}"
TABLE = {"id": ID.format(1), "name": "t", "fullyQualifiedName": "a.b.c.t"}
USER = {"id": ID.format(2), "name": "ada", "fullyQualifiedName": "ada", "email": "ada@x.org"}
TASK = {"id": ID.format(3), "taskId": "TASK-00001", "payload": {"suggestionType": "Description"}}
ENTITY = {**TABLE, "type": "table"}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        state = {**TABLE, "description": "some", "columns": []}
        server.routes[f"/api/v1/tables/{TABLE['id']}"] = state
        server.routes["/api/v1/users/name/ada"] = USER
        server.routes["/api/v1/users/loggedInUser"] = USER
        server.default = _reply
        yield server


def _reply(seen: Seen) -> Reply:
    path = seen.path.partition("?")[0]
    if seen.method == "GET" and path.endswith(("/tasks", "/announcements")):
        return Reply(200, {"data": [TASK], "paging": {"total": 1}})
    return Reply(200, TASK)


@pytest.fixture
def feed(stub: Stub) -> Iterator[Any]:
    """The feed of a server of release 2.0."""
    starter = dynclient.release("starter")
    newer = Release(starter._pack)  # the documents of another one; only the version matters here
    object.__setattr__(newer, "version", (2, 0, 0))
    with dynclient.connect(stub.host, token="x", release=newer) as om:
        yield om.extension("feed")


def sent(stub: Stub) -> tuple[str, str, dict[str, str], Any]:
    """Return method, path, query and body of the last request."""
    seen = stub.seen[-1]
    url = urlsplit(seen.path)
    body = json.loads(seen.body) if seen.body else None
    return seen.method, url.path.removeprefix("/api/v1"), dict(parse_qsl(url.query)), body


def test_tasks_and_announcements_of_2_0_are_entities(feed: Feed, stub: Stub) -> None:
    assert len(list(feed.tasks(ENTITY, assignee="ada", status="Open"))) == 1
    method, path, query, _ = sent(stub)
    del query["limit"]
    assert (method, path) == ("GET", "/tasks")
    assert query == {"aboutEntity": "a.b.c.t", "assignee": "ada", "status": "Open"}

    feed.request_description(ENTITY, assignees="ada", suggestion="all")
    method, path, _, body = sent(stub)
    assert (method, path) == ("POST", "/tasks")
    assert body == {
        "category": "MetadataUpdate",
        "type": "DescriptionUpdate",
        "description": "Description of a.b.c.t",
        "about": "a.b.c.t",
        "aboutType": "table",
        "assignees": ["ada"],
        "payload": {
            "fieldPath": "description",
            "currentDescription": "some",
            "newDescription": "all",
        },
    }

    feed.resolve(TASK, "all")
    body = {"resolutionType": "Approved", "newValue": "all"}
    assert sent(stub) == ("POST", f"/tasks/{TASK['id']}/resolve", {}, body)
    feed.close("TASK-00001", "no & never")
    assert sent(stub)[:3] == ("POST", f"/tasks/{TASK['id']}/close", {"comment": "no & never"})
    assert stub.seen[-2].path == "/api/v1/tasks/name/TASK-00001"
    feed.task(TASK)
    assert sent(stub) == ("GET", f"/tasks/{TASK['id']}", {}, None)
    feed.reply(TASK, "yes")
    assert sent(stub) == ("POST", f"/tasks/{TASK['id']}/comments", {}, "yes")

    feed.suggest_description(ENTITY, "better")
    assert sent(stub)[3]["payload"] == {
        "fieldPath": "description",
        "suggestionType": "Description",
        "suggestedValue": "better",
    }
    feed.accept(TASK)
    assert sent(stub)[:2] == ("PUT", f"/tasks/{TASK['id']}/suggestion/apply")
    feed.reject(TASK)
    assert sent(stub)[:2] == ("POST", f"/tasks/{TASK['id']}/close")
    feed.accept_all(ENTITY, type="SuggestDescription")
    assert sent(stub)[:2] == ("PUT", f"/tasks/{TASK['id']}/suggestion/apply")
    count = len(stub.seen)
    feed.reject_all(ENTITY, type="SuggestTagLabel")  # there is none of this type
    assert all(seen.method == "GET" for seen in stub.seen[count:])

    link = "<#E::table::a.b.c.t>"
    assert len(list(feed.announcements(ENTITY, active=True))) == 1
    assert sent(stub)[1:3] == (
        "/announcements",
        {"entityLink": link, "active": "true", "limit": sent(stub)[2]["limit"]},
    )
    feed.announce(ENTITY, "outage", start=1_000_000_000_000, end=1_000_000_000_001)
    assert sent(stub)[3] == {
        "displayName": "outage",
        "description": "outage",
        "entityLink": link,
        "startTime": 1_000_000_000_000,
        "endTime": 1_000_000_000_001,
    }
    feed.delete({"id": ID.format(4), "startTime": 1})
    assert sent(stub)[:3] == ("DELETE", f"/announcements/{ID.format(4)}", {"hardDelete": "true"})


def test_nothing_is_sent_for_bad_arguments(feed: Feed, stub: Stub) -> None:
    with pytest.raises(BadArguments, match="must be after start="):
        feed.announce(ENTITY, "never", start="2026-01-02", end="2026-01-01")
    with pytest.raises(BadArguments, match="at least one user"):
        feed.request_tags(ENTITY, assignees=())
    with pytest.raises(BadArguments, match="did you mean SuggestTagLabel"):
        feed.accept_all(ENTITY, type="SuggestTagLabels")
    assert not stub.seen


def test_counts_have_a_total() -> None:
    assert ThreadCounts(1, 2, 3, 4).total == 10


@pytest.mark.parametrize("value", [None, "nope", "", "../users"])
def test_what_is_not_an_id_is_refused_before_anything_is_sent(
    stub: Stub, feed: Any, value: Any
) -> None:
    for method, what in {
        "posts": "thread", "get": "thread", "accept": "suggestion", "reject": "suggestion",
        "task": "task", "resolve": "task",
    }.items():  # fmt: skip
        with pytest.raises(BadArguments, match=f"{what}: must be a {what}"):
            getattr(feed, method)(value)
    with pytest.raises(BadArguments, match="assignees: must be a name"):
        feed.request_description(ENTITY, assignees=None)
    assert not any(seen.path.startswith(("/api/v1/feed", "/api/v1/tasks")) for seen in stub.seen)
