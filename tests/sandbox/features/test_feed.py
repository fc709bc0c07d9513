"""The activity feed: conversations and tasks."""

from __future__ import annotations

from tests.support.sandbox_tables import Shop


def test_tasks_change_what_they_are_about(shop: Shop) -> None:
    shop.serves("POST", "/v1/feed")
    made = shop.table("discussed", description="old")
    admin = shop.got("/v1/users/name/admin")
    # The newest releases go by who asks.
    named = "from" in shop.schemas()["CreateThreadRequest"]["properties"]
    author = {"from": "admin"} if named else {}
    thread = shop.made("/v1/feed", message="hello", about="<#E::table::s.d.c.discussed>", **author)
    shop.made(f"/v1/feed/{thread['id']}/posts", message="reply", **author)
    assert shop.got(f"/v1/feed/{thread['id']}")["postsCount"] == 1
    wanted = {
        "type": "UpdateDescription", "oldValue": "old", "suggestion": "new",
        "assignees": [{"id": admin["id"], "type": "user"}],
    }  # fmt: skip
    about = "<#E::table::s.d.c.discussed::description>"
    task = shop.made(
        "/v1/feed", message="please", type="Task", about=about, taskDetails=wanted, **author
    )["task"]
    done = shop.put(f"/v1/feed/tasks/{task['id']}/resolve", {"newValue": "new"})
    assert done["task"]["status"] == "Closed"
    assert shop.got(f"/v1/tables/{made['id']}")["description"] == "new"
    link = "%3C%23E::table::s.d.c.discussed%3E"
    listed = shop.got(f"/v1/feed?entityLink={link}")["data"]
    assert [one["type"] for one in listed] == ["Task", "Conversation"]
    assert shop.ask("DELETE", f"/v1/feed/{thread['id']}").status_code == 200
    assert shop.ask("GET", f"/v1/feed/{thread['id']}").status_code == 404
