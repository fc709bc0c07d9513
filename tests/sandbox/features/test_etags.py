"""Entity tags, which the newest releases have and the others do not."""

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


def made(api: Api, name: str) -> dict[str, Any]:
    """Make a team, or bring the one of that name back to its first state."""
    found = api.ask("GET", f"/v1/teams/name/{name}", params={"include": "all"})
    if found.status_code == 200:
        api.ask("DELETE", f"/v1/teams/{found.json()['id']}", params={"hardDelete": "true"})
    answer = api.ask("POST", "/v1/teams", json={"name": name, "teamType": "Group"})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("release", "tagged"), [("1.0.4", False), ("1.6.0", False), ("1.13.0", True)]
)
def test_which_releases_have_them(api: Any, release: str, tagged: bool) -> None:
    asked = api(release)
    path = f"/v1/teams/{made(asked, 'tagged')['id']}"
    assert ("ETag" in asked.ask("GET", path).headers) is tagged
    assert ("ETag" in asked.patched(path, CHANGE).headers) is tagged


@pytest.mark.parametrize("release", ALL_RELEASES)
def test_a_condition_holds_or_is_ignored(api: Any, release: str) -> None:
    asked = api(release)
    path = f"/v1/teams/{made(asked, 'conditional')['id']}"
    tags = "ETag" in asked.ask("GET", path).headers
    stale = asked.patched(path, CHANGE, **{"If-Match": 'W/"7.7"'})
    assert stale.status_code == (412 if tags else 200)
    if tags:
        assert stale.json()["message"].startswith("The entity has been modified")
        assert "description" not in asked.got(path)
    for template in ('W/"{}"', "*", 'W/"7.7", W/"{}"'):
        match = template.format(asked.got(path)["version"])
        answer = asked.patched(path, CHANGE, **{"If-Match": match})
        assert answer.status_code == 200, answer.text


def test_what_the_caller_has_is_not_sent_again(api: Any) -> None:
    asked = api("starter")
    path = f"/v1/teams/{made(asked, 'cached')['id']}"
    first = asked.ask("GET", path)
    again = asked.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    asked.patched(path, CHANGE)
    changed = asked.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["description"] == "changed"
