"""Whether an entity is what a create request creates."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.bulk.comparison import created_as
from dynclient.schema import Release
from tests.support.fake_transport import ID, fake_client, reply
from tests.support.trees import ALL_RELEASES, release_named

TABLE = {
    "name": "t", "databaseSchema": "a.b.c", "description": "about",
    "columns": [{"name": "id", "dataType": "INT"}, {"name": "at", "dataType": "DATE"}],
}  # fmt: skip
STORED = {
    "id": ID, "name": "t", "fullyQualifiedName": "a.b.c.t", "version": 0.1, "description": "about",
    "databaseSchema": {"id": ID, "type": "databaseSchema", "fullyQualifiedName": "a.b.c"},
    "columns": [
        {"name": "id", "dataType": "INT", "dataTypeDisplay": "int", "fullyQualifiedName": "x"},
        {"name": "at", "dataType": "DATE", "tags": []},
    ],
    "href": "http://server",
}  # fmt: skip


@pytest.fixture
def release() -> Release:
    return release_named(ALL_RELEASES[-1])


def found(release: Release, request: dict[str, Any], stored: Any, kind: str = "tables") -> Any:
    om, _ = fake_client(release, lambda _: reply(200, stored))
    prepared = om.prepare(f"{kind}.create", **request)
    spec = om.session.find(kind)
    return created_as(om.session, spec, "a.b.c.t", prepared)


def test_what_the_server_adds_does_not_count(release: Release) -> None:
    assert found(release, TABLE, STORED).fullyQualifiedName == "a.b.c.t"


@pytest.mark.parametrize("change", [
    {"version": 0.2},
    {"description": None},
    {"description": "another"},
    {"columns": STORED["columns"][:1]},
    {"columns": [{"name": "id", "dataType": "INT"}, {"name": "at", "dataType": "TIME"}]},
    {"databaseSchema": {"id": ID, "type": "databaseSchema", "fullyQualifiedName": "a.b.d"}},
])  # fmt: skip
def test_another_value_counts(release: Release, change: dict[str, Any]) -> None:
    assert found(release, TABLE, {**STORED, **change}) is None


def test_empty_and_absent_are_the_same(release: Release) -> None:
    assert found(release, {**TABLE, "tags": []}, STORED) is not None


def test_references_are_compared_by_id(release: Release) -> None:
    field = "owners" if "owners" in release.entities["table"].properties else "owner"
    owner = {"id": ID, "type": "user"}
    wanted: Any = [owner] if field == "owners" else owner
    stored: Any = [{**owner, "name": "ada"}] if field == "owners" else {**owner, "name": "ada"}
    assert found(release, {**TABLE, field: wanted}, {**STORED, field: stored}) is not None
    other = {**owner, "id": ID[:-1] + "2"}
    stored = [other] if field == "owners" else other
    assert found(release, {**TABLE, field: wanted}, {**STORED, field: stored}) is None


def test_secrets_that_the_server_masks_do_not_count(release: Release) -> None:
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1", "authType": {"password": "p"}}
    request = {"name": "s", "serviceType": "Mysql", "connection": {"config": config}}
    stored = {**request, "id": ID, "version": 0.1, "connection": {
        "config": {**config, "authType": {"password": "*********"}},
    }}  # fmt: skip
    assert found(release, request, stored, "database_services") is not None
    other = {"connection": {"config": {**config, "hostPort": "h:2"}}}
    assert found(release, request, {**stored, **other}, "database_services") is None


def test_an_entity_that_does_not_exist_is_none(release: Release) -> None:
    om, _ = fake_client(release, lambda _: reply(404, {"code": 404, "message": "not found"}))
    prepared = om.prepare("tables.create", **TABLE)
    assert created_as(om.session, om.session.find("table"), "a.b.c.t", prepared) is None
    assert created_as(om.session, om.session.find("table"), "", prepared) is None


def test_only_fields_that_the_request_sets_are_asked_for(release: Release) -> None:
    om, transport = fake_client(release, lambda _: reply(200, STORED))
    prepared = om.prepare("tables.create", **TABLE)
    created_as(om.session, om.session.find("table"), "a.b.c.t", prepared)
    asked = dict(transport.seen[-1].query).get("fields", "")
    assert "tags" not in asked
    assert "owner" not in asked
