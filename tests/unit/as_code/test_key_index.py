"""The index of keys in a temporary database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from dynclient.as_code.key_index import KeyIndex


def test_values_are_found_replaced_and_removed() -> None:
    index = KeyIndex()
    index["table", "a.b"] = [1, "x"]
    index["table", "a.b"] = {"y": None}
    index["user", "a"] = None
    assert (len(index), index.get(("table", "a.b"))) == (2, {"y": None})
    assert ("user", "a") in index
    assert ("table", "a") not in index
    index.remove(("user", "a"))
    index.remove(("user", "a"))
    assert (len(index), index.get(("user", "a"), 5)) == (1, 5)
    index.clear()
    assert (len(index), [*index]) == (0, [])


def test_keys_are_in_the_order_of_their_texts() -> None:
    names = ["b", "", "ä", "a\udc80", "Z", "a.b", "\U0001f600", "\uffff", "a'\"%_"]
    index = KeyIndex()
    for name in names:
        index["table", name] = 0
        index["chart", name] = 0
    assert [*index] == sorted((kind, name) for kind in ("table", "chart") for name in names)


def test_more_keys_than_are_read_at_once_are_yielded_while_some_are_removed() -> None:
    index = KeyIndex()
    for number in range(2_500):
        index["table", f"t{number:05}"] = number
    seen = []
    for key in index:
        seen.append(key[1])
        index.remove(key)
    assert seen == [f"t{number:05}" for number in range(2_500)]
    assert len(index) == 0


def test_threads_share_it() -> None:
    index = KeyIndex()

    def add(number: int) -> None:
        index["table", str(number)] = number

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(200)))
    assert sorted(index.get(key) for key in index) == [*range(200)]


def test_keys_that_are_missing_are_named_by_type_in_their_order() -> None:
    index = KeyIndex()
    index["table", "b"] = None
    found = index.missing({("user", "ada"), ("table", "c"), ("table", "b"), ("table", "a")})
    assert [*found.items()] == [("table", ["a", "c"]), ("user", ["ada"])]
