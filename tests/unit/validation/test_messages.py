"""Problems: the path, the value, the keyword and a sentence for each way to break a schema."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from dynclient.errors import Problem
from dynclient.releases.pack import build
from dynclient.schema import Release
from dynclient.validation import Validator
from dynclient.validation.messages import display_value, format_path


def problems(schema: dict[str, Any], data: Any) -> list[Problem]:
    """Return the problems of data by a schema, from both engines."""
    release = Release(build({"type/x.json": schema}, (), "1.0.0"))
    checker = Validator(release)
    found = checker.problems("type/x.json", data)
    assert checker.is_valid("type/x.json", data) is (not found)
    return found


def lines(schema: dict[str, Any], data: Any) -> list[str]:
    return [str(problem) for problem in problems(schema, data)]


def of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with one property, ``a``."""
    return {"properties": {"a": schema}}


LETTERS = [chr(ord("A") + number) for number in range(12)]


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        ({"type": "string"}, 5, "must be a string, not 5"),
        ({"type": "string"}, None, "must be a string, not null"),
        ({"type": "string"}, True, "must be a string, not true"),
        ({"type": "string"}, False, "must be a string, not false"),
        ({"type": "string"}, [], "must be a string, not a list of 0"),
        ({"type": "string"}, {}, "must be a string, not an object"),
        ({"type": "string"}, {"x": 1, "y": 2}, "must be a string, not an object with x, y"),
        ({"type": "object"}, "x", "must be an object, not 'x'"),
        ({"type": "object", "javaType": "org.openmetadata.schema.type.EntityReference"}, "ada",
         "must be an entity or a reference to one, an object with 'id' and 'type', not 'ada'"),
        ({"type": "array"}, "5", "must be a list, not '5'"),
        ({"type": "integer"}, 1.5, "must be an integer, not 1.5"),
        ({"type": "number"}, "1", "must be a number, not '1'"),
        ({"type": "boolean"}, 1, "must be a boolean, not 1"),
        ({"type": "null"}, 1, "must be null, not 1"),
        ({"type": ["string", "null"]}, 1, "must be a string or null, not 1"),
        ({"enum": ["BIGINT", "x"]}, "BIGNT",
         "must be one of 2 allowed values, not 'BIGNT'; did you mean BIGINT?"),
        ({"enum": ["x", "y"]}, "other", "must be one of 'x', 'y', not 'other'"),
        ({"enum": ["x", 1]}, 5, "must be one of 'x', 1, not 5"),
        ({"enum": LETTERS}, "other", f"must be one of {str(LETTERS)[1:-1]}, not 'other'"),
        ({"enum": [*LETTERS, "M"]}, "other", "must be one of 13 allowed values, not 'other'"),
        ({"enum": ["x"]}, "y", "must be 'x', not 'y'"),
        ({"const": "x"}, "y", "must be 'x', not 'y'"),
        ({"const": 3}, 4, "must be 3, not 4"),
        ({"pattern": "^[a-z]+$"}, "X", "'X' does not match the pattern '^[a-z]+$'"),
        ({"minLength": 1}, "", "must not be empty"),
        ({"minLength": 2}, "x", "'x' is shorter than 2 characters"),
        ({"maxLength": 2}, "xyz", "'xyz' is longer than 2 characters"),
        ({"minItems": 2}, [1], "must have at least 2 items"),
        ({"maxItems": 0}, [1], "must have at most 0 items"),
        ({"minimum": 3}, 2, "must be at least 3, not 2"),
        ({"maximum": 3}, 4, "must be at most 3, not 4"),
        ({"exclusiveMinimum": 3}, 3, "must be greater than 3, not 3"),
        ({"exclusiveMaximum": 3}, 3, "must be less than 3, not 3"),
        ({"multipleOf": 0.1}, 0.35, "must be a multiple of 0.1, not 0.35"),
        ({"uniqueItems": True}, [1, 1], "must not contain the same item twice"),
        ({"minProperties": 2}, {"x": 1}, "must have at least 2 properties"),
        ({"maxProperties": 0}, {"x": 1}, "must have at most 0 properties"),
        ({"not": {"type": "string"}}, "x", "'x' is not allowed here"),
        ({"dependencies": {"x": ["y"]}}, {"x": 1},
         "lacks a property that another of its properties requires"),
        ({"contains": {"const": 1}}, [2], "a list of 1 does not satisfy the keyword 'contains'"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 5,
         "5 does not match any of the 2 alternatives"),
        ({"oneOf": [{"type": "integer"}, {"minimum": 3}]}, 5,
         "5 matches more than one of the 2 alternatives"),
    ],
)  # fmt: skip
def test_each_keyword_has_its_sentence(schema: dict[str, Any], value: Any, sentence: str) -> None:
    assert lines(of(schema), {"a": value}) == [f"a: {sentence}"]
    assert lines(schema, value) == [sentence]


