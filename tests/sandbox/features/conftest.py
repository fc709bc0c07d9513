"""One sandbox with a database schema for each release, shared by the tests of all features."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from dynclient import sandbox
from tests.support.sandbox_index import Index, fill_index
from tests.support.sandbox_tables import TablesApi
from tests.support.trees import ALL_RELEASES, TREES, release_named


@pytest.fixture(scope="session")
def tables_api_of() -> Iterator[Callable[[str], TablesApi]]:
    """Return a function that returns the sandbox of a release, started when first needed."""
    started: dict[str, TablesApi] = {}
    with contextlib.ExitStack() as stack:

        def get_api(name: str) -> TablesApi:
            if name not in started:
                release_named(name)  # skips the test if the tree is not available
                running = stack.enter_context(sandbox.start(tree=TREES.get(name)))
                started[name] = TablesApi(running)
                started[name].with_schema()
            return started[name]

        yield get_api


@pytest.fixture(params=ALL_RELEASES)
def api(request: pytest.FixtureRequest, tables_api_of: Callable[[str], TablesApi]) -> TablesApi:
    return tables_api_of(request.param)


@pytest.fixture(scope="session", params=ALL_RELEASES)
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    """A sandbox with some tables to search for."""
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        yield fill_index(started)


@pytest.fixture
def apps(api: TablesApi) -> TablesApi:
    """A sandbox of a release that has apps."""
    api.skip_unless_served("POST", "/v1/apps/trigger/{name}")
    return api
