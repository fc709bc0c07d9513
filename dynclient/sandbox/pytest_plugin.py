"""Fixtures for the tests of people who use dynclient: a sandbox, and a client of it.

In a ``conftest.py``::

    pytest_plugins = ["dynclient.sandbox.pytest_plugin"]

Every worker of a parallel run has a sandbox of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient import sandbox


@pytest.fixture(scope="session")
def openmetadata_options() -> dict[str, Any]:
    """What :func:`dynclient.sandbox.start` is called with; nothing: the starter release is served.

    Override it to serve another one::

        @pytest.fixture(scope="session")
        def openmetadata_options():
            return {"tree": "schemas/1.13.0.zip"}
    """
    return {}


@pytest.fixture(scope="session")
def openmetadata_sandbox(openmetadata_options: dict[str, Any]) -> Iterator[sandbox.RunningSandbox]:
    """A sandbox in a process of its own, started once and stopped at the end, whatever fails."""
    with sandbox.start(**openmetadata_options) as running:
        yield running


@pytest.fixture
def openmetadata(openmetadata_sandbox: sandbox.RunningSandbox) -> Iterator[dynclient.Client]:
    """An administrator's client of the sandbox; what one test made, the next one sees."""
    running = openmetadata_sandbox
    with dynclient.connect(
        running.host, token=running.admin_token, release=running.release
    ) as client:
        yield client
