"""Teams, passwords, tokens and permissions: what servers refuse and what they tell."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api
from tests.support.trees import ALL_RELEASES, TREES, release_named

GOOD = "Long-enough-1"


class Company(Api):
    """A sandbox with a division, a group in it, and a user who can log in."""

    division: dict[str, Any]
    group: dict[str, Any]

    def person(self, name: str, first: str = GOOD, second: str = GOOD) -> tuple[int, str]:
        """Create a user with a password; return status and text of the response."""
        response = self.request("POST", "/v1/users", json={
            "name": name, "email": f"{name}@example.com", "isBot": False,
            "createPasswordType": "ADMIN_CREATE", "password": first, "confirmPassword": second,
        })  # fmt: skip
        return response.status_code, response.text

    def login(self, name: str) -> dict[str, Any]:
        response = self.request("POST", "/v1/users/login", json={
            "email": f"{name}@example.com", "password": base64.b64encode(GOOD.encode()).decode(),
        })  # fmt: skip
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body


@pytest.fixture(scope="module", params=ALL_RELEASES)
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        api = Company(started)
        api.division = api.create("/v1/teams", name="division", teamType="Division")
        api.group = api.create(
            "/v1/teams", name="group", teamType="Group", parents=[api.division["id"]]
        )
        assert api.person("ann")[0] == 201
        yield api


def test_a_team_with_teams_below_is_deleted_as_a_whole_or_not_at_all(company: Company) -> None:
    top = company.create("/v1/teams", name="top", teamType="Department")
    below = company.create("/v1/teams", name="below", teamType="Group", parents=[top["id"]])
    error_response = company.request("DELETE", f"/v1/teams/{top['id']}")
    assert error_response.status_code == 400
    assert error_response.json()["message"] == "team is not empty"
    response = company.request("DELETE", f"/v1/teams/{top['id']}?recursive=true&hardDelete=true")
    assert response.status_code == 200
    assert company.request("GET", f"/v1/teams/{below['id']}?include=all").status_code == 404


def test_only_groups_and_users_can_be_owners(company: Company) -> None:
    glossary = company.create("/v1/glossaries", name="g", displayName="g", description="g")
    path = f"/v1/glossaries/{glossary['id']}"
    many = "owners" in company.get("/v1/glossaries/name/g?fields=*")

    def given(team: dict[str, Any]) -> Any:
        owner = {"id": team["id"], "type": "team"}
        if many:
            return company.patch(path, {"op": "add", "path": "/owners", "value": [owner]})
        return company.patch(path, {"op": "add", "path": "/owner", "value": owner})

    error_response = given(company.division)
    assert error_response.status_code == 400
    assert "Team of type Division can't own entities" in error_response.json()["message"]
    assert given(company.group).status_code == 200


def test_passwords_must_be_the_same_and_strong(company: Company) -> None:
    status, text = company.person("bob", GOOD, f"{GOOD}!")
    assert (status, "should be same" in text) == (400, True)
    for weak in ("Ab-1", "long-enough-1", "LONG-ENOUGH-1", "Long-enough", "Longenough1"):
        status, text = company.person("bob", weak, weak)
        assert (status, "minimum 8 characters" in text) == (500, True), weak
        assert weak not in text
    assert company.request("GET", "/v1/users/name/bob").status_code == 404


def test_a_refresh_token_can_be_used_once(company: Company) -> None:
    first = company.login("ann")
    request = {"refreshToken": first["refreshToken"]}
    again = company.request("POST", "/v1/users/refresh", json=request)
    assert again.status_code == 200
    assert company.request("POST", "/v1/users/refresh", json=request).status_code == 404
    assert (
        company.request("POST", "/v1/users/refresh", json={"refreshToken": "x"}).status_code == 404
    )
    new = Api(company.running, again.json()["accessToken"])
    assert new.get("/v1/users/loggedInUser")["name"] == "ann"


def access(body: dict[str, Any]) -> dict[str, str]:
    """Return the access to each operation."""
    return {one["operation"]: one["access"] for one in body["permissions"]}


def test_permissions_of_administrators_are_abbreviated(company: Company) -> None:
    body = company.get("/v1/permissions/table")
    assert body["resource"] == "table"
    assert access(body) == dict.fromkeys(("Create", "Delete", "ViewAll", "EditAll"), "allow")
    kinds = {one["resource"] for one in company.get("/v1/permissions")["data"]}
    assert {"table", "user", "glossary"} <= kinds
    assert company.request("GET", "/v1/permissions/tabel").status_code == 400


def test_permissions_depend_on_who_owns_what(company: Company) -> None:
    own = Api(company.running, company.login("ann")["accessToken"])
    conditional = access(own.get("/v1/permissions/glossary"))
    assert conditional["ViewAll"] == conditional["EditDescription"] == "allow"
    assert conditional["Delete"] == conditional["EditDisplayName"] == "conditionalAllow"
    assert own.get("/v1/permissions/glossary") == company.get("/v1/permissions/glossary?user=ann")

    ann = company.get("/v1/users/name/ann")
    glossary = company.create("/v1/glossaries", name="a", displayName="a", description="a")
    owner = {"id": ann["id"], "type": "user"}
    many = "owners" in company.get("/v1/glossaries/name/a?fields=*")
    place, value = ("/owners", [owner]) if many else ("/owner", owner)
    company.create("/v1/glossaries", name="b", displayName="b", description="b")
    path = f"/v1/permissions/glossary/{glossary['id']}"
    company.patch(f"/v1/glossaries/{glossary['id']}", {"op": "add", "path": place, "value": value})
    assert access(own.get(path))["Delete"] == "allow"
    company.create("/v1/users", name="carl", email="carl@example.com")
    assert access(company.get(f"{path}?user=carl"))["Delete"] == "notAllow"
    ownerless = access(own.get("/v1/permissions/glossary/name/b"))
    assert ownerless["EditOwners" if many else "EditOwner"] == "allow"
    assert ownerless["Delete"] == "notAllow"
    assert own.request("GET", "/v1/permissions/glossary?user=carl").status_code == 403


def test_permissions_list_what_is_allowed(company: Company) -> None:
    own = Api(company.running, company.login("ann")["accessToken"])
    glossary = company.create("/v1/glossaries", name="c", displayName="c", description="c")
    body = access(own.get(f"/v1/permissions/glossary/{glossary['id']}"))
    edits = {"description": "EditDescription", "displayName": "EditDisplayName"}
    for field, operation in edits.items():
        change = {"op": "add", "path": f"/{field}", "value": "x"}
        response = own.patch(f"/v1/glossaries/{glossary['id']}", change)
        assert (response.status_code == 200) == (body[operation] == "allow"), operation
    assert own.request("DELETE", f"/v1/glossaries/{glossary['id']}").status_code == 403


def test_personal_access_tokens_are_valid_until_they_are_revoked(company: Company) -> None:
    own = Api(company.running, company.login("ann")["accessToken"])
    path = "/v1/users/security/token"
    company.skip_unless_served("PUT", path)
    request = {"tokenName": "nightly", "JWTTokenExpiry": "7"}
    response = own.request("PUT", path, json=request)
    assert response.status_code == 200
    body = response.json()
    assert (body["tokenName"], body["tokenType"]) == ("nightly", "PERSONAL_ACCESS_TOKEN")
    assert body in own.get(path)["data"]
    assert body in company.get(f"{path}?username=ann")["data"]
    assert company.get(path)["data"] == []
    with_it = Api(company.running, body["jwtToken"])
    assert with_it.get("/v1/users/loggedInUser")["name"] == "ann"
    assert own.request("GET", f"{path}?username=admin").status_code == 403
    left = own.request("PUT", f"{path}/revoke", json={"tokenIds": [body["token"]]})
    assert (left.status_code, left.json()["data"]) == (200, [])
    assert with_it.request("GET", "/v1/users/loggedInUser").status_code == 401
    assert own.request("PUT", path, json={"tokenName": "x"}).status_code == 400


def test_system_entities_cannot_be_renamed(company: Company) -> None:
    tier = company.get("/v1/classifications/name/Tier")
    change = {"op": "replace", "path": "/name", "value": "Tier9"}
    error_response = company.patch(f"/v1/classifications/{tier['id']}", change)
    assert error_response.status_code == 400
    assert "System entity [Tier]" in error_response.json()["message"]
    assert company.get("/v1/classifications/name/Tier")["id"] == tier["id"]


def test_names_with_dots_hold_what_is_below_them(company: Company) -> None:
    above = company.create("/v1/classifications", name="a.b", description="d")
    created = company.create("/v1/tags", name="c.d", description="d",
                        classification=above["fullyQualifiedName"])  # fmt: skip
    assert created["fullyQualifiedName"] == '"a.b"."c.d"'
    assert company.get('/v1/tags/name/"a.b"."c.d"')["id"] == created["id"]


def test_a_person_is_named_by_their_address(company: Company) -> None:
    created = company.create("/v1/users", name="other", email="By.Address@example.com")
    assert created["name"].lower() == "by.address"
    assert company.request("POST", "/v1/users/checkEmailInUse", json={
        "email": "BY.ADDRESS@example.com",
    }).json() is True  # fmt: skip


def test_tables_have_the_owner_of_their_schema(company: Company) -> None:
    config = {"type": "Mysql", "username": "u", "hostPort": "db:3306"}
    company.create("/v1/services/databaseServices", name="s", serviceType="Mysql",
                 connection={"config": config})  # fmt: skip
    company.create("/v1/databases", name="d", service="s")
    owner = {"id": company.group["id"], "type": "team"}
    field = "owners" if "owners" in company.get("/v1/databases/name/s.d?fields=*") else "owner"
    value = [owner] if field == "owners" else owner
    company.create("/v1/databaseSchemas", name="c", database="s.d", **{field: value})
    columns = [{"name": "id", "dataType": "INT"}]
    company.create("/v1/tables", name="t", databaseSchema="s.d.c", columns=columns)
    body = company.get(f"/v1/tables/name/s.d.c.t?fields={field}")[field]
    body = body if isinstance(body, list) else [body]
    assert [one["id"] for one in body] == [company.group["id"]]


def test_users_may_delete_themselves_and_are_unknown_from_then_on(company: Company) -> None:
    assert company.person("leaver")[0] == 201
    user = company.get("/v1/users/name/leaver")
    own = Api(company.running, company.login("leaver")["accessToken"])
    response = own.request("DELETE", f"/v1/users/{user['id']}")
    assert (response.status_code, response.json()["message"]) == (
        404, "user instance for leaver not found",
    )  # fmt: skip
    assert company.get("/v1/users/name/leaver?include=deleted")["deleted"] is True
    for path in ("/v1/tables", "/v1/users/loggedInUser"):
        assert "user instance for leaver" in own.request("GET", path).text


def test_the_organization_cannot_be_deleted(company: Company) -> None:
    response = company.request("DELETE", "/v1/teams/name/Organization?hardDelete=true")
    assert response.status_code == 400
    assert response.json()["message"] == "Organization team type can't be deleted"


def test_a_team_with_teams_below_is_not_deleted_by_its_name(company: Company) -> None:
    response = company.request("DELETE", "/v1/teams/name/division?recursive=true&hardDelete=true")
    assert (response.status_code, response.json()["message"]) == (400, "team is not empty")


def test_who_signs_up_is_a_person_with_a_password(company: Company) -> None:
    user = company.request("POST", "/v1/users/signup", json={
        "firstName": "Zoe", "lastName": "Q", "email": "zoe@example.com", "password": GOOD,
    }).json()  # fmt: skip
    assert (user["name"], user["displayName"], user["isBot"]) == ("zoe", "ZoeQ", False)
    linked = {name for name in ("teams", "inheritedRoles") if "href" in user[name][0]}
    assert len(linked) == 1
    path = f"/v1/users/{user['id']}"
    assert company.get(path)["isBot"] is False
    deleted = company.request("DELETE", f"{path}?hardDelete=true").json()
    assert deleted["authenticationMechanism"]["authType"] == "BASIC"
    assert GOOD not in str(deleted)


def test_a_bot_user_created_by_put_has_a_token(company: Company) -> None:
    body = {
        "name": "bot-by-put",
        "email": "bot-by-put@example.com",
        "isBot": True,
        "authenticationMechanism": {"authType": "JWT", "config": {"JWTTokenExpiry": "7"}},
    }
    for status in (201, 200):
        response = company.request("PUT", "/v1/users", json=body)
        assert response.status_code == status, response.text
        if status == 201:
            config = response.json()["authenticationMechanism"]["config"]
            assert {"JWTToken", "JWTTokenExpiresAt"} <= set(config)
