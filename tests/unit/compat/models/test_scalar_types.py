"""Single values: what is taken from users, and what servers' texts stand for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from dynclient.compat.models.scalar_types import (
    AddressShape,
    DateShape,
    DateTimeShape,
    EmailShape,
    IdentifierShape,
    RealShape,
    Shape,
    TextShape,
    TimeShape,
    TruthShape,
    WholeShape,
)
from dynclient.compat.models.serialization import payload, plain
from dynclient.compat.models.validation_errors import Fault

ID = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"
UTC = timezone.utc
TWO_HOURS = timezone(timedelta(hours=2))


def taken(shape: Shape, value: Any) -> Any:
    faults: list[Fault] = []
    held = shape.check(value, (), faults)
    assert faults == []
    return held


def refused(shape: Shape, value: Any) -> str:
    faults: list[Fault] = []
    assert shape.check(value, ("x",), faults) is value
    assert [fault.loc for fault in faults] == [("x",)]
    return faults[0].kind


@pytest.mark.parametrize(
    ("shape", "value", "held"),
    [
        (WholeShape(), "5", 5),
        (WholeShape(), "5.0", 5),
        (WholeShape(), 5.0, 5),
        (WholeShape(), True, 1),
        (RealShape(), 5, 5.0),
        (RealShape(), "0.5", 0.5),
        (TruthShape(), "Yes", True),
        (TruthShape(), 0, False),
        (TruthShape(), 1.0, True),
        (IdentifierShape(), ID, UUID(ID)),
        (IdentifierShape(), UUID(ID), UUID(ID)),
        (DateShape(), "2020-01-02", date(2020, 1, 2)),
        (DateShape(), "2020-01-02T00:00:00Z", date(2020, 1, 2)),
        (DateShape(), datetime(2020, 1, 2, tzinfo=UTC), date(2020, 1, 2)),
        (DateTimeShape(), "2020-01-02T03:04:05Z", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (
            *(DateTimeShape(), "2020-01-02T03:04:05.1234567+0200"),
            datetime(2020, 1, 2, 3, 4, 5, 123456, TWO_HOURS),
        ),
        (DateTimeShape(), 1577934245, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (DateTimeShape(), 1577934245000, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (TimeShape(), "03:04:05", time(3, 4, 5)),
        (AddressShape(), "http://localhost:8585/api", "http://localhost:8585/api"),
        (EmailShape(), "ada@example.com", "ada@example.com"),
    ],
)
def test_what_stands_for_a_value_is_taken(shape: Shape, value: Any, held: Any) -> None:
    found = taken(shape, value)
    assert found == held
    assert type(found) is type(held)


@pytest.mark.parametrize(
    ("shape", "value", "kind"),
    [
        (TextShape(), 5, "string_type"),
        (WholeShape(), "x", "int_parsing"),
        (WholeShape(), 1.5, "int_from_float"),
        (WholeShape(), None, "int_type"),
        (RealShape(), "x", "float_parsing"),
        (RealShape(), [], "float_type"),
        (TruthShape(), "perhaps", "bool_parsing"),
        (TruthShape(), 2, "bool_parsing"),
        (TruthShape(), 0.3, "bool_type"),
        (IdentifierShape(), "x", "uuid_parsing"),
        (IdentifierShape(), 5, "uuid_type"),
        (DateShape(), "2020-01-02T03:00:00Z", "date_from_datetime_inexact"),
        (DateShape(), 5, "date_from_datetime_inexact"),
        (DateShape(), "soon", "date_from_datetime_parsing"),
        (DateShape(), [], "date_type"),
        (DateTimeShape(), "soon", "datetime_from_date_parsing"),
        (DateTimeShape(), 1e300, "datetime_from_date_parsing"),
        (TimeShape(), "noon", "time_parsing"),
        (AddressShape(), "nowhere", "url_parsing"),
        (AddressShape(), 5, "url_type"),
        (EmailShape(), "ada", "value_error"),
        (EmailShape(), 5, "string_type"),
        (TextShape({"minLength": 2}), "a", "string_too_short"),
        (TextShape({"maxLength": 2}), "abc", "string_too_long"),
        (TextShape({"pattern": "^a"}), "b", "string_pattern_mismatch"),
        (WholeShape({"minimum": 2}), 1, "greater_than_equal"),
        (WholeShape({"exclusiveMinimum": 2}), 2, "greater_than"),
        (WholeShape({"maximum": 2}), 3, "less_than_equal"),
        (WholeShape({"exclusiveMaximum": 2}), 2, "less_than"),
        (RealShape({"multipleOf": 0.1}), 0.25, "multiple_of"),
    ],
)
def test_what_does_not_fit_is_told(shape: Shape, value: Any, kind: str) -> None:
    assert refused(shape, value) == kind


def test_limits_that_official_models_cannot_tell_are_left_to_the_server() -> None:
    assert taken(TextShape({"pattern": "^((?!::).)*$"}), "a::b") == "a::b"
    assert taken(RealShape({"multipleOf": 0.1}), 0.3) == 0.3


def test_texts_of_a_server_that_stand_for_nothing_stay_texts() -> None:
    for shape in (IdentifierShape(), DateShape(), DateTimeShape(), TimeShape()):
        assert shape.take("whatever") == "whatever"
        assert shape.take(5) == 5


def test_values_are_written_as_json_has_them() -> None:
    assert plain(datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2020-01-02T03:04:05Z"
    assert payload([date(2020, 1, 2), time(3, 4), UUID(ID), {"a": (1, 2.5, None, True)}]) == [
        *("2020-01-02", "03:04:00", ID),
        {"a": [1, 2.5, None, True]},
    ]
