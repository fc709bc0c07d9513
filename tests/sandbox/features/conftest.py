"""One sandbox with a schema for each release, shared by the tests of all features."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from dynclient import sandbox
from tests.support.sandbox_tables import Shop
from tests.support.trees import ALL_RELEASES, TREES, release_named


@pytest.fixture(scope="session")
def shops() -> Iterator[Callable[[str], Shop]]:
    """Return a function that returns the sandbox of a release, started when it is first needed."""
    started: dict[str, Shop] = {}
    with contextlib.ExitStack() as stack:

        def shop_of(name: str) -> Shop:
            if name not in started:
                release_named(name)
                running = stack.enter_context(sandbox.start(tree=TREES.get(name)))
                started[name] = Shop(running)
                started[name].with_schema()
            return started[name]

        yield shop_of


@pytest.fixture(params=ALL_RELEASES)
def shop(request: pytest.FixtureRequest, shops: Callable[[str], Shop]) -> Shop:
    return shops(request.param)
