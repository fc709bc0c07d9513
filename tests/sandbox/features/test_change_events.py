"""Change events: what writes are logged, how they are listed, and how many are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynclient.sandbox.storage import store
from dynclient.sandbox.storage.database import Database
from tests.support.sandbox_tables import TablesApi


def events(api: TablesApi, start: int = 0, **types: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in types.items())
    answer = api.get(f"/v1/events?{query}&timestamp={start}")
    assert answer["paging"]["total"] == len(answer["data"])
    data: list[dict[str, Any]] = answer["data"]
    return data


def test_each_write_of_an_entity_is_an_event(api: TablesApi) -> None:
    table = api.create_table("watched")
    start = table["updatedAt"]
    path = f"/v1/tables/{table['id']}"
    change = {"op": "add", "path": "/description", "value": "new"}
    columns = [
        {"name": column["name"], "dataType": column["dataType"]} for column in table["columns"]
    ]
    same = {"name": "watched", "databaseSchema": "s.d.c", "columns": columns}
    response = api.request("PUT", "/v1/tables", json=same)
    assert response.headers["X-OpenMetadata-Change"] == "entityNoChange"
    api.patch(path, change)
    api.request("DELETE", path)
    everything = {f"entity{verb}": "*" for verb in ("Created", "Updated", "Deleted")}
    found = events(api, start, **everything)
    assert [(event["eventType"], event["previousVersion"], event["currentVersion"])
            for event in found] == [
        ("entityCreated", 0.1, 0.1), ("entityUpdated", 0.1, 0.2), ("entitySoftDeleted", 0.2, 0.3),
    ]  # fmt: skip
    assert {event["entityId"] for event in found} == {table["id"]}
    assert {event["entityType"] for event in found} == {"table"}
    assert {event["userName"] for event in found} == {"admin"}
    assert [event["timestamp"] for event in found] == sorted(event["timestamp"] for event in found)
    assert json.loads(found[1]["entity"])["description"] == "new"
    assert found[1]["changeDescription"]["fieldsAdded"] == [
        {"name": "description", "newValue": "new"}
    ]
    assert "changeDescription" not in found[0]


def test_events_are_selected_by_their_types_and_time(api: TablesApi) -> None:
    table = api.create_table("selected")
    start = table["updatedAt"]
    api.patch(f"/v1/tables/{table['id']}", {"op": "add", "path": "/description", "value": "d"})
    assert [event["eventType"] for event in events(api, start, entityCreated="table,database")] == [
        "entityCreated"
    ]
    assert events(api, start, entityCreated="database") == []
    assert events(api, start) == []
    later = events(api, start + 1, entityCreated="*", entityUpdated="table")
    assert [event["eventType"] for event in later] == ["entityUpdated"]
    message = api.error("GET", "/v1/events?entityCreated=nope", 400)
    assert "Invalid entity nope in query param entityCreated" in message


def test_an_event_contains_no_secret(api: TablesApi) -> None:
    name = "kept-secret"
    body = {"name": "masked", "serviceType": "Mysql"}
    for secret in ({"authType": {"password": name}}, {"password": name}):
        config = {"type": "Mysql", "username": "u", "hostPort": "h:1", **secret}
        response = api.request(
            "POST", "/v1/services/databaseServices", json={**body, "connection": {"config": config}}
        )
        if response.status_code == 201:  # the form of this release
            break
    service = response.json()
    change = {"op": "add", "path": "/connection/config/hostPort", "value": "h:2"}
    path = f"/v1/services/databaseServices/{service['id']}"
    patched = api.patch(path, change).text
    assert name not in patched + api.request("GET", f"{path}/versions").text
    found = events(api, service["updatedAt"], entityCreated="*", entityUpdated="*")
    assert len(found) == 2
    assert name not in json.dumps(found)
    assert json.loads(found[0]["entity"])["connection"] == {}


def test_a_vote_or_a_follower_is_an_event(api: TablesApi) -> None:
    table = api.create_table("followed")
    admin = api.get("/v1/users/name/admin")
    response = api.request("PUT", f"/v1/tables/{table['id']}/followers", json=admin["id"])
    assert response.status_code == 200, response.text
    (event,) = events(api, table["updatedAt"], entityUpdated="table")
    assert event["changeDescription"]["fieldsAdded"][0]["name"] == "followers"
    assert isinstance(json.loads(event["entity"]), dict)


def test_an_event_has_the_fields_of_the_release(api: TablesApi) -> None:
    table = api.create_table("described")
    (event,) = events(api, table["updatedAt"], entityCreated="table")
    (path,) = (path for path in api.paths() if path.endswith("/version") and "{" not in path)
    release = tuple(int(part) for part in api.get(path)["version"].split(".")[:2] if part.isdigit())
    if not release:
        pytest.skip("the starter release has no version")
    assert ("id" in event) == (release >= (1, 3))
    named = {"entityFullyQualifiedName": "s.d.c.described"}.items()
    assert (named <= event.items()) == (release >= (1, 7))
    if release < (1, 9):
        return
    kind = {"domainType": "Aggregate", "description": "d"}
    domain = api.create("/v1/domains", name="sales", **kind)
    reference = [{"id": domain["id"], "type": "domain"}]
    api.patch(f"/v1/tables/{table['id']}", {"op": "add", "path": "/domains", "value": reference})
    (event,) = events(api, table["updatedAt"], entityUpdated="table")
    assert event["domains"] == [domain["id"]]


def test_only_the_newest_events_are_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_EVENTS", 3)
    database = Database(tmp_path / "data")
    with database.write() as tx:
        for number in range(8):
            tx.add_event("entityCreated", "table", 100 - number, {"number": number})
    with database.read() as tx:
        kept = tx.events({"entityCreated": None}, 0)
        assert [event["number"] for event in kept] == [7, 6, 5]
        assert tx.events({"entityCreated": ["user"]}, 0) == []
        assert tx.events({"entityCreated": ["table"]}, 95) == [{"number": 5}]
        assert tx.events({}, 0) == []
    database.close()
