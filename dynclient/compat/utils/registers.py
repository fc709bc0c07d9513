"""``metadata.utils.dispatch``: functions by the name of a class, or by a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Register(NamedTuple):
    """Functions that a decorator collects.

    Attributes:
        add: ``add(key)`` returns a decorator that registers a function for a key.
        registry: the functions by key.
    """

    add: Callable[[Any], Callable[[Any], Any]]
    registry: dict[Any, Callable[..., Any]]


def class_register() -> Register:
    """Return a register whose keys are classes; the registry has their names."""
    return _register(lambda cls: cls.__name__)


def enum_register() -> Register:
    """Return a register whose keys are members of an enumeration or other values."""
    return _register(lambda value: value)


def _register(key_of: Callable[[Any], Any]) -> Register:
    registry: dict[Any, Callable[..., Any]] = {}

    def add(key: Any) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            registry[key_of(key)] = function
            return function

        return register

    return Register(add, registry)
