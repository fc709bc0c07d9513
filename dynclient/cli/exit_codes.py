"""Exit codes of the command line."""

from __future__ import annotations

DONE = 0
FAILED = 1
"""An error, printed on standard error."""
MISUSED = 2
"""Wrong arguments, or an extra that is not installed."""
DIFFERS = 3
"""A comparison or check found something."""
INTERRUPTED = 130
"""Ctrl-C, as shells report it."""
