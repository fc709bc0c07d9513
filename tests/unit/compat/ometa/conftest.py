"""The drop-in installed on the starter release, and a client of it on a stub server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient import compat
from dynclient.schema import Release
from tests.support.stub import Stub
from tests.support.trees import release_named

Get = Callable[..., Any]


@pytest.fixture
def release() -> Iterator[Release]:
    """The starter release, served as the official SDK's modules."""
    found = release_named("starter")
    compat.install(found)
    yield found
    compat.uninstall()


@pytest.fixture
def get(release: Release) -> Get:
    """Return a function that imports a name: ``get("entity.data.table", "Table")``."""

    def import_name(module: str, name: str) -> Any:
        return getattr(import_module(f"metadata.generated.schema.{module}"), name)

    return import_name


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.fixture
def metadata(release: Release, stub: Stub) -> Iterator[Any]:
    """An official client of the stub."""
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    with OpenMetadata({"hostPort": f"{stub.host}/api", "authProvider": "no-auth"}) as client:
        yield client
