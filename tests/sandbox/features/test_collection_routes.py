"""The routes of collections, and the bodies that they accept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sandbox_tables import TablesApi


def test_related_terms_have_the_form_of_the_release(api: TablesApi) -> None:
    api.create("/v1/glossaries", name="related", description="x")
    fields = {"glossary": "related", "description": "x"}
    other = api.create("/v1/glossaryTerms", name="b", **fields)
    term = api.create("/v1/glossaryTerms", name="a", relatedTerms=["related.b"], **fields)
    path = f"/v1/glossaryTerms/{term['id']}"
    is_object = "TermRelation" in api.schemas()

    def related(id: str) -> list[tuple[str | None, str]]:
        items = api.get(f"/v1/glossaryTerms/{id}?fields=relatedTerms")["relatedTerms"]
        if not is_object:
            return [(None, item["fullyQualifiedName"]) for item in items]
        assert all(set(item) == {"relationType", "term"} for item in items)
        return [(item["relationType"], item["term"]["fullyQualifiedName"]) for item in items]

    kind = "relatedTo" if is_object else None
    assert related(term["id"]) == [(kind, "related.b")]
    assert related(other["id"]) == [(kind, "related.a")]
    reference = {"id": other["id"], "type": "glossaryTerm"}
    item = {"relationType": "broader", "term": reference} if is_object else reference
    response = api.patch(path, {"op": "replace", "path": "/relatedTerms", "value": [item]})
    assert response.status_code == 200, response.text
    assert related(term["id"]) == [("broader" if is_object else None, "related.b")]
    # Removing the relation from one term removes it from the other.
    api.patch(path, {"op": "remove", "path": "/relatedTerms/0"})
    assert related(term["id"]) == related(other["id"]) == []
    versions = api.get(f"{path}/versions")["versions"]
    assert len(versions) > 1


def test_a_deeply_nested_body_is_a_bad_request(api: TablesApi) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" * 5_000 + "]" * 5_000):
        for method, path in (("POST", "/v1/tables"), ("PUT", "/v1/teams")):
            response = api.request(
                method, path, data=text, headers={"Content-Type": "application/json"}
            )
            assert response.status_code == 400, response.text


def test_an_id_is_not_accepted_as_a_name(api: TablesApi) -> None:
    schema = api.get("/v1/databaseSchemas/name/s.d.c")
    body = {"name": "by_id", "databaseSchema": schema["id"], "columns": []}
    response = api.request("POST", "/v1/tables", json=body)
    assert response.status_code == 404
    assert schema["id"] in response.json()["message"]


def test_a_deleted_entity_keeps_its_version_when_it_is_deleted_again(api: TablesApi) -> None:
    path = f"/v1/tables/{api.create_table('twice-deleted')['id']}"
    versions = {api.request("DELETE", path).json()["version"] for _ in range(2)}
    assert len(versions) == 1


def test_a_patched_domain_is_shown_as_the_patch_names_it(api: TablesApi) -> None:
    properties = api.schemas()["Table"]["properties"]
    if "domain" not in properties and "domains" not in properties:
        pytest.skip("tables of this release have no domain")
    domain = api.create("/v1/domains", name="Bare", description="d", domainType="Aggregate")
    table = api.create_table("in-a-domain")
    field, reference = "domain", {"id": domain["id"], "type": "domain"}
    value: Any = reference
    if "domains" in properties:
        field, value = "domains", [reference]
    body = api.patch(
        f"/v1/tables/{table['id']}", {"op": "add", "path": f"/{field}", "value": value}
    )
    shown = body.json()[field]
    shown = shown[0] if isinstance(shown, list) else shown
    assert set(shown) == {"id", "type", "href"}
    stored = api.get(f"/v1/tables/{table['id']}?fields={field}")[field]
    assert (stored[0] if isinstance(stored, list) else stored)["name"] == "Bare"


@pytest.mark.parametrize(("release", "marked"), [("1.2.0", None), ("1.6.0", True)])
def test_tables_inherit_the_owner_of_their_schema(
    tables_api_of: Callable[[str], TablesApi], release: str, marked: bool | None
) -> None:
    api = tables_api_of(release)
    admin = api.get("/v1/users/name/admin")
    field, many = ("owners", True) if release == "1.6.0" else ("owner", False)
    reference = {"id": admin["id"], "type": "user"}
    owned = {field: [reference] if many else reference}
    schema = api.create("/v1/databaseSchemas", name="owned", database="s.d", **owned)
    columns = [{"name": "id", "dataType": "INT"}]
    table = api.create("/v1/tables", name="t", databaseSchema="s.d.owned", columns=columns)
    read = api.get(f"/v1/tables/{table['id']}?fields={field}")
    api.request("DELETE", f"/v1/databaseSchemas/{schema['id']}?recursive=true&hardDelete=true")
    (owner,) = read[field] if many else [read[field]]
    assert (owner["name"], owner.get("inherited")) == ("admin", marked)
