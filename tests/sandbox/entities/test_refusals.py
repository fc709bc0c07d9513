"""What servers refuse though no schema says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with sandbox.start() as running:
        yield Api(running)


@pytest.mark.parametrize(
    "path", ["/v1/roles/name/DataConsumer", "/v1/policies/name/OrganizationPolicy"]
)
def test_system_entities_cannot_be_deleted(api: Api, path: str) -> None:
    response = api.request("DELETE", path)
    assert response.status_code == 400
    assert response.json()["message"].endswith("can not be deleted.")
    assert api.request("GET", path).status_code == 200


def test_a_bot_user_needs_an_authentication_mechanism(api: Api) -> None:
    user = {"name": "lonely", "email": "lonely@example.com", "isBot": True}
    response = api.request("POST", "/v1/users", json=user)
    assert response.status_code == 400
    assert response.json()["message"] == "Authentication mechanism is empty bot user: [lonely]"
    assert api.request("POST", "/v1/users", json={**user, "isBot": False}).status_code == 201


def test_a_put_on_a_deleted_entity_restores_what_is_below_it(api: Api) -> None:
    api.with_schema()
    database = api.get("/v1/databases/name/s.d")
    path = f"/v1/databases/{database['id']}"
    assert api.request("DELETE", f"{path}?recursive=true").status_code == 200
    assert api.request("GET", "/v1/databaseSchemas/name/s.d.c").status_code == 404
    assert api.request("PUT", "/v1/databases", json={"name": "d", "service": "s"}).ok
    assert api.get("/v1/databaseSchemas/name/s.d.c")["deleted"] is False


def test_data_products_are_deleted_with_their_domain(api: Api) -> None:
    made = {"description": "x", "domainType": "Aggregate"}
    domain = api.create("/v1/domains", name="sales", **made)
    field = {"domains": ["sales"]}
    if (
        api.request(
            "POST", "/v1/dataProducts", json={"name": "p", "description": "x", **field}
        ).status_code
        != 201
    ):
        api.create("/v1/dataProducts", name="p", description="x", domain="sales")
    assert api.request("DELETE", f"/v1/domains/{domain['id']}").status_code == 200
    assert api.request("GET", "/v1/dataProducts/name/p").status_code == 404


@pytest.mark.parametrize("of", ["policies", "events/subscriptions"])
def test_a_condition_must_be_complete(api: Api, of: str) -> None:
    path = f"/v1/{of}/validation/condition"
    assert api.request("GET", f"{path}/isOwner()").status_code == 204
    response = api.request("GET", f"{path}/isOwner(")
    assert response.status_code == 400
    assert "[isOwner(] @7" in response.json()["message"]
