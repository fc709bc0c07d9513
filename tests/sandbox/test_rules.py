"""``rules.json`` filtered by release."""

from __future__ import annotations

import ast
import itertools
import json
from pathlib import Path

import pytest

from dynclient import sandbox
from dynclient.sandbox import rules
from dynclient.sandbox.json_codec import packaged_document
from dynclient.sandbox.rules import (
    Border,
    Rules,
    borders,
    is_for_release,
    parse_version,
    schema_facts,
)
from tests.replay import recordings
from tests.support.trees import ALL_RELEASES, TREES, real_release, release_named

FILE = {
    "flags": {"colour": [{"value": "red"}, {"from": "1.2", "value": "blue"}], "late": [
        {"from": "1.5", "value": True},
    ]},
    "fields": [
        {"rules": {"*": ["a", "b"], "table": ["c"]}},
        {"from": "1.2", "until": "1.5", "rules": {"table": ["-a", "d"]}},
    ],
}  # fmt: skip


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "packaged_document", lambda name: FILE)


@pytest.mark.parametrize(
    ("entry", "version", "expected"),
    [
        ({}, "0.13.0", True),
        ({"from": "1.2"}, "1.1.9", False), ({"from": "1.2"}, "1.2.0", True),
        ({"from": "1.2"}, "1.10.0", True),
        ({"until": "1.5"}, "1.4.9", True), ({"until": "1.5"}, "1.5.0", False),
        ({"from": "1.2", "until": "1.5"}, "1.3.0", True),
        ({"from": "1.2", "until": "1.5"}, "1.0.0", False),
        ({"from": "1.2", "until": "1.5"}, "1.6.0", False),
    ],
)  # fmt: skip
def test_an_entry_applies_from_a_release_until_another(
    entry: dict[str, str], version: str, expected: bool
) -> None:
    assert is_for_release(entry, parse_version(version)) is expected


@pytest.mark.parametrize(
    ("entry", "facts", "expected"),
    [
        ({"when": "a"}, {"a"}, True), ({"when": "a"}, {"b"}, False),
        ({"unless": "a"}, {"b"}, True), ({"unless": "a"}, {"a"}, False),
        ({"when": "a", "until": "1.0"}, {"a"}, False),
    ],
)  # fmt: skip
def test_an_entry_applies_to_releases_whose_schemas_have_a_fact(
    entry: dict[str, str], facts: set[str], expected: bool
) -> None:
    assert is_for_release(entry, (1, 2, 0), facts) is expected


@pytest.mark.usefixtures("file")
def test_the_last_value_of_a_flag_wins() -> None:
    assert Rules((1, 0, 0)).flag("colour") == "red"
    assert Rules((1, 2, 0)).flag("colour") == "blue"


@pytest.mark.usefixtures("file")
def test_a_flag_without_a_value_for_the_release_is_an_error() -> None:
    with pytest.raises(KeyError, match="no value of the flag 'late'"):
        Rules((1, 4, 0)).flag("late")


@pytest.mark.usefixtures("file")
def test_names_are_those_of_every_type_and_of_one() -> None:
    old, new = Rules((1, 0, 0)), Rules((1, 2, 0))
    assert old.names("fields", "topic") == {"a", "b"}
    assert old.names("fields", "table") == {"a", "b", "c"}
    assert new.names("fields", "topic") == {"a", "b"}
    assert new.names("fields", "table") == {"b", "d"}
    assert new.names("fields", "table", {"a", "x"}) == {"b", "d", "x"}
    assert new.names("fields", "*") == {"a", "b"}


@pytest.mark.parametrize("name", TREES)
def test_facts_of_a_release_are_those_of_its_schemas(name: str) -> None:
    release, facts = real_release(name), schema_facts(real_release(name))
    assert ("shared_repository" in facts) is ("domain" in release.entities)
    results = release.node("tests/basic.json", "/definitions/testCaseResult")
    assert ("result_ids" in facts) is ("id" in results.properties)
    operation = "entity/policies/accessControl/resourceDescriptor.json"
    operations = release.node(operation, "/definitions/operation").enum or ()
    assert ("usage_operations" in facts) is ("EditUsage" in operations)


