"""Shapes of single values: how each is read from a server's JSON, and taken from a user.

Users' values are taken as the official models take them: a number written as text for a number, a
text for an identifier or a date.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dynclient.compat.models.constraints import Rule, broken, rules_of
from dynclient.compat.models.secret_values import SecretStr
from dynclient.compat.models.validation_errors import FieldError, Loc

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node


class FieldType:
    """What a place holds: read without judgement from a server, taken with judgement from a user.

    This one takes anything.
    """

    label = "any"
    """How a branch of a union is called in the place of a fault."""

    def take(self, raw: Any) -> Any:
        """Return what users hold for a server's JSON; what does not fit stays as it is."""
        return raw

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Return what users hold for a value a user gave.

        Args:
            value: the value.
            loc: where it is.
            faults: grows by everything that is wrong with it.
        """
        del loc, faults
        return value


class ScalarType(FieldType):
    """A single value with limits."""

    what = "text"
    """The limits that count, see :func:`rules_of`."""
    types: tuple[type, ...] = (str,)
    """What JSON values of this shape are."""

    def __init__(self, schema: dict[str, Any] | None = None) -> None:
        self._rules: tuple[Rule, ...] = rules_of(schema or {}, self.what)

    def take(self, raw: Any) -> Any:
        """Return a server's value; dates and identifiers that do not parse stay text."""
        return raw

    def limited(self, measured: Any, loc: Loc, faults: list[FieldError], shown: Any) -> None:
        """Add a fault where a value breaks a limit."""
        if self._rules:
            faults += broken(self._rules, measured, loc, shown)


class StringType(ScalarType):
    """A string."""

    label = "str"

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take strings, and enum members that are strings."""
        if not isinstance(value, str):
            faults.append(FieldError("string_type", loc, f"{_a(value)} is no string", value))
            return value
        text = value if type(value) is str else "".join(value)
        self.limited(text, loc, faults, value)
        return text


class SecretType(ScalarType):
    """A string that is secret."""

    label = "function-plain"

    def take(self, raw: Any) -> Any:
        """Return a server's secret, sealed."""
        return SecretStr(raw) if isinstance(raw, str) else raw

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take strings and what has ``get_secret_value``, as pydantic's own secrets do."""
        if type(value) is SecretStr:
            return value
        opener = getattr(value, "get_secret_value", None)
        if callable(opener):
            value = opener()
        if not isinstance(value, str):
            hidden = SecretStr(str(value))
            faults.append(FieldError("string_type", loc, f"{_a(value)} is no string", hidden))
            return value
        secret = SecretStr("".join(value))
        self.limited("".join(value), loc, faults, secret)
        return secret


class IntType(ScalarType):
    """A whole number."""

    label = "int"
    what = "number"

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take whole numbers, also written as text or with a fraction of nothing."""
        number = _whole(value)
        if isinstance(number, str):
            faults.append(FieldError(number, loc, f"{_a(value)} is no whole number", value))
            return value
        self.limited(number, loc, faults, value)
        return number


def _whole(value: Any) -> Any:
    """Return a whole number, or the kind of the fault."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else "int_from_float"
    if not isinstance(value, str):
        return "int_type"
    text = value.strip()
    whole, _, fraction = text.partition(".")
    try:
        return int(whole if fraction and not fraction.strip("0") else text)
    except ValueError:
        return "int_parsing"


class FloatType(ScalarType):
    """A number."""

    label = "float"
    what = "number"

    def take(self, raw: Any) -> Any:
        """Return a server's number as a float, as official models show numbers."""
        return float(raw) if type(raw) is int else raw

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take numbers, also written as text."""
        try:
            number = float(value) if isinstance(value, (int, float, str)) else None
        except ValueError:
            faults.append(FieldError("float_parsing", loc, f"{value!r} is no number", value))
            return value
        if number is None:
            faults.append(FieldError("float_type", loc, f"{_a(value)} is no number", value))
            return value
        self.limited(number, loc, faults, value)
        return number


_BOOLEANS = dict.fromkeys((True, 1, "1", "true", "t", "yes", "y", "on"), True) | dict.fromkeys(
    (False, 0, "0", "false", "f", "no", "n", "off"), False
)


class BoolType(ScalarType):
    """True or false."""

    label = "bool"

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take booleans, 0 and 1, and the words that stand for them."""
        if type(value) is bool:
            return value
        if not isinstance(value, (str, int)) and value not in _BOOLEANS.values():
            faults.append(
                FieldError("bool_type", loc, f"{_a(value)} is neither true nor false", value)
            )
            return value
        told = _BOOLEANS.get(value.lower() if isinstance(value, str) else value)
        if told is None:
            faults.append(
                FieldError("bool_parsing", loc, f"{value!r} is neither true nor false", value)
            )
            return value
        return told


