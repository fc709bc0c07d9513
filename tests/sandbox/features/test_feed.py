"""The activity feed: conversations and tasks."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi


def test_resolving_a_task_changes_the_entity(api: TablesApi) -> None:
    api.serves("POST", "/v1/feed")
    table = api.create_table("discussed", description="old")
    admin = api.got("/v1/users/name/admin")
    # The newest releases take the author from the token.
    has_author = "from" in api.schemas()["CreateThreadRequest"]["properties"]
    author = {"from": "admin"} if has_author else {}
    thread = api.made("/v1/feed", message="hello", about="<#E::table::s.d.c.discussed>", **author)
    api.made(f"/v1/feed/{thread['id']}/posts", message="reply", **author)
    assert api.got(f"/v1/feed/{thread['id']}")["postsCount"] == 1
    details = {
        "type": "UpdateDescription", "oldValue": "old", "suggestion": "new",
        "assignees": [{"id": admin["id"], "type": "user"}],
    }  # fmt: skip
    about = "<#E::table::s.d.c.discussed::description>"
    task = api.made(
        "/v1/feed", message="please", type="Task", about=about, taskDetails=details, **author
    )["task"]
    resolved = api.put(f"/v1/feed/tasks/{task['id']}/resolve", {"newValue": "new"})
    assert resolved["task"]["status"] == "Closed"
    assert api.got(f"/v1/tables/{table['id']}")["description"] == "new"
    link = "%3C%23E::table::s.d.c.discussed%3E"
    listed = api.got(f"/v1/feed?entityLink={link}")["data"]
    assert [one["type"] for one in listed] == ["Task", "Conversation"]
    assert api.ask("DELETE", f"/v1/feed/{thread['id']}").status_code == 200
    assert api.ask("GET", f"/v1/feed/{thread['id']}").status_code == 404
