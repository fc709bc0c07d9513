"""The activity feed: conversations, posts, announcements and tasks."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.support.sandbox_tables import TablesApi


def test_resolving_a_task_changes_the_entity(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    table = api.create_table("discussed", description="old")
    admin = api.get("/v1/users/name/admin")
    # The newest releases take the author from the token.
    has_author = "from" in api.schemas()["CreateThreadRequest"]["properties"]
    author = {"from": "admin"} if has_author else {}
    thread = api.create("/v1/feed", message="hello", about="<#E::table::s.d.c.discussed>", **author)
    api.create(f"/v1/feed/{thread['id']}/posts", message="reply", **author)
    assert api.get(f"/v1/feed/{thread['id']}")["postsCount"] == 1
    details = {
        "type": "UpdateDescription", "oldValue": "old", "suggestion": "new",
        "assignees": [{"id": admin["id"], "type": "user"}],
    }  # fmt: skip
    about = "<#E::table::s.d.c.discussed::description>"
    task = api.create(
        "/v1/feed", message="please", type="Task", about=about, taskDetails=details, **author
    )["task"]
    resolved = api.put(f"/v1/feed/tasks/{task['id']}/resolve", {"newValue": "new"})
    assert resolved["task"]["status"] == "Closed"
    assert api.get(f"/v1/tables/{table['id']}")["description"] == "new"
    link = "%3C%23E::table::s.d.c.discussed%3E"
    listed = api.get(f"/v1/feed?entityLink={link}")["data"]
    assert [one["type"] for one in listed] == ["Task", "Conversation"]
    assert api.request("DELETE", f"/v1/feed/{thread['id']}").status_code == 200
    assert api.request("GET", f"/v1/feed/{thread['id']}").status_code == 404


def author_of(api: TablesApi) -> dict[str, str]:
    """Return the author of a message; the newest releases take it from the token."""
    has_author = "from" in api.schemas()["CreateThreadRequest"]["properties"]
    return {"from": "admin"} if has_author else {}


def test_posts_are_changed_and_deleted(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    api.create_table("posted")
    author = author_of(api)
    thread = api.create("/v1/feed", message="m", about="<#E::table::s.d.c.posted>", **author)
    path = f"/v1/feed/{thread['id']}"
    for text in ("first", "second"):
        api.create(f"{path}/posts", message=text, **author)
    first, second = api.get(f"{path}/posts")["data"]
    change = {"op": "replace", "path": "/message", "value": "changed"}
    assert api.patch(f"{path}/posts/{first['id']}", change).json()["message"] == "changed"
    assert api.request("DELETE", f"{path}/posts/{second['id']}").status_code == 200
    api.error("DELETE", f"{path}/posts/{second['id']}", 404)
    after = api.get(path)
    assert ([post["message"] for post in after["posts"]], after["postsCount"]) == (["changed"], 1)
    same = {"op": "replace", "path": "/message", "value": "m"}
    assert api.patch(path, same).headers["X-OpenMetadata-Change"] == "entityNoChange"
    link = "%3C%23E::table::s.d.c.posted%3E"
    (listed,) = api.get(f"/v1/feed?entityLink={link}&limitPosts=0")["data"]
    assert (listed["posts"], listed["postsCount"]) == ([], 1)
    assert "type" in api.error("GET", "/v1/feed?type=Gossip", 400)
    about = {"message": "m", "about": "<#E::table::s.d.c.nowhere>", **author}
    api.error("POST", "/v1/feed", 404, json=about)


def test_a_closed_task_does_not_change_the_entity(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/feed/tasks/{number}/close")
    table = api.create_table("closed", description="old")
    admin = api.get("/v1/users/name/admin")
    details = {"type": "UpdateDescription", "oldValue": "old", "suggestion": "new",
               "assignees": [{"id": admin["id"], "type": "user"}]}  # fmt: skip
    thread = api.create("/v1/feed", message="please", type="Task", taskDetails=details,
                      about="<#E::table::s.d.c.closed::description>", **author_of(api))  # fmt: skip
    number = thread["task"]["id"]
    assert api.get(f"/v1/feed/tasks/{number}")["id"] == thread["id"]
    assigned = f"/v1/feed?type=Task&taskStatus=Open&filterType=ASSIGNED_TO&userId={admin['id']}"
    assert thread["id"] in {one["id"] for one in api.get(f"{assigned}&limit=1000")["data"]}
    closed = api.put(f"/v1/feed/tasks/{number}/close", {"comment": "no"})
    assert closed["task"]["status"] == "Closed"
    assert closed["task"]["closedBy"] == "admin"
    assert thread["id"] not in {one["id"] for one in api.get(f"{assigned}&limit=1000")["data"]}
    assert api.get(f"/v1/tables/{table['id']}")["description"] == "old"
    posts = api.get(f"/v1/feed/{thread['id']}/posts")["data"]
    assert [post["message"] for post in posts] == ["Closed the Task with comment - no"]
    api.error("GET", "/v1/feed/tasks/99999", 404)


def test_announcements_must_not_overlap(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    api.create_table("announced")
    body = {"message": "m", "type": "Announcement", "about": "<#E::table::s.d.c.announced>",
            **author_of(api)}  # fmt: skip

    def during(start: int, end: int) -> dict[str, Any]:
        ahead = 4 * 10**12  # ms
        times = {"description": "d", "startTime": ahead + start, "endTime": ahead + end}
        return {**body, "announcementDetails": times}

    api.post("/v1/feed", during(100, 200))
    assert "overlaps" in api.error("POST", "/v1/feed", 400, json=during(150, 250))
    assert "earlier" in api.error("POST", "/v1/feed", 400, json=during(300, 300))
    api.post("/v1/feed", during(200, 2**40))
    path = "/v1/feed?entityLink=%3C%23E::table::s.d.c.announced%3E&activeAnnouncement="
    counts = [len(api.get(f"{path}{active}")["data"]) for active in ("true", "false")]
    assert counts == [0, 2]


def test_an_announcement_in_seconds_is_active_at_its_time(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    table = api.create_table("urgent")
    now = table["updatedAt"] // 1000
    times = {"description": "d", "startTime": now - 60, "endTime": now + 3600}
    api.create("/v1/feed", message="m", type="Announcement", announcementDetails=times,
               about="<#E::table::s.d.c.urgent>", **author_of(api))  # fmt: skip
    path = "/v1/feed?entityLink=%3C%23E::table::s.d.c.urgent%3E&activeAnnouncement="
    assert len(api.get(f"{path}true")["data"]) == 1
    assert api.get(f"{path}false")["data"] == []


def test_resolved_threads_are_listed_on_request_only(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    api.create_table("settled")
    threads = [
        api.create("/v1/feed", message=text, about="<#E::table::s.d.c.settled>", **author_of(api))
        for text in ("first", "second")
    ]
    change = {"op": "replace", "path": "/resolved", "value": True}
    api.patch(f"/v1/feed/{threads[0]['id']}", change)
    path = "/v1/feed?entityLink=%3C%23E::table::s.d.c.settled%3E"
    assert [one["id"] for one in api.get(path)["data"]] == [threads[1]["id"]]
    assert [one["id"] for one in api.get(f"{path}&resolved=true")["data"]] == [threads[0]["id"]]


def test_the_feed_is_listed_by_pages_from_the_last_updated(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    api.create_table("leafed")
    author = author_of(api)
    ids = [
        api.create("/v1/feed", message=str(number), about="<#E::table::s.d.c.leafed>", **author)[
            "id"
        ]
        for number in range(3)
    ]
    api.create(f"/v1/feed/{ids[0]}/posts", message="again", **author)
    path = "/v1/feed?limit=2&entityLink=%3C%23E::table::s.d.c.leafed%3E"
    page = api.get(path)
    assert [one["id"] for one in page["data"]] == [ids[0], ids[2]]
    rest = api.get(f"{path}&after={quote(page['paging']['after'])}")
    assert [one["id"] for one in rest["data"]] == [ids[1]]
    assert rest["paging"]["total"] == 3
    before = api.get(f"{path}&before={quote(rest['paging']['before'])}")
    assert [one["id"] for one in before["data"]] == [ids[0], ids[2]]


def test_threads_are_selected_by_what_they_are_to_a_user(api: TablesApi) -> None:
    api.skip_unless_served("POST", "/v1/feed")
    ada = api.create("/v1/users", name="ada", email="ada@x.example")
    table = api.create_table("owned")
    api.create_table("others")
    owned = {"id": ada["id"], "type": "user"}
    has_many = "owners" in api.get(f"/v1/tables/{table['id']}?fields=owner" + (
        "s" if api.request("GET", "/v1/tables?fields=owners").ok else ""))  # fmt: skip
    field, value = ("owners", [owned]) if has_many else ("owner", owned)
    api.patch(f"/v1/tables/{table['id']}", {"op": "add", "path": f"/{field}", "value": value})
    api.request("PUT", f"/v1/tables/{table['id']}/followers", json=ada["id"])
    author = author_of(api)

    def thread(about: str, message: str = "m", **more: Any) -> str:
        link = f"<#E::table::s.d.c.{about}>"
        return str(api.create("/v1/feed", message=message, about=link, **author, **more)["id"])

    details = {"type": "RequestDescription", "assignees": [owned]}
    by_kind = {
        "OWNER": {thread("owned")},
        "MENTIONS": {thread("others", "ask <#E::user::ada>")},
        "ASSIGNED_TO": {thread("others", type="Task", taskDetails=details)},
        "ASSIGNED_BY": set(),
    }
    by_kind["FOLLOWS"] = by_kind["OWNER_OR_FOLLOWS"] = by_kind["OWNER"]
    for kind, expected in by_kind.items():
        found = api.get(f"/v1/feed?limit=100&userId={ada['id']}&filterType={kind}")["data"]
        assert {one["id"] for one in found} == expected, kind
    everything = api.get(f"/v1/feed?limit=100&userId={ada['id']}")["data"]
    assert {one["id"] for one in everything} == set().union(*by_kind.values())
    count = api.get("/v1/feed/count?entityLink=%3C%23E::user::ada%3E")
    if "counts" in count:
        assert count["totalCount"] == 3
    else:
        (row,) = count["data"]
        assert (row["conversationCount"], row["openTaskCount"], row["mentionCount"]) == (2, 1, 1)


def test_threads_are_counted_by_what_they_are_about(api: TablesApi) -> None:
    api.skip_unless_served("GET", "/v1/feed/count")
    api.create_table("counted")
    admin = api.get("/v1/users/name/admin")
    details = {"type": "RequestDescription", "assignees": [{"id": admin["id"], "type": "user"}]}
    link = "<#E::table::s.d.c.counted"
    column = f"{link}::columns::id::description>"
    for _ in range(2):
        api.create("/v1/feed", message="m", about=f"{link}>", **author_of(api))
    task = api.create("/v1/feed", message="m", about=column, type="Task", taskDetails=details,
                      **author_of(api))["task"]["id"]  # fmt: skip
    path = f"/v1/feed/count?entityLink={quote(link + '>')}"
    before = api.get(path)
    api.put(f"/v1/feed/tasks/{task}/close", {"comment": "no"})
    after = api.get(path)
    if "counts" in before:
        counts = [{"count": 1, "entityLink": column}, {"count": 2, "entityLink": f"{link}>"}]
        assert before == after == {"totalCount": 3, "counts": counts}
        assert api.get(f"{path}&type=Task&taskStatus=Open")["totalCount"] == 0
        return
    talk = {
        "conversationCount": 2, "totalTaskCount": 0, "mentionCount": 0, "entityLink": f"{link}>"
    }  # fmt: skip
    asked = {"totalTaskCount": 1, "mentionCount": 0, "entityLink": column}
    assert before["data"] == [talk, {**asked, "openTaskCount": 1}]
    assert after["data"] == [talk, {**asked, "closedTaskCount": 1}]
    api.error("GET", "/v1/feed/count", 400)
