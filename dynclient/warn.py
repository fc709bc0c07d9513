"""Warnings that point into the user's own code, wherever in this package they come from."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent)
_told: dict[tuple[str, int, str], object] = {}
"""What was told where, with the filters that held then; another set of filters begins anew."""


def tell(message: str, category: type[Warning], *, always: bool = False) -> None:
    """Warn in the first place that is neither in this package nor in Python's own imports.

    Args:
        message: what to say.
        category: of the warning.
        always: say it each time; otherwise once for each place, even where the filters would show
            a warning each time.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith((_PACKAGE, "<frozen ")):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    place = (file, line, message)
    if always:
        warnings.warn_explicit(message, category, file, line)
    elif _told.get(place) is not warnings.filters:
        registry = frame.f_globals.setdefault("__warningregistry__", {})
        warnings.warn_explicit(message, category, file, line, registry=registry)
        _told[place] = warnings.filters