@pytest.mark.parametrize("keyword", ["minLength", "maxLength", "minItems", "maxItems"])
def test_limits_themselves_are_allowed(keyword: str) -> None:
    assert problems({keyword: 2}, "ab" if "Length" in keyword else [1, 2]) == []


# -- missing and unknown properties ----------------------------------------------------------------

CLOSED = {
    "properties": {"name": {}, "description": {}, "owner": {}},
    "required": ["name", "description"],
    "additionalProperties": False,
}


def test_each_missing_property_is_a_problem() -> None:
    assert problems(CLOSED, {}) == [
        Problem("name", None, "required", "is missing"),
        Problem("description", None, "required", "is missing"),
    ]


def test_an_unknown_property_is_shown_with_close_ones_and_without_its_value() -> None:
    data = {"name": "x", "description": "y", "ownr": "hunter2"}
    assert problems(CLOSED, data) == [
        Problem("ownr", None, "additionalProperties", "is not a known property", ("owner",))
    ]


def test_without_a_close_name_the_unused_properties_are_listed() -> None:
    data = {"name": "x", "zzz": 1}
    assert lines(CLOSED, data) == [
        "description: is missing",
        "zzz: is not a known property; other properties: description, owner",
    ]
    closed = {"properties": {"name": {}}, "additionalProperties": False}
    assert lines(closed, {"name": 1, "zzz": 1}) == ["zzz: is not a known property"]
    assert lines({"additionalProperties": False}, {"zzz": 1}) == ["zzz: is not a known property"]


@pytest.mark.parametrize(("count", "listed"), [(12, True), (13, False)])
def test_long_lists_of_properties_are_left_out(count: int, listed: bool) -> None:
    many = {"properties": {f"P{n}": {} for n in range(count)}, "additionalProperties": False}
    (line,) = lines(many, {"zzz": 1})
    assert ("other properties" in line) is listed


def test_patterns_and_schemas_of_further_properties_count() -> None:
    schema = {"patternProperties": {"^x-": {}}, "additionalProperties": {"type": "integer"}}
    assert lines(schema, {"x-1": "a", "b": 1}) == []
    assert lines(schema, {"x-1": "a", "b": "c"}) == ["b: must be an integer, not 'c'"]
    assert lines({"additionalProperties": True}, {"b": "c"}) == []


# -- unions ----------------------------------------------------------------------------------------


def branch(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"enum": [kind], "default": kind}, **properties},
        "additionalProperties": False,
    }


MYSQL = branch("Mysql", host={"type": "string"}, user={"type": "string"})
TRINO = branch("Trino", host={"type": "string"}, catalog={"type": "string"})
UNION = of({"oneOf": [TRINO, MYSQL, {"type": "string"}]})


def test_the_branch_of_the_discriminator_is_explained() -> None:
    assert lines(UNION, {"a": {"type": "Mysql", "host": 5}}) == ["a.host: must be a string, not 5"]
    assert lines(UNION, {"a": {"type": "Trino", "host": 5}}) == ["a.host: must be a string, not 5"]
    data = {"a": {"type": "Mysql", "catalog": "c"}}
    assert [problem.path for problem in problems(UNION, data)] == ["a.catalog"]


def test_a_branch_named_beside_the_union_is_explained() -> None:
    for kind in ("Mysql", "Trino"):
        found = problems(UNION, {"serviceType": kind, "a": {"hots": "h"}})
        wanted = {"Mysql": "user", "Trino": "catalog"}[kind]
        assert [problem.path for problem in found] == ["a.hots"]
        found = problems(UNION, {"serviceType": kind, "a": {"zzz": "h"}})
        assert wanted in str(found[0])


def test_the_branch_with_fewer_unknown_properties_is_explained() -> None:
    data = {"a": {"user": 1, "host": "h"}}
    assert lines(UNION, data) == ["a.user: must be a string, not 1"]


def test_a_value_of_no_branch_is_shown_with_their_number() -> None:
    assert lines(UNION, {"a": 5}) == ["a: 5 does not match any of the 3 alternatives"]


def test_nested_unions_are_explained_to_the_bottom() -> None:
    nested = of({"anyOf": [{"type": "null"}, {"oneOf": [MYSQL, TRINO]}]})
    assert lines(nested, {"a": {"type": "Trino", "host": 5}}) == ["a.host: must be a string, not 5"]


# -- order, secrets, what is shown -----------------------------------------------------------------


def test_problems_are_sorted_by_position() -> None:
    schema = {"properties": {"b": {"items": {"type": "string"}}, "a": {"type": "string"}}}
    data = {"b": [0] * 11, "a": 1}
    paths = [problem.path for problem in problems(schema, data)]
    assert paths == ["a", *(f"b[{number}]" for number in range(11))]


SECRETS = [
    (of({"type": "integer", "format": "password"}), {"a": "hunter2"}),
    ({"properties": {"password": {"enum": ["hunter1"]}}}, {"password": "hunter2"}),
    ({"properties": {"apiKey": {"items": {"type": "integer"}}}}, {"apiKey": ["hunter2"]}),
]


