"""What real servers accepted is valid here; what they accepted by mistake is listed."""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dynclient import model
from dynclient.data import data_file
from dynclient.drift.translate import is_accepted, translate
from dynclient.errors import RequestInvalid
from dynclient.operations import Operation
from dynclient.operations.catalogue import catalogue
from dynclient.releases.cache import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Release
from dynclient.validation import validator
from tests.support.trees import TREES, real_release, shared

FOLDERS = ("openmetadata/recordings", "openmetadata/later/recordings")
REFUSED = {
    "post trailing garbage": "the body is not JSON; servers read only its first value",
}
"""Recorded writes that are refused here, by the name of their step, and why."""


def _files() -> list[Path]:
    folders = [found for folder in FOLDERS if (found := shared(folder)) is not None]
    files = [file for folder in folders for file in sorted(folder.glob("*/*.json"))]
    return [file for file in files if file.parent.name in TREES]


def _operations(known: Release) -> Iterator[tuple[Operation, re.Pattern[str]]]:
    for spec in catalogue(known).collections.values():
        for each in spec.operations.values():
            if each.body is not None and each.body.partition("#")[0] in known.paths:
                pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each.route))
                yield each, re.compile(pattern)


def _writes(file: Path, known: Release) -> Iterator[tuple[str, Operation, Any]]:
    """Yield (step, operation, body) of each write with a body that the server accepted."""
    operations = list(_operations(known))
    for exchange in json.loads(file.read_text("utf-8")):
        sent, status = exchange["request"], exchange["response"]["status"]
        if not 200 <= status < 300:
            continue
        path = sent["path"].partition("?")[0]
        for operation, pattern in operations:
            if operation.method == sent["method"] and pattern.fullmatch(path):
                body = sent["body"]
                bodies = body if operation.body_kind == "json-list" else [body]
                yield from ((exchange["step"], operation, each) for each in bodies)
                break


@pytest.mark.skipif(not _files(), reason="no recordings found")
def test_what_a_server_accepted_is_not_refused() -> None:
    refused: Counter[str] = Counter()
    unexpected: list[str] = []
    count = 0
    for file in _files():
        known = real_release(file.parent.name)
        for step, operation, body in _writes(file, known):
            count += 1
            path, _, pointer = str(operation.body).partition("#")
            node = known.node(path, pointer)
            raw = model.raw(body, node)
            if is_accepted(node, raw):
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of translations between releases
                    translate(node, raw, node.type_name)
            except RequestInvalid as error:
                refused[step] += 1
                if step not in REFUSED:
                    unexpected.append(f"{file.parent.name}/{file.name} {step}: {error}")
    assert not unexpected, "\n".join(unexpected)
    assert count > 1000
    assert set(refused) == set(REFUSED)


# -- the rows of accepted.json ---------------------------------------------------------------------


def test_the_rows_are_valid() -> None:
    jsonschema.validate(data_file("accepted.json"), data_file("accepted.schema.json"))


@pytest.mark.skipif(not TREES, reason="no trees found")
def test_each_row_applies_to_a_place_of_some_release() -> None:
    known = [real_release(name) for name in TREES]
    for row in data_file("accepted.json")["accepted"]:
        places = [
            release.document(row["document"]).get("definitions", {}).get(row.get("definition"))
            if "definition" in row
            else release.document(row["document"])
            for release in known
            if row["document"] in release.paths
        ]
        required = [name for place in places if place for name in place.get("required", ())]
        assert any(places), row
        assert {*row.get("optional", ())} <= {*required}, row


LABEL = {
    "properties": {
        "tagFQN": {"type": "string"},
        "source": {"enum": ["Glossary"]},
        "labelType": {},
        "state": {},
    },
    "required": ["tagFQN", "source", "labelType", "state"],
    "additionalProperties": False,
}
TOKEN = {"properties": {"JWTToken": {"type": "string"}}, "required": ["JWTToken", "JWTTokenExpiry"]}


def small(name: str, cache: Path) -> Release:
    documents = {
        "type/basic.json": {},
        "entity/thing.json": {"javaType": "x.Thing", "javaInterfaces": ["x.EntityInterface"]},
        "api/createThing.json": {
            "javaType": "x.CreateThing",
            "javaInterfaces": ["x.CreateEntity"],
            "properties": {"name": {"type": "string", "minLength": 2}},
        },
        "type/tagLabel.json": LABEL,
        "auth/jwtAuth.json": TOKEN,
        "api/teams/createTeam.json": {"required": ["name", "teamType"]},
        "entity/applications/app.json": {"definitions": {"executionContext": {"type": "string"}}},
    }
    copied = json.loads(json.dumps(documents))
    return add_documents(copied, name, cache=Cache(cache), origin="a test")


@pytest.mark.parametrize("name", ["1.0.4", "1.5.9", "1.6.0", "1.13.0", "nameless"])
def test_a_release_accepts_what_its_servers_accept(name: str, tmp_path: Path) -> None:
    checker = validator(small(name, tmp_path))
    old = name in {"1.0.4", "1.5.9"}
    cases: list[tuple[str, Any, bool]] = [
        ("type/tagLabel.json", {"tagFQN": "PII.None"}, True),
        ("type/tagLabel.json", {}, False),
        ("type/tagLabel.json", {"tagFQN": "x", "source": "no"}, False),
        ("api/createThing.json", {"name": 5}, True),
        ("api/createThing.json", {"name": 5.5}, False),
        ("api/createThing.json", {"name": True}, False),
        ("api/createThing.json", {"name": "x"}, False),
        ("api/createThing.json", {}, True),
        ("auth/jwtAuth.json", {"JWTTokenExpiry": "7"}, old),
        ("auth/jwtAuth.json", {"JWTToken": "x"}, False),
        ("api/teams/createTeam.json", {"name": "x"}, not old),
        ("api/teams/createTeam.json", {"teamType": "Group"}, False),
        ("entity/applications/app.json#/definitions/executionContext", {"enabled": "true"}, old),
    ]
    for place, data, valid in cases:
        assert checker.is_valid(place, data) is valid, (place, data)
        assert (checker.problems(place, data) == []) is valid, (place, data)


def test_problems_of_a_name_are_those_of_a_string(tmp_path: Path) -> None:
    checker = validator(small("1.13.0", tmp_path))
    for name, problem in ((None, "must be a string, not null"), ("", "is shorter than 2")):
        (found,) = checker.problems("api/createThing.json", {"name": name})
        assert found.path == "name"
        assert problem in str(found)


def test_the_documents_of_a_release_stay_as_they_are(tmp_path: Path) -> None:
    known = small("1.13.0", tmp_path)
    assert validator(known).is_valid("type/tagLabel.json", {"tagFQN": "PII.None"})
    assert known.document("type/tagLabel.json") == LABEL
    assert known.node("type/tagLabel.json").required == set(LABEL["required"])
