"""Whether a person looks at the output, and whether a request may be sent to show more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

_PACKAGE = __name__.partition(".")[0]
_REPORTING = {
    *("logging", "traceback", "ultratb", "warnings", "cgitb", "stack_data"),
    *("bdb", "pdb", "ipdb", "pudb", "debugger", "debugpy", "pydevd", "_pydevd_bundle"),
    *("sentry_sdk", "structlog", "loguru", "inspect", "rlcompleter", "jedi", "completer"),
}
"""Parts of the names of modules that report an error, log, debug or complete."""
_asked: ContextVar[bool] = ContextVar("asked", default=False)
"""Whether a call whose purpose is to display something runs."""
_PROMPTS = {"idlelib", "ptpython", "bpython"}
"""Packages of prompts that call ``repr()`` themselves."""


def is_interactive() -> bool:
    """Return whether a person types: at the prompt of Python or IPython, or in a notebook."""
    return hasattr(sys, "ps1") or running_shell() is not None


def running_shell() -> Any:
    """Return the shell of IPython in this process, or None; IPython is not imported for it."""
    find = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return None if find is None else find()


@contextmanager
def fetching() -> Iterator[None]:
    """Let what is displayed send requests, since a call asks for it: ``dynclient.show(…)``."""
    token = _asked.set(True)
    try:
        yield
    finally:
        _asked.reset(token)


def may_fetch() -> bool:
    """Return whether what is displayed may send a request.

    It may where a person types, but never while an exception is handled, a traceback or a log is
    written, or a debugger runs: their output must neither wait for a server nor change anything.
    """
    return _asked.get() or (
        is_interactive()
        and sys.exc_info()[1] is None
        and sys.gettrace() is None
        and not _is_monitored()
        and not any(_is_reporting(frame) for frame in _frames())
    )


def is_at_prompt() -> bool:
    """Return whether ``repr()`` was called by a prompt, or in a line that was typed there.

    A function that was typed there calls ``repr()`` for its own purposes, such as a log.
    """
    for frame in _frames():
        name = str(frame.f_globals.get("__name__", ""))
        root = name.partition(".")[0]
        if root == _PACKAGE:
            continue
        code = frame.f_code
        is_typed = code.co_filename.startswith("<") and code.co_name == "<module>"
        return is_typed or root in _PROMPTS
    return False


def _is_monitored() -> bool:
    """Return whether a debugger uses ``sys.monitoring``, which Python has since 3.12."""
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None


def _is_reporting(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return not _REPORTING.isdisjoint(name.split("."))


def _frames() -> Iterator[FrameType]:
    """Yield the frames of the callers, those of this module aside."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") != __name__:
            yield frame
        frame = frame.f_back
