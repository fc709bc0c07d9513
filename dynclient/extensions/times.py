"""Points in time as users write them, and as servers do: milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem

_SECONDS_MAX = 10_000_000_000
"""Numbers below are seconds, up to the year 2286; others are milliseconds, from April 1970 on."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS = 253_402_300_799_999
"""The end of the year 9999 in milliseconds: the end of a span of time that has none."""
_MILLISECOND = timedelta(milliseconds=1)
DAY = 24 * 60 * 60 * 1000
"""A day in milliseconds."""
_EXPECTED = "must be a datetime, a date, an ISO 8601 text, or seconds or milliseconds since 1970"


def timestamp(value: Any, call: str = "", argument: str = "at") -> int:
    """Return a point in time in milliseconds since 1970.

    Args:
        value: a datetime (UTC if it has no time zone), a date (its beginning in UTC), a text in
            ISO 8601, or a number: seconds, or milliseconds from 10,000,000,000 on.
        call: the call that takes it, for errors.
        argument: the name of the argument, for errors.

    Raises:
        BadArguments: the value is of another kind, or not a time.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _bad(call, argument, value, f"{_EXPECTED}, not {value!r}") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return (aware - _EPOCH) // _MILLISECOND
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        kind = type(value).__name__
        raise _bad(call, argument, kind, f"{_EXPECTED}, not {kind}")
    if not abs(value) < 2**53:  # also not NaN
        raise _bad(call, argument, value, f"{_EXPECTED}, not {value!r}")
    return round(value * 1000 if abs(value) < _SECONDS_MAX else value)


def time_or_now(value: Any, call: str = "", argument: str = "at") -> int:
    """Return a point in time in milliseconds since 1970; None is the present."""
    return now() if value is None else timestamp(value, call, argument)


def time_span(
    call: str, since: Any, until: Any, earliest: int = 0, latest: int = ALWAYS
) -> tuple[int, int]:
    """Return the begin and the end of a span of time in milliseconds since 1970.

    Args:
        call: the call that takes it, for errors.
        since: the begin; None for ``earliest``.
        until: the end; None for ``latest``.
        earliest: the begin if none is given.
        latest: the end if none is given.

    Raises:
        BadArguments: one is not a time, or ``until`` is before ``since``.
    """
    start = earliest if since is None else max(timestamp(since, call, "since"), 0)
    end = latest if until is None else timestamp(until, call, "until")
    if since is not None and start > end:
        if until is None:
            raise _bad(call, "since", since, f"must not be in the future, not {since!r}")
        raise _bad(call, "until", until, f"must not be before since={since!r}, not {until!r}")
    return start, end


def recent_span(call: str, since: Any, until: Any) -> tuple[int, int]:
    """Return a span of time, by default from 30 days ago to a day from now, as clocks may differ.

    Arguments and errors as for :func:`time_span`.
    """
    present = now()
    return time_span(call, since, until, max(present - 30 * DAY, 0), present + DAY)


def as_datetime(milliseconds: float) -> datetime:
    """Return a point in time in UTC from milliseconds since 1970."""
    return _EPOCH + milliseconds * _MILLISECOND


def now() -> int:
    """Return the present time in milliseconds since 1970."""
    return (datetime.now(UTC) - _EPOCH) // _MILLISECOND


def _bad(call: str, argument: str, value: Any, message: str) -> Exception:
    return bad_arguments(call, [Problem(argument, value, "argument", message)])


def time_words(moment: datetime | None) -> str:
    """Return a point in time as people read it, in UTC to the second; empty for None."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
