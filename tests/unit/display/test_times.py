"""Points in time in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dynclient.display.times import ago, time_words

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)


def milliseconds(**before: float) -> float:
    return (NOW - timedelta(**before)).timestamp() * 1000


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"seconds": 3}, "just now"),
        ({"seconds": 60}, "1 minute ago"),
        ({"minutes": 59.9}, "59 minutes ago"),
        ({"hours": 1}, "1 hour ago"),
        ({"hours": 47}, "1 day ago"),
        ({"days": 3}, "3 days ago"),
        ({"days": 45}, "1 month ago"),
        ({"days": 364}, "11 months ago"),
        ({"days": 800}, "2 years ago"),
        ({"hours": -2}, "in 2 hours"),
    ],
)
def test_how_long_ago(before: dict[str, float], words: str) -> None:
    assert ago(milliseconds(**before), NOW) == words


def test_words_and_date() -> None:
    assert time_words(milliseconds(days=3), NOW) == "3 days ago (2026-11-25 10:00 UTC)"


@pytest.mark.parametrize("value", [1e20, float("nan"), float("inf"), -1e30])
def test_numbers_that_are_no_time_stay_numbers(value: float) -> None:
    assert ago(value) == ""
    assert time_words(value) == f"{value:g}"
