"""Pointers, references between paths and the walk over subschemas."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.schema.pointers import (
    check_call_stack,
    escape,
    is_deeper,
    join,
    look_up,
    parts,
    segments,
    values_at,
    walk,
)
from dynclient.schema.type_names import camel, class_name


@given(st.lists(st.text()))
def test_a_pointer_contains_its_steps(steps: list[str]) -> None:
    pointer = "".join(f"/{escape(step)}" for step in steps)
    assert parts(pointer) == steps


@given(st.dictionaries(st.text(), st.lists(st.integers(), min_size=1), min_size=1), st.data())
def test_look_up_finds_what_the_pointer_names(document: dict[str, list[int]], data: st.DataObject):
    key = data.draw(st.sampled_from(sorted(document)))
    place = data.draw(st.integers(0, len(document[key]) - 1))
    assert look_up(document, f"/{escape(key)}/{place}") == document[key][place]


@pytest.mark.parametrize("pointer", ["/b", "/a/2", "/a/-1", "/a/x", "/a/0/0", "a", "/a/٠"])
def test_look_up_of_nothing_is_a_lookup_error(pointer: str) -> None:
    with pytest.raises(LookupError):
        look_up({"a": [1, 2]}, pointer)


@pytest.mark.parametrize(
    ("base", "reference", "path", "pointer"),
    [
        ("a/b/c.json", "#/definitions/x", "a/b/c.json", "/definitions/x"),
        ("a/b/c.json", "d.json", "a/b/d.json", ""),
        ("a/b/c.json", "./d.json#", "a/b/d.json", ""),
        ("a/b/c.json", "../d.json#/x", "a/d.json", "/x"),
        ("a/b/c.json", "../../../d.json", "../d.json", ""),
        ("", "a/b.json#/x", "a/b.json", "/x"),
        ("a.json", "b%20c.json#/x%7E1y", "b c.json", "/x~1y"),
    ],
)
def test_join(base: str, reference: str, path: str, pointer: str) -> None:
    assert join(base, reference) == (path, pointer)


def test_walk_distinguishes_keywords_from_properties_of_the_same_name() -> None:
    schema = {
        "properties": {
            "$ref": {"type": "string"},
            "properties": {"type": "integer"},
            "items": {"items": {"type": "null"}},
        },
        "default": {"properties": {"x": {}}},
        "oneOf": [{"not": {}}, True],
    }
    assert [pointer for pointer, _ in walk(schema)] == [
        "",
        "/properties/$ref",
        "/properties/properties",
        "/properties/items",
        "/properties/items/items",
        "/oneOf/0",
        "/oneOf/0/not",
    ]


def test_segments_distinguish_a_keyword_from_a_name() -> None:
    pointer = "/definitions/items/properties/definitions/items/oneOf/1"
    assert segments(pointer) == [
        ("definitions", "items"),
        ("properties", "definitions"),
        ("items", None),
        ("oneOf", "1"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("Query Vote", "QueryVote"), ("table-cp", "TableCp"), ("dataType", "DataType"), ("…", "")],
)
def test_camel(text: str, name: str) -> None:
    assert camel(text) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Create table", "CreateTable"),
        (None, "Thing"),
        ("…", "Thing"),
        ("3D", "Thing"),
        (5, "Thing"),
    ],
)
def test_class_name_falls_back_on_the_file(title: object, name: str) -> None:
    assert class_name("entity/thing.json", title) == name


@pytest.mark.parametrize("wrap", [lambda data: [data], lambda data: {"a": 1, "b": data}])
def test_the_depth_of_data_is_the_number_of_containers_around_a_value(wrap) -> None:
    data = 5
    assert not is_deeper(data, 0)
    for levels in range(1, 6):
        data = wrap(data)
        assert is_deeper(data, levels - 1)
        assert not is_deeper(data, levels)
    assert is_deeper((data,), 5)


def test_data_that_contains_itself_is_deeper_than_anything() -> None:
    endless: list[object] = []
    endless += [endless, endless]
    assert is_deeper(endless, 10_000)


def test_room_on_the_call_stack_is_checked_without_using_it_up() -> None:
    check_call_stack(1)
    with pytest.raises(RecursionError):
        check_call_stack(sys.getrecursionlimit())


def test_a_path_of_names_means_each_item_of_a_list_on_the_way() -> None:
    table = {"columns": [{"tags": [{"tagFQN": "a"}, {"tagFQN": "b"}]}, {"tags": []}, {}]}
    assert list(values_at(table, ["columns", "tags", "tagFQN"])) == ["a", "b"]
    assert list(values_at(table, ["columns", "none", "deeper"])) == []
    assert list(values_at(5, [])) == [5]
