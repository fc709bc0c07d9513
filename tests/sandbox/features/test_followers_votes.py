"""Followers and votes, and the change events about them."""

from __future__ import annotations

from tests.support.sandbox_tables import NOTHING, TablesApi


def test_a_user_follows_and_unfollows(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/{id}/followers")
    table = api.create_table("liked")
    admin = api.get("/v1/users/name/admin")["id"]
    path = f"/v1/tables/{table['id']}"
    event = api.put(f"{path}/followers", admin)
    assert (event["eventType"], event["entityType"]) == ("entityUpdated", "table")
    assert event["entityId"] == event["entity"]["id"] == table["id"]
    changes = event["changeDescription"]
    assert (changes["fieldsUpdated"], changes["fieldsDeleted"]) == ([], [])
    assert [one["id"] for one in changes["fieldsAdded"][0]["newValue"]] == [admin]
    assert changes["previousVersion"] == table["version"]
    followers = api.get(f"{path}?fields=followers")["followers"]
    assert [user["id"] for user in followers] == [admin]
    changes = api.request("DELETE", f"{path}/followers/{admin}").json()["changeDescription"]
    assert [one["id"] for one in changes["fieldsDeleted"][0]["oldValue"]] == [admin]
    assert api.get(f"{path}?fields=followers").get("followers", []) == []
    api.error("PUT", f"{path}/followers", 404, json=NOTHING)
    api.error("PUT", f"{path}/followers", 400, json={"id": admin})


def test_a_new_vote_replaces_the_earlier_one(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/{id}/vote")
    path = f"/v1/tables/{api.create_table('voted')['id']}"
    counts = []
    for kind in ("votedUp", "votedDown", "unVoted"):
        event = api.put(f"{path}/vote", {"updatedVoteType": kind})
        (change,) = event["changeDescription"]["fieldsUpdated"]
        assert (change["name"], change["newValue"]) == ("votes", kind)
        votes = api.get(f"{path}?fields=votes")["votes"]
        counts.append((votes["upVotes"], votes["downVotes"]))
    assert counts == [(1, 0), (0, 1), (0, 0)]
    assert "sideways" in api.error("PUT", f"{path}/vote", 400, json={"updatedVoteType": "sideways"})
