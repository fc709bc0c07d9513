"""Lists by offset: assets, ports, columns and children."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi

COLUMNS = [{"name": f"c{n}", "dataType": "INT"} for n in range(3)]


def test_columns_are_listed_by_offset(api: TablesApi) -> None:
    api.skip_unless_served("GET", "/v1/tables/name/{name}/columns")
    fqn = api.create_table("wide", columns=COLUMNS)["fullyQualifiedName"]
    page = api.get(f"/v1/tables/name/{fqn}/columns?limit=2&offset=1&fields=tags")
    assert [one["name"] for one in page["data"]] == ["c1", "c2"]
    assert page["paging"] == {"offset": 1, "limit": 2, "total": 3}
    for query in ("limit=0", "limit=1001", "offset=-1"):
        assert "query param" in api.error("GET", f"/v1/tables/name/{fqn}/columns?{query}", 400)
    api.error("GET", "/v1/tables/name/nope/columns", 404)


def test_assets_of_a_tag_are_those_with_the_very_tag(api: TablesApi) -> None:
    api.skip_unless_served("GET", "/v1/tags/name/{name}/assets")
    api.create("/v1/classifications", name="Nest", description="d")
    api.create("/v1/tags", name="Up", classification="Nest", description="d")
    api.create("/v1/tags", name="Low", classification="Nest", parent="Nest.Up", description="d")
    for name, tag in (("upper", "Nest.Up"), ("lower", "Nest.Up.Low")):
        label = {"tagFQN": tag, "source": "Classification", "labelType": "Manual"}
        api.create_table(name, tags=[{**label, "state": "Confirmed"}])
    page = api.get("/v1/tags/name/Nest.Up/assets")
    assert [one["name"] for one in page["data"]] == ["upper"]
    assert page["data"][0]["type"] == "table"


def test_ports_are_added_listed_and_removed(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/dataProducts/{name}/inputPorts/add")
    table = api.create_table("port")
    api.create("/v1/domains", name="Harbour", description="d", domainType="Aggregate")
    api.create("/v1/dataProducts", name="Ship", description="d", domains=["Harbour"])
    body = {"assets": [{"id": table["id"], "type": "table"}]}
    assert api.put("/v1/dataProducts/Ship/inputPorts/add", body)["numberOfRowsPassed"] == 1
    api.put("/v1/dataProducts/Ship/inputPorts/add", body)
    found = api.get("/v1/dataProducts/name/Ship/inputPorts")
    assert [one["fullyQualifiedName"] for one in found["data"]] == [table["fullyQualifiedName"]]
    assert api.get("/v1/dataProducts/name/Ship/outputPorts")["data"] == []
    api.put("/v1/dataProducts/Ship/inputPorts/remove", body)
    assert api.get("/v1/dataProducts/name/Ship/inputPorts")["paging"]["total"] == 0
