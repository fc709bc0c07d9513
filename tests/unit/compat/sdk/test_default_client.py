"""The client of the process: one after the other, and none that is left over."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from dynclient.compat.sdk.config import ConfigurationMissing
from tests.support.stub import Stub
from tests.unit.compat.sdk.conftest import ID, TOKEN, table


def test_facades_use_the_server_that_was_configured_last(sdk: Any, stub: Stub) -> None:
    stub.routes[f"GET /api/v1/tables/{ID}"] = table()
    assert sdk.Tables.retrieve(ID).name.root == "orders"
    sdk.reset()
    with Stub() as other:
        other.routes[f"GET /api/v1/tables/{ID}"] = table(name="elsewhere")
        sdk.configure(host=other.host, jwt_token=TOKEN)
        assert sdk.Tables.retrieve(ID).name.root == "elsewhere"
        assert sdk.client().config.server_url == other.host
    assert len([seen for seen in stub.seen if ID in seen.path]) == 1


def test_a_facade_may_be_given_a_client_until_a_reset(sdk: Any, stub: Stub) -> None:
    stub.routes[f"GET /api/v1/users/{ID}"] = {"id": ID, "name": "ada", "email": "a@b.c"}
    mock = MagicMock()
    sdk.Tables.set_default_client(mock)
    sdk.Tables.retrieve(ID, fields=["tags"])
    mock.get_by_id.assert_called_once_with(
        entity=sdk.Tables.entity_type(), entity_id=ID, fields=["tags"]
    )
    sdk.Tables.delete(ID, hard_delete=True)
    mock.delete.assert_called_once_with(
        entity=sdk.Tables.entity_type(), entity_id=ID, recursive=False, hard_delete=True
    )
    assert sdk.Users.retrieve(ID).name.root == "ada"
    sdk.Tables.use_client(sdk.client())
    assert sdk.Tables._get_client() is sdk.client().ometa
    sdk.Tables.set_default_client(mock)
    sdk.reset()
    with pytest.raises(ConfigurationMissing):
        sdk.Tables.retrieve(ID)


def test_without_a_client_the_error_names_the_call_and_the_variables(sdk: Any) -> None:
    sdk.reset()
    for call in (sdk.client, sdk.Tables.list, sdk.OpenMetadata.get_default_client):
        with pytest.raises(RuntimeError, match=r"configure\(host=.*OPENMETADATA_HOST.*TOKEN"):
            call()


def test_the_timeout_and_the_token_of_the_configuration_are_used(sdk: Any, stub: Stub) -> None:
    stub.routes[f"GET /api/v1/tables/{ID}"] = table()
    client = sdk.configure(host=stub.host, jwt_token=TOKEN, client_timeout=7)
    settings = client.ometa.native.settings
    assert (settings.connect_timeout, settings.read_timeout) == (7, 7)
    sdk.Tables.retrieve(ID)
    assert stub.seen[-1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(client)


def test_a_client_of_its_own_does_not_become_that_of_the_process(sdk: Any, stub: Stub) -> None:
    current = sdk.client()
    config = sdk.OpenMetadataConfig(server_url=stub.host, jwt_token=TOKEN)
    own = sdk.OpenMetadata(config)
    assert sdk.client() is current
    own.close()
    assert sdk.OpenMetadata.initialize(config) is sdk.OpenMetadata.get_instance() is not current
