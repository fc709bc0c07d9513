"""The classes of commands and of groups of commands, and examples in their help.

Typer converts values with pydantic, whose import takes longer than everything else that a command
does before its first request. A text for a text option, a default, and a choice by its name need no
conversion. All other values are left to Typer, as is everything in versions of it that work without
pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup

_UNKNOWN = object()
_LINE_END = re.compile(r"(?<=\S)\n(?=\w)")
"""The end of a line inside of a paragraph."""


def example(*commands: str) -> str:
    """Return the last line of the help of a command, with examples of it."""
    return "Example: " + " · ".join(commands)


class _PlainParameters:
    """Has parameters that convert plain values themselves."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, that of ``--help`` as well."""
        parameters = super().get_params(ctx)  # type: ignore[misc]  # of the class beside this one
        for parameter in parameters:
            described = getattr(parameter, "type_descriptor", None)
            convert = getattr(parameter, "get_runtime_param", None)
            if described is not None and convert is not None:
                plain = _PlainValues(described.annotation, convert)
                parameter.get_runtime_param = plain.itself  # Typer calls it for each value
        return parameters


class Command(_PlainParameters, TyperCommand):
    """A command that converts plain values itself."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if self.help:
            # Typer keeps the lines of the source, except in the first paragraph.
            self.help = _LINE_END.sub(" ", self.help)


class Group(_PlainParameters, TyperGroup):
    """A group of commands that converts plain values of its options itself."""


class _PlainValues:
    """Converts the values of one parameter, as Typer's own converter does.

    Args:
        annotation: the type of the parameter, without None.
        converter: returns Typer's converter.
    """

    def __init__(self, annotation: Any, converter: Callable[[], Any]) -> None:
        self._annotation = annotation
        self._converter = converter

    def itself(self) -> _PlainValues:
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value as the function of the command takes it."""
        plain = _converted(self._annotation, value, repeated=param.multiple or param.nargs == -1)
        return self._converter().coerce(value, param, ctx) if plain is _UNKNOWN else plain


def _converted(annotation: Any, value: Any, *, repeated: bool) -> Any:
    """Return a value as a type has it; ``_UNKNOWN`` if that needs a conversion."""
    if value is None:
        return () if repeated else None
    if get_origin(annotation) is list and get_args(annotation) == (str,):
        is_plain = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
        return list(value) if is_plain else _UNKNOWN
    if not isinstance(annotation, type):
        return _UNKNOWN
    if issubclass(annotation, Enum):
        return next((one for one in annotation if value in {one, one.value}), _UNKNOWN)
    # A default has its type already; a value from the command line is a text.
    return value if type(value) is annotation else _UNKNOWN
