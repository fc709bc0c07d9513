"""Small functions of ``metadata.utils``; their results are those of the official ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dynclient.compat.utils import helpers
from dynclient.compat.utils.name_filters import (
    InvalidPatternException,
    filter_by_name,
    validate_regex,
)
from dynclient.compat.utils.registers import class_register, enum_register
from dynclient.compat.utils.singleton import Singleton


def test_times() -> None:
    moment = datetime(2024, 1, 2, 3, 4, 5, 678000)  # noqa: DTZ001 -- without a time zone it is UTC
    assert helpers.datetime_to_ts(moment) == 1704164645678
    assert helpers.datetime_to_ts(moment.replace(tzinfo=UTC)) == 1704164645678
    assert helpers.datetime_to_ts(None) is None
    start, end = helpers.get_start_and_end(1)
    assert end - start == timedelta(days=2)
    words = [helpers.pretty_print_time_duration(each) for each in (0, 1.25, 60, 3661, 86_400)]
    assert words == ["0s", "1.25s", "1m 0s", "1h 1m 1s", "1day(s) 0h 0m 0s"]


def test_texts() -> None:
    names = [helpers.snake_to_camel(each) for each in ("table_name", "aB_c", "", "x")]
    assert names == ["TableName", "AbC", "", "X"]
    assert helpers.replace_special_with("a b.c-d", "_") == "a_b_c_d"
    assert helpers.list_to_dict(["a=b", "c=d=e", "f"]) == {"a": "b", "c": "d"}
    assert helpers.list_to_dict(None) == {}
    assert helpers.clean_uri("http://a/") == "http://a"
    numbers = [helpers.format_large_string_numbers(each) for each in (0, 1, 1000, 1234567, -12345)]
    assert numbers == ["0", "1.000", "1.000K", "1.235M", "-12.345K"]
    assert helpers.clean_up_starting_ending_double_quotes_in_string('"a"') == "a"
    assert helpers.insensitive_replace("aBab", "AB", "x") == "xx"
    assert helpers.insensitive_match("Table: x", "table.*")
    assert not helpers.insensitive_match("a table", "table")
    assert helpers.find_in_iter(2, [1, 2]) == 2
    assert helpers.find_in_iter(5, [1]) is None


def test_columns_are_found_by_name() -> None:
    first, second = (SimpleNamespace(name=name) for name in ("Id", "total"))
    table = SimpleNamespace(columns=[first, second])
    assert helpers.find_column_in_table("Id", table) is first
    assert helpers.find_column_in_table("id", table) is None
    assert helpers.find_column_in_table("id", table, case_sensitive=False) is first
    assert helpers.find_column_in_table_with_index("total", table) == (1, second)
    assert helpers.find_column_in_table_with_index("x", table) == (None, None)


@pytest.mark.parametrize(
    ("includes", "excludes", "left_out"),
    [
        ([], [], [""]),
        (["^a.*", "b"], [], ["xa", ""]),
        ([], ["A"], ["abc", "ab", ""]),
        (["a.*"], ["ab"], ["abc", "b", "bcd", "xa", "ab", ""]),
    ],
)
def test_a_filter_leaves_names_out(
    includes: list[str], excludes: list[str], left_out: list[str]
) -> None:
    pattern = SimpleNamespace(includes=includes, excludes=excludes)
    names = ["abc", "b", "bcd", "xa", "ab", ""]
    assert [name for name in names if filter_by_name(pattern, name)] == left_out
    assert not any(filter_by_name(None, name) for name in names)


def test_all_patterns_that_are_not_valid_are_named() -> None:
    with pytest.raises(InvalidPatternException, match=r"'\[': .*; '\(': "):
        validate_regex(["a", "[", "("])
    with pytest.raises(InvalidPatternException):
        filter_by_name(SimpleNamespace(includes=["["], excludes=None), "a")


def test_registers() -> None:
    class Table: ...

    classes, values = class_register(), enum_register()

    @classes.add(Table)
    @values.add("x")
    def build() -> int:
        return 1

    assert classes.registry == {"Table": build}
    assert values.registry == {"x": build}
    assert build() == 1


def test_a_singleton_is_created_once() -> None:
    class Client(metaclass=Singleton):
        def __init__(self, name: str = "a") -> None:
            self.name = name

    first = Client("b")
    assert Client("c") is first
    assert Client().name == "b"
    Singleton.clear_all()
    assert Client() is not first
