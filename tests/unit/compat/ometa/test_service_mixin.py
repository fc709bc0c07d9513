"""Services created from a configuration of ingestion: what of the connection is sent."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.schema import Release
from tests.support.stub import Stub
from tests.unit.compat.ometa.conftest import Get

SOURCE = {
    "type": "mysql",
    "serviceName": "shop",
    "serviceConnection": {
        "config": {
            "type": "Mysql",
            "username": "u",
            "authType": {"password": "open-sesame"},
            "hostPort": "h:1",
        }
    },
}


@pytest.mark.parametrize("stored", [True, False])
def test_a_connection_is_sent_only_if_it_may_be_stored(
    release: Release, get: Get, stub: Stub, stored: bool
) -> None:
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    service = get("entity.services.databaseService", "DatabaseService")
    path = "PUT /api/v1/services/databaseServices"
    identity = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
    stub.routes[path] = {"id": identity, "name": "shop", "serviceType": "Mysql"}
    config: dict[str, Any] = {"hostPort": f"{stub.host}/api", "authProvider": "no-auth"}
    with OpenMetadata({**config, "storeServiceConnection": stored}) as metadata:
        assert metadata.create_service_from_source(service, SOURCE).name.root == "shop"
    body = stub.seen[-1].json
    assert ("connection" in body) is stored
    assert ("open-sesame" in str(body)) is stored
    assert body["serviceType"] == "Mysql"
