"""Values of enumerations as users write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.suggestions import nearest


def allowed_value(call: str, argument: str, value: Any, allowed: Sequence[str]) -> str:
    """Return the allowed value that a value is, ignoring case.

    Args:
        call: the call that takes the value, for errors.
        argument: the name of the argument, for errors.
        value: a string, or a member of an enum.
        allowed: the allowed values.

    Raises:
        BadArguments: the value is not allowed.
    """
    text = str(getattr(value, "value", value))
    for each in allowed:
        if each.casefold() == text.casefold():
            return each
    message = f"must be one of {', '.join(map(repr, allowed))}, not {text!r}"
    problem = Problem(argument, text, "enum", message, nearest(text, allowed))
    raise bad_arguments(call, [problem])
