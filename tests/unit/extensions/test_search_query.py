"""The language of filters: texts and dicts, and words of users as query strings."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import BadArguments
from dynclient.extensions.search_query import (
    All,
    Either,
    Literal,
    Not,
    Pattern,
    Range,
    Words,
    field_conditions,
    parse,
    query_phrase,
    query_string,
)
from dynclient.extensions.search_query import FieldCondition as Has
from dynclient.sandbox.features.search_query import free_words, parse_query_string


def test_a_text_and_a_dict_are_the_same_filter() -> None:
    text = "type:table owner:ada tag:PII.Sensitive -tier:* name:a,b* (x:1 OR -y:z)"
    assert parse(text) == parse({
        "type": "table", "owner": "ada", "tag": "PII.Sensitive", "tier": None, "name": ["a", "b*"],
        "any": [{"x": "1"}, {"-y": "z"}],
    })  # fmt: skip
    assert parse("v:>=1 v:<3 w:1..2 u:..5") == parse([
        {"v": {">=": "1"}}, {"v": {"<": "3"}}, {"w": {">=": "1", "<=": "2"}}, {"u": {"<=": "5"}},
    ])  # fmt: skip
    assert parse('-(a:x b:y) c:"*"') == parse({"not": {"a": "x", "b": "y"}, "c": {"is": "*"}})
    assert parse("a:x b:y c:z") == parse({"all": ["a:x", {"b": "y"}, "c:z"]})
    assert parse('customer "a b" cust*') == All((Words("customer"), Words("a b"), Words("cust*")))


def test_and_and_not_may_be_words() -> None:
    assert parse("a:x AND b:y AND NOT c:z") == parse("a:x b:y -c:z")
    assert parse("NOT (a:x OR NOT b:y)") == parse("-(a:x OR -b:y)")
    assert parse('"AND" "NOT" and not') == All(tuple(map(Words, ("AND", "NOT", "and", "not"))))


def test_conditions_are_joined_without_needless_levels() -> None:
    assert parse(None) == parse("") == parse({}) == parse([]) == All()
    assert parse("((a:x))") == Has("a", (Literal("x"),))
    assert parse("-(-a:x)") == parse("a:x")
    assert parse("a:x OR (b:y OR c:z)") == Either(tuple(map(parse, ("a:x", "b:y", "c:z"))))
    assert parse({"-a": None}) == parse({"a": "*"}) == Has("a", (Pattern("*"),))
    assert [test.field for test in field_conditions(parse("-(a:x OR b:y) c:z w"))] == [
        "a",
        "b",
        "c",
    ]


def test_values_keep_what_belongs_to_them() -> None:
    assert parse("t:2024-01-01T10:00:00") == Has("t", (Literal("2024-01-01T10:00:00"),))
    assert parse("u:http://a/b?c") == Has("u", (Literal("http://a/b?c"),))
    assert parse('n:"a \\"b\\" \\\\ (c), -d"') == Has("n", (Literal('a "b" \\ (c), -d'),))
    assert parse('n:"a","b*",c*') == Has("n", (Literal("a"), Literal("b*"), Pattern("c*")))
    assert parse("v:>=1") == Has("v", (Range(gte="1"),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:", r"has no value after 'a:'; write a:\* for any value"),
        ("a:x,", "has no value after 'a:'"),
        ("a: x", "has no value after 'a:'"),
        ("(a:x", "a parenthesis that is not closed"),
        ("a:x)", "a parenthesis that is not opened"),
        ("()", "parentheses without a condition"),
        ("a:x OR", "OR without conditions on both sides"),
        ("OR a:x", "OR without conditions on both sides"),
        ('a:"x', "a quotation mark that is not closed, at '\"x'"),
        ('b:1 "x', "quotation mark is not closed"),
        ("v:>=", "has no value after '>='"),
        ("(" * 40 + "a:x" + ")" * 40, "nested more than 30 times"),
        ("-" * 40 + "a:x", "nested more than 30 times"),
        ("-)", "ends after a negation"),
        ("NOT", "ends after a negation"),
        ("AND a:x", "AND without conditions on both sides"),
        ("a:x AND", "AND without conditions on both sides"),
        ("a:x AND AND b:y", "AND without conditions on both sides"),
    ],
)
def test_a_text_that_is_not_a_filter_says_why(text: str, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        parse(text)


def test_all_problems_of_a_dict_are_listed() -> None:
    deep: Any = {"a": "x"}
    for _ in range(40):
        deep = {"not": deep}
    where = {"a": [], "b": {"=>": 3}, "c": {}, "any": [], 4: "x", "all": "x", "d": [None],
             "e": {"is": 1, ">": 2}, "not": [7]}  # fmt: skip
    with pytest.raises(BadArguments) as caught:
        parse([where, deep], "search()")
    text = str(caught.value)
    for part in (
        "where[0]['a']: must have at least one value",
        "'=>' must be one of is, >, >=, <, <=; did you mean",
        "where[0]['c']: must have limits",
        "where[0]['any']: must have at least one filter",
        "where[0][4]: must be the name of a field",
        "where[0]['all']: must be a list of filters",
        "where[0]['d']: None must not be in a list",
        "where[0]['e']: must have limits",
        "must be a filter as a text or a dict, not int",
        "is nested more than 30 times",
    ):
        assert part in text


def test_a_text_is_one_word_or_phrase() -> None:
    assert [query_phrase(text) for text in ("a", "a b", 'a "b"', "OR", "a/b\\")] == [
        "a", '"a b"', r'"a \"b\""', '"OR"', r'"a/b\\"',
    ]  # fmt: skip


NAMES = st.from_regex(r"[a-z][a-zA-Z_.]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"any", "all", "not"}
)
TEXTS = st.text(max_size=20)


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@given(st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=3), max_size=4), st.booleans())
def test_any_values_are_the_same_as_text_and_as_dict(
    values: dict[str, list[str]], negative: bool
) -> None:
    sign = "-" if negative else ""
    text = " ".join(f"{sign}{name}:{','.join(map(quoted, each))}" for name, each in values.items())
    where = {f"{sign}{name}": [{"is": one} for one in each] for name, each in values.items()}
    found = parse(text)
    assert found == parse(where)
    assert [test.values for test in field_conditions(found)] == [
        tuple(map(Literal, each)) for each in values.values()
    ]


@given(TEXTS)
def test_a_quoted_text_of_a_user_stays_one_value(text: str) -> None:
    where = f"a:x name:{quoted(text)} -b:y"
    assert parse(where) == All((
        Has("a", (Literal("x"),)), Has("name", (Literal(text),)), Not(Has("b", (Literal("y"),))),
    ))  # fmt: skip


@given(st.text(alphabet=st.sampled_from('ab *"\\()-:,.<>=OR\n'), max_size=30))
def test_any_text_is_a_filter_or_an_error_of_ours(text: str) -> None:
    with contextlib.suppress(BadArguments):
        list(field_conditions(parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("customer", "customer"),
        ("customer orders", "customer orders"),
        ("cust* *mer", "cust* *mer"),
        ("", "*"),
        ("  ", "*"),
        ("*", "*"),
        ("a/b:c(d", '"a/b:c(d"'),
        ("a AND NOT b", 'a "AND" "NOT" b'),
        ('"a b" c', '"a b" c'),
        ("name:x", '"name:x"'),
        ("a\\", '"a\\\\"'),
        ('"', r'"\""'),
        ('a"b', "a b"),
        ("größe_1.2", "größe_1.2"),
        ("-x +y !z ~", '"-x" "+y" "!z" "~"'),
    ],
)
def test_words_of_users_are_quoted(text: str, expected: str) -> None:
    assert query_string(text) == expected


@given(TEXTS)
def test_no_text_of_a_user_breaks_out_of_the_query(text: str) -> None:
    query = query_string(text)
    parse_query_string(query)  # raises for what a search engine would refuse
    free = re.sub(r'"(?:[^"\\]|\\.)*"', "", query)
    assert not set(free) & set('+-=&|><!(){}[]^"~?:\\/')
    assert not {"AND", "OR", "NOT"} & set(free.split())
    if query != "*":
        words = free_words(query)
        assert len(words) <= len(re.findall(r'"[^"]*"|[^\s"]+', text)) + 1
