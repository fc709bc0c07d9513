"""Create requests of entities, in the release of the entity and in others."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

import dynclient
from dynclient import model
from dynclient.as_code.create_requests import CreateRequest, create_request, translated_request
from dynclient.as_code.request_fields import Reference, RequestFields
from dynclient.data import data_file
from dynclient.validation import validator
from tests.support.trees import ALL_RELEASES, TREES, release_named

ID = "00000000-0000-4000-8000-0000000000"
USER = {
    "id": f"{ID}01",
    "type": "user",
    "name": "ada",
    "fullyQualifiedName": "ada",
    "href": "http://h/1",
}
SCHEMA = {
    "id": f"{ID}02", "type": "databaseSchema", "name": "public", "fullyQualifiedName": "s.d.public"
}  # fmt: skip
LABEL = {
    "tagFQN": "PII.Sensitive", "source": "Classification", "labelType": "Manual",
    "state": "Confirmed", "name": "Sensitive", "href": "http://h/2",
}  # fmt: skip
TABLE: dict[str, Any] = {
    "id": f"{ID}03", "name": "t", "fullyQualifiedName": "s.d.public.t", "version": 0.3,
    "updatedAt": 1, "updatedBy": "admin", "deleted": False,
    "columns": [
        {"name": "c", "dataType": "INT", "fullyQualifiedName": "s.d.public.t.c", "tags": [LABEL]}
    ],
    "databaseSchema": SCHEMA, "database": {**SCHEMA, "type": "database"}, "owners": [USER],
    "tags": [LABEL, {**LABEL, "labelType": "Derived", "tagFQN": "A.b"}],
}  # fmt: skip


def table(name: str, **fields: Any) -> model.Entity:
    """Return a table of a release without a server."""
    release = release_named(name)
    raw = {**TABLE, **fields}
    if "owners" not in release.entities["table"].properties:
        raw["owner"] = raw.pop("owners")[0]
    entity: model.Entity = model.load(release.node("entity/data/table.json"), raw)
    return entity


def test_the_data_file_is_valid() -> None:
    facts = data_file("create_requests.json")
    jsonschema.validate(facts, data_file("create_requests.schema.json"))
    releases = [release_named(name) for name in ALL_RELEASES]
    known = {name for each in releases for entity in each.entities.values()
             for name in entity.properties}  # fmt: skip
    if len(releases) == 1:
        pytest.skip("the starter release does not have all fields of the data file")
    rows = [*facts["derived"], *facts["reasons"]]
    assert {name for row in rows for name in row["fields"]} <= known
    assert {*facts["patched"]} <= known


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_a_table_becomes_its_create_request(name: str) -> None:
    made = dynclient.as_request(table(name))
    request = made.request
    assert not validator(release_named(name)).check("api/data/createTable.json", request)
    assert request["databaseSchema"] == "s.d.public"
    assert request["columns"][0].keys() == {"name", "dataType", "tags"}
    assert [label["tagFQN"] for label in request["tags"]] == ["PII.Sensitive"]
    assert "href" not in str(request)
    assert made.left_out == ()
    assert {(each.type, each.fqn) for each in made.references} == {
        ("user", "ada"), ("databaseSchema", "s.d.public"), ("tag", "PII.Sensitive")
    }  # fmt: skip


def test_what_a_request_cannot_say_is_reported() -> None:
    votes = {"upVotes": 1, "downVotes": 0}
    made = dynclient.as_request(table("starter", votes=votes, unheardOf=1))
    assert [each.path for each in made.left_out] == ["votes", "unheardOf"]
    assert str(made.left_out[0]) == "votes: Each user votes with a separate request."


def test_a_deleted_or_inherited_reference_is_left_out() -> None:
    owners = [USER, {**USER, "inherited": True}, {**USER, "deleted": True, "name": "eve"}]
    made = dynclient.as_request(table(ALL_RELEASES[-1], owners=owners))
    assert len(made.request["owners"]) == 1
    assert [each.path for each in made.left_out] == ["owners[1]"]


@pytest.mark.skipif(not {"1.0.4", "1.13.0"} <= {*TREES}, reason="needs the trees of both releases")
def test_requests_of_other_releases() -> None:
    older = dynclient.as_request(table("1.13.0"), release=release_named("1.0.4"))
    assert older.request["owner"]["id"] == USER["id"]
    assert "owners" not in older.request
    newer = dynclient.as_request(table("1.0.4"), release=release_named("1.13.0"))
    assert newer.request["owners"][0]["id"] == USER["id"]
    for made, name in ((older, "1.0.4"), (newer, "1.13.0")):
        assert made.release == name
        assert not validator(release_named(name)).check("api/data/createTable.json", made.request)
        assert made.left_out == ()
    data = dynclient.as_request(
        table("1.13.0", owners=[USER, {**USER, "id": f"{ID}09"}], sourceHash="x"),
        release=release_named("1.0.4"),
    )
    assert {each.path for each in data.left_out} == {"owners", "sourceHash"}


@pytest.mark.skipif(not {"1.0.4", "1.13.0"} <= {*TREES}, reason="needs the trees of both releases")
def test_references_by_name_change_their_form_between_releases() -> None:
    old, new = release_named("1.0.4"), release_named("1.13.0")
    link = "<#E::table::s.d.public.t>"
    references = (
        Reference("entityLink", "table", "s.d.public.t"),
        Reference("testSuite", "testSuite", "s"),
        Reference("testDefinition", "testDefinition", "d"),
        Reference("owner", "user", "ada"),
    )
    request = {
        "name": "c", "entityLink": link, "testSuite": "s", "testDefinition": "d",
        "owner": {"type": "user", "fullyQualifiedName": "ada"},
    }  # fmt: skip
    made = CreateRequest("testCase", old.name, request, (), references)
    found = translated_request(made, old, new, portable=True)
    assert found.request == {
        "name": "c", "entityLink": link, "testDefinition": "d",
        "owners": [{"type": "user", "fullyQualifiedName": "ada"}],
    }  # fmt: skip
    assert [each.path for each in found.left_out] == ["testSuite"]
    reviewers = (Reference("reviewers[0]", "user", "ada"),)
    request = {"name": "g", "displayName": "G", "description": "", "reviewers": ["ada"]}
    made = CreateRequest("glossary", old.name, request, (), reviewers)
    newer = translated_request(made, old, new, portable=True)
    assert newer.request["reviewers"] == [{"type": "user", "fullyQualifiedName": "ada"}]
    assert translated_request(newer, new, old, portable=True).request == request


def test_what_is_not_an_entity_is_refused() -> None:
    with pytest.raises(dynclient.UsageError, match="must be an entity"):
        dynclient.as_request(table("starter").columns[0])


def test_a_portable_request_has_no_ids_and_a_stable_order() -> None:
    release = release_named("starter")
    entity = release.entities["table"]
    other = {**USER, "id": f"{ID}08", "name": "bob", "fullyQualifiedName": "bob"}
    made = [
        create_request(entity, release, {**TABLE, "owners": owners}, portable=True)
        for owners in ([USER, other], [other, USER])
    ]
    assert made[0].request == made[1].request
    assert made[0].request["owners"] == [
        {"type": "user", "fullyQualifiedName": "ada"},
        {"type": "user", "fullyQualifiedName": "bob"},
    ]
    assert ID not in str(made[0].request)
    places = [each.path for each in made[1].references if each.fqn == "bob"]
    assert places == ["owners[1]"]


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_no_field_is_both_missing_and_set_by_servers(name: str) -> None:
    release = release_named(name)
    facts = data_file("create_requests.json")
    count = 0
    for entity in release.entities.values():
        if entity.create is not None:
            found = RequestFields(release, entity, entity.create, portable=True).missing()
            assert not {*found} & {*facts["server_fields"]}
            assert all(found.values())
            count += len(found)
    assert count
