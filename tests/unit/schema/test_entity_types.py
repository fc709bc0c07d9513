"""The catalogue: entities, their create requests and names, found by the marks in the schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynclient.schema.entity_types import entities
from dynclient.schema.type_names import root_names, type_names
from tests.support.small_tree import SMALL
from tests.support.trees import TREES, release_named, shared


def found(documents: dict[str, Any]) -> dict[str, Any]:
    return {one.name: one for one in entities(documents, root_names(documents))}


def entity(java: str, mark: str = "EntityInterface", **more: Any) -> dict[str, Any]:
    marks = [f"org.openmetadata.schema.{mark}"]
    return {"javaType": f"org.x.{java}", "javaInterfaces": marks, **more}


def test_the_small_tree() -> None:
    (thing,) = found(SMALL).values()
    assert thing.name == "thing"
    assert thing.type_name == "Thing"
    assert thing.path == "entity/data/thing.json"
    assert thing.create == "api/data/createThing.json"
    assert thing.kind == "entity"
    assert thing.properties == ("id", "parts", "colour", "deleted")
    assert (thing.followers, thing.votes, thing.deleted) == (False, False, True)


@pytest.mark.parametrize("java", ["CreateKpi", "CreateKpiRequest", "CreateKPIReq", "CREATEKPI"])
def test_requests_belong_to_the_java_class_they_name(java: str) -> None:
    documents = {
        "a/kpi.json": entity("Kpi"),
        "a/report.json": entity("Report", "ServiceEntityInterface"),
        "b/whatever.json": entity(java, "CreateEntity"),
        "b/createReport.json": {"javaType": "org.x.CreateReport"},
    }
    assert {name: one.create for name, one in found(documents).items()} == {
        "kpi": "b/whatever.json",
        "report": None,
    }


def test_a_request_that_claims_to_be_an_entity_is_a_request() -> None:
    document = entity("CreateKpi", "CreateEntity")
    document["javaInterfaces"].append("org.openmetadata.schema.EntityInterface")
    assert list(found({"a/kpi.json": entity("Kpi"), "b/createKpi.json": document})) == ["kpi"]


def test_series_may_be_definitions_and_their_requests_are_unmarked() -> None:
    mark = "EntityTimeSeriesInterface"
    documents = {
        "t/basic.json": {"definitions": {"runResult": entity("RunResult", mark)}},
        "t/run.json": entity("Run", mark),
        "t/createRunResult.json": {"javaType": "org.x.CreateRunResult"},
        "t/createRun.json": {"javaType": "org.x.CreateRunRequest"},
    }
    series = found(documents)
    assert series["runResult"].path == "t/basic.json#/definitions/runResult"
    assert series["runResult"].type_name == "RunResult"
    assert series["runResult"].create == "t/createRunResult.json"
    assert series["run"].create == "t/createRun.json"
    assert {one.kind for one in series.values()} == {"timeseries"}


def test_a_copied_title_names_no_type() -> None:
    documents = {
        "a/persona.json": {"title": "Team"},
        "a/team.json": {"title": "Team"},
        "b/basic.json": {"title": "Basic"},
        "c/basic.json": {"title": "Basic"},
    }
    assert root_names(documents) == {
        "a/persona.json": "Persona",
        "a/team.json": "Team",
        "b/basic.json": "Basic",
        "c/basic.json": "Basic",
    }


def test_short_names() -> None:
    documents = {
        "a/team.json": {**entity("Team"), "title": "Team", "definitions": {"kind": {}, "only": {}}},
        "a/persona.json": {**entity("Persona"), "title": "Team", "definitions": {"kind": {}}},
        "b/status.json": {"title": "Status"},
        "c/other.json": {"title": "Other", "definitions": {"status": {}}},
        "d/basic.json": {"title": "Basic"},
        "e/basic.json": {"title": "Basic"},
        "e/login.json": {"title": "LoginRequest"},
        "e/loginRequest.json": {"title": "LoginRequest"},
    }
    own = root_names(documents)
    privileged = {path for each in entities(documents, own) for path in (each.path, each.create)}
    names, ambiguous = type_names(documents, privileged, own)
    assert names == {
        "Login": "e/login.json#",
        "Only": "a/team.json#/definitions/only",
        "Other": "c/other.json#",
        "Persona": "a/persona.json#",
        "PersonaKind": "a/persona.json#/definitions/kind",
        "Status": "b/status.json#",
        "Team": "a/team.json#",
        "TeamKind": "a/team.json#/definitions/kind",
    }
    assert ambiguous == {
        "Basic": ["d/basic.json", "e/basic.json"],
        "Kind": ["a/persona.json#/definitions/kind", "a/team.json#/definitions/kind"],
        "LoginRequest": ["e/login.json", "e/loginRequest.json"],
    }


def table_of(name: str) -> list[dict[str, Any]]:
    """Return the known rows of the minor release, or skip."""
    file = shared("openmetadata/entity_paths.json")
    if file is None:
        pytest.skip("openmetadata/entity_paths.json is not available (see tests/support/trees.py)")
    minor = name.rsplit(".", 1)[0] + "."
    rows = [
        rows for known, rows in json.loads(file.read_bytes()).items() if known.startswith(minor)
    ]
    if not rows:
        pytest.skip(f"openmetadata/entity_paths.json has no rows for {name}")
    known: list[dict[str, Any]] = rows[0]
    return known


@pytest.mark.parametrize("name", TREES)
def test_every_known_entity_is_found_and_no_other(name: str) -> None:
    rows = table_of(name)
    one = release_named(name)
    roots = [each for each in one.time_series.values() if "#" not in each.path]
    ours = {
        (each.name, each.type_name, each.path, each.create, each.kind)
        for each in [*one.entities.values(), *roots]
    }
    kinds = {"entity": "entity", "timeSeries": "timeseries"}
    theirs = {
        (row["entityType"], row["class"], row["schema"], row["create"], kinds[row["kind"]])
        for row in rows
    }
    assert ours == theirs


@pytest.mark.parametrize("name", TREES)
def test_entities_are_found_by_their_documents(name: str) -> None:
    one = release_named(name)
    for entity_type in [*one.entities.values(), *one.time_series.values()]:
        assert one.entity_of(entity_type.path) is entity_type
        assert one.find(entity_type.path).entity is entity_type
        if entity_type.create:
            assert one.entity_of(entity_type.create) is entity_type
            assert one.find(entity_type.create).entity is None
    assert one.entity_of("type/basic.json") is None
