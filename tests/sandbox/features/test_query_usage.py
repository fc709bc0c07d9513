"""Queries: the entities that a query is used in."""

from __future__ import annotations

from tests.support.sandbox_tables import NOTHING, Shop


def test_what_a_query_is_used_in(shop: Shop) -> None:
    shop.serves("PUT", "/v1/queries/{id}/usage")
    tables = [shop.table(f"used-{name}") for name in "ab"]
    ends = [{"id": table["id"], "type": "table"} for table in tables]
    taken = "service" in shop.schemas()["CreateQuery"]["properties"]
    more = {"service": "s"} if taken else {}
    made = shop.made("/v1/queries", name="q", query="select 1", queryUsedIn=ends[:1], **more)
    path = f"/v1/queries/{made['id']}"

    def used() -> list[str]:
        return [one["name"] for one in shop.got(f"{path}?fields=queryUsedIn")["queryUsedIn"]]

    change = shop.put(f"{path}/usage", ends[1:], 201)["changeDescription"]["fieldsUpdated"][0]
    assert [len(change[name]) for name in ("oldValue", "newValue")] == [1, 2]
    assert used() == ["used-a", "used-b"]
    assert shop.ask("DELETE", f"{path}/usage", json=ends[:1]).status_code == 201
    assert used() == ["used-b"]
    unknown = [{"id": NOTHING, "type": "table"}]
    assert shop.ask("PUT", f"{path}/usage", json=unknown).status_code == 404
    assert shop.ask("PUT", f"{path}/usage", json={"a": 1}).status_code == 400
