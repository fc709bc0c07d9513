"""Routes that every collection has."""

from __future__ import annotations

from tests.support.sandbox_tables import Shop


def test_related_terms_are_shown_as_the_release_has_them(shop: Shop) -> None:
    shop.made("/v1/glossaries", name="related", description="x")
    told = {"glossary": "related", "description": "x"}
    other = shop.made("/v1/glossaryTerms", name="b", **told)
    made = shop.made("/v1/glossaryTerms", name="a", relatedTerms=["related.b"], **told)
    path = f"/v1/glossaryTerms/{made['id']}"
    boxed = "TermRelation" in shop.schemas()

    def related(id: str) -> list[tuple[str | None, str]]:
        items = shop.got(f"/v1/glossaryTerms/{id}?fields=relatedTerms")["relatedTerms"]
        if not boxed:
            return [(None, item["fullyQualifiedName"]) for item in items]
        assert all(set(item) == {"relationType", "term"} for item in items)
        return [(item["relationType"], item["term"]["fullyQualifiedName"]) for item in items]

    kind = "relatedTo" if boxed else None
    assert related(made["id"]) == [(kind, "related.b")]
    assert related(other["id"]) == [(kind, "related.a")]
    reference = {"id": other["id"], "type": "glossaryTerm"}
    item = {"relationType": "broader", "term": reference} if boxed else reference
    done = shop.patched(path, {"op": "replace", "path": "/relatedTerms", "value": [item]})
    assert done.status_code == 200, done.text
    assert related(made["id"]) == [("broader" if boxed else None, "related.b")]
    # What the one side ends is over on the other.
    shop.patched(path, {"op": "remove", "path": "/relatedTerms/0"})
    assert related(made["id"]) == related(other["id"]) == []
    versions = shop.got(f"{path}/versions")["versions"]
    assert len(versions) > 1


def test_a_body_of_any_depth_is_answered(shop: Shop) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" * 5_000 + "]" * 5_000):
        for method, path in (("POST", "/v1/tables"), ("PUT", "/v1/teams")):
            answer = shop.ask(method, path, data=text, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400, answer.text


def test_a_name_is_no_place_for_an_id(shop: Shop) -> None:
    schema = shop.got("/v1/databaseSchemas/name/s.d.c")
    body = {"name": "by_id", "databaseSchema": schema["id"], "columns": []}
    answer = shop.ask("POST", "/v1/tables", json=body)
    assert answer.status_code == 404
    assert schema["id"] in answer.json()["message"]
