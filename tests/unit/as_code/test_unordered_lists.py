"""Lists whose order means nothing, by the schemas."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.as_code.merged_fields import merge_fields
from dynclient.as_code.unordered_lists import UnorderedLists
from tests.support.trees import ALL_RELEASES, TREES, release_named


def change(entity_type: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a plan would change."""
    release = release_named(ALL_RELEASES[-1])
    entity = release.entities.get(entity_type)
    if entity is None:
        pytest.skip(f"release {release.name} does not have {entity_type}")
    unordered = UnorderedLists.of(release, entity)
    assert UnorderedLists.of(release, entity) is unordered
    return merge_fields(after, before, None, unordered=unordered).values


def test_names_of_entities_are_a_set() -> None:
    assert not change("dashboard", {"charts": ["a", "b"]}, {"charts": ["b", "a"]})
    assert change("dashboard", {"charts": ["a", "b"]}, {"charts": ["b"]}) == {"charts": ["b"]}
    assert not change("user", {"roles": ["a", "b"]}, {"roles": ["b", "a"]})


def test_unique_items_are_a_set_at_any_depth() -> None:
    if ALL_RELEASES[-1] not in TREES:
        pytest.skip(f"needs a schema tree; release {ALL_RELEASES[-1]} has no such list")

    def profile(*receivers: str) -> dict[str, Any]:
        return {"profile": {"subscription": {"slack": {"receivers": [*receivers]}}}}

    one, other = profile("http://b", "http://a"), profile("http://a", "http://b")
    assert not change("user", one, other)
    assert change("user", one, profile("http://a"))


def test_other_texts_are_ordered() -> None:
    before = {"tableConstraints": [{"constraintType": "PRIMARY_KEY", "columns": ["a", "b"]}]}
    after = {"tableConstraints": [{"constraintType": "PRIMARY_KEY", "columns": ["b", "a"]}]}
    assert change("table", before, after) == after
    assert change("glossaryTerm", {"synonyms": ["a", "b"]}, {"synonyms": ["b", "a"]}) == {
        "synonyms": ["b", "a"]
    }
