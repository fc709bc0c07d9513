"""Errors about an entity that an argument does not name, with the call and the argument.

What reads an entity does not know which call it was passed to. It marks its error with what it was
given; the public call of the extension, which does know, names itself and the argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import isgeneratorfunction, signature
from typing import Any, TypeVar

from dynclient.dispatch import bad_arguments
from dynclient.errors import BadArguments, Problem
from dynclient.session.resolver import marked_target

_F = TypeVar("_F", bound=Callable[..., Any])
_GENERIC = ("", "target")
"""Paths of problems that do not name an argument of the public call."""


def name_arguments(function: _F) -> _F:
    """Return a method of an extension whose errors name its arguments.

    Args:
        function: the method; its object has ``call_label(name)``, the call as users write it.
    """
    if isgeneratorfunction(function):
        return function

    @wraps(function)
    def call(self: Any, *args: Any, **keywords: Any) -> Any:
        try:
            return function(self, *args, **keywords)
        except BadArguments as error:
            if marked_target(error) is None:
                raise
            found = _named(error, function, (self, *args), keywords)
            args, keywords = (), {}
        raise found

    return call  # type: ignore[return-value]  # the signature is that of the function


def _named(
    error: BadArguments, function: Callable[..., Any], args: tuple[Any, ...], keywords: Any
) -> BadArguments:
    target = marked_target(error)
    name = _argument(target, signature(function).bind_partial(*args, **keywords).arguments)
    problems = [_renamed(each, name) for each in error.problems]
    found = bad_arguments(args[0].call_label(function.__name__), problems)
    vars(found).update(_target=target)  # a public call may be made by another one
    return found


def _renamed(problem: Problem, name: str) -> Problem:
    return problem._replace(path=name) if name and problem.path in _GENERIC else problem


def _argument(target: int | None, arguments: dict[str, Any]) -> str:
    """Return the name of the argument that is an object, or has it as an item."""
    for name, value in arguments.items():
        if id(value) == target:
            return name
    for name, value in arguments.items():
        if isinstance(value, (list, tuple)):
            for position, item in enumerate(_items(value)):
                if id(item) == target:
                    return f"{name}[{position}]"
    return ""


def _items(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value
