"""Shapes of strings that stand for something else: identifiers, dates, times, addresses."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dynclient.compat.faults import Fault, Loc
from dynclient.compat.leaves import Leaf

if TYPE_CHECKING:
    from collections.abc import Callable

_MILLISECONDS = 2e10
"""A larger number of seconds since 1970 is one of milliseconds."""


class _Inexact(ValueError):
    """A moment that is more than the date it stands for."""


class Parsed(Leaf):
    """A string that users hold as an object of Python's library."""

    kind = ""
    """First word of the faults: ``uuid``, ``date`` …"""
    unparsed = "parsing"
    """The rest of the fault of a text that does not parse."""
    held: type = str
    """What users hold."""

    def read(self, value: Any) -> Any:
        """Return the object that a value stands for.

        Raises:
            ValueError: it stands for none.
        """
        raise NotImplementedError

    def take(self, raw: Any) -> Any:
        """Return the object behind a server's text; text that stands for none stays text."""
        try:
            return self.read(raw) if isinstance(raw, str) else raw
        except ValueError:
            return raw

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take the object itself, or what stands for it."""
        if type(value) is self.held:
            return value
        try:
            return self.read(value)
        except _Inexact:
            words = f"{value!r} is a date with a time of day"
            faults.append(Fault(f"{self.kind}_from_datetime_inexact", loc, words, value))
        except (ValueError, OverflowError):
            faults.append(
                Fault(
                    f"{self.kind}_{self.unparsed}",
                    loc,
                    f"{value!r} is no {self.held.__name__}",
                    value,
                )
            )
        except TypeError:
            words = f"a {type(value).__name__} is no {self.held.__name__}"
            faults.append(Fault(f"{self.kind}_type", loc, words, value))
        return value


class IdentifierShape(Parsed):
    """A UUID."""

    label = kind = "uuid"
    held = UUID

    def read(self, value: Any) -> Any:
        """Read a text, or a value whose text it is."""
        if not isinstance(value, str):
            raise TypeError(value)
        return UUID("".join(value))


class DateTimeShape(Parsed):
    """A date and time."""

    label = kind = "datetime"
    unparsed = "from_date_parsing"
    held = datetime

    def read(self, value: Any) -> Any:
        """Read ISO 8601, or a number of seconds or milliseconds since 1970."""
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001  # it tells no zone
        if isinstance(value, (int, float)):
            return _moment(value)
        return datetime.fromisoformat(_iso(value))


class DateShape(Parsed):
    """A date."""

    label = kind = "date"
    unparsed = "from_datetime_parsing"
    held = date

    def read(self, value: Any) -> Any:
        """Read ISO 8601, or a moment at midnight as :class:`DateTimeShape` reads it."""
        moment = value if isinstance(value, datetime) else None
        if isinstance(value, (int, float)):
            moment = _moment(value)
        elif isinstance(value, str) and len(value) > 10:
            moment = datetime.fromisoformat(_iso(value))
        if moment is None:
            return date.fromisoformat("".join(_text(value)))
        if moment.time() != time():
            raise _Inexact(value)
        return moment.date()


class TimeShape(Parsed):
    """A time of day."""

    label = kind = "time"
    held = time

    def read(self, value: Any) -> Any:
        """Read ISO 8601."""
        return time.fromisoformat(_iso(value))


def _moment(number: float) -> datetime:
    """Return the moment that is so many seconds, or milliseconds, after 1970."""
    seconds = number / 1000 if abs(number) > _MILLISECONDS else number
    return datetime.fromtimestamp(seconds, timezone.utc)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _iso(value: Any) -> str:
    """Return ISO 8601 as every supported Python reads it: no ``Z``, three or six digits."""
    text = re.sub(r"[zZ]$", "+00:00", _text(value).strip())
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    return re.sub(r"\.(\d{1,6})\d*", lambda found: f".{found[1]:0<6}", text)


class AddressShape(Leaf):
    """An absolute URI; users hold the text as it was written."""

    label = "url"

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take what has a scheme, as text or as an object whose text it is."""
        text = value if isinstance(value, str) else str(value)
        known = isinstance(value, str) or hasattr(value, "scheme")
        if not known or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
            kind = "url_parsing" if known else "url_type"
            faults.append(Fault(kind, loc, "no absolute URI (scheme://host/…)", value))
            return value
        return "".join(text)


class EmailShape(Leaf):
    """An e-mail address."""

    label = "function-after[_validate(), str]"

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take a text with a name, an ``@`` and a domain."""
        if not isinstance(value, str):
            words = f"a {type(value).__name__} is no string"
            faults.append(Fault("string_type", loc, words, value))
            return value
        text = "".join(value)
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text):
            faults.append(Fault("value_error", loc, "no e-mail address (name@host.domain)", value))
            return value
        self.limited(text, loc, faults, value)
        return text


FORMATS: dict[str, Callable[[dict[str, Any]], Leaf]] = {
    "email": EmailShape,
    "uuid": IdentifierShape,
    "date-time": DateTimeShape,
    "date": DateShape,
    "time": TimeShape,
    "uri": AddressShape,
}
"""Shapes by JSON Schema's ``format``; strings of other formats are plain ones."""
