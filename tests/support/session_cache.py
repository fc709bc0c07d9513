"""The cache of fixtures that live longer than the test that first asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SESSION_CACHE = "DYNCLIENT_TESTS_SESSION_CACHE"
"""Environment variable that names the directory; ``tests/conftest.py`` sets it."""


@contextmanager
def session_cache() -> Iterator[None]:
    """Use the session's cache instead of the test's, which is removed after the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNCLIENT_CACHE", os.environ[SESSION_CACHE])
        yield
