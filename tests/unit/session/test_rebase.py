"""Rebasing: the changes of two users of one state, put together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.session.rebase import missing_places, rebase

names = st.sampled_from(["id", "total", "when", "who", "a.b", 'q"'])
texts = st.sampled_from(["", "x", "y", "z"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 2), texts)


def items(key: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of objects with different keys."""
    keyed = st.dictionaries(names, st.fixed_dictionaries({}, optional={"text": value}))
    return keyed.map(lambda found: [{key: name, **fields} for name, fields in found.items()])


states = st.fixed_dictionaries(
    {"name": st.just("t")},
    optional={
        "description": scalars,
        "extension": st.dictionaries(names, scalars),
        "columns": items("name", scalars),
        "tags": items("tagFQN", scalars),
        "words": st.lists(texts, unique=True),
        "owner": st.fixed_dictionaries({"id": texts, "type": st.just("user")}),
    },
)


@given(states, states)
def test_a_rebase_of_nothing_is_nothing(base: Any, other: Any) -> None:
    assert rebase(base, copy.deepcopy(base), other) == (other, [])
    assert rebase(base, other, copy.deepcopy(base)) == (other, [])


@given(states, states)
def test_the_same_change_by_both_is_no_conflict(base: Any, changed: Any) -> None:
    assert rebase(base, changed, copy.deepcopy(changed)) == (changed, [])


@given(states, states, states)
def test_states_are_not_changed_in_place(base: Any, mine: Any, other: Any) -> None:
    before = copy.deepcopy((base, mine, other))
    rebase(base, mine, other)
    assert (base, mine, other) == before


@given(states, states, states)
def test_what_was_rebased_without_a_conflict_misses_nothing(
    base: Any, mine: Any, other: Any
) -> None:
    value, conflicts = rebase(base, mine, other)
    if not conflicts:
        again = rebase(base, mine, value)
        assert missing_places(value, again.value) == []
        assert again.conflicts == []


@given(states, states, states)
def test_changes_of_different_fields_are_both_there(base: Any, mine: Any, other: Any) -> None:
    fields = sorted({*base, *mine, *other})
    first, second = fields[::2], fields[1::2]
    one = {**{k: base[k] for k in second if k in base}, **{k: mine[k] for k in first if k in mine}}
    two = {
        **{k: base[k] for k in first if k in base},
        **{k: other[k] for k in second if k in other},
    }
    value, conflicts = rebase(base, one, two)
    assert conflicts == []
    for name in first:
        assert value.get(name) == one.get(name)
    for name in second:
        assert value.get(name) == two.get(name)


@pytest.mark.parametrize("key", ["id", "fullyQualifiedName", "tagFQN", "name"])
@given(data=st.data())
def test_no_item_that_the_other_user_added_or_changed_is_dropped(key: str, data: Any) -> None:
    base, mine, other = (data.draw(items(key, scalars)) for _ in range(3))
    value, conflicts = rebase({"x": base}, {"x": mine}, {"x": other})
    known = {each[key]: each for each in base}
    own = {each[key]: each for each in mine}
    result = {each[key]: each for each in value["x"]}
    assert len(result) == len(value["x"])
    for each in other:
        if known.get(each[key]) != each:
            assert each[key] in result
            if own.get(each[key]) == known.get(each[key]):
                assert result[each[key]] == each
    for each in mine:
        if each[key] not in known:
            assert each[key] in result
    removed = set(known) - {each[key] for each in other}
    for name in removed & set(own):
        if own[name] != known[name]:
            assert any(name in place.replace("\\", "") for place in conflicts)
        else:
            assert name not in result


def test_items_are_added_and_removed_by_both() -> None:
    base = {"tags": [{"tagFQN": "a"}, {"tagFQN": "b"}, {"tagFQN": "c"}]}
    mine = {"tags": [{"tagFQN": "a"}, {"tagFQN": "mine"}, {"tagFQN": "c"}]}
    other = {"tags": [{"tagFQN": "other"}, {"tagFQN": "a"}, {"tagFQN": "b"}]}
    value, conflicts = rebase(base, mine, other)
    assert [each["tagFQN"] for each in value["tags"]] == ["other", "a", "mine"]
    assert conflicts == []


