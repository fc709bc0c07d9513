"""Limits that schemas put on single values: lengths, ranges, patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.models.validation_errors import FieldError, Loc
from dynclient.validation.documents import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

Rule = tuple[str, "Callable[[Any], bool]", str]
"""Kind of the fault, whether a value is fine, and what is wrong with it otherwise."""


def _text(keyword: str, limit: Any) -> Rule:
    if keyword == "minLength":
        words = f"shorter than {limit} character{'' if limit == 1 else 's'}"
        return "string_too_short", lambda value: len(value) >= limit, words
    if keyword == "maxLength":
        words = f"longer than {limit} characters"
        return "string_too_long", lambda value: len(value) <= limit, words
    words = f"does not match the pattern {limit!r}"
    return "string_pattern_mismatch", _late_finder(limit), words


def _late_finder(pattern: str) -> Callable[[str], bool]:
    # Compiled when a value comes along: most patterns meet none.
    def fine(value: str) -> bool:
        return compile_pattern(pattern)(value)

    return fine


def _number(keyword: str, limit: Any) -> Rule:
    if keyword == "minimum":
        return "greater_than_equal", lambda value: value >= limit, f"less than {limit}"
    if keyword == "maximum":
        return "less_than_equal", lambda value: value <= limit, f"more than {limit}"
    if keyword == "exclusiveMinimum":
        return "greater_than", lambda value: value > limit, f"not more than {limit}"
    if keyword == "exclusiveMaximum":
        return "less_than", lambda value: value < limit, f"not less than {limit}"
    words = f"no multiple of {limit}"
    return "multiple_of", lambda value: abs(value / limit - round(value / limit)) < 1e-9, words


def _list(keyword: str, limit: Any) -> Rule:
    items = f"{limit} item{'' if limit == 1 else 's'}"
    if keyword == "minItems":
        return "too_short", lambda value: len(value) >= limit, f"fewer than {items}"
    return "too_long", lambda value: len(value) <= limit, f"more than {items}"


_MAKERS: dict[str, tuple[tuple[str, ...], Callable[[str, Any], Rule]]] = {
    "text": (("minLength", "maxLength", "pattern"), _text),
    "number": (
        ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
        _number,
    ),
    "list": (("minItems", "maxItems"), _list),
}


def rules_of(schema: dict[str, Any], what: str) -> tuple[Rule, ...]:
    """Return the limits that a schema puts on a value.

    Args:
        schema: of the place.
        what: ``text``, ``number`` or ``list``.
    """
    keywords, make = _MAKERS[what]
    return tuple(
        make(keyword, schema[keyword])
        for keyword in keywords
        if keyword in schema and _is_told(keyword, schema[keyword])
    )


def _is_told(keyword: str, limit: Any) -> bool:
    """Tell whether the official models know a limit.

    Patterns that look around are not theirs: names may hold ``::``, which is encoded when sent.
    """
    if keyword == "pattern":
        return not any(around in limit for around in ("(?=", "(?!", "(?<"))
    return not isinstance(limit, bool)


def broken(rules: tuple[Rule, ...], value: Any, loc: Loc, shown: Any) -> list[FieldError]:
    """Return a fault for the first limit a value breaks; none where it breaks none.

    Args:
        rules: of :func:`rules_of`.
        value: what is measured.
        loc: where it is.
        shown: what the fault may show of it.
    """
    for kind, fine, words in rules:
        if not fine(value):
            return [FieldError(kind, loc, words, shown)]
    return []
