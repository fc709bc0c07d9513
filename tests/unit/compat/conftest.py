"""The drop-in installed on the starter release, and a stub server for its clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynclient import compat
from dynclient.schema import Release
from tests.support.stub import Stub
from tests.support.trees import release_named


@pytest.fixture
def release() -> Iterator[Release]:
    """The starter release, served as the official SDK's modules."""
    found = release_named("starter")
    compat.install(found)
    yield found
    compat.uninstall()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server
