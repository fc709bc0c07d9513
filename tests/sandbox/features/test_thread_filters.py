"""Which threads a list has: by what they are to a user, and whether they are resolved or active."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import TablesApi, author_of


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
