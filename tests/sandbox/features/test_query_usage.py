"""Queries: the entities that a query is used in."""

from __future__ import annotations

from tests.support.sandbox_tables import NOTHING, TablesApi


def test_entities_are_added_to_a_query_and_removed(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/queries/{id}/usage")
    tables = [api.create_table(f"used-{name}") for name in "ab"]
    ends = [{"id": table["id"], "type": "table"} for table in tables]
    has_service = "service" in api.schemas()["CreateQuery"]["properties"]
    fields = {"service": "s"} if has_service else {}
    query = api.create("/v1/queries", name="q", query="select 1", queryUsedIn=ends[:1], **fields)
    path = f"/v1/queries/{query['id']}"

    def used() -> list[str]:
        return [one["name"] for one in api.get(f"{path}?fields=queryUsedIn")["queryUsedIn"]]

    change = api.put(f"{path}/usage", ends[1:], 201)["changeDescription"]["fieldsUpdated"][0]
    assert [len(change[name]) for name in ("oldValue", "newValue")] == [1, 2]
    assert used() == ["used-a", "used-b"]
    assert api.request("DELETE", f"{path}/usage", json=ends[:1]).status_code == 201
    assert used() == ["used-b"]
    unknown = [{"id": NOTHING, "type": "table"}]
    assert api.request("PUT", f"{path}/usage", json=unknown).status_code == 404
    assert api.request("PUT", f"{path}/usage", json={"a": 1}).status_code == 400
