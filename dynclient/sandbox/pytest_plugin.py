"""Fixtures for tests of code that uses dynclient: a sandbox, and a client connected to it.

In a ``conftest.py``::

    pytest_plugins = ["dynclient.sandbox.pytest_plugin"]

Each worker of a parallel run has its own sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient import sandbox


@pytest.fixture(scope="session")
def openmetadata_options() -> dict[str, Any]:
    """Keyword arguments for :func:`dynclient.sandbox.start`; none by default (starter release).

    Override it to serve another release::

        @pytest.fixture(scope="session")
        def openmetadata_options():
            return {"tree": "schemas/1.13.0.zip"}
    """
    return {}


@pytest.fixture(scope="session")
def openmetadata_sandbox(openmetadata_options: dict[str, Any]) -> Iterator[sandbox.RunningSandbox]:
    """A sandbox in a separate process, started once per test session and stopped at its end."""
    with sandbox.start(**openmetadata_options) as running:
        yield running


@pytest.fixture
def openmetadata(openmetadata_sandbox: sandbox.RunningSandbox) -> Iterator[dynclient.Client]:
    """An administrator's client of the sandbox; created entities stay for the next test."""
    running = openmetadata_sandbox
    with dynclient.connect(
        running.host, token=running.admin_token, release=running.release
    ) as client:
        yield client
