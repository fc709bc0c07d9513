"""One sandbox for each release, in its own process, with a pool of what requests name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from tests.matrix.grid import pool_of
from tests.matrix.pool import Pool
from tests.support.session_cache import session_cache
from tests.support.trees import release_named

Pools = Callable[[str], Pool]


@pytest.fixture(scope="session")
def pools() -> Iterator[Pools]:
    """Return a function that gives the pool of a release; its sandbox is started when needed."""
    made: dict[str, Pool] = {}
    prefix = os.environ.get("PYTEST_XDIST_WORKER", "m")
    with contextlib.ExitStack() as stack:

        def of(name: str) -> Pool:
            if name not in made:
                release_named(name)  # skips without its tree
                with session_cache():
                    made[name] = stack.enter_context(pool_of(name, prefix))
            return made[name]

        yield of
