"""Sandboxes for functional tests: one for each release, in its own process, started when needed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

import dynclient
from dynclient import sandbox
from dynclient.client.client import Client
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, TREES, release_named

Server = Callable[[str], sandbox.Running]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a function that returns the sandbox of a release."""
    running: dict[str, sandbox.Running] = {}
    with contextlib.ExitStack() as stack:

        def of(name: str) -> sandbox.Running:
            if name not in running:
                release_named(name)  # skips without its tree
                with session_cache():
                    started = sandbox.start(tree=TREES.get(name))
                running[name] = stack.enter_context(started)
            return running[name]

        yield of


@pytest.fixture
def connected(server: Server) -> Iterator[Callable[[str], Client]]:
    """Return a function that returns an administrator's client of the sandbox of a release."""
    with contextlib.ExitStack() as stack:

        def to(name: str) -> Client:
            running = server(name)
            om = dynclient.connect(
                running.host, token=running.admin_token, release=release_named(name)
            )
            return stack.enter_context(om)

        yield to


@pytest.fixture
def om(connected: Callable[[str], Client]) -> Client:
    """A client of the sandbox of the newest available release."""
    return connected(ALL_RELEASES[-1])


@pytest.fixture(params=ALL_RELEASES)
def each(request: pytest.FixtureRequest, connected: Callable[[str], Client]) -> Client:
    """A client of the sandbox of each available release."""
    return connected(request.param)
