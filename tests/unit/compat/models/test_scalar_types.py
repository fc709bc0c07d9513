"""Single values: conversion of users' values and of servers' texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from dynclient.compat.models.scalar_types import (
    BoolType,
    FieldType,
    FloatType,
    IntType,
    StringType,
)
from dynclient.compat.models.serialization import payload, plain
from dynclient.compat.models.string_formats import (
    DateTimeType,
    DateType,
    EmailType,
    TimeType,
    UrlType,
    UuidType,
)
from dynclient.compat.models.validation_errors import FieldError

ID = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"
TWO_HOURS = timezone(timedelta(hours=2))


def convert(type_: FieldType, value: Any) -> Any:
    errors: list[FieldError] = []
    converted = type_.check(value, (), errors)
    assert errors == []
    return converted


def error_kind(type_: FieldType, value: Any) -> str:
    errors: list[FieldError] = []
    assert type_.check(value, ("x",), errors) is value
    assert [error.loc for error in errors] == [("x",)]
    return errors[0].kind


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (IntType(), "5", 5),
        (IntType(), "5.0", 5),
        (IntType(), 5.0, 5),
        (IntType(), True, 1),
        (FloatType(), 5, 5.0),
        (FloatType(), "0.5", 0.5),
        (BoolType(), "Yes", True),
        (BoolType(), 0, False),
        (BoolType(), 1.0, True),
        (UuidType(), ID, UUID(ID)),
        (UuidType(), UUID(ID), UUID(ID)),
        (DateType(), "2020-01-02", date(2020, 1, 2)),
        (DateType(), "2020-01-02T00:00:00Z", date(2020, 1, 2)),
        (DateType(), datetime(2020, 1, 2, tzinfo=UTC), date(2020, 1, 2)),
        (DateTimeType(), "2020-01-02T03:04:05Z", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (
            *(DateTimeType(), "2020-01-02T03:04:05.1234567+0200"),
            datetime(2020, 1, 2, 3, 4, 5, 123456, TWO_HOURS),
        ),
        (DateTimeType(), 1577934245, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (DateTimeType(), 1577934245000, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (TimeType(), "03:04:05", time(3, 4, 5)),
        (UrlType(), "http://localhost:8585/api", "http://localhost:8585/api"),
        (EmailType(), "ada@example.com", "ada@example.com"),
    ],
)
def test_values_are_converted(type_: FieldType, value: Any, expected: Any) -> None:
    found = convert(type_, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("type_", "value", "kind"),
    [
        (StringType(), 5, "string_type"),
        (IntType(), "x", "int_parsing"),
        (IntType(), 1.5, "int_from_float"),
        (IntType(), None, "int_type"),
        (FloatType(), "x", "float_parsing"),
        (FloatType(), [], "float_type"),
        (BoolType(), "perhaps", "bool_parsing"),
        (BoolType(), 2, "bool_parsing"),
        (BoolType(), 0.3, "bool_type"),
        (UuidType(), "x", "uuid_parsing"),
        (UuidType(), 5, "uuid_type"),
        (DateType(), "2020-01-02T03:00:00Z", "date_from_datetime_inexact"),
        (DateType(), 5, "date_from_datetime_inexact"),
        (DateType(), "soon", "date_from_datetime_parsing"),
        (DateType(), [], "date_type"),
        (DateTimeType(), "soon", "datetime_from_date_parsing"),
        (DateTimeType(), 1e300, "datetime_from_date_parsing"),
        (TimeType(), "noon", "time_parsing"),
        (UrlType(), "nowhere", "url_parsing"),
        (UrlType(), 5, "url_type"),
        (EmailType(), "ada", "value_error"),
        (EmailType(), 5, "string_type"),
        (StringType({"minLength": 2}), "a", "string_too_short"),
        (StringType({"maxLength": 2}), "abc", "string_too_long"),
        (StringType({"pattern": "^a"}), "b", "string_pattern_mismatch"),
        (IntType({"minimum": 2}), 1, "greater_than_equal"),
        (IntType({"exclusiveMinimum": 2}), 2, "greater_than"),
        (IntType({"maximum": 2}), 3, "less_than_equal"),
        (IntType({"exclusiveMaximum": 2}), 2, "less_than"),
        (FloatType({"multipleOf": 0.1}), 0.25, "multiple_of"),
    ],
)
def test_invalid_values_are_reported(type_: FieldType, value: Any, kind: str) -> None:
    assert error_kind(type_, value) == kind


def test_limits_that_official_models_do_not_check_are_left_to_the_server() -> None:
    assert convert(StringType({"pattern": "^((?!::).)*$"}), "a::b") == "a::b"
    assert convert(FloatType({"multipleOf": 0.1}), 0.3) == 0.3


def test_texts_of_a_server_that_cannot_be_converted_stay_texts() -> None:
    for type_ in (UuidType(), DateType(), DateTimeType(), TimeType()):
        assert type_.from_json("whatever") == "whatever"
        assert type_.from_json(5) == 5


def test_values_are_written_as_json_has_them() -> None:
    assert plain(datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2020-01-02T03:04:05Z"
    assert payload([date(2020, 1, 2), time(3, 4), UUID(ID), {"a": (1, 2.5, None, True)}]) == [
        *("2020-01-02", "03:04:00", ID),
        {"a": [1, 2.5, None, True]},
    ]
