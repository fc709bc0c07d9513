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
