"""Limits that schemas set on single values and lists: lengths, ranges, patterns."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.compat.models.validation_errors import FieldError, Loc
from dynclient.validation.documents import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable


class Constraint(NamedTuple):
    """One limit."""

    code: str
    """The error's ``type``, as pydantic names it: ``string_too_short``."""
    is_met: Callable[[Any], bool]
    message: str


def _string(keyword: str, limit: Any) -> Constraint:
    if keyword == "minLength":
        message = f"String should have at least {_count(limit, 'character')}"
        return Constraint("string_too_short", lambda value: len(value) >= limit, message)
    if keyword == "maxLength":
        message = f"String should have at most {_count(limit, 'character')}"
        return Constraint("string_too_long", lambda value: len(value) <= limit, message)
    message = f"String should match pattern {limit!r}"
    return Constraint("string_pattern_mismatch", _pattern(limit), message)


def _pattern(pattern: str) -> Callable[[str], bool]:
    # Compiled when the first value is checked: most patterns are never used.
    def matches(value: str) -> bool:
        return compile_pattern(pattern)(value)

    return matches


def _number(keyword: str, limit: Any) -> Constraint:
    must_be = "Input should be"
    if keyword == "minimum":
        message = f"{must_be} greater than or equal to {limit}"
        return Constraint("greater_than_equal", lambda value: value >= limit, message)
    if keyword == "maximum":
        message = f"{must_be} less than or equal to {limit}"
        return Constraint("less_than_equal", lambda value: value <= limit, message)
    if keyword == "exclusiveMinimum":
        return Constraint(
            "greater_than", lambda value: value > limit, f"{must_be} greater than {limit}"
        )
    if keyword == "exclusiveMaximum":
        return Constraint("less_than", lambda value: value < limit, f"{must_be} less than {limit}")

    def is_multiple(value: Any) -> bool:
        return bool(abs(value / limit - round(value / limit)) < 1e-9)

    return Constraint("multiple_of", is_multiple, f"{must_be} a multiple of {limit}")


def _list(keyword: str, limit: Any) -> Constraint:
    if keyword == "minItems":
        message = f"List should have at least {_count(limit, 'item')}"
        return Constraint("too_short", lambda value: len(value) >= limit, message)
    message = f"List should have at most {_count(limit, 'item')}"
    return Constraint("too_long", lambda value: len(value) <= limit, message)


def _count(number: Any, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


_BUILDERS: dict[str, tuple[tuple[str, ...], Callable[[str, Any], Constraint]]] = {
    "string": (("minLength", "maxLength", "pattern"), _string),
    "number": (
        ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
        _number,
    ),
    "list": (("minItems", "maxItems"), _list),
}


def constraints_of(schema: dict[str, Any], kind: str) -> tuple[Constraint, ...]:
    """Return the constraints that a schema sets on a value.

    Args:
        schema: the schema.
        kind: ``string``, ``number`` or ``list``.
    """
    keywords, build = _BUILDERS[kind]
    return tuple(
        build(keyword, schema[keyword])
        for keyword in keywords
        if keyword in schema and _is_enforced(keyword, schema[keyword])
    )


def _is_enforced(keyword: str, limit: Any) -> bool:
    """Return whether the official models enforce a limit.

    They do not enforce patterns with lookaround: names may contain ``::``, which is encoded when a
    request is sent.
    """
    if keyword == "pattern":
        return not any(lookaround in limit for lookaround in ("(?=", "(?!", "(?<"))
    return not isinstance(limit, bool)


def length_limits(constraints: tuple[Constraint, ...], schema: Any) -> tuple[int, int] | None:
    """Return the least and the greatest length of a string.

    Args:
        constraints: from :func:`constraints_of`.
        schema: the schema of the string.

    Returns:
        The lengths; None if the string has to match a pattern too.
    """
    if any(constraint.code == "string_pattern_mismatch" for constraint in constraints):
        return None
    limits = [schema.get("minLength", 0), schema.get("maxLength", sys.maxsize)]
    return (limits[0], limits[1]) if all(type(limit) is int for limit in limits) else None


def limits_test(constraints: tuple[Constraint, ...]) -> Callable[[Any], bool] | None:
    """Return a function that returns whether a value meets all constraints; None without any.

    Args:
        constraints: from :func:`constraints_of`.
    """
    if not constraints:
        return None
    tests = tuple(constraint.is_met for constraint in constraints)
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:  # most names have a minimum and a maximum length
        first, second = tests
        return lambda value: first(value) and second(value)
    return lambda value: all(is_met(value) for is_met in tests)


def violations(
    constraints: tuple[Constraint, ...], value: Any, loc: Loc, input_value: Any
) -> list[FieldError]:
    """Return an error for the first constraint that a value violates; none if it meets all.

    Args:
        constraints: from :func:`constraints_of`.
        value: what is measured.
        loc: where the value is.
        input_value: what the error may show of it.
    """
    for constraint in constraints:
        if not constraint.is_met(value):
            return [FieldError(constraint.code, loc, constraint.message, input_value)]
    return []
