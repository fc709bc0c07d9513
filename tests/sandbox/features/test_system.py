"""The server's own routes: version, configuration, counts."""

from __future__ import annotations

import requests

from tests.support.sandbox_tables import TablesApi


def test_the_version_is_that_of_the_release(api: TablesApi) -> None:
    paths = [path for path in api.paths() if path.endswith("/version") and "{" not in path]
    assert len(paths) == 1
    version = requests.get(api.running.host + paths[0], timeout=60)
    assert version.status_code == 200
    assert set(version.json()) == {"version", "revision", "timestamp"}


def test_counts_follow_what_is_created_and_deleted(api: TablesApi) -> None:
    (path,) = (path for path in api.paths() if path.endswith("/entities/count"))
    before = api.get(path)["tableCount"]
    table = api.create_table("one-more")
    assert api.get(path)["tableCount"] == before + 1
    api.request("DELETE", f"/v1/tables/{table['id']}")
    assert api.get(path)["tableCount"] == before
    assert requests.get(api.running.host + path, timeout=60).status_code == 401


def test_settings_are_changed_and_patched(api: TablesApi) -> None:
    (path, *_) = [*(path for path in api.paths() if path.endswith("/system/settings")), ""]
    api.skip_unless_served("PUT", path)
    first = api.get(path)
    assert first["paging"]["total"] == len(first["data"])
    email = {"config_type": "emailConfiguration", "config_value": {
        "emailingEntity": "Shop", "supportUrl": "http://x.example", "senderMail": "a@x.example",
        "serverEndpoint": "x.example", "serverPort": 25, "username": "u", "password": "hidden",
    }}  # fmt: skip
    response = api.request("PUT", path, json=email)
    assert (response.status_code, "hidden" in response.text) == (200, False)
    kept = api.request("GET", f"{path}/emailConfiguration")
    assert kept.json()["config_value"]["emailingEntity"] == "Shop"
    assert "hidden" not in kept.text + api.request("GET", path).text
    change = {"op": "replace", "path": "/config_value/emailingEntity", "value": "Store"}
    patched = api.patch(f"{path}/emailConfiguration", change).json()
    assert patched["config_value"]["emailingEntity"] == "Store"
    assert api.get(path)["paging"] == first["paging"]
    chat = {"config_type": "slackChat", "config_value": {"slackUrl": "http://x.example"}}
    assert api.request("PUT", path, json=chat).status_code == 201
    assert api.get(path)["paging"]["total"] == first["paging"]["total"] + 1
    api.error("PUT", path, 400, json={"config_type": "weather"})
    assert api.request("GET", f"{path}/nothing").status_code == 204
    api.error("PATCH", f"{path}/nothing", 404, data="[]",
              headers={"Content-Type": "application/json-patch+json"})  # fmt: skip


def test_the_configuration_has_the_fields_of_the_release(api: TablesApi) -> None:
    paths = {path.rpartition("/config/")[2]: path for path in api.paths() if "/config/" in path}
    assert api.get(paths["authorizer"])["adminPrincipals"] == ["admin"]
    assert "apiEndpoint" in api.get(paths["pipeline-service-client"])
    if "loginConfig" in paths:
        assert api.get(paths["loginConfig"])["maxLoginFailAttempts"] == 3
