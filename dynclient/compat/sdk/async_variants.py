"""Coroutines of methods that block: ``await Tables.retrieve_async(…)`` runs them in a thread."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_thread(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Call a function in a thread, and return its result."""
    from asyncio import to_thread  # loaded already, where there is something to await

    return await to_thread(call, *arguments, **keywords)


def with_async_variants(*names: str) -> Callable[[type[T]], type[T]]:
    """Return a decorator that adds a coroutine ``name_async`` to a class for each class method.

    Args:
        names: the names of the methods.
    """

    def decorate(cls: type[T]) -> type[T]:
        for name in names:
            setattr(cls, f"{name}_async", classmethod(_variant(cls, name)))
        return cls

    return decorate


def _variant(owner: type, name: str) -> Any:
    method = getattr(owner, name).__func__

    @wraps(method)
    async def run(cls: Any, *arguments: Any, **keywords: Any) -> Any:
        return await in_thread(getattr(cls, name), *arguments, **keywords)

    run.__name__ = f"{name}_async"
    run.__qualname__ = f"{owner.__qualname__}.{name}_async"
    run.__doc__ = f"Call ``{name}`` in a thread; a coroutine with the same arguments and result."
    return run
