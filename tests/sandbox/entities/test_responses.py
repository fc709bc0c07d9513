"""What responses contain on real servers, by rule: links, labels, secrets, times, messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.entities.request_parsing import Reader, check, violations
from dynclient.sandbox.entities.requested_fields import requested_fields
from dynclient.sandbox.http_errors import ErrorResponse
from tests.support.sandbox_api import Api
from tests.support.trees import TREES, real_release, release_named


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with sandbox.start() as running:
        yield Api(running)


def test_a_time_is_stored_in_milliseconds() -> None:
    node = release_named("starter").node("type/basic.json", "/definitions/dateTime")
    assert Reader(node, "x").read("2024-01-01T00:00:00.000000Z") == 1704067200000
    assert Reader(node, "x").read(1704067200000) == 1704067200000
    with pytest.raises(ErrorResponse, match="not a valid representation"):
        Reader(node, "x").read("tomorrow")


@pytest.mark.parametrize("name", TREES)
def test_a_message_quotes_the_pattern_as_the_tree_has_it(name: str) -> None:
    node = real_release(name).node("entity/type.json")
    found = violations(node, {"name": "a b"})
    (message,) = [text for text in found if text.startswith("name must match")]
    assert "(?U)" in message
    assert "\u0370" not in message


def test_the_form_of_an_email_address_is_not_checked_on_old_releases() -> None:
    node = release_named("starter").find("CreateUserRequest")
    body = {"name": "ada", "email": "no-address"}
    assert "email must be a well-formed email address" in violations(node, body)
    assert not any("well-formed" in text for text in violations(node, body, emails=False))
    with pytest.raises(ErrorResponse, match="well-formed"):
        check(node, body)


@pytest.mark.skipif("1.2.0" not in TREES, reason="the tree of 1.2.0 is not there")
def test_fields_that_the_server_does_not_mask_are_returned_in_clear() -> None:
    assert "connection" not in EntityModels(real_release("1.2.0"))["searchService"].secret_fields
    assert "connection" in EntityModels(real_release("1.2.0"))["databaseService"].secret_fields


@pytest.mark.skipif("1.2.0" not in TREES, reason="the tree of 1.2.0 is not there")
def test_voters_have_no_links() -> None:
    with sandbox.start("1.2.0", tree=TREES["1.2.0"], in_process=True) as running:
        api = Api(running)
        glossary = api.create("/v1/glossaries", name="g", displayName="g", description="d")
        vote = {"updatedVoteType": "votedUp"}
        api.request("PUT", f"/v1/glossaries/{glossary['id']}/vote", json=vote)
        (voter,) = api.get("/v1/glossaries/name/g?fields=votes")["votes"]["upVoters"]
    assert voter["name"] == "admin"
    assert "href" not in voter


def test_the_default_team_is_linked_in_the_description_of_a_change(api: Api) -> None:
    team = api.create("/v1/teams", name="painters", teamType="Group")
    user = api.create("/v1/users", name="vincent", email="v@example.com", teams=[team["id"]])
    changed = api.request(
        "PUT", "/v1/users", json={"name": user["name"], "email": user["email"]}
    ).json()
    added: dict[str, Any] = {
        field["name"]: field["newValue"] for field in changed["changeDescription"]["fieldsAdded"]
    }
    assert '"name":"Organization"' in added["teams"].replace(": ", ":")
    assert "/v1/teams/" in added["teams"]


def test_an_unrecorded_release_follows_the_nearest_that_has_the_type() -> None:
    assert "sourceHash" in requested_fields("table", (1, 13, 0)).on_request
    assert "sourceHash" not in requested_fields("table", (1, 0, 0)).on_request
    assert "apiEndpoints" in requested_fields("apiCollection", (1, 0, 0)).on_request
    assert "botUser" in requested_fields("bot", ()).plain
    assert requested_fields("nothing", (1, 2, 0)) == (frozenset(), frozenset())
