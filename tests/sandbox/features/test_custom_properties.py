"""Custom properties: defined on an entity type, checked on entities."""

from __future__ import annotations

import pytest

from tests.support.sandbox_tables import TablesApi


def test_values_of_custom_properties_are_validated(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/metadata/types/{id}")
    if api.request("GET", "/v1/metadata/types/name/integer").status_code == 404:
        pytest.skip("this release has no field types")
    kind = api.get("/v1/metadata/types/name/integer")
    table = api.get("/v1/metadata/types/name/table")
    definition = {"name": "rank", "description": "How good it is.", "propertyType": {
        "id": kind["id"], "type": "type",
    }}  # fmt: skip
    defined = api.put(f"/v1/metadata/types/{table['id']}", definition)
    assert [one["name"] for one in defined["customProperties"]] == ["rank"]
    ranked = api.create_table("ranked", extension={"rank": 3})
    assert api.get(f"/v1/tables/{ranked['id']}?fields=extension")["extension"] == {"rank": 3}
    for extension, message in (({"rank": "x"}, "string found, integer expected"),
                            ({"nope": 1}, "Unknown custom field nope")):  # fmt: skip
        change = {"op": "add", "path": "/extension", "value": extension}
        response = api.patch(f"/v1/tables/{ranked['id']}", change)
        assert response.status_code == 400
        assert message in response.json()["message"]
    removed = {"op": "remove", "path": "/customProperties/0"}
    assert api.patch(f"/v1/metadata/types/{table['id']}", removed).status_code == 200
    assert "extension" not in api.get(f"/v1/tables/{ranked['id']}?fields=extension")


def test_entity_types_have_their_schemas(api: TablesApi) -> None:
    types = api.get("/v1/metadata/types?category=entity&limit=1000")["data"]
    table = next((one for one in types if one["name"] == "table"), None)
    if table is None:
        pytest.skip("the schemas of this release do not mark entity types")
    assert table["nameSpace"] == "data"
    assert '"$ref" : "../../type/basic.json' in table["schema"]
