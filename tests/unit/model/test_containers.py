"""Lists in entities behave like lists, and write through."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.model import asdict, load, types
from dynclient.model.containers import FieldList, LazyList
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
    told = [one.name for one in got] if isinstance(index, slice) else got.name
    assert told == NAMES[index]
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
def test_nobody_sees_raw_items(read: Any) -> None:
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
