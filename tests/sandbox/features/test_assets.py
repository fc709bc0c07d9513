"""Assets of domains and glossary terms."""

from __future__ import annotations

from tests.support.sandbox_tables import NOTHING, TablesApi


def test_assets_are_added_to_a_domain_and_removed(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/domains/{name}/assets/add")
    table = api.create_table("sold")
    api.create("/v1/domains", name="Sales", description="d", domainType="Aggregate")
    asset = {"assets": [{"id": table["id"], "type": "table"}]}
    for verb, expected in (("add", ["Sales"]), ("remove", [])):
        result = api.put(f"/v1/domains/Sales/assets/{verb}", asset)
        assert result["numberOfRowsPassed"] == 1
        field = "domains" if "domains" in api.schemas()["Table"]["properties"] else "domain"
        value = api.get(f"/v1/tables/{table['id']}?fields={field}").get(field) or []
        domains = value if isinstance(value, list) else [value]
        assert [one["name"] for one in domains] == expected


def test_a_glossary_term_labels_its_assets(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/glossaryTerms/{id}/assets/add")
    api.create("/v1/glossaries", name="labels", description="d")
    term = api.create("/v1/glossaryTerms", name="sold", glossary="labels", description="d")
    table = api.create_table("labelled")
    assets = {"assets": [{"id": table["id"], "type": "table"}]}
    path = f"/v1/glossaryTerms/{term['id']}/assets"

    def labels() -> list[str]:
        tags = api.get(f"/v1/tables/{table['id']}?fields=tags")["tags"]
        return [tag["tagFQN"] for tag in tags]

    # A dry run is the default.
    assert api.put(f"{path}/add", assets)["dryRun"] is True
    assert labels() == []
    result = api.put(f"{path}/add", {**assets, "dryRun": False})
    assert (result["dryRun"], result["numberOfRowsPassed"]) == (False, 1)
    assert labels() == ["labels.sold"]
    api.put(f"{path}/remove", {**assets, "dryRun": False})
    assert labels() == []
    unknown = {"assets": [{"id": NOTHING, "type": "table"}]}
    api.error("PUT", f"{path}/add", 404, json=unknown)


def test_assets_do_not_become_a_version_when_they_are_added(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/domains/{name}/assets/add")
    table = api.create_table("unversioned")
    api.create("/v1/domains", name="Quiet", description="d", domainType="Aggregate")
    api.put("/v1/domains/Quiet/assets/add", {"assets": [{"id": table["id"], "type": "table"}]})
    assert api.get(f"/v1/tables/{table['id']}")["version"] == table["version"]


def test_only_users_are_added_to_a_team(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/teams/{name}/assets/add")
    table = api.create_table("not-a-member")
    api.create("/v1/teams", name="crew", teamType="Group")
    user = api.create("/v1/users", name="sailor", email="sailor@example.com")
    path = "/v1/teams/crew/assets/add"
    refused = {"assets": [{"id": table["id"], "type": "table"}]}
    assert "Only users can be added to a Team" in api.error("PUT", path, 400, json=refused)
    api.put(path, {"assets": [{"id": user["id"], "type": "user"}]})
    teams = api.get("/v1/users/name/sailor?fields=teams")["teams"]
    assert "crew" in [team["name"] for team in teams]
