"""The judge: one verdict from two engines, and words that help."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
from typing import Any

import pytest

from dynclient.errors import RequestInvalid, SchemaNotFound
from dynclient.releases import release
from dynclient.releases.registry import ingest
from dynclient.schema import Release
from dynclient.schema.release import Release as Tree
from dynclient.validation import validator
from tests.support.trees import ALL_RELEASES, release_named

CORNERS: dict[str, Any] = {
    "definitions": {
        "node": {
            "type": "object",
            "properties": {"children": {"type": "array", "items": {"$ref": "#/definitions/node"}}},
            "additionalProperties": False,
        }
    },
    "type": "object",
    "properties": {
        "integer": {"type": "integer"},
        "number": {"type": "number"},
        "tenth": {"type": "number", "multipleOf": 0.1},
        "one": {"enum": [1, [1], {"a": 0}]},
        "true": {"const": [True]},
        "sibling": {"$ref": "#/definitions/node", "type": "string", "minLength": 99},
        "format": {"type": "string", "format": "no-such-format"},
        "mail": {"type": "string", "format": "email"},
        "tree": {"$ref": "#/definitions/node"},
        "unique": {"type": "array", "uniqueItems": True},
        "text": {"type": "string", "minLength": 2, "maxLength": 3},
    },
}


@pytest.fixture(scope="module")
def corners(tmp_path_factory) -> Release:
    import json

    folder = tmp_path_factory.mktemp("tree") / "schema" / "type"
    folder.mkdir(parents=True)
    (folder / "basic.json").write_text("{}")
    (folder / "corners.json").write_text(json.dumps(CORNERS))
    return Tree(ingest(folder.parent, "corners"))


@pytest.mark.parametrize(
    ("data", "valid"),
    [
        ({"integer": 1}, True),
        ({"integer": True}, False),
        ({"integer": 1.0}, True),
        ({"integer": 1.5}, False),
        ({"number": True}, False),
        ({"number": 1}, True),
        ({"tenth": 0.3}, True),
        ({"tenth": 0.1}, True),
        ({"tenth": 1.1}, True),
        ({"tenth": 0.35}, False),
        ({"one": 1}, True),
        ({"one": 1.0}, True),
        ({"one": True}, False),
        ({"one": [1]}, True),
        ({"one": [True]}, False),
        ({"one": {"a": False}}, False),
        ({"true": [True]}, True),
        ({"true": [1]}, False),
        ({"sibling": {}}, True),
        ({"sibling": "x" * 100}, False),
        ({"format": "x"}, True),
        ({"mail": "no mail at all"}, True),
        ({"tree": {"children": [{"children": [{}]}]}}, True),
        ({"tree": {"children": [{"children": [{"x": 1}]}]}}, False),
        ({"unique": [1, True, 0, False]}, True),
        ({"unique": [{"a": 1}, {"a": 1.0}]}, False),
        ({"text": "äö"}, True),
        ({"text": "🙂🙂🙂"}, True),
        ({"text": "x"}, False),
        (None, False),
    ],
)
def test_corner_cases_have_one_verdict(corners: Release, data: Any, valid: bool) -> None:
    judging = validator(corners)
    assert judging.accepts("type/corners.json", data) is valid
    assert (judging.explain("type/corners.json", data) == []) is valid


@pytest.mark.parametrize(
    "data", [{"number": float("nan")}, {"text": "\ud800x"}, {1: 2}, {"x": {1}}]
)
def test_what_is_no_json_is_named(corners: Release, data: Any) -> None:
    judging = validator(corners)
    assert judging.explain("type/corners.json", data)[0].rule == "json"


def test_places_inside_documents(corners: Release) -> None:
    judging = validator(corners)
    assert judging.accepts("type/corners.json#/definitions/node", {"children": []})
    assert not judging.accepts(corners.node("type/corners.json", "/definitions/node"), {"x": 1})
    with pytest.raises(SchemaNotFound):
        judging.accepts("type/corners.json#/definitions/nod", {})


def newest() -> Release:
    return release_named(ALL_RELEASES[-1])


TABLE = "api/data/createTable.json"


def test_problems_are_told_all_at_once_and_pickle() -> None:
    data = {
        "nmae": "hunter2",
        "columns": [{"name": "x", "dataType": "BIGNT"}, {"name": "", "dataType": 5}],
    }
    with pytest.raises(RequestInvalid) as caught:
        validator(newest()).check(TABLE, data, "CreateTableRequest")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    told = {problem.path: str(problem) for problem in again.problems}
    assert set(told) == {
        "name",
        "nmae",
        "databaseSchema",
        "columns[0].dataType",
        "columns[1].dataType",
        "columns[1].name",
    }
    assert told["columns[0].dataType"].endswith("did you mean BIGINT, INT or BIT?")
    assert told["nmae"] == "nmae: is unknown here; did you mean name?"
    assert "hunter2" not in str(caught.value)


def test_the_branch_that_was_meant_is_explained() -> None:
    data = {
        "name": "s",
        "serviceType": "Mysql",
        "connection": {
            "config": {
                "type": "Mysql",
                "hostPort": "h",
                "usrname": "x",
                "authType": {"password": 7},
            }
        },
    }
    problems = validator(newest()).explain("api/services/createDatabaseService.json", data)
    told = {problem.path for problem in problems}
    assert "connection.config.usrname" in told
    assert all("7" not in str(p.value) for p in problems if p.path.endswith("password"))


def test_no_value_of_a_secret_is_shown() -> None:
    data = {"name": "s", "serviceType": "Mysql", "connection": {"config": {"type": "Mysql"}}}
    data["connection"]["config"]["authType"] = {"password": ["hunter2"]}  # type: ignore[index]
    data["connection"]["config"]["secretKey"] = "hunter2"  # type: ignore[index]
    problems = validator(newest()).explain("api/services/createDatabaseService.json", data)
    assert problems
    assert "hunter2" not in str(problems)


def test_a_valid_request_loads_only_the_fast_engine(tmp_path) -> None:
    script = (
        "import sys; from dynclient.releases import release\n"
        "from dynclient.validation import validator\n"
        "known = release('starter')\n"
        "data = {'name': 't', 'databaseSchema': 'a.b.c', 'columns': []}\n"
        f"assert validator(known).accepts('{TABLE}', data)\n"
        "print([m for m in ('jsonschema', 'referencing', 'requests') if m in sys.modules])"
    )
    release("starter")
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_without_the_fast_engine_the_other_does_both(monkeypatch: pytest.MonkeyPatch) -> None:
    from dynclient.validation.validator import Validator

    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    judging = Validator(newest())
    good = {"name": "t", "databaseSchema": "a.b.c", "columns": [{"name": "x", "dataType": "INT"}]}
    assert judging.accepts(TABLE, good)
    assert not judging.accepts(TABLE, {**good, "name": 5})


def test_a_refusal_that_nobody_explains_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    judging = validator(newest())
    monkeypatch.setattr(type(judging), "accepts", lambda *_: False)
    good = {"name": "t", "databaseSchema": "a.b.c", "columns": []}
    with pytest.raises(RequestInvalid, match="nobody can say why"):
        judging.check(TABLE, good)


def test_a_judge_outlives_a_release_that_only_equals_its_own() -> None:
    pack = release_named(ALL_RELEASES[0])._pack
    first, second = Tree(pack), Tree(pack)
    place = next(iter(first.entities.values())).path
    validator(first)
    ours = validator(second)
    del first
    gc.collect()
    assert ours.explain(place, 7)
    assert not validator(second).accepts(place, 7)
    assert validator(second) is validator(second)
