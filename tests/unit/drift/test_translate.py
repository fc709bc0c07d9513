"""Requests written for another release, as plain JSON: translated, or refused with all problems."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from dynclient import errors
from dynclient.drift import translate
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Node
from tests.support.trees import TREES, real_release, release_named

USER = {"id": "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0", "type": "user"}
TEAM = {"id": "7d50e4c0-d1b0-4442-80a9-c5fee5b97fe1", "type": "team"}
TABLE = {
    "name": "t",
    "databaseSchema": "s.d.x",
    "columns": [{"name": "id", "dataType": "BIGINT"}],
}
SERVICE = {"name": "s", "serviceType": "Mysql"}

pytestmark = pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning")


def _oldest(path: str, field: str) -> list[str]:
    return [name for name in TREES if field in real_release(name).node(path).properties]


CREATE = "api/data/createTable.json"
one_owner = pytest.mark.parametrize("name", _oldest(CREATE, "owner"))
many_owners = pytest.mark.parametrize("name", ["starter", *_oldest(CREATE, "owners")])


def node_of(name: str, path: str, drift: str = "bridge") -> Node:
    return release_named(name).with_drift(drift).node(path)


def translate_rejected(node: Node, raw: dict[str, Any]) -> Any:
    """Translate a request that is not accepted, and assert that it stays unchanged."""
    before = copy.deepcopy(raw)
    assert not translate.is_accepted(node, raw)
    result = translate.translate(node, raw, "the request")
    assert raw == before
    assert translate.is_accepted(node, result)
    return result


@many_owners
def test_one_becomes_many(name: str) -> None:
    result = translate_rejected(node_of(name, CREATE), {**TABLE, "owner": USER})
    assert result == {**TABLE, "owners": [USER]}


@one_owner
def test_many_become_one(name: str) -> None:
    result = translate_rejected(node_of(name, CREATE), {**TABLE, "owners": [USER]})
    assert result == {**TABLE, "owner": USER}


@one_owner
def test_what_cannot_be_translated_is_reported_with_all_other_problems(name: str) -> None:
    wrong = {**TABLE, "owners": [USER, TEAM], "columns": [{"name": "id", "dataType": "BIGNT"}]}
    with pytest.raises(errors.RequestInvalid) as caught:
        translate.translate(node_of(name, CREATE), wrong, "the request")
    found = {problem.path: problem.rule for problem in caught.value.problems}
    assert found == {"owners": "drift", "columns[0].dataType": "enum"}
    assert "takes one value, not 2" in str(caught.value)


def _login(name: str) -> dict[str, Any]:
    secret = {"password": "open-sesame"}
    known = release_named(name).node(MYSQL).properties
    return {"authType": secret} if "authType" in known else secret


MYSQL = "entity/services/connections/database/mysqlConnection.json"


@pytest.mark.parametrize("name", ["starter", *TREES])
def test_parts_of_a_connection_go_where_the_release_has_them(name: str) -> None:
    node = node_of(name, "api/services/createDatabaseService.json")
    rest = {"type": "Mysql", "username": "u", "hostPort": "h:1"}
    secret = {"password": "open-sesame"}
    foreign = secret if "authType" in _login(name) else {"authType": secret}
    request = {**SERVICE, "connection": {"config": {**rest, **foreign}}}
    result = translate_rejected(node, request)
    assert result == {**SERVICE, "connection": {"config": {**rest, **_login(name)}}}


@pytest.mark.parametrize("name", TREES)
def test_items_are_put_into_objects_or_unwrapped(name: str) -> None:
    release = real_release(name)
    node = release.node("entity/data/glossaryTerm.json")
    term = {"id": USER["id"], "name": "a", "description": "x", "glossary": TEAM}
    bare, boxed = USER, {"relationType": "relatedTo", "term": USER}
    new = "type/termRelation.json" in release.paths
    result = translate_rejected(node, {**term, "relatedTerms": [bare if new else boxed]})
    assert result["relatedTerms"] == [{"term": USER} if new else USER]
    if not new:
        special = {"relationType": "broader", "term": USER}
        with pytest.raises(errors.RequestInvalid):
            translate.translate(node, {**term, "relatedTerms": [special]}, "the term")


@pytest.mark.parametrize("name", TREES)
def test_a_reference_is_as_good_as_the_name_in_it(name: str) -> None:
    node = node_of(name, CREATE)
    reference = {**TEAM, "type": "databaseSchema"}
    named = {**reference, "fullyQualifiedName": "s.d.x"}
    assert translate_rejected(node, {**TABLE, "databaseSchema": named}) == TABLE
    with pytest.raises(errors.RequestInvalid, match="must be a fullyQualifiedName in release"):
        translate.translate(node, {**TABLE, "databaseSchema": reference}, "the request")


@many_owners
def test_no_request_is_translated_where_drift_is_an_error(name: str) -> None:
    node = node_of(name, CREATE, "error")
    with pytest.raises(errors.RequestInvalid, match="owner: is called owners in release") as caught:
        translate.translate(node, {**TABLE, "owner": USER}, "the request")
    assert [problem.nearest for problem in caught.value.problems] == [("owners",)]


def test_a_field_of_another_release_is_not_accepted_by_an_open_schema(tmp_path: Path) -> None:
    """A server would ignore it without a message."""
    starter = release_named("starter")
    documents = {path: copy.deepcopy(starter.document(path)) for path in starter.paths}
    documents["api/data/createTable.json"]["additionalProperties"] = True
    release = add_documents(documents, "7.0.0", cache=Cache(tmp_path), origin="a test")
    node = release.node("api/data/createTable.json")
    valid = {"name": "orders", "databaseSchema": "a.b.c", "columns": []}
    assert translate.is_accepted(node, valid)
    other = {**valid, "colour": "red"}
    assert translate.translate(node, other, "CreateTableRequest") == other
    assert not translate.is_accepted(node, {**valid, "owner": USER})
