"""Search queries: which SQL conditions they become, and which are not valid."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.sandbox.features.search_query import (
    ALL,
    MAX_TOKENS,
    NONE,
    InvalidQuery,
    free_words,
    join,
    parse_filter,
    parse_query_string,
)
from dynclient.sandbox.storage.store import Condition


def test_without_conditions_everything_matches() -> None:
    assert join("and", []) == join("or", []) == ALL
    assert parse_query_string(" ") == ALL
    assert parse_filter(None) == parse_filter({}) == parse_filter({"query": {"match_all": {}}})
    assert parse_filter(None) == ALL
    assert parse_filter({"terms": {"name": []}}) == join("and", [NONE])


def test_values_are_bound_in_the_order_of_the_conditions() -> None:
    conditions = [Condition("a = ?", (1,)), Condition("b = ?", (2,))]
    assert join("or", conditions) == Condition("(a = ?) or (b = ?)", (1, 2))


def test_literal_texts_are_escaped_and_wildcards_are_not() -> None:
    assert parse_query_string('name:"a_b%"').values == (r"a\_b\%",)
    assert parse_query_string("name:a_b*c?").values == (r"a\_b%c_",)
    assert parse_filter({"prefix": {"name": "a%"}}).values == (r"a\%%",)
    assert parse_filter({"term": {"deleted": True}}).values == ("true",)


def test_limits_of_a_range_are_compared_with_the_values_of_a_field() -> None:
    two = {"range": {"updatedAt": {"gte": 3, "lt": 5, "format": "epoch_second"}}}
    assert parse_filter(two) == join("and", [
        join("and", [Condition("e.updated_at >= ?", (3,)), Condition("e.updated_at < ?", (5,))])
    ])  # fmt: skip
    within = parse_filter({"range": {"votes.upVotes": {"gt": 1}}})
    assert within.values == ('$."votes"', 1, "upVotes")
    assert "j.atom > ?" in within.sql


def test_a_nested_query_is_the_query_in_it() -> None:
    inner = {"term": {"columns.name": "id"}}
    assert parse_filter({"nested": {"path": "columns", "query": inner}}) == parse_filter(inner)


def test_tags_and_the_tier_are_different_fields() -> None:
    assert "not like 'Tier.%'" in parse_filter({"exists": {"field": "tags.tagFQN"}}).sql
    assert "and l.tag like 'Tier.%'" in parse_filter({"exists": {"field": "tier.tagFQN"}}).sql


def test_free_text_is_not_a_value_of_a_field() -> None:
    assert free_words('a AND name:b NOT "c d" *') == ["a", "c d"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a)", r"unexpected '\)'"),
        ("(a", "a parenthesis is not closed"),
        ("a AND", "a word is missing at the end of the query"),
        ("()", "a word is missing"),
        ("name:", "name: has no value"),
        ('"open', "is not a part of a query"),
        ("a " * (MAX_TOKENS + 1), f"at most {MAX_TOKENS} parts, not {MAX_TOKENS + 1}"),
    ],
)
def test_an_invalid_query_string_says_why(text: str, message: str) -> None:
    with pytest.raises(InvalidQuery, match=message):
        parse_query_string(text)


@pytest.mark.parametrize("clause", [[], "x", {"term": {}, "terms": {}}, {"geo_shape": {}}])
def test_an_invalid_filter_is_refused(clause: Any) -> None:
    with pytest.raises(InvalidQuery, match="filter"):
        parse_filter(clause)
