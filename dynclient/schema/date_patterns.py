"""Patterns of dates and times as Java writes them, ``yyyy-MM-dd HH:mm:ss``.

Settings of custom properties contain them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

_DIRECTIVES = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d",
    "d": "%d", "HH": "%H", "H": "%H", "hh": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S",
    "SSSSSS": "%f", "SSS": "%f", "a": "%p", "EEE": "%a", "EEEE": "%A", "z": "%Z", "Z": "%z",
}  # fmt: skip
"""The letters that OpenMetadata accepts, as directives of ``strptime``."""
_RUN = re.compile(r"([A-Za-z])\1*")
_MILLISECONDS = re.compile(r"(?<!S)SSS(?!S)")


def directives(pattern: str) -> str:
    """Return a pattern as a format of ``strptime``; letters that are not known stay as they are."""
    format = _RUN.sub(lambda run: _DIRECTIVES.get(run[0], run[0]), pattern)
    return format.replace("'", "")


def is_known(pattern: str) -> bool:
    """Return whether all letters of a pattern are known."""
    return all(run[0] in _DIRECTIVES for run in _RUN.finditer(pattern))


def matches(pattern: str, text: str) -> bool:
    """Return whether a text is a date or time in a pattern."""
    try:
        datetime.strptime(text, directives(pattern))  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    return True


def text_of(pattern: str, value: date | time) -> str:
    """Return a date, a time or a datetime as a pattern writes it."""
    fraction = getattr(value, "microsecond", 0) // 1000
    return value.strftime(directives(_MILLISECONDS.sub(f"{fraction:03}", pattern)))
