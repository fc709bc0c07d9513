"""Moments as servers count them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dynclient.compat.ometa import time_utils

MOMENT = datetime(2024, 1, 2, 3, 4, 5, 600000, tzinfo=UTC)


def test_moments_are_counted_in_seconds_and_milliseconds(get: Callable[..., Any]) -> None:
    assert time_utils.datetime_to_timestamp(MOMENT) == 1704164645
    assert time_utils.datetime_to_timestamp(MOMENT.replace(tzinfo=None), True) == 1704164645600
    stamp = get("type.basic", "Timestamp")(1704164645600)
    assert time_utils.timestamp_to_datetime(stamp) == MOMENT
    assert time_utils.convert_timestamp("1704164645600") == 1704164645.6
    converted = [
        time_utils.convert_timestamp_to_milliseconds(n) for n in (1704164645, 1704164645600)
    ]
    assert converted == [1704164645000, 1704164645600]


def test_a_day_begins_and_ends_in_utc() -> None:
    begin = time_utils.get_beginning_of_day_timestamp_mill(days=1)
    end = time_utils.get_end_of_day_timestamp_mill(days=1)
    assert end - begin == timedelta(days=1) / timedelta(milliseconds=1) - 1
    assert begin % 86_400_000 == 0