def test_fields_of_one_item_are_changed_by_both() -> None:
    base = {"columns": [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "INT"}]}
    mine = copy.deepcopy(base)
    mine["columns"][0]["description"] = "mine"
    other = copy.deepcopy(base)
    other["columns"][0]["dataType"] = "BIGINT"
    other["columns"].insert(0, {"name": "new", "dataType": "INT"})
    value, conflicts = rebase(base, mine, other)
    assert value["columns"] == [
        {"name": "new", "dataType": "INT"},
        {"name": "id", "dataType": "BIGINT", "description": "mine"},
        {"name": "total", "dataType": "INT"},
    ]
    assert conflicts == []


@pytest.mark.parametrize(
    ("base", "mine", "other", "places"),
    [
        ({"a": 1}, {"a": 2}, {"a": 3}, ["a"]),
        ({"a": 1}, {}, {"a": 3}, ["a"]),
        ({"a": 1}, {"a": 2}, {}, ["a"]),
        ({}, {"a": 2}, {"a": 3}, ["a"]),
        ({"a": 1}, {"a": 1.5}, {"a": True}, ["a"]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}, ["a.b"]),
        ({"o": {"id": "1"}}, {"o": {"id": "2"}}, {"o": {"id": "3"}}, ["o"]),
        (
            {"c": [{"name": "x", "d": 1}]}, {"c": [{"name": "x", "d": 2}]}, {"c": []},
            ['c["x"]'],
        ),
        (
            {"c": [{"name": "x", "d": 1}]}, {"c": []}, {"c": [{"name": "x", "d": 2}]},
            ['c["x"]'],
        ),
        (
            {"c": [{"name": "x", "d": 1}]},
            {"c": [{"name": "x", "d": 2}]},
            {"c": [{"name": "x", "d": 3}]},
            ['c["x"].d'],
        ),
        ({"w": [1, 2, 3]}, {"w": [2, 1, 3]}, {"w": [3, 2, 1]}, ["w"]),
        ({"w": [1, 1]}, {"w": [1, 2]}, {"w": [1, 1, 1]}, ["w"]),
    ],
)  # fmt: skip
def test_a_place_that_both_changed_is_a_conflict_and_stays_as_it_is(
    base: Any, mine: Any, other: Any, places: list[str]
) -> None:
    value, conflicts = rebase(base, mine, other)
    assert conflicts == places
    assert value == other


def test_an_order_that_one_user_changed_is_kept() -> None:
    assert rebase({"w": [1, 2, 3]}, {"w": [3, 1, 2]}, {"w": [1, 2, 3, 4]}).value["w"] == [
        3,
        4,
        1,
        2,
    ]
    assert rebase({"w": [1, 2, 3]}, {"w": [1, 2, 3, 4]}, {"w": [3, 1, 2]}).value["w"] == [
        3,
        4,
        1,
        2,
    ]


def test_a_reference_without_what_servers_add_is_no_change() -> None:
    full = {"id": "1", "type": "user", "name": "ada", "href": "http://x/1"}
    base, bare = {"owner": full}, {"owner": {"id": "1", "type": "user"}}
    other = {"owner": {**full, "id": "2", "name": "bob"}}
    assert rebase(base, bare, other) == (other, [])
    own = {"owner": {"id": "2", "type": "user"}}
    assert rebase(base, own, other) == (other, [])
    assert missing_places(other, own) == []


def test_labels_of_one_user_are_added_to_those_that_nobody_had_read() -> None:
    other = {"tags": [{"tagFQN": "Tier.Tier1", "source": "Classification"}]}
    value, conflicts = rebase({}, {"tags": [{"tagFQN": "PII.None"}]}, other)
    assert [each["tagFQN"] for each in value["tags"]] == ["Tier.Tier1", "PII.None"]
    assert conflicts == []


def test_missing_places_name_the_deepest_places() -> None:
    current = {"columns": [{"name": "a", "tags": []}], "description": "x"}
    intended = {"columns": [{"name": "a", "tags": ["t"]}, {"name": "b"}], "description": "y"}
    assert missing_places(current, intended) == [
        'columns["a"].tags', 'columns["b"]', "description",
    ]  # fmt: skip
    assert missing_places([2, 1], [1, 2]) == [""]
    assert missing_places({"keys": ["public"]}, {"keys": ["public", "hunter2"]}) == ["keys"]
    assert missing_places(current, copy.deepcopy(current)) == []
