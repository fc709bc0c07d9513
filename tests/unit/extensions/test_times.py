"""Points in time as users write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import BadArguments
from dynclient.extensions.times import ALWAYS, as_datetime, now, recent_span, time_span, timestamp
from dynclient.extensions.times import DAY as DAY_LENGTH

DAY = 1_700_006_400_000
"""2023-11-15, the beginning of the day in UTC."""


@pytest.mark.parametrize(
    "value",
    [
        date(2023, 11, 15),
        datetime(2023, 11, 15, tzinfo=UTC),
        datetime(2023, 11, 15),  # noqa: DTZ001 - what is tested
        datetime(2023, 11, 15, 2, tzinfo=timezone(timedelta(hours=2))),
        "2023-11-15",
        "2023-11-15T00:00:00Z",
        "2023-11-15T02:00:00+02:00",
        DAY,
        DAY // 1000,
        DAY / 1000,
    ],
)
def test_every_form_of_a_time_becomes_milliseconds(value: Any) -> None:
    assert timestamp(value) == DAY


@pytest.mark.parametrize(
    "value", [None, True, "yesterday", float("nan"), float("inf"), 10**400, [], b""]
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(BadArguments, match=r"since: must be a datetime, a date"):
        timestamp(value, "om.history", "since")


@given(st.integers(min_value=10_000_000_000, max_value=9_999_999_999_999))
def test_a_time_survives_as_a_datetime(milliseconds: int) -> None:
    assert timestamp(as_datetime(milliseconds)) == milliseconds


def test_a_span_without_bounds_contains_every_time() -> None:
    assert time_span("results", None, None) == (0, ALWAYS)
    assert time_span("results", "1969-01-01", DAY) == (0, DAY)


def test_a_recent_span_begins_30_days_ago_and_ends_tomorrow() -> None:
    start, end = recent_span("runs", None, None)
    assert end - start == 31 * DAY_LENGTH
    assert start < now() < end
    assert recent_span("runs", DAY, DAY + 1) == (DAY, DAY + 1)


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadArguments, match="until: must not be before since="):
        time_span("runs", DAY, DAY - 1)
    with pytest.raises(BadArguments, match="since: must not be in the future"):
        time_span("runs", DAY, None, latest=DAY - 1)
