"""Tests that take a minute run only when they are asked for: ``make test ARGS="-m slow"``."""

from __future__ import annotations

import pytest


@pytest.fixture
def asked_for(request: pytest.FixtureRequest) -> None:
    """Skip a test unless slow tests are asked for."""
    if "slow" not in request.config.option.markexpr:
        pytest.skip('takes a minute; run it with -m slow: make test ARGS="-m slow"')
