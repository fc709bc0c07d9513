"""A client of the drop-in on a stub server, and names of its modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient.schema import Release
from tests.support.stub import Stub

Get = Callable[..., Any]


@pytest.fixture
def get(release: Release) -> Get:
    """Return a function that imports a name: ``get("entity.data.table", "Table")``."""

    def import_name(module: str, name: str) -> Any:
        return getattr(import_module(f"metadata.generated.schema.{module}"), name)

    return import_name


@pytest.fixture
def metadata(release: Release, stub: Stub) -> Iterator[Any]:
    """An official client of the stub."""
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    with OpenMetadata({"hostPort": f"{stub.host}/api", "authProvider": "no-auth"}) as client:
        yield client