def test_every_named_fact_is_in_the_file_and_says_why_it_decides() -> None:
    document = packaged_document("rules.json")
    entries = [each for flag in document["flags"].values() for each in flag]
    entries += [each for blocks in document.values() if isinstance(blocks, list) for each in blocks]
    named = {each[word] for each in entries for word in ("when", "unless") if word in each}
    assert named == set(document["facts"])
    assert all(fact["because"].endswith(".") for fact in document["facts"].values())


def test_the_file_is_read_once() -> None:
    assert packaged_document("rules.json") is packaged_document("rules.json")
    assert set(packaged_document("rules.json")["flags"]) > {"patches_fold", "error_type"}


def test_no_key_of_the_file_is_given_twice() -> None:
    # JSON keeps the last one without an error.
    text = Path(rules.__file__).with_name("rules.json").read_text("utf-8")
    doubled: list[str] = []

    def read(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        doubled.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    json.loads(text, object_pairs_hook=read)
    assert not doubled


def test_every_border_is_between_neighbouring_recorded_releases_or_a_listed_guess() -> None:
    found = borders()
    ends = {end for each in found for end in (each.after, each.up_to) if end}
    recorded = sorted(ends, key=parse_version)
    pinned = set(itertools.pairwise(recorded))
    guesses = [each for each in found if (each.after, each.up_to) not in pinned]
    page = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text("utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert found
    assert {f"{each.rule} {each.release}" for each in guesses} - listed == set()


def test_a_rule_is_seen_only_on_recorded_releases() -> None:
    if not (known := set(recordings.releases())):
        pytest.skip("no recordings found; set DYNCLIENT_RECORDINGS")
    shown = {each for border in borders() for each in (border.after, border.up_to) if each}
    assert shown <= known


@pytest.mark.parametrize(
    ("after", "up_to", "version", "expected"),
    [
        ("1.2.0", "1.6.0", "1.4.0", True),
        ("1.2.0", "1.6.0", "1.2.0", False),
        ("1.2.0", "1.6.0", "1.6.0", False),
        ("1.6.0", None, "1.13.0", True),
        ("1.6.0", None, "1.0.4", False),
        (None, "1.0.4", "0.13.2", True),
    ],
)
def test_a_border_is_a_guess_for_releases_in_its_gap(
    after: str | None, up_to: str | None, version: str, expected: bool
) -> None:
    border = Border("flags.late", "from", "1.5", after, up_to)
    assert border.is_guess_for(parse_version(version)) is expected


NAMED = {"testCase", "testSuite", "testCaseResult"}
"""Types whose results derived fields are made of; a feature of their own records these."""
WORDS = {"type", "metrics", "query", "document"}
"""Names of entity types that are words of JSON and HTTP too."""


def test_code_for_any_entity_names_no_entity_type() -> None:
    """What holds for one type is a row of ``rules.json``, or a feature of its own."""
    types = {name for release in ALL_RELEASES for name in release_named(release).entities}
    rooms = [Path(sandbox.__file__).parent / room for room in ("entities", "storage")]
    found = {
        (file.name, node.value)
        for room in rooms for file in room.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in types - WORDS
    }  # fmt: skip
    assert {name for _, name in found} <= NAMED, found


def test_every_feature_has_a_module_of_tests() -> None:
    features = Path(sandbox.__file__).parent / "features"
    modules = {file.stem for file in features.glob("*.py") if file.stem != "__init__"}
    tests = Path(__file__).parent / "features"
    tested = {file.stem.removeprefix("test_") for file in tests.glob("test_*.py")}
    assert len(modules) > 20
    assert modules - tested == set()
