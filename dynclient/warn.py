"""Warnings that point to the line of the user's code that called this package."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

_INSIDE = (f"{Path(__file__).resolve().parent}{os.sep}", "<frozen ")
_issued: dict[tuple[str, int, str], tuple[object, tuple[object, ...]]] = {}
"""File, line and text of each warning issued, with the filters at that time: if they change, be it
another list or the same one changed, the warning is issued again."""


def warn_user(message: str, category: type[Warning], *, always: bool = False) -> None:
    """Issue a warning for the innermost line of code outside this package and Python's imports.

    Args:
        message: text of the warning.
        category: class of the warning.
        always: issue it each time; otherwise once for each line, even if the filters would show it
            each time.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    place = (file, line, message)
    if always:
        warnings.warn_explicit(message, category, file, line)
        return
    known = _issued.get(place)
    if known is None or known[0] is not warnings.filters or known[1] != tuple(warnings.filters):
        registry = frame.f_globals.setdefault("__warningregistry__", {})
        warnings.warn_explicit(message, category, file, line, registry=registry)
        _issued[place] = (warnings.filters, tuple(warnings.filters))
