"""``metadata.sdk`` on the starter release, configured for a stub server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.compat.sdk.config import HOSTS, KEYS
from dynclient.schema import Release
from tests.support.stub import Stub

ID = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
OTHER = "0e9a5a4e-6d5c-4a0e-9f0a-3f7f6f1f2c11"
TOKEN = "quite-secret-token"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*HOSTS, *KEYS):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def sdk(release: Release, stub: Stub) -> Iterator[Any]:
    """The module, whose client is that of the stub."""
    import metadata.sdk as module

    module.configure(host=stub.host, jwt_token=TOKEN)
    yield module
    module.reset()


def table(**fields: Any) -> dict[str, Any]:
    """Return a table as servers do."""
    columns = [{"name": "id", "dataType": "INT", "fullyQualifiedName": "a.b.c.orders.id"}]
    return {
        "id": ID, "name": "orders", "fullyQualifiedName": "a.b.c.orders", "version": 0.1,
        "columns": columns, "databaseSchema": {"id": OTHER, "type": "databaseSchema"}, **fields,
    }  # fmt: skip
