"""Sandboxes, each in a process of its own, and clients of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.external_server import only_on_sandbox
from tests.support.servers import connected, each, om, server

__all__ = ["connected", "each", "om", "server"]

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder on an external server."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(only_on_sandbox("it tests the sandbox itself"))
