"""Sandboxes for functional tests: one for each release, in its own process, started when needed.

With ``$DYNCLIENT_SERVER`` a server that is already running is used instead.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

import dynclient
from dynclient import sandbox
from dynclient.client.client import Client
from tests.support import external_server
from tests.support.leftovers import watched
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, TREES, release_named

Server = Callable[[str], sandbox.Running]


@contextlib.contextmanager
def started(name: str) -> Iterator[sandbox.Running]:
    """Yield a server of a release: a sandbox, or the external one if that is its release."""
    release = release_named(name)  # skips without its tree
    if not external_server.HOST:
        with watched(name, lambda: sandbox.start(tree=TREES.get(name))) as running:
            yield running
        return
    if name not in ALL_RELEASES:
        pytest.skip(f"needs a server of {name}; DYNCLIENT_SERVER is one of {ALL_RELEASES[0]}")
    with external_server.cleaned_up(external_server.running(name), release) as running:
        yield running


@contextlib.contextmanager
def separate_sandbox(name: str) -> Iterator[sandbox.Running]:
    """Yield a sandbox of a release that only the tests of one module use."""
    release_named(name)  # skips without its tree
    with session_cache(), sandbox.start(tree=TREES.get(name)) as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a function that returns the sandbox of a release."""
    running: dict[str, sandbox.Running] = {}
    with contextlib.ExitStack() as stack:

        def of(name: str) -> sandbox.Running:
            if name not in running:
                with session_cache():
                    running[name] = stack.enter_context(started(name))
            return running[name]

        yield of


@pytest.fixture
def connected(server: Server) -> Iterator[Callable[[str], Client]]:
    """Return a function that connects to the sandbox of a release as an administrator."""
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
