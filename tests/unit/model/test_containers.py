"""Lists in entities behave like lists, and write through."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.model import asdict, changes, load, original
from dynclient.model.containers import FieldList, FieldMap, LazyList
from dynclient.model.namespace import types
from tests.support.trees import ALL_RELEASES, release_named

NAMES = ["a", "b", "c", "d"]


def columns(names: list[str]) -> Any:
    table = load(
        types(release_named(ALL_RELEASES[-1])).Table,
        {"name": "t", "columns": [{"name": name, "dataType": "INT"} for name in names]},
    )
    return table, table.columns


def raw_names(table: Any) -> list[str]:
    return [column["name"] for column in asdict(table)["columns"]]


def test_reading_wraps_as_little_as_it_can() -> None:
    table, found = columns(NAMES)
    assert type(found) is LazyList
    second = found[1]
    assert type(found) is LazyList
    assert found[1] is second
    assert type(found) is FieldList
    assert found[1] is second
    assert table.columns is found
    assert isinstance(found, list)


@pytest.mark.parametrize("index", [-1, 0, 3, slice(1, 3), slice(None, None, -1)])
def test_indices(index: Any) -> None:
    _, found = columns(NAMES)
    got = found[index]
    names = [one.name for one in got] if isinstance(index, slice) else got.name
    assert names == NAMES[index]
    with pytest.raises(IndexError):
        found[99]


@pytest.mark.parametrize(
    "read",
    [
        list,
        lambda c: [*c],
        lambda c: c.copy(),
        lambda c: list(reversed(c))[::-1],
        lambda c: sorted(c, key=lambda column: column.name),
        lambda c: [c[c.index(c[0])], *c[1:]],
    ],
)
def test_reading_never_returns_raw_items(read: Any) -> None:
    _, found = columns(NAMES)
    assert [column.name for column in read(found)] == NAMES


def test_every_change_is_written_through() -> None:
    table, found = columns(NAMES)
    found += [{"name": "e", "dataType": "INT"}]
    found.insert(0, {"name": "z", "dataType": "INT"})
    assert raw_names(table) == ["z", *NAMES, "e"]
    assert found.pop().name == "e"
    found.remove(found[1])
    found.reverse()
    assert raw_names(table) == ["d", "c", "b", "z"]
    found.sort(key=lambda column: column.name)
    found[0] = {"name": "first", "dataType": "INT"}
    found[1:3] = []
    assert raw_names(table) == ["first", "z"]
    found *= 2
    assert raw_names(table) == ["first", "z"] * 2
    found.clear()
    assert raw_names(table) == []


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["append", "insert", "pop", "del", "set"]), st.integers(0, 5)),
        max_size=8,
    )
)
def test_it_is_a_list(steps: list[tuple[str, int]]) -> None:
    table, found = columns(NAMES)
    model = list(NAMES)
    for number, (step, place) in enumerate(steps):
        name = f"n{number}"
        value = {"name": name, "dataType": "INT"}
        if step == "append":
            found.append(value)
            model.append(name)
        elif step == "insert":
            found.insert(place, value)
            model.insert(place, name)
        elif place < len(model):
            if step == "pop":
                found.pop(place)
                model.pop(place)
            elif step == "del":
                del found[place]
                del model[place]
            else:
                found[place] = value
                model[place] = name
    assert [column.name for column in found] == model
    assert raw_names(table) == model


# -- what is wrapped, and when ---------------------------------------------------------------------


def test_a_negative_index_wraps_the_item_that_it_names() -> None:
    _, found = columns(NAMES)
    last = found[-1]
    assert last.name == "d"
    assert found[3] is last
    assert [column.name for column in found] == NAMES


def test_wrapping_the_rest_keeps_what_was_wrapped() -> None:
    table, found = columns(NAMES)
    second = found[1]
    second.description = "kept"
    assert [column.description for column in found] == [None, "kept", None, None]
    assert list(found)[1] is second
    assert asdict(table)["columns"][1]["description"] == "kept"


def test_every_way_to_look_at_items_finds_wrapped_ones() -> None:
    first = columns(NAMES)[1][0]
    assert first in columns(NAMES)[1]
    assert columns(NAMES)[1].count(first) == 1
    assert columns(NAMES)[1].index(first) == 0
    assert columns(NAMES)[1] == list(columns(NAMES)[1])
    assert columns(NAMES)[1].__ne__(list(columns(NAMES)[1])) is False
    assert [column.name for column in [] + columns(NAMES)[1]] == NAMES
    assert [column.name for column in columns(NAMES)[1] + []] == NAMES
    assert [column.name for column in columns(["a"])[1] * 2] == ["a", "a"]
    assert [column.name for column in 2 * columns(["a"])[1]] == ["a", "a"]
    assert repr(columns(["a"])[1]) == "[Column(name='a', dataType='INT')]"
    assert repr(columns(["a", "b"])[1]).count("Column(") == 2


def test_copies_are_plain_and_apart() -> None:
    table, found = columns(NAMES)
    for copied in (copy.copy(found), found.copy(), copy.deepcopy(found)):
        assert type(copied) is list
        assert copied == found
        copied.clear()
    assert raw_names(table) == NAMES
    deep = copy.deepcopy(found)
    deep[0].name = "changed"
    assert raw_names(table) == NAMES
    shallow = copy.copy(found)
    shallow[0].name = "changed"
    assert raw_names(table)[0] == "changed"


def test_lists_pickle_as_plain_lists() -> None:
    _, found = columns(NAMES)
    again = pickle.loads(pickle.dumps(found))
    assert type(again) is list
    assert again == found
    assert type(found) is FieldList
    assert type(pickle.loads(pickle.dumps(found))) is list


# -- changes ---------------------------------------------------------------------------------------

INT = {"name": "n", "dataType": "INT"}

CHANGES: dict[str, Any] = {
    "append": lambda c: c.append(INT),
    "insert": lambda c: c.insert(1, INT),
    "extend": lambda c: c.extend([INT]),
    "+=": lambda c: c.__iadd__([INT]),
    "*=": lambda c: c.__imul__(2),
    "set": lambda c: c.__setitem__(0, INT),
    "set slice": lambda c: c.__setitem__(slice(0, 2), [INT]),
    "del": lambda c: c.__delitem__(0),
    "pop": lambda c: c.pop(),
    "pop first": lambda c: c.pop(0),
    "remove": lambda c: c.remove(c[2]),
    "clear": lambda c: c.clear(),
    "reverse": lambda c: c.reverse(),
    "sort": lambda c: c.sort(key=lambda column: column.name, reverse=True),
}


@pytest.mark.parametrize("read", [(), (1,), (-1,), (0, 2)])
@pytest.mark.parametrize("change", CHANGES)
def test_each_change_keeps_the_original_and_reaches_the_data(change: str, read: Any) -> None:
    table, found = columns(NAMES)
    for index in read:  # a change may come before, between and after the first two accesses
        assert found[index].name == NAMES[index]
    plain = [{"name": name, "dataType": "INT"} for name in NAMES]
    if change == "sort":
        plain.sort(key=lambda column: column["name"], reverse=True)
    elif change == "remove":
        del plain[2]
    else:
        CHANGES[change](plain)
    CHANGES[change](found)
    assert [column["name"] for column in original(table)["columns"]] == NAMES
    assert raw_names(table) == [column["name"] for column in plain]
    assert [column.name for column in found] == raw_names(table)
    assert changes(table)
    for column in found:
        column.description = "still connected"
    described = [column.get("description") for column in asdict(table)["columns"]]
    assert described == ["still connected"] * len(found)


def test_values_become_items_of_the_type_of_the_list() -> None:
    table, found = columns(NAMES)
    named = types(release_named(ALL_RELEASES[-1]))
    own = named.Column(name="own", dataType="INT")
    found.append(own)
    assert found[-1] is own
    own.description = "part of the table"
    assert asdict(table)["columns"][-1]["description"] == "part of the table"
    found.append({"name": "dict", "dataType": "INT"})
    assert type(found[-1]) is named.Column
    found[0:1] = [{"name": "slice", "dataType": "INT"}, own]
    assert [column.name for column in found[:2]] == ["slice", "own"]
    assert found[1] is not own  # it is part of the table already, so it is copied


# -- maps ------------------------------------------------------------------------------------------


def a_map() -> tuple[Any, Any]:
    table = load(
        types(release_named(ALL_RELEASES[-1])).Table,
        {"name": "t", "extension": {"size": 1, "apiToken": "hush", "deep": {"list": [1]}}},
    )
    return table, table.extension


def test_maps_are_mappings_that_write_through() -> None:
    table, found = a_map()
    assert type(found) is FieldMap
    assert len(found) == 3
    assert list(found) == ["size", "apiToken", "deep"]
    assert "size" in found
    assert "colour" not in found
    assert found["deep"] is found["deep"]
    found["deep"]["list"].append(2)
    found["size"] = 2
    found["new"] = {"a": [1]}
    found["new"]["a"].append(2)
    del found["apiToken"]
    assert asdict(table)["extension"] == {
        "size": 2, "deep": {"list": [1, 2]}, "new": {"a": [1, 2]},
    }  # fmt: skip
    assert original(table)["extension"]["apiToken"] == "hush"
    assert original(table)["extension"]["size"] == 1


def test_a_value_that_is_replaced_is_not_read_from_before() -> None:
    _, found = a_map()
    assert found["deep"]["list"] == [1]
    found["deep"] = {"list": [3]}
    assert found["deep"]["list"] == [3]
    del found["deep"]
    with pytest.raises(KeyError):
        found["deep"]


def test_deleting_what_a_map_lacks_changes_nothing() -> None:
    table, found = a_map()
    with pytest.raises(KeyError):
        del found["colour"]
    assert table._link is None
    del found["size"]
    assert "size" in original(table)["extension"]


def test_entities_in_maps_stay_connected() -> None:
    table, found = a_map()
    column = types(release_named(ALL_RELEASES[-1])).Column(name="a", dataType="INT")
    found["column"] = column
    assert found["column"] is column
    column.description = "connected"
    assert asdict(table)["extension"]["column"]["description"] == "connected"


def test_maps_equal_dicts_and_each_other() -> None:
    _, one = a_map()
    _, other = a_map()
    assert one == other
    assert one == {"size": 1, "apiToken": "hush", "deep": {"list": [1]}}
    assert one != {"size": 1}
    assert one != [1]
    other["size"] = 2
    assert one != other
    with pytest.raises(TypeError):
        hash(one)


def test_maps_hide_secrets_and_copy_as_dicts() -> None:
    table, found = a_map()
    assert "hush" not in repr(found)
    assert "'size': 1" in repr(found)
    assert found._ipython_key_completions_() == ["size", "apiToken", "deep"]
    assert type(copy.copy(found)) is dict
    deep = copy.deepcopy(found)
    assert type(deep) is dict
    assert deep == found
    deep["deep"]["list"].append(2)
    assert found["deep"]["list"] == [1]
    pickled = pickle.dumps(found)
    assert b"hush" not in pickled
    assert type(pickle.loads(pickled)) is dict
    assert pickle.loads(pickled) == found
    assert table.extension is found


def test_a_method_that_was_looked_up_earlier_still_works() -> None:
    table, found = columns(NAMES)
    assert [column.name for column in map(found.__getitem__, [0, 1, 2, 3])] == NAMES
    other, items = columns(NAMES)
    remove, append, iterate = items.remove, items.append, items.__iter__
    first, second = items[0], items[1]
    assert type(items) is FieldList
    remove(second)
    append({"name": "e", "dataType": "INT"})
    assert next(iterate()) is first
    assert raw_names(other) == ["a", "c", "d", "e"]
    assert raw_names(table) == NAMES


@pytest.mark.parametrize("index", [0, 1, 280, 299, -1, -20])
def test_an_item_that_was_read_first_stays_the_same_object(index: int) -> None:
    table, found = columns([f"c{number}" for number in range(300)])
    item = found[index]
    item.description = "kept"
    assert list(found)[index] is item
    assert found[index] is item
    assert asdict(table)["columns"][index]["description"] == "kept"
    assert sum("description" in column for column in asdict(table)["columns"]) == 1


def test_the_arguments_of_sort_are_keywords_as_for_every_list() -> None:
    table, found = columns(NAMES)
    with pytest.raises(TypeError):
        found.sort(lambda column: column.name)
    assert raw_names(table) == NAMES
