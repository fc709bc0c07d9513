"""The official client's methods for many entities, against the sandbox of each release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient import compat
from dynclient.sandbox import Running
from tests.support.trees import ALL_RELEASES, release_named

RELEASES = [name for name in ALL_RELEASES if not name.startswith("1.0")]


@pytest.fixture(params=RELEASES)
def metadata(request: pytest.FixtureRequest, server: Callable[[str], Running]) -> Iterator[Any]:
    """An official client of a release's sandbox, with that release's classes."""
    running = server(request.param)
    compat.install(release_named(request.param))
    official = import_module("metadata.ingestion.ometa.ometa_api").OpenMetadata
    security = {"jwtToken": running.admin_token}
    config = {"hostPort": running.host, "authProvider": "openmetadata",
              "securityConfig": security}  # fmt: skip
    with official(config) as client:
        yield client
    compat.uninstall()


def test_a_source_is_loaded_and_what_it_lost_is_deleted(metadata: Any) -> None:
    def get(module: str, name: str) -> Any:
        return getattr(import_module(f"metadata.generated.schema.{module}"), name)

    column = get("entity.data.table", "Column")
    tables = [
        get("api.data.createTable", "CreateTableRequest")(
            name=name, databaseSchema="stale.d.s", columns=[column(name="id", dataType="INT")]
        )
        for name in ("one", "two", "three")
    ]
    parents = [
        get("api.data.createDatabaseSchema", "CreateDatabaseSchemaRequest")(
            name="s", database="stale.d"
        ),
        get("api.data.createDatabase", "CreateDatabaseRequest")(name="d", service="stale"),
        get("api.services.createDatabaseService", "CreateDatabaseServiceRequest")(
            name="stale", serviceType="Mysql"
        ),
    ]
    result = metadata.bulk_create_or_update([*tables, *parents])
    assert not result.failedRequest
    assert result.numberOfRowsPassed.root == 6
    cls = get("entity.data.table", "Table")
    live = {"stale.d.s.one", "stale.d.s.two"}
    stale = metadata.delete_stale_entities(cls, {"database": "stale.d"}, live)
    assert [each.request for each in stale.successRequest] == ["stale.d.s.three"]
    found = metadata.list_all_entities(cls, params={"database": "stale.d"})
    assert {str(each.fullyQualifiedName.root) for each in found} == live
    again = metadata.delete_stale_entities(cls, {"database": "stale.d"}, live)
    assert again.numberOfRowsProcessed.root == 0
    service = metadata.get_by_name(
        get("entity.services.databaseService", "DatabaseService"), "stale"
    )
    metadata.delete(type(service), service.id, recursive=True, hard_delete=True)
