"""What is referred to comes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dynclient.as_code.dependency_order import name_order, type_order
from tests.support.trees import release_named

KEYS = st.integers(0, 8)


@given(st.sets(KEYS), st.dictionaries(KEYS, st.lists(KEYS)))
def test_names_come_after_those_above_them(names: set[int], above: dict[int, list[int]]) -> None:
    order = name_order(names, above)
    assert sorted(order) == sorted(names)
    assert order == name_order(names, above)
    without_circles = {
        name: [each for each in above.get(name, ()) if each < name] for name in names
    }
    order = name_order(names, without_circles)
    for name, before in without_circles.items():
        assert all(order.index(each) < order.index(name) for each in before if each in names)


def test_types_follow_what_documents_refer_to() -> None:
    release = release_named("starter")
    types = ["table", "user", "team", "databaseSchema"]
    edges = [("table", "user"), ("table", "databaseSchema"), ("user", "team"), ("team", "user")]
    order = type_order(release, types, edges)
    assert sorted(order) == sorted(types)
    assert order[-1] == "table"
    assert order == type_order(release, reversed(types), edges)
