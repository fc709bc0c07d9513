"""Masks never reach a server: an unchanged secret is left out, any other mask is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.model.masking import without_masks
from dynclient.secrets import MASK
from dynclient.settings import Settings
from dynclient.transport.request import Request
from tests.support.trees import ALL_RELEASES, release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
SERVER_MASK = "*********"
MASKS = [MASK, SERVER_MASK, "*" * 5, "*" * 24]


def connection(release: str, password: str, **fields: Any) -> dict[str, Any]:
    """Return the connection of a MySQL service; the password moved after release 1.0."""
    secret = {"password": password}
    known = (
        release_named(release)
        .node("entity/services/connections/database/mysqlConnection.json")
        .properties
    )
    config = {"authType": secret} if "authType" in known else secret
    return {"config": {"type": "Mysql", "username": "u", "hostPort": "h:1", **config, **fields}}


@pytest.fixture(params=ALL_RELEASES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def service(name: str, password: str) -> tuple[Client, Wire, Any]:
    data = {
        "id": ID, "name": "s", "serviceType": "Mysql", "connection": connection(name, password)
    }  # fmt: skip
    wire = Wire(data)
    om = Client("http://server/api", wire, Settings(), release_named(name))  # type: ignore[arg-type]
    return om, wire, model.load(om.types.DatabaseService, data)


@pytest.mark.parametrize("stored", [SERVER_MASK, "open-sesame"])
@pytest.mark.parametrize("mask", MASKS)
def test_a_connection_that_was_copied_masked_keeps_its_secret(
    name: str, stored: str, mask: str
) -> None:
    om, wire, entity = service(name, stored)
    entity.connection = model.asdict(entity)["connection"]
    assert model.changes(entity) == model.changes(entity, secrets=True) == []
    assert om.save(entity) is entity
    assert wire.sent == []
    entity.connection = connection(name, mask, hostPort="h:2")
    om.save(entity)
    [request] = wire.sent
    assert request.json == [
        {"op": "replace", "path": "/connection/config/hostPort", "value": "h:2"}
    ]


def test_another_change_of_an_entity_with_masks_is_saved(name: str) -> None:
    om, wire, entity = service(name, SERVER_MASK)
    entity.description = "new"
    entity.connection.config.username = "v"
    om.save(entity)
    assert {each["path"] for each in wire.last.json} == {
        "/description", "/connection/config/username",
    }  # fmt: skip
    assert b"***" not in (wire.last.body or b"")


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_in_a_request_is_refused(name: str, mask: str) -> None:
    om, wire, _ = service(name, "x")
    fields = {"name": "s", "serviceType": "Mysql", "connection": connection(name, mask)}
    for call in (om.database_services.create, om.database_services.upsert):
        with pytest.raises(errors.RequestInvalid, match="is a mask") as caught:
            call(**fields)
        [problem] = caught.value.problems
        assert problem.path.startswith("connection.config.")
        assert problem.path.endswith("password")
        assert "om.save" in problem.message
    request = om.types.CreateDatabaseServiceRequest(**fields)
    with pytest.raises(errors.RequestInvalid, match="is a mask"):
        om.create_or_update(request)
    assert wire.sent == []


def test_a_mask_in_a_patch_is_refused(name: str) -> None:
    om, wire, _ = service(name, "x")
    bodies: list[Any] = [
        {"op": "replace", "path": "/connection", "value": connection(name, MASK)},
        {"op": "add", "path": "/connection/config/authType/password", "value": SERVER_MASK},
        {"op": "add", "path": "/connection/config/connectionArguments/api_key", "value": MASK},
    ]
    for operation in bodies:
        with pytest.raises(errors.RequestInvalid, match="is a mask"):
            om.database_services.patch(ID, [operation])
    assert wire.sent == []


def test_a_mask_where_there_was_no_secret_is_refused(name: str) -> None:
    om, wire, entity = service(name, "x")
    entity.connection.config.connectionArguments = {"token": MASK}
    assert len(model.changes(entity)) == 1
    with pytest.raises(errors.RequestInvalid, match=r"connectionArguments\.token: is a mask"):
        om.save(entity)
    assert wire.sent == []


def items(*pairs: tuple[str, str], **fields: str) -> dict[str, Any]:
    return {"databases": [{"name": n, "password": p, **fields} for n, p in pairs]}


A, B, C = ("a", "hush-a"), ("b", "hush-b"), ("c", "hush-c")


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        ([B, A], {}),
        ([A, B], {"host": "new"}),
        ([B, A], {"host": "new"}),
        ([B], {}),
        ([C, B, A], {}),
    ],
)
def test_a_mask_in_a_list_stands_for_the_secret_of_its_own_item(
    order: list[tuple[str, str]], fields: dict[str, str]
) -> None:
    after = items(*[(n, p if n == "c" else MASK) for n, p in order], **fields)
    assert without_masks(None, items(A, B), after) == items(*order, **fields)


@pytest.mark.parametrize("before", [[{"password": "x"}, {"password": "y"}], [], None])
def test_a_mask_in_a_list_that_may_stand_for_several_secrets_stays(before: Any) -> None:
    after = {"list": [{"password": MASK}]}
    assert without_masks(None, {"list": before}, after) == after


def test_masks_of_a_list_of_secrets_stand_for_those_at_their_places() -> None:
    before = {"tokens": ["x", "y"], "password": "z"}
    assert without_masks(None, before, {"tokens": [MASK, MASK], "password": MASK}) == before


def test_asterisks_elsewhere_are_text(name: str) -> None:
    om, wire, entity = service(name, "x")
    entity.description = MASK
    om.save(entity)
    assert wire.last.json[-1]["value"] == MASK


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_in_a_body_that_was_encoded_elsewhere_is_refused(mask: str) -> None:
    wire = Wire({})
    om = Client("http://server/api", wire, Settings(), release_named("starter"))  # type: ignore[arg-type]
    json_type = (("Content-Type", "application/json"),)
    patch_type = (("Content-Type", "application/json-patch+json"),)
    path = "/v1/services/databaseServices"
    for data, headers, place in [
        ({"connection": {"config": {"password": mask}}}, json_type, "connection.config.password"),
        ([{"a": {"api_key": mask}}], json_type, "[0].a.api_key"),
        ([{"op": "add", "path": "/connection/config/password", "value": mask}], patch_type,
         "connection.config.password"),
    ]:  # fmt: skip
        body = json.dumps(data).encode()
        with pytest.raises(errors.RequestInvalid, match=f"the body of PUT {path}") as caught:
            om.session.send(Request("PUT", path, headers=headers, body=body))
        assert [problem.path for problem in caught.value.problems] == [place]
    assert wire.sent == []
    for sent in (json.dumps({"description": mask}).encode(), b"name,password\nx," + mask.encode()):
        om.session.send(Request("PUT", path, headers=json_type, body=sent))
        assert wire.last.body == sent
