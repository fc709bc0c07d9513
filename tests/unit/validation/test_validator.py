"""The validator: one result from two engines, kept on its release."""

from __future__ import annotations

import gc
import json
import pickle
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest

from dynclient.errors import SchemaNotFound
from dynclient.releases import release
from dynclient.releases.registry import ingest
from dynclient.schema import Release
from dynclient.schema.release import Release as Tree
from dynclient.validation import Validator, fast, validator
from tests.support.small_tree import files, make_zip
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
        "odd": {"type": "number", "multipleOf": 2},
        "root": {"$ref": ""},
        "tuple": {"items": [{}], "additionalItems": False},
        "none": {"items": False, "additionalItems": False},
        "digits": {"patternProperties": {"^\\d+$": {"type": "integer"}}},
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
        ({"tenth": 10**30}, True),
        ({"tenth": 1e300}, True),
        ({"tenth": 10**400}, True),
        ({"tenth": 0.30000000000000004}, False),
        ({"odd": 10**30 + 1}, False),
        ({"odd": 10**400}, True),
        ({"odd": 5e-324}, False),
        ({"root": {"root": {"integer": 1}}}, True),
        ({"root": {"root": {"integer": "x"}}}, False),
        ({"tuple": []}, True),
        ({"tuple": [1]}, True),
        ({"tuple": [1, 2]}, False),
        ({"none": []}, True),
        ({"none": [1]}, False),
        ({"digits": {"1": 1}}, True),
        ({"digits": {"1": "x"}}, False),
        ({"digits": {"\u0661": "x", "1\n": "x"}}, True),
        ({"unique": [1, True, 0, False]}, True),
        ({"unique": [{"a": 1}, {"a": 1.0}]}, False),
        ({"text": "äö"}, True),
        ({"text": "🙂🙂🙂"}, True),
        ({"text": "x"}, False),
        (None, False),
    ],
)
def test_engines_agree_on_corner_cases(corners: Release, data: Any, valid: bool) -> None:
    checker = validator(corners)
    assert checker.is_valid("type/corners.json", data) is valid
    problems = checker.problems("type/corners.json", data)
    assert (problems == []) is valid
    assert "disagreement" not in {problem.rule for problem in problems}


def test_places_inside_documents(corners: Release) -> None:
    checker = validator(corners)
    assert checker.is_valid("type/corners.json#/definitions/node", {"children": []})
    assert not checker.is_valid(corners.node("type/corners.json", "/definitions/node"), {"x": 1})
    with pytest.raises(SchemaNotFound):
        checker.is_valid("type/corners.json#/definitions/nod", {})


def newest() -> Release:
    return release_named(ALL_RELEASES[-1])


TABLE = "api/data/createTable.json"


def test_all_problems_are_listed_at_once_and_pickle() -> None:
    data = {
        "nmae": "hunter2",
        "columns": [{"name": "x", "dataType": "BIGNT"}, {"name": "", "dataType": 5}],
    }
    problems = validator(newest()).problems(TABLE, data)
    assert pickle.loads(pickle.dumps(problems)) == problems
    lines = {problem.path: str(problem) for problem in problems}
    assert set(lines) == {
        "name",
        "nmae",
        "databaseSchema",
        "columns[0].dataType",
        "columns[1].dataType",
        "columns[1].name",
    }
    assert lines["columns[0].dataType"].endswith("did you mean BIGINT, INT or BIT?")
    assert lines["nmae"] == "nmae: is not a known property; did you mean name?"
    assert "hunter2" not in str(problems)


def test_the_most_likely_branch_is_explained() -> None:
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
    problems = validator(newest()).problems("api/services/createDatabaseService.json", data)
    assert "connection.config.usrname" in {problem.path for problem in problems}
    assert all("7" not in str(p.value) for p in problems if p.path.endswith("password"))


