"""Assets of domains."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi


def test_assets_are_added_to_a_domain_and_removed(api: TablesApi) -> None:
    api.serves("PUT", "/v1/domains/{name}/assets/add")
    table = api.create_table("sold")
    api.made("/v1/domains", name="Sales", description="d", domainType="Aggregate")
    asset = {"assets": [{"id": table["id"], "type": "table"}]}
    for verb, expected in (("add", ["Sales"]), ("remove", [])):
        result = api.put(f"/v1/domains/Sales/assets/{verb}", asset)
        assert result["numberOfRowsPassed"] == 1
        field = "domains" if "domains" in api.schemas()["Table"]["properties"] else "domain"
        value = api.got(f"/v1/tables/{table['id']}?fields={field}").get(field) or []
        domains = value if isinstance(value, list) else [value]
        assert [one["name"] for one in domains] == expected
