"""``metadata.utils.helpers``: small functions over texts, times and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from dynclient.compat.ometa.time_utils import datetime_to_timestamp
from dynclient.compat.ometa.utils import model_str

_UNITS = ("", "K", "M", "B")


def datetime_to_ts(date: datetime | None) -> int | None:
    """Return a datetime in milliseconds since 1970, UTC if it has no time zone; None for None."""
    return None if date is None else datetime_to_timestamp(date, milliseconds=True)


def get_start_and_end(duration: int = 0) -> tuple[datetime, datetime]:
    """Return the beginning of the day some days ago, and of tomorrow, in UTC without time zone.

    Args:
        duration: number of days.
    """
    today = datetime.combine(datetime.now(tz=UTC).date(), time.min)
    return today - timedelta(days=duration), today + timedelta(days=1)


def snake_to_camel(snake_str: str) -> str:
    """Return a name with underscores as one of a class: ``table_name`` → ``TableName``."""
    return "".join(word.capitalize() for word in snake_str.split("_"))


def replace_special_with(raw: str, replacement: str) -> str:
    """Return a text with everything but letters, digits and underscores replaced."""
    return re.sub(r"[^a-zA-Z0-9_]", replacement, raw)


def list_to_dict(original: Iterable[str] | None, sep: str = "=") -> dict[str, str]:
    """Return texts such as ``key=value`` as a dict; others are left out.

    Args:
        original: the texts, or None.
        sep: what separates key and value; what follows a second one is left out.
    """
    pairs = [text.split(sep) for text in original or ()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) > 1}


def find_in_iter(element: Any, container: Iterable[Any]) -> Any:
    """Return the first item that is equal to a value, or None."""
    return next((item for item in container if item == element), None)


def find_column_in_table(column_name: str, table: Any, case_sensitive: bool = True) -> Any:
    """Return the column of a table with a name, or None; nested columns are not searched.

    Args:
        column_name: name of the column.
        table: a ``Table``.
        case_sensitive: whether ``ID`` and ``id`` are different names.
    """
    return find_column_in_table_with_index(column_name, table, case_sensitive)[1]


def find_column_in_table_with_index(
    column_name: str, table: Any, case_sensitive: bool = True
) -> tuple[int | None, Any]:
    """Return position and column of a table with a name, or two times None."""
    expected = column_name if case_sensitive else column_name.lower()
    for position, column in enumerate(table.columns or ()):
        name = model_str(column.name)
        if (name if case_sensitive else name.lower()) == expected:
            return position, column
    return None, None


def clean_up_starting_ending_double_quotes_in_string(string: str) -> str:
    """Return a text without double quotes at its beginning and end."""
    return string.strip('"')


def insensitive_replace(raw_str: str, to_replace: str, replace_by: str) -> str:
    """Return a text with another one replaced in it, whatever its case."""
    return re.sub(to_replace, replace_by, raw_str, flags=re.IGNORECASE | re.DOTALL)


def insensitive_match(raw_str: str, to_match: str) -> bool:
    """Return whether a text begins with what a regular expression matches, whatever its case."""
    return re.match(to_match, raw_str, flags=re.IGNORECASE | re.DOTALL) is not None


def clean_uri(uri: Any) -> str:
    """Return a URI without a slash at its end."""
    return str(uri).removesuffix("/")


def format_large_string_numbers(number: float) -> str:
    """Return a number with three decimal places and K, M or B: ``1.235M``."""
    if not number:
        return "0"
    value, unit = float(number), 0
    while abs(value) >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.3f}{_UNITS[unit]}"


def pretty_print_time_duration(duration: float) -> str:
    """Return seconds in words: ``1day(s) 1h 1m 1s``."""
    days, rest = divmod(duration, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "day(s)"), (hours, "h"), (minutes, "m")]
    while parts and not parts[0][0]:
        del parts[0]
    return " ".join([*(f"{int(count)}{unit}" for count, unit in parts), f"{seconds:g}s"])