def test_no_value_of_a_secret_is_shown() -> None:
    data = {"name": "s", "serviceType": "Mysql", "connection": {"config": {"type": "Mysql"}}}
    data["connection"]["config"]["authType"] = {"password": ["hunter2"]}  # type: ignore[index]
    data["connection"]["config"]["secretKey"] = "hunter2"  # type: ignore[index]
    problems = validator(newest()).problems("api/services/createDatabaseService.json", data)
    assert problems
    assert "hunter2" not in str(problems)


def test_a_valid_request_loads_only_the_fast_engine(tmp_path) -> None:
    script = (
        "import sys; from dynclient.releases import release\n"
        "from dynclient.validation import validator\n"
        "known = release('starter')\n"
        "data = {'name': 't', 'databaseSchema': 'a.b.c', 'columns': []}\n"
        f"assert validator(known).is_valid('{TABLE}', data)\n"
        "print([m for m in ('jsonschema', 'referencing', 'requests') if m in sys.modules])"
    )
    release("starter")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_the_fast_engine_the_other_does_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    checker = Validator(newest())
    good = {"name": "t", "databaseSchema": "a.b.c", "columns": [{"name": "x", "dataType": "INT"}]}
    assert checker.is_valid(TABLE, good)
    assert not checker.is_valid(TABLE, {**good, "name": []})


def test_data_that_only_one_engine_refuses_stays_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    checker = Validator(newest())
    monkeypatch.setattr(checker, "is_valid", lambda *_: False)
    good = {"name": "t", "databaseSchema": "a.b.c", "columns": []}
    assert [str(problem) for problem in checker.problems(TABLE, good)] == [
        "is not valid, but the reason is unknown; please report this"
    ]
    assert checker.problems(TABLE, good)[0][:3] == ("", "a dict", "disagreement")


# -- one validator for each release ----------------------------------------------------------------


def test_a_release_has_one_validator() -> None:
    one = newest()
    assert validator(one) is validator(one)
    assert validator(one.with_drift("error")) is not validator(one)


def test_equal_releases_have_validators_of_their_own(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "tree.zip", files())
    first = release("8.0.0", source=source, cache=tmp_path / "cache")
    second = release("8.0.0-copy", source=source, cache=tmp_path / "cache")
    assert first == second
    assert (first.name, second.name) == ("8.0.0", "8.0.0-copy")
    ours, theirs = validator(first), validator(second)
    assert ours is not theirs
    assert (validator(first), validator(second)) == (ours, theirs)  # neither evicts the other
    with pytest.raises(SchemaNotFound, match=r"^release 8\.0\.0 has no document"):
        ours.is_valid("no/such.json", 1)
    with pytest.raises(SchemaNotFound, match=r"^release 8\.0\.0-copy has no document"):
        theirs.problems("no/such.json", 1)


def test_a_schema_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_validator = fast.compile_validator

    def counting(documents: Any, reference: str) -> Any:
        compiled.append(reference)
        return compile_validator(documents, reference)

    monkeypatch.setattr(fast, "compile_validator", counting)
    checker = Validator(newest())
    node = newest().find("CreateTableRequest")
    assert [checker.is_valid(place, {}) for place in (node, node.ref, node)] == [False] * 3
    assert compiled == [node.ref]


def test_a_release_with_a_validator_is_garbage_collected() -> None:
    one = Tree(release_named(ALL_RELEASES[0])._pack)
    place = next(iter(one.entities.values())).path
    assert not validator(one).is_valid(place, 7)
    assert validator(one).problems(place, 7)
    known = weakref.ref(one)
    del one
    gc.collect()
    assert known() is None


def test_a_validator_outlives_an_equal_release() -> None:
    pack = release_named(ALL_RELEASES[0])._pack
    first, second = Tree(pack), Tree(pack)
    place = next(iter(first.entities.values())).path
    assert validator(first) is not validator(second)
    ours = validator(second)
    del first
    gc.collect()
    assert ours.problems(place, 7)
    assert not validator(second).is_valid(place, 7)
