"""The bench that all cells run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynclient import sandbox
from tests.faults.cells import Bench
from tests.support.fault_proxy import proxy_for
from tests.support.session_cache import session_cache
from tests.support.trees import release_named


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """One sandbox in its own process, and the proxy before it."""
    release = release_named("starter")
    with session_cache():
        running = sandbox.start()
    with running, proxy_for(running.host) as proxy:
        yield Bench(running, proxy, release)
