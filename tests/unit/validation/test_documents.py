"""Closures as the engines read them, and patterns as ECMA 262 defines them."""

from __future__ import annotations

import sys

import pytest

from dynclient.errors import SchemaNotFound
from dynclient.releases.pack import build
from dynclient.schema import Release
from dynclient.validation import Validator
from dynclient.validation.documents import SCHEME, Documents, compile_pattern

TREE = {
    "a/one.json": {
        "definitions": {"ä b/c%": {"type": "integer"}, "plain": {"type": "string"}},
        "properties": {"two": {"$ref": "../b/two.json"}},
    },
    "b/two.json": {"type": "null"},
    "b/three.json": {},
}


@pytest.fixture
def release() -> Release:
    return Release(build(TREE, (), "1.0.0"))


def test_a_closure_has_the_documents_that_a_place_needs(release: Release) -> None:
    found = Documents(release).closure("a/one.json#/definitions/plain")
    assert dict(found) == {
        f"{SCHEME}a/one.json": TREE["a/one.json"],
        f"{SCHEME}b/two.json": TREE["b/two.json"],
    }
    assert [uri for uri, _ in Documents(release).closure("b/three.json")] == [
        f"{SCHEME}b/three.json"
    ]


def test_a_place_is_referred_to_by_an_encoded_uri(release: Release) -> None:
    documents = Documents(release)
    assert documents.root_schema("b/two.json") == {"$ref": f"{SCHEME}b/two.json"}
    assert documents.root_schema("b/two.json#") == {"$ref": f"{SCHEME}b/two.json"}
    assert documents.root_schema("a/one.json#/definitions/plain") == {
        "$ref": f"{SCHEME}a/one.json#/definitions/plain"
    }
    assert documents.root_schema("a/one.json#/definitions/ä b~1c%") == {
        "$ref": f"{SCHEME}a/one.json#/definitions/%C3%A4%20b~1c%25"
    }


@pytest.mark.parametrize("engine", ["jsonschema_rs", "jsonschema"])
def test_places_with_special_characters_are_found_by_both_engines(
    release: Release, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "jsonschema":
        monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    checker, place = Validator(release), "a/one.json#/definitions/ä b~1c%"
    assert checker.is_valid(place, 1)
    assert not checker.is_valid(place, "1")
    assert [problem.rule for problem in checker.problems(place, "1")] == ["type"]
    assert checker.problems(place, 1) == []
    assert not checker.is_valid("a/one.json", {"two": 1})
    assert checker.is_valid("a/one.json", {"two": None})


@pytest.mark.parametrize("place", ["no.json", "a/one.json#/definitions/nothing"])
def test_a_missing_place_is_an_error(release: Release, place: str) -> None:
    with pytest.raises(SchemaNotFound):
        Validator(release).is_valid(place, 1)
    with pytest.raises(SchemaNotFound):
        Validator(release).problems(place, 1)


@pytest.mark.parametrize("engine", ["jsonschema_rs", "re"])
@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\d+$", "12", True),
        (r"^\d+$", "١٢", False),
        (r"^\w+$", "é", False),
        ("^a$", "a\n", False),
        (r"^a\$$", "a$", True),
        ("^[$]$", "$", True),
        (r"^[\]$]$", "$", True),
        ("^.$", "\u2028", False),
        ("^.$", "\r", False),
        (r"^\.$", "x", False),
        (r"^\s$", "\xa0", True),
        (r"^\S$", "\ufeff", False),
        (r"^[\sx]$", "\u2028", True),
        (r"^[^\s]$", "\xa0", False),
        (r"^\s$", "\u200b", False),
        ("[[]", "[", True),
    ],
)
def test_patterns_follow_ecma_262(
    engine: str, pattern: str, text: str, matches: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "re":
        monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    assert compile_pattern.__wrapped__(pattern)(text) is matches
