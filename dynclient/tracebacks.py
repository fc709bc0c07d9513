"""Public calls: the traceback of an error that leaves one ends there, without our frames.

Tools such as rich, Sentry and pytest print the local variables of each frame. Frames of this
package, and of the libraries that it calls, have request bodies and headers in them. So no frame
below a public call keeps its variables, and the call's own frame has none of its arguments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from types import FrameType, FunctionType, GeneratorType, TracebackType
from typing import Any, ParamSpec, TypeVar

from dynclient.errors import DynclientError

FULL = "DYNCLIENT_TRACEBACK"
"""The environment variable that keeps all frames."""
_PACKAGE = __name__.partition(".")[0]
_LIBRARIES = {
    *("attr", "attrs", "cachetools", "certifi", "charset_normalizer", "click", "idna", "jsonpatch"),
    *("jsonpointer", "jsonschema", "jsonschema_rs", "orjson", "platformdirs", "referencing"),
    *("requests", "rich", "rpds", "typer", "urllib3"),
}
"""Packages that this one calls. Their frames below one of ours are like our own, as are those of
the standard library."""
_SPECIAL = {
    *("__init__", "__call__", "__getattr__", "__contains__", "__iter__", "__next__", "__len__"),
    *("__getitem__", "__setitem__", "__delitem__", "__iadd__", "__imul__"),
}
"""Special methods that a class of public calls may have."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T")


def public_call(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function as users call it: the traceback of an error does not lead into it."""

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            result = function(*args, **kwargs)  # DYNCLIENT_TRACEBACK=1 shows the frames below
        except BaseException as error:
            args, kwargs = (), {}  # type: ignore[assignment]
            shorten_traceback(error)
            raise
        return _shortening(result) if type(result) is GeneratorType else result

    return call


def _shortening(generator: Any) -> Any:
    try:
        yield from generator  # DYNCLIENT_TRACEBACK=1 shows the frames below
    except BaseException as error:
        shorten_traceback(error)
        raise


def public_calls(cls: type[_T]) -> type[_T]:
    """Make the methods and properties of a class public calls, also those of its bases here.

    Those are the ones without an underscore, calls, items, iteration and the length.
    """
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] == _PACKAGE:
            found |= vars(base)
    for name, member in found.items():
        if not name.startswith("_") or name in _SPECIAL:
            wrapped = _as_public(member)
            if wrapped is not None:
                setattr(cls, name, wrapped)
    return cls


def _as_public(member: Any) -> Any:
    """Return a member of a class as a public call; None if it is not a function."""
    if isinstance(member, FunctionType):
        return public_call(member)
    if isinstance(member, property) and member.fget is not None:
        return member.getter(public_call(member.fget))
    if isinstance(member, (classmethod, staticmethod)):
        return type(member)(public_call(member.__func__))
    return None


def shorten_traceback(error: BaseException) -> None:
    """End the traceback of an error at the public call that caught it, which calls this.

    The call must reset its arguments before: its frame is shown, and they may be secret. Frames
    of the user's own functions, such as a hook, are kept as they are. Errors that are not
    DynclientErrors are mistakes of ours or of such a function, so they keep all frames, as does
    every error with ``DYNCLIENT_TRACEBACK`` in the environment; no frame keeps its variables.

    Args:
        error: the error. It must be raised again by a bare ``raise``.
    """
    cut = isinstance(error, DynclientError) and not os.environ.get(FULL)
    call = error.__traceback__
    if call is not None:
        call.tb_next = _trimmed(call.tb_next, inside=True, cut=cut)
    for cause in _causes(error):
        cause.__traceback__ = _trimmed(cause.__traceback__, inside=False, cut=cut)


def _trimmed(traceback: TracebackType | None, *, inside: bool, cut: bool) -> TracebackType | None:
    kept: list[TracebackType] = []
    while traceback is not None:
        frame = traceback.tb_frame
        inside = _is_ours(frame, inside=inside)
        if inside:
            with suppress(RuntimeError):  # it is still running
                frame.clear()
        if not (inside and cut):
            kept.append(traceback)
        traceback = traceback.tb_next
    shortened = None
    for entry in reversed(kept):
        entry.tb_next = shortened
        shortened = entry
    return shortened


def _is_ours(frame: FrameType, *, inside: bool) -> bool:
    """Return whether a frame is ours, or a library's that one of ours called."""
    name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return name == _PACKAGE or (inside and (name in _LIBRARIES or name in sys.stdlib_module_names))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors in whose handling an error was raised, also those that are not printed."""
    seen = {id(error)}
    pending = [error.__cause__, error.__context__]
    while pending:
        cause = pending.pop()
        if cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += [cause.__cause__, cause.__context__]
