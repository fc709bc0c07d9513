"""Teams, passwords, tokens and permissions: what servers refuse and what they tell."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.functional.sandbox.asking import Api
from tests.trees import ALL_RELEASES, TREES, release_named

GOOD = "Long-enough-1"


class Company(Api):
    """A sandbox with a division, a group in it, and somebody who can log in."""

    division: dict[str, Any]
    group: dict[str, Any]

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def person(self, name: str, first: str = GOOD, second: str = GOOD) -> tuple[int, str]:
        """Make a person with a password; return status and text of the answer."""
        answer = self.ask("POST", "/v1/users", json={
            "name": name, "email": f"{name}@example.com", "isBot": False,
            "createPasswordType": "ADMIN_CREATE", "password": first, "confirmPassword": second,
        })  # fmt: skip
        return answer.status_code, answer.text

    def login(self, name: str) -> dict[str, Any]:
        answer = self.ask("POST", "/v1/users/login", json={
            "email": f"{name}@example.com", "password": base64.b64encode(GOOD.encode()).decode(),
        })  # fmt: skip
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture(scope="module", params=ALL_RELEASES)
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        api = Company(started)
        api.division = api.made("/v1/teams", name="division", teamType="Division")
        api.group = api.made(
            "/v1/teams", name="group", teamType="Group", parents=[api.division["id"]]
        )
        assert api.person("ann")[0] == 201
        yield api


def test_a_team_with_teams_below_is_deleted_as_a_whole_or_not_at_all(company: Company) -> None:
    top = company.made("/v1/teams", name="top", teamType="Department")
    below = company.made("/v1/teams", name="below", teamType="Group", parents=[top["id"]])
    refused = company.ask("DELETE", f"/v1/teams/{top['id']}")
    assert refused.status_code == 400
    assert refused.json()["message"] == "team is not empty"
    taken = company.ask("DELETE", f"/v1/teams/{top['id']}?recursive=true&hardDelete=true")
    assert taken.status_code == 200
    assert company.ask("GET", f"/v1/teams/{below['id']}?include=all").status_code == 404


def test_only_groups_and_people_own(company: Company) -> None:
    glossary = company.made("/v1/glossaries", name="g", displayName="g", description="g")
    path = f"/v1/glossaries/{glossary['id']}"
    many = "owners" in company.got("/v1/glossaries/name/g?fields=*")

    def given(team: dict[str, Any]) -> Any:
        owner = {"id": team["id"], "type": "team"}
        if many:
            return company.patched(path, {"op": "add", "path": "/owners", "value": [owner]})
        return company.patched(path, {"op": "add", "path": "/owner", "value": owner})

    refused = given(company.division)
    assert refused.status_code == 400
    assert "Team of type Division can't own entities" in refused.json()["message"]
    assert given(company.group).status_code == 200


def test_passwords_must_be_the_same_and_strong(company: Company) -> None:
    status, text = company.person("bob", GOOD, f"{GOOD}!")
    assert (status, "should be same" in text) == (400, True)
    for weak in ("Ab-1", "long-enough-1", "LONG-ENOUGH-1", "Long-enough", "Longenough1"):
        status, text = company.person("bob", weak, weak)
        assert (status, "minimum 8 characters" in text) == (500, True), weak
        assert weak not in text
    assert company.ask("GET", "/v1/users/name/bob").status_code == 404


def test_a_refresh_token_is_good_once(company: Company) -> None:
    first = company.login("ann")
    asked = {"refreshToken": first["refreshToken"]}
    again = company.ask("POST", "/v1/users/refresh", json=asked)
    assert again.status_code == 200
    assert company.ask("POST", "/v1/users/refresh", json=asked).status_code == 404
    assert company.ask("POST", "/v1/users/refresh", json={"refreshToken": "x"}).status_code == 404
    new = Api(company.running, again.json()["accessToken"])
    assert new.got("/v1/users/loggedInUser")["name"] == "ann"
