"""``metadata.utils.time_utils``: datetimes and the timestamps of servers, in milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from dynclient.compat.ometa.gateway import plain

_SECONDS_DIGITS = 10
"""Digits of a current timestamp in seconds; one in milliseconds has more."""


def datetime_to_timestamp(datetime_value: datetime, milliseconds: bool = False) -> int:
    """Return the seconds since 1970 of a datetime; UTC if it has no time zone.

    Args:
        datetime_value: the datetime.
        milliseconds: return milliseconds instead.
    """
    zoned = datetime_value
    if zoned.tzinfo is None:
        zoned = zoned.replace(tzinfo=UTC)
    return int(zoned.timestamp() * 1000) if milliseconds else int(zoned.timestamp())


def timestamp_to_datetime(ts: Any) -> datetime:
    """Return a ``Timestamp``, in milliseconds, as a datetime in UTC."""
    return datetime.fromtimestamp(int(plain(ts)) / 1000, tz=UTC)


def get_beginning_of_day_timestamp_mill(**back: float) -> int:
    """Return the start of a day in UTC, in milliseconds since 1970.

    Args:
        back: time before now, as arguments of ``timedelta``: ``days=1`` for yesterday.
    """
    return datetime_to_timestamp(_day(back, time.min), milliseconds=True)


def get_end_of_day_timestamp_mill(**back: float) -> int:
    """Return the last millisecond of a day in UTC; arguments as for its start."""
    return datetime_to_timestamp(_day(back, time.max), milliseconds=True)


def _day(back: dict[str, float], moment: time) -> datetime:
    day = (datetime.now(tz=UTC) - timedelta(**back)).date()
    return datetime.combine(day, moment, tzinfo=UTC)


def convert_timestamp(timestamp: str) -> float:
    """Return milliseconds, given as text, in seconds."""
    return float(timestamp) / 1000


def convert_timestamp_to_milliseconds(timestamp: float) -> int:
    """Return seconds in milliseconds; milliseconds are returned as they are."""
    number = int(timestamp)
    return number if len(str(number)) > _SECONDS_DIGITS else int(timestamp * 1000)
