"""What a person's prompt is to the code that displays things, in the process of a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dynclient.display import interactive


@contextmanager
def at_prompt() -> Iterator[None]:
    """Be as if a person typed; coverage and debuggers of the tests themselves do not count."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "ps1", ">>> ", raising=False)
        patch.setattr(sys, "gettrace", lambda: None)
        patch.setattr(interactive, "_is_monitored", lambda: False)
        yield
