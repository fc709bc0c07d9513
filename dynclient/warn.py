"""Warnings that point into the user's own code, wherever in this package they come from."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

_INSIDE = (f"{Path(__file__).resolve().parent}{os.sep}", "<frozen ")
_told: dict[tuple[str, int, str], tuple[object, tuple[object, ...]]] = {}
"""What was told where, with the list of filters that held then and what was in it; other filters
begin anew, be it another list or the same one changed."""


def warn_user(message: str, category: type[Warning], *, always: bool = False) -> None:
    """Warn in the first place that is neither in this package nor in Python's own imports.

    Args:
        message: what to say.
        category: of the warning.
        always: say it each time; otherwise once for each place, even where the filters would show
            a warning each time.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    place = (file, line, message)
    if always:
        warnings.warn_explicit(message, category, file, line)
        return
    known = _told.get(place)
    if known is None or known[0] is not warnings.filters or known[1] != tuple(warnings.filters):
        registry = frame.f_globals.setdefault("__warningregistry__", {})
        warnings.warn_explicit(message, category, file, line, registry=registry)
        _told[place] = (warnings.filters, tuple(warnings.filters))