_MILLISECONDS = 2e10
"""A larger number of seconds since 1970 is one of milliseconds."""


class _Inexact(ValueError):
    """A moment that is more than the date it stands for."""


class Parsed(ScalarType):
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

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take the object itself, or what stands for it."""
        if type(value) is self.held:
            return value
        try:
            return self.read(value)
        except _Inexact:
            words = f"{value!r} is a date with a time of day"
            faults.append(FieldError(f"{self.kind}_from_datetime_inexact", loc, words, value))
        except (ValueError, OverflowError):
            faults.append(
                FieldError(
                    f"{self.kind}_{self.unparsed}",
                    loc,
                    f"{value!r} is no {self.held.__name__}",
                    value,
                )
            )
        except TypeError:
            words = f"a {type(value).__name__} is no {self.held.__name__}"
            faults.append(FieldError(f"{self.kind}_type", loc, words, value))
        return value


class UuidType(Parsed):
    """A UUID."""

    label = kind = "uuid"
    held = UUID

    def read(self, value: Any) -> Any:
        """Read a text, or a value whose text it is."""
        if not isinstance(value, str):
            raise TypeError(value)
        return UUID("".join(value))


class DateTimeType(Parsed):
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


class DateType(Parsed):
    """A date."""

    label = kind = "date"
    unparsed = "from_datetime_parsing"
    held = date

    def read(self, value: Any) -> Any:
        """Read ISO 8601, or a moment at midnight as :class:`DateTimeType` reads it."""
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


class TimeType(Parsed):
    """A time of day."""

    label = kind = "time"
    held = time

    def read(self, value: Any) -> Any:
        """Read ISO 8601."""
        return time.fromisoformat(_iso(value))


def _moment(number: float) -> datetime:
    """Return the moment that is so many seconds, or milliseconds, after 1970."""
    seconds = number / 1000 if abs(number) > _MILLISECONDS else number
    return datetime.fromtimestamp(seconds, UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _iso(value: Any) -> str:
    """Return ISO 8601 as every supported Python reads it: no ``Z``, three or six digits."""
    text = re.sub(r"[zZ]$", "+00:00", _text(value).strip())
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    return re.sub(r"\.(\d{1,6})\d*", lambda found: f".{found[1]:0<6}", text)


class UrlType(ScalarType):
    """An absolute URI; users hold the text as it was written."""

    label = "url"

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take what has a scheme, as text or as an object whose text it is."""
        text = value if isinstance(value, str) else str(value)
        known = isinstance(value, str) or hasattr(value, "scheme")
        if not known or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
            kind = "url_parsing" if known else "url_type"
            faults.append(FieldError(kind, loc, "no absolute URI (scheme://host/…)", value))
            return value
        return "".join(text)


class EmailType(ScalarType):
    """An e-mail address."""

    label = "function-after[_validate(), str]"

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take a text with a name, an ``@`` and a domain."""
        if not isinstance(value, str):
            words = f"a {type(value).__name__} is no string"
            faults.append(FieldError("string_type", loc, words, value))
            return value
        text = "".join(value)
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text):
            faults.append(
                FieldError("value_error", loc, "no e-mail address (name@host.domain)", value)
            )
            return value
        self.limited(text, loc, faults, value)
        return text


FORMATS: dict[str, Callable[[dict[str, Any]], ScalarType]] = {
    "email": EmailType,
    "uuid": UuidType,
    "date-time": DateTimeType,
    "date": DateType,
    "time": TimeType,
    "uri": UrlType,
}
"""Shapes by JSON Schema's ``format``; strings of other formats are plain ones."""


def leaf(node: Node, kind: str) -> FieldType:
    """Return the shape of a place that holds a single value.

    Args:
        node: the place.
        kind: its JSON type.
    """
    schema = node.schema
    if kind == "string":
        form = schema.get("format")
        if form == "password":
            return SecretType(schema)

        return FORMATS[form](schema) if form in FORMATS else StringType(schema)
    made = {"integer": IntType, "number": FloatType, "boolean": BoolType}.get(kind)
    return made(schema) if made is not None else FieldType()


def _a(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}"
