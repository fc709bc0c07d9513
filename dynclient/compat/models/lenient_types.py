"""Types of single values as the models of pydantic 1 convert them, for releases that had these.

They also take a number for a text, a float for an integer, a datetime for a date or for a time in
milliseconds. ``data/official_models.json`` has the first release that does not.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.scalar_types import FieldType, IntType, StringType
from dynclient.compat.models.string_formats import DateType, scalar_type
from dynclient.data import data_file
from dynclient.schema.versions import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.compat.models.validation_errors import FieldError, Loc
    from dynclient.schema import Node, Release

_MILLISECONDS = "utc-millisec"


class LenientStringType(StringType):
    """A string, or a number as its text."""

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept numbers too."""
        text = str(value) if isinstance(value, (int, float, Decimal)) else value
        return super().check(value if isinstance(value, str) else text, loc, errors)


class LenientIntType(IntType):
    """An integer, or a number without its fraction."""

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept floats with a fraction too."""
        if isinstance(value, float) and isfinite(value):
            value = int(value)
        return super().check(value, loc, errors)


class MillisecondsType(LenientIntType):
    """A time in milliseconds since 1970, or a datetime."""

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept datetimes too; those without a time zone are in local time."""
        if isinstance(value, datetime):
            value = round(value.timestamp() * 1000)
        return super().check(value, loc, errors)


class LenientDateType(DateType):
    """A date, or a datetime whose time of day is left out."""

    def parse(self, value: Any) -> date:
        """Parse ISO 8601, datetimes and timestamps."""
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, (int, float)):
            return self.moment(value).date()
        parsed: date = super().parse(value)
        return parsed


def scalar_type_of(release: Release) -> Callable[[Node, str], FieldType]:
    """Return the function that returns the type of a single value in a release.

    Args:
        release: the release, whose official models are strict or lenient.
    """
    strict = Period(since=data_file("official_models.json")["strict_since"])
    return scalar_type if strict.includes(release.version) else _lenient_type


def _lenient_type(node: Node, json_type: str) -> FieldType:
    schema = node.schema
    found = scalar_type(node, json_type)
    if type(found) is IntType:
        is_time = schema.get("format") == _MILLISECONDS
        return MillisecondsType(schema) if is_time else LenientIntType(schema)
    lenient: dict[type, type[StringType] | type[DateType]]
    lenient = {StringType: LenientStringType, DateType: LenientDateType}
    cls = lenient.get(type(found))
    return found if cls is None else cls(schema)
