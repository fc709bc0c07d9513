"""Exit codes of the command line."""

from __future__ import annotations

DONE, FAILED, MISUSED, DIFFERS, INTERRUPTED = 0, 1, 2, 3, 130
