"""Points in time in words: "3 days ago (2026-11-25 10:04 UTC)"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = (
    (365.25 * 86400, "year"),
    (30.44 * 86400, "month"),
    (86400, "day"),
    (3600, "hour"),
    (60, "minute"),
)
"""Seconds of each unit, the longest first."""


def ago(milliseconds: float, now: datetime | None = None) -> str:
    """Return how long ago something was: ``3 days ago``, ``in 2 hours``, ``just now``.

    Args:
        milliseconds: the point in time, in milliseconds since 1970.
        now: the present; the clock's by default.
    """
    moment = _moment(milliseconds)
    if moment is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for length, unit in _UNITS:
        count = int(abs(seconds) // length)
        if count:
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


def time_words(milliseconds: float, now: datetime | None = None) -> str:
    """Return a point in time in words and as a date, in UTC.

    Args:
        milliseconds: the point in time, in milliseconds since 1970; a number that is not in the
            years 1 to 9999 is returned as it is.
        now: the present; the clock's by default.
    """
    moment = _moment(milliseconds)
    if moment is None:
        return f"{milliseconds:g}"
    return f"{ago(milliseconds, now)} ({moment:%Y-%m-%d %H:%M} UTC)"


def _moment(milliseconds: float) -> datetime | None:
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return None