@pytest.mark.parametrize(("schema", "data"), SECRETS)
def test_secrets_are_masked(schema: dict[str, Any], data: Any) -> None:
    (problem,) = problems(schema, data)
    assert problem.value == "**********"
    assert "'**********'" in problem.message
    assert "hunter2" not in repr(problem)
    assert problem.nearest == ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + "… (61 characters)"),
        (5, 5),
        (None, None),
        ({}, "an object"),
        (dict.fromkeys("abcdefgh"), "an object with a, b, c, d, e, f, g, h"),
        (dict.fromkeys("abcdefghi"), "an object with a, b, c, d, e, f, g, h …"),
        ((1, 2), "a list of 2"),
        ({1}, "a set"),
    ],
)
def test_values_are_shown_shortened(value: Any, shown: Any) -> None:
    assert display_value(value) == shown


def test_paths_are_written_as_in_python() -> None:
    assert format_path([]) == ""
    assert format_path(["a", 3, "b"]) == "a[3].b"
    assert format_path(["a b", "c"]) == "['a b'].c"
    assert format_path([0, "x"]) == "[0].x"


# -- what is not JSON ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown", "sentence"),
    [
        (float("nan"), "nan", "nan is not a JSON number; only finite numbers are"),
        (float("inf"), "inf", "inf is not a JSON number; only finite numbers are"),
        ("\ud800", "a string", "contains an unpaired surrogate, which UTF-8 cannot encode"),
        ("é\udfff", "a string", "contains an unpaired surrogate, which UTF-8 cannot encode"),
        ({1}, "a set", "a set cannot be encoded as JSON"),
        ({1: 2}, 1, "property names must be strings, not an int: 1"),
    ],
)
def test_what_is_not_json_is_named(value: Any, shown: Any, sentence: str) -> None:
    checker = Validator(Release(build({"type/x.json": {"minLength": 1}}, (), "1.0.0")))
    found = checker.problems("type/x.json", {"a": [value, "ä"]})
    assert found == [Problem("a[0]", shown, "json", sentence)]
    assert checker.problems("type/x.json", {"a": (value,)})[0].path == "a[0]"


def test_without_the_fast_engine_what_is_not_json_is_invalid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    checker = Validator(Release(build({"type/x.json": {"minLength": 1}}, (), "1.0.0")))
    assert not checker.is_valid("type/x.json", {"a": {1}})
    assert not checker.is_valid("type/x.json", "")
    assert checker.is_valid("type/x.json", "x")


def test_json_data_has_no_problem() -> None:
    assert problems({}, {"a": [1.5, None, True, "\ud7ff\ue000é", {"b": []}]}) == []


# -- discriminators --------------------------------------------------------------------------------


def test_a_constant_is_a_discriminator_as_an_enum_of_one_value_is() -> None:
    port, host = {"type": "integer"}, {"type": "string"}
    mysql = {"properties": {"type": {"const": "Mysql"}, "port": port, "host": host}}
    trino = {"properties": {"type": {"const": "Trino"}}}
    data = {"a": {"type": "Mysql", "port": "x", "host": 5}}
    expected = ["a.host: must be a string, not 5", "a.port: must be an integer, not 'x'"]
    assert sorted(lines(of({"oneOf": [mysql, trino]}), data)) == expected
    assert sorted(lines(of({"oneOf": [trino, mysql]}), data)) == expected


def test_a_schema_that_is_false_allows_nothing() -> None:
    assert lines({"properties": {"x": False}}, {"x": 1}) == ["x: 1 is not allowed here"]
    assert lines({"items": False}, [1]) == ["[0]: 1 is not allowed here"]
    assert lines({"items": [{}, False]}, [1, 2]) == ["[1]: 2 is not allowed here"]
    assert lines({"items": [{}], "additionalItems": False}, [1, 2]) == [
        "[1]: 2 is not allowed here"
    ]
    assert lines({"patternProperties": {"^x": False}}, {"x": 1}) == ["x: 1 is not allowed here"]
    assert lines({"allOf": [False]}, 1) == ["1 is not allowed here"]


@pytest.mark.parametrize("digits", [100, 3000])
def test_of_a_long_integer_only_the_beginning_is_shown(digits: int) -> None:
    value = 10 ** (digits - 1)
    shown = f"1{'0' * 59}… ({digits} digits)"
    assert lines({"type": "string"}, value) == [f"must be a string, not {shown}"]
    assert lines({"maximum": 5}, [value]) == []
    assert problems({"maximum": 5}, value)[0].value == shown


def test_an_integer_that_python_does_not_write_is_a_problem() -> None:
    checker = Validator(Release(build({"type/x.json": {"type": "string"}}, (), "1.0.0")))
    (found,) = checker.problems("type/x.json", [10**5000])
    assert str(found) == "[0]: an integer of 16,610 bits cannot be encoded as JSON"
