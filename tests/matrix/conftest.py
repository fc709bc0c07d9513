"""One sandbox for each release, in its own process, with a pool of the entities requests name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from tests.matrix.grid import pool_of
from tests.matrix.pool import Pool
from tests.support.trees import release_named

Pools = Callable[[str], Pool]


@pytest.fixture(scope="session")
def pools() -> Iterator[Pools]:
    """Return a function that returns the pool of a release; its sandbox is started when needed."""
    started: dict[str, Pool] = {}
    prefix = os.environ.get("PYTEST_XDIST_WORKER", "m")
    with contextlib.ExitStack() as stack:

        def get_pool(name: str) -> Pool:
            if name not in started:
                release_named(name)  # skips the test if the tree is not available
                started[name] = stack.enter_context(pool_of(name, prefix))
            return started[name]

        yield get_pool
