"""Fields of filters: where they come from, and what conditions on them become."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.data import data_file
from dynclient.errors import BadArguments
from dynclient.extensions.search_fields import Fields, build_query, checked, holds
from dynclient.extensions.search_query import parse
from tests.support.trees import ALL_RELEASES, release_named

FACTS = data_file("search_index.json")


def test_the_facts_are_valid_by_their_schema() -> None:
    jsonschema.validate(FACTS, data_file("search_index.schema.json"))


def test_types_without_an_index_exist_in_some_release() -> None:
    known = {name for release in ALL_RELEASES for name in release_named(release).entities}
    if len(ALL_RELEASES) > 1:
        assert set(FACTS["not_indexed"]) | set(FACTS["first_types"]) <= known


def test_short_names_lead_to_fields_of_some_entity_type() -> None:
    for name in ALL_RELEASES:
        release = release_named(name)
        fields = Fields(release, list(release.entities.values()), "search()")
        kinds = {short: fields.find(short).kind for short in fields.names() if short in SHORT}
        assert {
            "owner": "reference",
            "tag": "label",
            "tier": "label",
            "fqn": "keyword",
        }.items() <= (kinds.items())


def test_a_name_that_no_type_of_a_release_has_is_refused() -> None:
    for name in ALL_RELEASES:  # some types are definitions in the document of others
        release = release_named(name)
        fields = Fields(release, list(release.entities.values()), "search()")
        with pytest.raises(BadArguments, match="did you mean owner"):
            fields.find("ownr")


SHORT = {row["name"] for row in FACTS["fields"]}

ID = "00000000-0000-4000-8000-000000000001"


def query_of(where: Any, kind: str = "table") -> Any:
    """Return the one clause of a filter on the starter release."""
    release = release_named("starter")
    fields = Fields(release, [release.entities[kind]], "search()")
    query = build_query(checked(parse(where), fields, "search()"), fields)
    return None if query is None else query["query"]["bool"]["must"]


def holds_for(where: Any, raw: Any, kind: str = "table") -> bool:
    release = release_named("starter")
    fields = Fields(release, [release.entities[kind]], "find()")
    return holds(checked(parse(where), fields, "find()"), fields, kind, raw)


@pytest.mark.parametrize(
    ("where", "clause"),
    [
        ("name:a", {"term": {"name.keyword": "a"}}),
        ("name:a,b", {"terms": {"name.keyword": ["a", "b"]}}),
        ("name:a?*", {"wildcard": {"name.keyword": {"value": "a\\?*"}}}),
        ("name:*", {"exists": {"field": "name"}}),
        ("-tag:*", {"bool": {"must_not": [{"exists": {"field": "tags.tagFQN"}}]}}),
        ("tag:A.b", {"term": {"tags.tagFQN": "A.b"}}),
        ("tier:Tier1", {"term": {"tier.tagFQN": "Tier.Tier1"}}),
        ("tier:Tier.Tier1,2*", {"bool": {"should": [
            {"term": {"tier.tagFQN": "Tier.Tier1"}},
            {"wildcard": {"tier.tagFQN": {"value": "Tier.2*"}}}]}}),
        ("type:tables", {"term": {"entityType": "table"}}),
        ("version:>0.2", {"range": {"version": {"gt": 0.2}}}),
        ("version:1", {"term": {"version": 1}}),
        ("updatedAt:1970-01-02..1970-01-03",
            {"range": {"updatedAt": {"gte": 86_400_000, "lte": 172_800_000}}}),
        ("deleted:false", {"term": {"deleted": False}}),
        ("description:\"two words\"", {"match_phrase": {"description": "two words"}}),
        ({"owner": ID}, {"bool": {"should": [
            {"term": {"owners.id": ID}}, {"term": {"owners.id.keyword": ID}}]}}),
        ("owner:user:ada", {"bool": {"should": [
            {"term": {"owners.name.keyword": "ada"}},
            {"term": {"owners.displayName.keyword": "ada"}},
            {"term": {"owners.fullyQualifiedName": "ada"}}]}}),
        ("(name:a OR name:b)", {"bool": {"should": [
            {"term": {"name.keyword": "a"}}, {"term": {"name.keyword": "b"}}]}}),
        ('"two words"', {"query_string": {
            "query": '"two words"', "fields": ["name", "displayName", "description"],
            "lenient": True}}),
        ("a/b", {"query_string": {
            "query": '"a/b"', "fields": ["name", "displayName", "description"],
            "lenient": True}}),
    ],
)  # fmt: skip
def test_conditions_become_queries_of_elasticsearch(where: Any, clause: Any) -> None:
    assert query_of(where) == [clause]


def test_no_condition_is_no_query() -> None:
    assert query_of(None) is query_of({}) is query_of("  ") is None


@given(st.lists(st.text(max_size=9), min_size=1, max_size=3), st.sampled_from(["name", "column"]))
def test_text_and_dict_become_the_same_query(values: list[str], field: str) -> None:
    quoted = ",".join('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values)
    where = {field: [{"is": one} for one in values], "-owner": None}
    assert query_of(f"{field}:{quoted} owner:*") == query_of(where)
    if field == "name":
        expected = {"term": {"name.keyword": values[0]}}
        assert len(values) > 1 or query_of({field: {"is": values[0]}}) == [expected]


@given(st.text(min_size=1, max_size=9))
def test_a_literal_value_holds_for_itself_only(text: str) -> None:
    assert holds_for({"name": {"is": text}}, {"name": text})
    assert not holds_for({"name": {"is": text}}, {"name": f"{text}x"})
    assert not holds_for({"name": {"is": text}}, {})


def test_labels_of_columns_belong_to_the_tags_of_a_table() -> None:
    label = {"tagFQN": "A.b"}
    raw = {"tags": [{"tagFQN": "Tier.Tier1"}], "columns": [{"name": "c", "children": [
        {"name": "d", "tags": [label]}]}]}  # fmt: skip
    assert holds_for("tag:A.b tier:Tier1", raw)
    assert not holds_for("tag:Tier.Tier1", raw)
    assert not holds_for("tag:*", {"tags": [{"tagFQN": "Tier.Tier1"}]})


@pytest.mark.parametrize("where", ["updatedAt:<5", "version:>1", "updatedAt:1..9"])
def test_a_missing_value_is_not_within_limits(where: str) -> None:
    assert not holds_for(where, {})
    assert not holds_for(where, {"updatedAt": None, "version": "x"})


def test_a_name_that_no_type_has_is_suggested_from_those_it_has() -> None:
    with pytest.raises(BadArguments, match=r"'nmae' is not a field of table; did you mean name"):
        query_of("nmae:x")
