"""How many threads are about an entity, by the place in it and by their kind."""

from __future__ import annotations

from urllib.parse import quote

from tests.support.sandbox_tables import TablesApi, author_of


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
