"""Assets of domains."""

from __future__ import annotations

from tests.support.sandbox_tables import Shop


def test_assets_join_and_leave_a_domain(shop: Shop) -> None:
    shop.serves("PUT", "/v1/domains/{name}/assets/add")
    table = shop.table("sold")
    shop.made("/v1/domains", name="Sales", description="d", domainType="Aggregate")
    asset = {"assets": [{"id": table["id"], "type": "table"}]}
    for verb, expected in (("add", ["Sales"]), ("remove", [])):
        told = shop.put(f"/v1/domains/Sales/assets/{verb}", asset)
        assert told["numberOfRowsPassed"] == 1
        field = "domains" if "domains" in shop.schemas()["Table"]["properties"] else "domain"
        held = shop.got(f"/v1/tables/{table['id']}?fields={field}").get(field) or []
        named = held if isinstance(held, list) else [held]
        assert [one["name"] for one in named] == expected
