"""Change events: the response to a change of one aspect, which leaves the version as it is."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi


def test_an_event_names_the_entity_the_user_and_what_changed(api: TablesApi) -> None:
    table = api.create_table("eventful")
    path = f"/v1/tables/{table['id']}"
    admin = api.get("/v1/users/name/admin")["id"]
    response = api.request("PUT", f"{path}/followers", json=admin)
    assert response.headers["X-OpenMetadata-Change"] == "entityFieldsChanged"
    event = response.json()
    described = {
        "eventType": "entityUpdated", "entityType": "table", "entityId": table["id"],
        "entityFullyQualifiedName": "s.d.c.eventful", "userName": "admin",
        "previousVersion": table["version"], "currentVersion": table["version"],
    }  # fmt: skip
    assert {name: event[name] for name in described} == described
    assert event["timestamp"] >= table["updatedAt"]
    assert event["entity"]["id"] == table["id"]
    changes = event["changeDescription"]
    assert [change["name"] for change in changes["fieldsAdded"]] == ["followers"]
    assert changes["fieldsUpdated"] == changes["fieldsDeleted"] == []
    assert api.get(path)["version"] == table["version"]


def test_an_event_has_an_id_of_its_own_on_the_releases_that_have_one(api: TablesApi) -> None:
    table = api.create_table("eventful2")
    admin = api.get("/v1/users/name/admin")["id"]
    path = f"/v1/tables/{table['id']}/followers"
    events = [api.request("PUT", path, json=admin).json(), api.request("DELETE", f"{path}/{admin}")
              .json()]  # fmt: skip
    ids = {event.get("id") for event in events}
    version = api.get("/v1/system/version")["version"]
    assert ids == {None} if version in {"1.0.4", "1.2.0"} else len(ids - {None}) == 2
