"""Types of strings with a format: UUIDs, dates, URLs, e-mail addresses."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dynclient.compat.models.scalar_types import (
    BoolType,
    FieldType,
    FloatType,
    IntType,
    ScalarType,
    SecretType,
    StringType,
)
from dynclient.compat.models.validation_errors import FieldError, Loc

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node

_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_MILLISECONDS = 2e10
"""A larger number of seconds since 1970 is taken as milliseconds."""


class _NotADate(ValueError):
    """A datetime with a time of day where a date is required."""


class ParsedType(ScalarType):
    """A string that becomes an object of Python's standard library."""

    kind = ""
    """First word of the error types: ``uuid``, ``date`` …"""
    parse_error = "parsing"
    """The rest of the error type of a string that cannot be parsed."""
    python_type: type = str
    """What the string becomes."""
    expected = ""
    """What an error message says the input should be."""

    def is_canonical(self, text: str) -> bool:
        """Return whether a string is for certain that of the object that it becomes."""
        del text
        return False

    def parse(self, value: Any) -> Any:
        """Return the object for a value.

        Raises:
            ValueError: the value cannot be parsed.
            TypeError: the value has a type that cannot be parsed.
        """
        raise NotImplementedError

    def from_json(self, raw: Any) -> Any:
        """Return the object for a server's string; a string that cannot be parsed stays one."""
        try:
            return self.parse(raw) if isinstance(raw, str) else raw
        except ValueError:
            return raw

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept the object itself, or what can be parsed."""
        if type(value) is self.python_type:
            return value
        try:
            return self.parse(value)
        except _NotADate:
            code = f"{self.kind}_from_datetime_inexact"
            message = "Datetimes provided to dates should have zero time - e.g. be exact dates"
        except (ValueError, OverflowError):
            code = f"{self.kind}_{self.parse_error}"
            message = f"Input should be {self.expected}, unable to parse input"
        except TypeError:
            code, message = f"{self.kind}_type", f"Input should be {self.expected}"
        errors.append(FieldError(code, loc, message, value))
        return value


class UuidType(ParsedType):
    """A UUID."""

    label = kind = "uuid"
    hint = UUID
    python_type = UUID
    expected = "a valid UUID"

    def is_canonical(self, text: str) -> bool:
        """Return whether a string is a UUID in lower case with its hyphens."""
        return _CANONICAL_UUID(text) is not None

    def parse(self, value: Any) -> Any:
        """Parse a string."""
        if not isinstance(value, str):
            raise TypeError(value)
        return UUID("".join(value))


class DateTimeType(ParsedType):
    """A date and time."""

    label = kind = "datetime"
    hint = datetime
    parse_error = "from_date_parsing"
    python_type = datetime
    expected = "a valid datetime or date"

    def parse(self, value: Any) -> Any:
        """Parse ISO 8601, or a number of seconds or milliseconds since 1970."""
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001  # has no time zone
        if isinstance(value, (int, float)):
            return _from_timestamp(value)
        return datetime.fromisoformat(_iso(value))


class DateType(ParsedType):
    """A date."""

    label = kind = "date"
    hint = date
    parse_error = "from_datetime_parsing"
    python_type = date
    expected = "a valid date or datetime"

    def parse(self, value: Any) -> Any:
        """Parse ISO 8601, or a datetime at midnight as :class:`DateTimeType` parses it."""
        moment = value if isinstance(value, datetime) else None
        if isinstance(value, (int, float)):
            moment = self.moment(value)
        elif isinstance(value, str) and len(value) > 10:
            moment = datetime.fromisoformat(_iso(value))
        if moment is None:
            return date.fromisoformat("".join(_string(value)))
        if moment.time() != time():
            raise _NotADate(value)
        return moment.date()

    def moment(self, number: float) -> datetime:
        """Return the datetime for a number of seconds, or milliseconds, since 1970."""
        return _from_timestamp(number)


class TimeType(ParsedType):
    """A time of day."""

    label = kind = "time"
    hint = time
    python_type = time
    expected = "in a valid time format"

    def parse(self, value: Any) -> Any:
        """Parse ISO 8601."""
        return time.fromisoformat(_iso(value))


def _from_timestamp(number: float) -> datetime:
    """Return the datetime for a number of seconds, or milliseconds, since 1970."""
    seconds = number / 1000 if abs(number) > _MILLISECONDS else number
    return datetime.fromtimestamp(seconds, UTC)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _iso(value: Any) -> str:
    """Return ISO 8601 as every supported Python parses it: without ``Z``, six digits."""
    text = re.sub(r"[zZ]$", "+00:00", _string(value).strip())
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    return re.sub(r"\.(\d{1,6})\d*", lambda found: f".{found[1]:0<6}", text)


class UrlType(ScalarType):
    """An absolute URL, kept as the string that was given."""

    label = "url"
    hint = str

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept a string with a scheme, or a URL object."""
        text = value if isinstance(value, str) else str(value)
        is_url = isinstance(value, str) or hasattr(value, "scheme")
        if is_url and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
            return "".join(text)
        code, message = (
            ("url_parsing", "Input should be a valid URL, such as scheme://host/path")
            if is_url
            else ("url_type", "URL input should be a string or URL")
        )
        errors.append(FieldError(code, loc, message, value))
        return value


class EmailType(ScalarType):
    """An e-mail address."""

    label = "function-after[_validate(), str]"
    hint = str

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept a string with a name, an ``@`` and a domain."""
        if not isinstance(value, str):
            errors.append(FieldError("string_type", loc, "Input should be a valid string", value))
            return value
        text = "".join(value)
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text):
            message = "value is not a valid email address, such as name@host.domain"
            errors.append(FieldError("value_error", loc, message, value))
            return value
        self.check_constraints(text, loc, errors, value)
        return text


FORMATS: dict[str, Callable[[dict[str, Any]], ScalarType]] = {
    "email": EmailType,
    "uuid": UuidType,
    "date-time": DateTimeType,
    "date": DateType,
    "time": TimeType,
    "uri": UrlType,
}
"""Types by JSON Schema's ``format``; strings of other formats are plain strings."""


def scalar_type(node: Node, json_type: str) -> FieldType:
    """Return the type of a single value.

    Args:
        node: the schema.
        json_type: its JSON type.
    """
    schema = node.schema
    if json_type == "string":
        form = schema.get("format")
        if form == "password":
            return SecretType(schema)

        return FORMATS[form](schema) if form in FORMATS else StringType(schema)
    found = {"integer": IntType, "number": FloatType, "boolean": BoolType}.get(json_type)
    return found(schema) if found is not None else FieldType()
