"""``metadata.utils.filters``: whether a ``FilterPattern`` leaves a name out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


class InvalidPatternException(Exception):
    """A filter has a regular expression that is not valid."""


def validate_regex(regex_list: Iterable[str] | None) -> None:
    """Raise an error for the regular expressions that are not valid, all of them at once.

    Raises:
        InvalidPatternException: at least one is not valid.
    """
    problems = []
    for pattern in regex_list or ():
        try:
            re.compile(pattern)
        except re.error as error:
            problems.append(f"{pattern!r}: {error}")
    if problems:
        listed = "; ".join(problems)
        raise InvalidPatternException(f"not valid as regular expressions: {listed}")


def filter_by_name(filter_pattern: Any, name: str | None) -> bool:
    """Return whether a filter leaves a name out.

    A name is left out if a pattern of ``excludes`` matches its beginning, or if there are
    ``includes`` and none of them does. Case does not matter. Without a filter no name is left out.

    Args:
        filter_pattern: a ``FilterPattern``, or None.
        name: the name; an empty one and None are left out by any filter.

    Raises:
        InvalidPatternException: a pattern is not a regular expression.
    """
    if filter_pattern is None:
        return False
    if not name:
        return True
    included, excluded = filter_pattern.includes or (), filter_pattern.excludes or ()
    validate_regex([*included, *excluded])
    return bool((included and not _matches(included, name)) or _matches(excluded, name))


def _matches(patterns: Iterable[str], name: str) -> bool:
    return any(re.match(pattern, name, re.IGNORECASE) for pattern in patterns)
