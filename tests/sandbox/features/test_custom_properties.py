"""Custom properties: defined on an entity type, checked on entities."""

from __future__ import annotations

import pytest

from tests.support.sandbox_tables import Shop


def test_custom_properties_hold_what_fits(shop: Shop) -> None:
    shop.serves("PUT", "/v1/metadata/types/{id}")
    if shop.ask("GET", "/v1/metadata/types/name/integer").status_code == 404:
        pytest.skip("this release has no types of fields")
    kind = shop.got("/v1/metadata/types/name/integer")
    table = shop.got("/v1/metadata/types/name/table")
    told = {"name": "rank", "description": "How good it is.", "propertyType": {
        "id": kind["id"], "type": "type",
    }}  # fmt: skip
    defined = shop.put(f"/v1/metadata/types/{table['id']}", told)
    assert [one["name"] for one in defined["customProperties"]] == ["rank"]
    made = shop.table("ranked", extension={"rank": 3})
    assert shop.got(f"/v1/tables/{made['id']}?fields=extension")["extension"] == {"rank": 3}
    for extension, said in (({"rank": "x"}, "string found, integer expected"),
                            ({"nope": 1}, "Unknown custom field nope")):  # fmt: skip
        change = {"op": "add", "path": "/extension", "value": extension}
        error_response = shop.patched(f"/v1/tables/{made['id']}", change)
        assert error_response.status_code == 400
        assert said in error_response.json()["message"]
    removed = {"op": "remove", "path": "/customProperties/0"}
    assert shop.patched(f"/v1/metadata/types/{table['id']}", removed).status_code == 200
    assert "extension" not in shop.got(f"/v1/tables/{made['id']}?fields=extension")


def test_types_tell_their_schemas(shop: Shop) -> None:
    listed = shop.got("/v1/metadata/types?category=entity&limit=1000")["data"]
    table = next((one for one in listed if one["name"] == "table"), None)
    if table is None:
        pytest.skip("the tree of this release marks no types")
    assert table["nameSpace"] == "data"
    assert '"$ref" : "../../type/basic.json' in table["schema"]
