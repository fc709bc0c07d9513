"""Fields of documents merged into the state of a server."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dynclient.as_code.merged_fields import merge_fields

NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.sampled_from(["x", "y", "z"])
COLUMNS = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional={"description": TEXTS, "type": TEXTS}),
    unique_by=lambda each: str(each["name"]),
    max_size=3,
)
FIELDS = st.fixed_dictionaries(
    {}, optional={"description": TEXTS, "columns": COLUMNS, "owners": st.lists(NAMES, unique=True)}
)


def column(name: str, **more: Any) -> dict[str, Any]:
    """Return a column."""
    return {"name": name, **more}


def test_without_a_base_what_the_document_does_not_have_is_kept() -> None:
    current = {"description": "d", "columns": [column("a", type="x"), column("b")]}
    merged = merge_fields({"columns": [column("a", description="A")]}, current, None)
    assert merged.values == {"columns": [column("a", type="x", description="A")]}
    assert [each.path for each in merged.changes] == ["columns['a'].description", "columns['b']"]
    assert merged.clashes == []


def test_what_was_removed_from_the_document_is_removed() -> None:
    base = {"description": "d", "displayName": "D"}
    merged = merge_fields({"displayName": "D"}, {**base, "other": 1}, base)
    assert merged.values == {"description": None}
    assert [str(each) for each in merged.changes] == ["- description: d"]


def test_both_changes_of_a_list_are_kept() -> None:
    base = {"columns": [column("a"), column("b")]}
    mine = {"columns": [column("a", description="mine"), column("b")]}
    current = {"columns": [column("a"), column("b", description="theirs")]}
    merged = merge_fields(mine, current, base)
    expected = [column("a", description="mine"), column("b", description="theirs")]
    assert (merged.values, merged.clashes) == ({"columns": expected}, [])
    assert [each.path for each in merged.kept] == ["columns['b'].description"]


def test_different_changes_of_a_place_clash_and_are_overwritten_only_if_asked() -> None:
    base = {"columns": [column("a", description="old")]}
    mine = {"columns": [column("a", description="mine")]}
    current = {"columns": [column("a", description="theirs")]}
    merged = merge_fields(mine, current, base)
    (clash,) = merged.clashes
    assert clash[1:] == ("old", "mine", "theirs")
    assert (clash.path, merged.values) == ('columns["a"].description', {})
    for options in ({"overwrite": True}, {"is_unchanged": True}):
        merged = merge_fields(mine, current, base, **options)
        assert (merged.values, merged.clashes) == (mine, [])


def test_the_order_of_texts_is_a_change() -> None:
    merged = merge_fields({"keys": ["b", "a"]}, {"keys": ["a", "b"]}, None)
    assert merged.values == {"keys": ["b", "a"]}


def test_a_list_that_was_emptied_is_cleared_and_an_absent_one_is_left_alone() -> None:
    current = {"tags": [{"tagFQN": "a.b"}], "keys": ["a"]}
    for base in (None, current, {"tags": current["tags"]}):
        merged = merge_fields({"tags": []}, current, base and {"tags": base["tags"]})
        assert (merged.values, merged.clashes) == ({"tags": []}, [])


@given(FIELDS, FIELDS)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(mine: Any, current: Any) -> None:
    merged = merge_fields(mine, current, None)
    after = {**current, **{k: v for k, v in merged.values.items() if v is not None}}
    assert not merge_fields(mine, after, None).values


@given(FIELDS, FIELDS, FIELDS)
def test_what_only_one_side_changed_never_clashes(base: Any, mine: Any, other: Any) -> None:
    assert not merge_fields(mine, base, base).clashes
    unchanged = merge_fields(base, other, base)
    assert (unchanged.clashes, unchanged.values) == ([], {})
    assert not merge_fields(mine, other, base, overwrite=True).clashes
