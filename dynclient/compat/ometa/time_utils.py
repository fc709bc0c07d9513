"""``metadata.utils.time_utils``: moments as the milliseconds that servers count in, and back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from dynclient.compat.ometa.gateway import plain

_SECONDS_DIGITS = 10
"""Digits of a moment of these centuries in seconds; one in milliseconds has more."""


def datetime_to_timestamp(datetime_value: datetime, milliseconds: bool = False) -> int:
    """Return the seconds of a moment since 1970; one without a zone is in UTC.

    Args:
        datetime_value: the moment.
        milliseconds: give milliseconds.
    """
    zoned = datetime_value
    if zoned.tzinfo is None:
        zoned = zoned.replace(tzinfo=UTC)
    return int(zoned.timestamp() * 1000) if milliseconds else int(zoned.timestamp())


def timestamp_to_datetime(ts: Any) -> datetime:
    """Return the moment of a ``Timestamp``, in UTC."""
    return datetime.fromtimestamp(int(plain(ts)) / 1000, tz=UTC)


def get_beginning_of_day_timestamp_mill(**back: float) -> int:
    """Return when a day begins in UTC, in milliseconds.

    Args:
        back: how far back from now, as ``timedelta`` takes it: ``days=1`` for yesterday.
    """
    return datetime_to_timestamp(_day(back, time.min), milliseconds=True)


def get_end_of_day_timestamp_mill(**back: float) -> int:
    """Return the last millisecond of a day in UTC; arguments as for its beginning."""
    return datetime_to_timestamp(_day(back, time.max), milliseconds=True)


def _day(back: dict[str, float], moment: time) -> datetime:
    day = (datetime.now(tz=UTC) - timedelta(**back)).date()
    return datetime.combine(day, moment, tzinfo=UTC)


def convert_timestamp(timestamp: str) -> float:
    """Return the seconds of a text with milliseconds."""
    return float(timestamp) / 1000


def convert_timestamp_to_milliseconds(timestamp: float) -> int:
    """Return milliseconds for seconds; what is in milliseconds stays."""
    whole = int(timestamp)
    return whole if len(str(whole)) > _SECONDS_DIGITS else int(timestamp * 1000)
