"""Entity tags: responses of the newest releases have them, those of other releases do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api
from tests.support.trees import ALL_RELEASES

CHANGE = {"op": "add", "path": "/description", "value": "changed"}


@pytest.fixture
def api(server: Callable[[str], sandbox.Running]) -> Callable[[str], Api]:
    return lambda name: Api(server(name))


def create_team(api: Api, name: str) -> dict[str, Any]:
    """Create a team; one that already has the name is deleted first."""
    found = api.request("GET", f"/v1/teams/name/{name}", params={"include": "all"})
    if found.status_code == 200:
        api.request("DELETE", f"/v1/teams/{found.json()['id']}", params={"hardDelete": "true"})
    response = api.request("POST", "/v1/teams", json={"name": name, "teamType": "Group"})
    assert response.status_code == 201, response.text
    team: dict[str, Any] = response.json()
    return team


@pytest.mark.parametrize(
    ("release", "tagged"), [("1.0.4", False), ("1.6.0", False), ("1.13.0", True)]
)
def test_only_the_newest_releases_have_entity_tags(api: Any, release: str, tagged: bool) -> None:
    client = api(release)
    path = f"/v1/teams/{create_team(client, 'tagged')['id']}"
    assert ("ETag" in client.request("GET", path).headers) is tagged
    assert ("ETag" in client.patch(path, CHANGE).headers) is tagged


@pytest.mark.parametrize("release", ALL_RELEASES)
def test_if_match_is_checked_or_ignored(api: Any, release: str) -> None:
    client = api(release)
    path = f"/v1/teams/{create_team(client, 'conditional')['id']}"
    tags = "ETag" in client.request("GET", path).headers
    stale = client.patch(path, CHANGE, **{"If-Match": 'W/"7.7"'})
    assert stale.status_code == (412 if tags else 200)
    if tags:
        assert stale.json()["message"].startswith("The entity has been modified")
        assert "description" not in client.get(path)
    for template in ('W/"{}"', "*", 'W/"7.7", W/"{}"'):
        match = template.format(client.get(path)["version"])
        response = client.patch(path, CHANGE, **{"If-Match": match})
        assert response.status_code == 200, response.text


def test_if_none_match_returns_304_without_a_body(api: Any) -> None:
    client = api("starter")
    path = f"/v1/teams/{create_team(client, 'cached')['id']}"
    first = client.request("GET", path)
    again = client.request("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    client.patch(path, CHANGE)
    changed = client.request("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["description"] == "changed"
