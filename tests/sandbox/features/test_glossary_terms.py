"""Glossary terms: moved below another term, and never below themselves."""

from __future__ import annotations

import pytest

from tests.support.sandbox_tables import TablesApi


@pytest.mark.parametrize("target", ["a", "a.b", "a.b.c"])
def test_a_term_cannot_be_moved_below_itself(api: TablesApi, target: str) -> None:
    glossary = f"cycle-{target.count('.')}"
    api.create("/v1/glossaries", name=glossary, description="d")
    terms = {}
    for name in ("a", "a.b", "a.b.c"):
        parent, _, last = name.rpartition(".")
        body = {"name": last, "glossary": glossary, "description": "d"}
        if parent:
            body["parent"] = f"{glossary}.{parent}"
        terms[name] = api.create("/v1/glossaryTerms", **body)
    own, below = terms["a"], terms[target]
    value = {"id": below["id"], "type": "glossaryTerm"}
    value["fullyQualifiedName"] = below["fullyQualifiedName"]
    path = f"/v1/glossaryTerms/{own['id']}"
    response = api.patch(path, {"op": "add", "path": "/parent", "value": value})
    assert response.status_code == 400, response.text
    names = own["fullyQualifiedName"], below["fullyQualifiedName"]
    expected = "Can't move Glossary term {} to its child Glossary term {}".format(*names)
    assert response.json()["message"] == expected
    assert api.get(path)["fullyQualifiedName"] == own["fullyQualifiedName"]


def test_a_soft_deleted_term_leaves_no_labels(api: TablesApi) -> None:
    api.create("/v1/glossaries", name="fading", description="d")
    term = api.create("/v1/glossaryTerms", name="word", glossary="fading", description="d")
    label = {"tagFQN": "fading.word", "source": "Glossary", "labelType": "Manual"}
    table = api.create_table("fading-label", tags=[{**label, "state": "Confirmed"}])
    path = f"/v1/tables/{table['id']}?fields=tags"
    assert [tag["tagFQN"] for tag in api.get(path)["tags"]] == ["fading.word"]
    assert api.request("DELETE", f"/v1/glossaryTerms/{term['id']}").status_code == 200
    api.put("/v1/glossaryTerms/restore", {"id": term["id"]})
    assert api.get(path)["tags"] == []
