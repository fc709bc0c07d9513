"""Secrets in responses: masked, or encrypted after changes, and never lost by sending them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api

SECRET = "not-in-any-response"
PATH = "/v1/services/databaseServices"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with sandbox.start() as running:
        yield Api(running)


def password_of(service: dict[str, Any]) -> str:
    return str(service["connection"]["config"]["authType"]["password"])


def new_service(api: Api, name: str) -> dict[str, Any]:
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1", "authType": {"password": SECRET}}
    return api.create(PATH, name=name, serviceType="Mysql", connection={"config": config})


def stored_password(api: Api, name: str) -> str:
    return password_of(Api(api.running, api.running.bot_token).get(f"{PATH}/name/{name}"))


def test_patches_and_deletes_respond_with_encrypted_secrets(api: Api) -> None:
    service = new_service(api, "encrypted")
    assert password_of(service) == "*********"
    place = f"{PATH}/{service['id']}"
    patched = api.patch(place, {"op": "add", "path": "/description", "value": "d"})
    deleted = api.request("DELETE", f"{place}?hardDelete=true")
    for response in (patched, deleted):
        assert password_of(response.json()).startswith("fernet:")
        assert SECRET not in response.text


def test_an_encrypted_secret_that_is_sent_back_keeps_the_secret(api: Api) -> None:
    service = new_service(api, "kept")
    pointer = "/connection/config/authType/password"
    place = f"{PATH}/{service['id']}"
    encrypted = password_of(
        api.patch(place, {"op": "add", "path": "/description", "value": "d"}).json()
    )
    api.patch(place, {"op": "replace", "path": pointer, "value": encrypted})
    assert stored_password(api, "kept") == SECRET
    api.patch(place, {"op": "replace", "path": pointer, "value": "another"})
    assert stored_password(api, "kept") == "another"
