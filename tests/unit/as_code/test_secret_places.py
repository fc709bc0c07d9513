"""Secrets replaced by the places where they are, and back."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.as_code.secret_places import SecretPlaces, resolve_secrets, secret_places
from dynclient.schema import Node
from tests.support.trees import release_named

REQUEST = {
    "name": "shop",
    "description": "${env:DYNCLIENT_SECRET_X}",
    "connection": {
        "config": {
            "type": "Mysql",
            "authType": {"password": "s3cret"},
            "connectionOptions": {"note": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.x", "plain": "a"},
        }
    },
}


@pytest.fixture
def create() -> Node:
    return release_named("starter").node("api/services/createDatabaseService.json")


def test_no_secret_is_left_and_all_come_back(create: Node) -> None:
    replaced = SecretPlaces().replaced(create, REQUEST, "databaseService", "shop")
    assert "s3cret" not in str(replaced)
    assert "eyJ" not in str(replaced)
    config = replaced["connection"]["config"]
    assert config["authType"]["password"] == (
        "${env:DYNCLIENT_SECRET_SHOP_CONNECTION_CONFIG_AUTHTYPE_PASSWORD}"
    )
    assert replaced["description"] == REQUEST["description"]
    environ = {
        "DYNCLIENT_SECRET_SHOP_CONNECTION_CONFIG_AUTHTYPE_PASSWORD": "s3cret",
        "DYNCLIENT_SECRET_SHOP_CONNECTION_CONFIG_CONNECTIONOPTIONS_NOTE": "the token",
        "DYNCLIENT_SECRET_X": "must not be read",
    }
    found, missing = resolve_secrets(create, replaced, environ)
    assert not missing
    assert found["connection"]["config"]["authType"] == {"password": "s3cret"}
    assert found["connection"]["config"]["connectionOptions"] == {"note": "the token", "plain": "a"}
    assert found["description"] == REQUEST["description"]


def test_what_is_not_set_is_named(create: Node) -> None:
    replaced = SecretPlaces().replaced(create, REQUEST, "databaseService", "shop")
    found, missing = resolve_secrets(create, replaced, {})
    assert found == replaced
    assert [path for path, _ in missing] == [
        "connection.config.authType.password",
        "connection.config.connectionOptions.note",
    ]
    assert [path for path, _ in secret_places(create, replaced)] == [path for path, _ in missing]


def test_two_secrets_never_have_one_place(create: Node) -> None:
    places = SecretPlaces()
    named: list[Any] = [
        places.replaced(create, REQUEST, kind, fqn)["connection"]["config"]["authType"]["password"]
        for kind, fqn in (("databaseService", "a.b"), ("databaseService", "a_b"), ("x", "a.b"))
    ]
    assert len({*named}) == len(named)
    again = places.replaced(create, REQUEST, "databaseService", "a.b")
    assert again["connection"]["config"]["authType"]["password"] == named[0]


def test_places_in_the_keyring(create: Node) -> None:
    replaced = SecretPlaces("keyring").replaced(create, REQUEST, "databaseService", "shop")
    assert replaced["connection"]["config"]["authType"]["password"] == (
        "${keyring:dynclient/SHOP_CONNECTION_CONFIG_AUTHTYPE_PASSWORD}"
    )
