"""Repairs: each step changes what it is for, says so, and leaves sound trees alone."""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.errors import DynclientWarning
from dynclient.releases.cache import Cache
from dynclient.releases.pack import build
from dynclient.releases.registry import add_documents
from dynclient.releases.tree_files import read
from dynclient.schema.pointers import join, look_up, walk
from dynclient.schema.release import Release
from dynclient.schema.repair import STEPS, original_patterns, relative, repair, unicode_words
from dynclient.validation import validator
from tests.support.trees import ALL_RELEASES, TREES, release_named


def repair_step(documents: dict[str, Any], step: str) -> tuple[dict[str, Any], list[str]]:
    """Return the documents after all repairs, and the notes of one step."""
    changed = copy.deepcopy(documents)
    found = repair(changed)
    return changed, [f"{one.path}#{one.pointer}: {one.note}" for one in found if one.step == step]


def only(schema: dict[str, Any], step: str) -> tuple[dict[str, Any], list[str]]:
    documents, notes = repair_step({"a/b.json": schema}, step)
    return documents["a/b.json"], notes


def test_every_step_has_a_name_and_a_reason() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert all(step.why for step in STEPS)


def test_ids_are_removed_and_misleading_ones_are_reported() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://open-metadata.org/schema/a/other.json",
        "properties": {"$id": {"type": "string"}, "x": {"$id": "x"}},
    }
    changed, notes = only(schema, "identifiers")
    assert changed == {"properties": {"$id": {"type": "string"}, "x": {}}}
    assert len(notes) == 2
    assert only({"$id": "https://open-metadata.org/schema/a/b.json"}, "identifiers") == ({}, [])


def test_alternatives_are_not_counted() -> None:
    schema = {"title": "a", "oneOf": [{"type": "string"}, {"maxLength": 3}], "default": 1}
    changed, notes = only(schema, "alternatives")
    assert list(changed.items())[1] == ("anyOf", schema["oneOf"])
    assert len(notes) == 1
    both = {"oneOf": [{}], "anyOf": [{}]}
    assert only(both, "alternatives") == (both, [])


def test_a_fragment_without_slash_gets_it() -> None:
    schema = {"definitions": {"x": {}}, "properties": {"y": {"$ref": "#definitions/x"}}}
    changed, notes = only(schema, "slashes")
    assert changed["properties"]["y"] == {"$ref": "#/definitions/x"}
    assert notes == [
        "a/b.json#/properties/y: a slash was added after '#' of the $ref '#definitions/x'"
    ]


@pytest.mark.parametrize(
    "reference",
    [
        "../../schema/a/b.json#/x",
        "https://open-metadata.org/schema/a/b.json#/x",
        "/json/a/b.json#/x",
    ],
)
def test_references_out_of_the_tree_are_led_back(reference: str) -> None:
    documents = {"a/b.json": {"x": {}}, "c/d.json": {"$ref": reference}}
    changed, notes = repair_step(documents, "astray")
    assert changed["c/d.json"] == {"$ref": "../a/b.json#/x"}
    assert "it was replaced by a/b.json" in notes[0]


@given(st.lists(st.sampled_from("abc"), min_size=1), st.lists(st.sampled_from("abc"), min_size=1))
def test_a_relative_reference_leads_where_it_should(base: list[str], target: list[str]) -> None:
    there = "/".join(target)
    assert join("/".join(base), relative("/".join(base), there)) == (there, "")


def test_unicode_flags_are_written_out() -> None:
    schema = {"definitions": {"n": {"pattern": r"^(?U)<#E::\w+::[\w'\-.]+>$"}}}
    changed, notes = only(schema, "flags")
    pattern = changed["definitions"]["n"]["pattern"]
    assert len(notes) == 1
    fast = jsonschema_rs.Draft7Validator({"pattern": pattern})
    for text, good in [
        ("<#E::table::a.b>", True),
        ("<#E::tablé::naïve.größe>", True),
        ("<#E::表::列>", True),
        ("<#E::table::नमस्ते>", True),
        ("<#E::table::a b>", False),
        ("<#E::ta-ble::a>", False),
        ("<#E::table::a/b>", False),
    ]:
        assert fast.is_valid(text) is good
        assert bool(re.search(pattern, text)) is good


def test_the_ranges_hold_every_word_character_and_no_ascii_punctuation() -> None:
    """What Java's ``\\w`` takes: alphabetic, marks, decimal digits, connectors, joiners."""
    word = re.compile(unicode_words(r"^[\w]$"))
    kinds = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Mn", "Mc", "Me", "Nd", "Pc"}
    points = [point for point in range(0x110000) if unicodedata.category(chr(point)) in kinds]
    lacking = [hex(point) for point in points if not word.match(chr(point))]
    assert lacking == []
    accepted = [chr(point) for point in range(128) if word.match(chr(point))]
    assert all(letter.isalnum() or letter == "_" for letter in accepted)
    assert not any(word.match(letter) for letter in " –—‘’“”…、。「」（）！\u00a0\u2028×÷")


@pytest.mark.parametrize(
    ("java", "plain"),
    [
        (r"\Aab\z", "^ab$"),
        (r"^a\Z", "^a$"),
        (r"a\\Z", r"a\\Z"),
        (r"^[\S.!#$%&’*+/=?^_`{|}~-]+@\S+\.\S+$", r"^[\S.!#$%&’*+/=?^_`{|}~-]+@\S+\.\S+$"),
        ("^((?!::).)*$", "^((?!::).)*$"),
        ("(?i)abc", None),
        ("a++b", None),
        (r"\d++b", None),
        ("[ab]*+b", None),
        (r"^\++\(?+$", None),
        (r"^\++\*+$", r"^\++\*+$"),
        (r"^[*+?+]+$", r"^[*+?+]+$"),
        (r"\p{Alpha}+", None),
        ("(unclosed", None),
    ],
)
def test_patterns(java: str, plain: str | None) -> None:
    changed, notes = only({"pattern": java}, "patterns")
    assert changed.get("pattern") == plain
    assert len(notes) == (plain != java)


def test_a_scalar_type_beside_properties_is_an_object() -> None:
    changed, notes = only({"type": "string", "properties": {"x": {}}}, "types")
    assert changed["type"] == "object"
    assert len(notes) == 1


def test_what_a_closed_schema_cannot_hold_is_not_required() -> None:
    closed = {"properties": {"x": {}}, "required": ["x", "y"], "additionalProperties": False}
    changed, notes = only(closed, "impossible")
    assert changed["required"] == ["x"]
    assert notes == ["a/b.json#: removed from required, being neither defined nor allowed: y"]
    branches = {
        "properties": {"x": {}},
        "anyOf": [{"required": ["x", "y"]}, {"required": ["x"]}, True],
        "oneOf": [{"required": ["z"]}],
        "additionalProperties": False,
    }
    changed, notes = only(branches, "impossible")
    assert changed["anyOf"] == [{"required": ["x"]}, {"required": ["x"]}, True]
    assert changed["oneOf"] == [{"required": []}]
    assert [note.partition(":")[0] for note in notes] == ["a/b.json#/anyOf/0", "a/b.json#/oneOf/0"]
    open_ = {"properties": {"x": {}}, "required": ["x", "y"]}
    assert only(open_, "impossible") == (open_, [])


def test_a_vote_can_be_cast() -> None:
    """Servers take ``updatedVoteType`` alone, whatever their schema says."""
    schema = {
        "type": "string",
        "properties": {"updatedVoteType": {"enum": ["votedUp", "unVoted"]}},
        "additionalProperties": False,
        "required": ["upVoteFactor", "downVoteFactor"],
    }
    changed, _ = only(schema, "types")
    assert jsonschema_rs.Draft7Validator(changed).is_valid({"updatedVoteType": "votedUp"})


def test_mistaken_maps_and_arrays_are_reported_and_kept() -> None:
    schema = {"additionalProperties": {".{1,}": {"type": "string"}}}
    assert only(schema, "mistaken-maps")[0] == schema
    assert len(only(schema, "mistaken-maps")[1]) == 1
    schema = {"type": "array", "properties": {"items": {}}}
    assert only(schema, "arrays")[0] == schema
    assert len(only(schema, "arrays")[1]) == 1


@pytest.mark.parametrize(
    "reference",
    [
        "nowhere.json",
        "#/definitions/nothing",
        "b.json#/title",
        "http://example.org/x.json",
        "http://[",
    ],
)
def test_broken_references_accept_anything_and_nothing_is_fetched(reference: str) -> None:
    schema = {"title": "B", "properties": {"x": {"description": "…", "$ref": reference}}}
    changed, notes = only(schema, "open-references")
    assert changed["properties"]["x"] == {"description": "…"}
    assert repr(reference) in notes[0]
    assert ("remote" in notes[0]) is ("//" in reference)


def test_a_property_called_ref_is_left_alone() -> None:
    schema = {"properties": {"$ref": {"type": "string"}}}
    assert only(schema, "open-references") == (schema, [])


@pytest.mark.parametrize("name", TREES)
def test_real_trees_need_no_second_repair(name: str) -> None:
    documents = read(TREES[name]).documents
    first = repair(documents)
    once = json.dumps(documents)
    second = repair(documents)
    assert json.dumps(documents) == once
    assert {one.step for one in second} <= {"mistaken-maps", "arrays"}
    assert not [one for one in first if one.step in {"open-references", "patterns"}]


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_reference_of_a_release_resolves_as_referencing_says(name: str) -> None:
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    release = release_named(name)
    registry = Registry().with_resources(
        (f"file:///t/{path}", DRAFT7.create_resource(release.document(path)))
        for path in release.paths
    )
    count = 0
    for path in release.paths:
        resolver = registry.resolver(base_uri=f"file:///t/{path}")
        for _, schema in walk(release.document(path)):
            reference = schema.get("$ref")
            if isinstance(reference, str):
                count += 1
                assert (
                    resolver.lookup(reference).contents is release.resolve(reference, path).schema
                )
    assert count


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_document_and_definition_compiles(name: str) -> None:
    release = release_named(name)
    registry = jsonschema_rs.Registry(
        [(f"file:///t/{path}", release.document(path)) for path in release.paths],
        draft=jsonschema_rs.Draft7,
    )
    for path in release.paths:
        places = [
            "",
            *(f"/definitions/{key}" for key in release.document(path).get("definitions", {})),
        ]
        for pointer in places:
            assert isinstance(look_up(release.document(path), pointer), dict)
            schema = {"$ref": f"file:///t/{path}#{pointer}"}
            jsonschema_rs.Draft7Validator(schema, registry=registry, validate_formats=False)


@pytest.mark.parametrize("name", TREES)
def test_known_facts_of_real_trees_are_repaired(name: str) -> None:
    release = release_named(name)
    steps = {one.step for one in release.repairs}
    assert {"identifiers", "flags", "types", "impossible", "mistaken-maps"} <= steps
    vote = jsonschema_rs.Draft7Validator(
        {"$ref": "file:///t/api/voteRequest.json"},
        registry=jsonschema_rs.Registry(
            [
                (f"file:///t/{path}", release.document(path))
                for path in release.closure("api/voteRequest.json")
            ],
            draft=jsonschema_rs.Draft7,
        ),
    )
    assert vote.is_valid({"updatedVoteType": "votedUp"})
    assert not vote.is_valid({"updatedVoteType": "sideways"})


# -- keywords with values that they cannot have ----------------------------------------------------

MALFORMED_KEYWORDS: list[tuple[str, Any, str]] = [
    ("$ref", 5, "$ref must be a string, not 5"),
    ("allOf", {}, "allOf must be a list of schemas, not {}"),
    ("anyOf", [], "anyOf must be a list of schemas, not []"),
    ("enum", "x", 'enum must be a list, not "x"'),
    ("items", [5], "items must be a schema or a list of schemas, not [5]"),
    ("maximum", True, "maximum must be a number, not true"),
    ("minLength", "a", 'minLength must be an integer of at least 0, not "a"'),
    ("minLength", -1, "minLength must be an integer of at least 0, not -1"),
    ("minLength", 1.5, "minLength must be an integer of at least 0, not 1.5"),
    ("multipleOf", 0, "multipleOf must be a number above 0, not 0"),
    ("not", [], "not must be a schema, not []"),
    ("properties", [], "properties must be an object of schemas, not []"),
    ("required", "name", 'required must be a list of different names, not "name"'),
    ("required", ["a", "a"], 'required must be a list of different names, not ["a", "a"]'),
    ("type", [], "type must be one or more of array, boolean, integer, null, number, object"),
    ("type", "strng", "type must be one or more of array, boolean, integer, null, number, object"),
    ("uniqueItems", 1, "uniqueItems must be a boolean, not 1"),
    ("title", 7, "title must be a string, not 7"),
]


@pytest.mark.parametrize(("keyword", "value", "note"), MALFORMED_KEYWORDS)
def test_a_malformed_keyword_is_removed_and_reported(keyword: str, value: Any, note: str) -> None:
    schema = {"properties": {"x": {keyword: value, "default": 1}}}
    changed, notes = only(schema, "malformed-keywords")
    assert changed == {"properties": {"x": {"default": 1}}}
    assert notes[0].startswith(f"a/b.json#/properties/x/{keyword}: {note}")
    assert notes[0].endswith("; it was removed")
    # A property of that name is not the keyword.
    named = {"properties": {keyword: {"type": "string"}}}
    assert only(named, "malformed-keywords") == (named, [])


@pytest.mark.parametrize(
    ("keyword", "entries", "note"),
    [
        ("properties", {"a/b": 5, "c": True}, "properties/a~1b: must be a schema, not 5"),
        ("dependencies", {"a/b": 5, "c": ["d"]}, "dependencies/a~1b: must be a schema, not 5"),
        ("patternProperties", {"(": {}, "c": {}}, "patternProperties/(: the pattern '(' is not"),
    ],
)
def test_a_malformed_entry_is_removed_and_reported(
    keyword: str, entries: dict[str, Any], note: str
) -> None:
    changed, notes = only({keyword: copy.deepcopy(entries)}, "malformed-keywords")
    assert changed == {keyword: {"c": entries["c"]}}
    assert len(notes) == 1
    assert note in notes[0]


@pytest.mark.parametrize("pattern", ["(", "a{999999999}", "*", "(?<=a+)b", "[z-a]"])
def test_a_pattern_that_no_engine_reads_is_removed(pattern: str) -> None:
    changed, notes = only({"pattern": pattern}, "patterns")
    assert changed == {}
    assert notes[0].startswith(f"a/b.json#: the pattern {pattern!r} was removed: ")


def test_malformed_keywords_are_all_in_one_warning_when_a_tree_is_added(tmp_path: Path) -> None:
    properties = {f"p{n}": {key: value} for n, (key, value, _) in enumerate(MALFORMED_KEYWORDS)}
    documents = {"type/basic.json": {}, "a/b.json": {"properties": properties}}
    with pytest.warns(DynclientWarning) as caught:
        release = add_documents(documents, "9.0", cache=Cache(tmp_path), origin="a test")
    assert len(caught) == 1
    lines = str(caught[0].message).splitlines()
    assert lines[0] == f"9.0 has {len(MALFORMED_KEYWORDS)} malformed keywords:"
    for line, (number, (key, _, note)) in zip(
        lines[1:], enumerate(MALFORMED_KEYWORDS), strict=True
    ):
        assert line.startswith(f"  a/b.json#/properties/p{number}/{key}: {note}")
    assert validator(release).is_valid("a/b.json", {"p0": 1})
    assert validator(release).problems("a/b.json", {"p0": 1}) == []


SCALARS = [
    None,
    True,
    0,
    -1,
    1.5,
    10**400,
    1e308,
    "",
    "(",
    "strng",
    "#",
    " ",
    "%",
    "#/properties/a",
]
CONTAINERS: list[Any] = [[], {}, [{}], ["a"], [5], {"a": 5}, {"(": {}}, {"a": {"type": 7}}]
VALUES = st.sampled_from([*SCALARS, *CONTAINERS, "b.json", "x#y", "/b.json"]).map(copy.deepcopy)
KEYWORDS = st.sampled_from(
    [*jsonschema.Draft7Validator.VALIDATORS, "$id", "definitions", "extends", "javaType", "title"]
)


SCHEMAS = st.recursive(
    VALUES, lambda inner: st.dictionaries(KEYWORDS, inner, max_size=4), max_leaves=9
)


@given(SCHEMAS)
@settings(max_examples=300)
def test_whatever_a_tree_contains_both_engines_read_what_is_left(schema: Any) -> None:
    documents = {"a/b.json": {"properties": {"a": schema}}, "a/x": {}}
    repairs = repair(documents)
    release = Release(build(documents, repairs, "x"))
    checker = validator(release)
    for data in ({}, {"a": "x"}, {"a": {"b": [1]}}, {"a": []}):
        valid = checker.is_valid("a/b.json", data)
        assert (checker.problems("a/b.json", data) == []) is valid


# -- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "plain"),
    [
        ("", "#"),
        ("/c d.json#/definitions/x y", "c%20d.json#/definitions/x%20y"),
        ("./c d.json", "c%20d.json#"),
        ("#/definitions/x y", "#/definitions/x%20y"),
        ("../a/b.json#/definitions/ü", "#/definitions/%C3%BC"),
    ],
)
def test_references_are_written_so_that_every_engine_reads_them(reference, plain) -> None:
    documents = {
        "a/b.json": {
            "definitions": {"x y": {"type": "string"}, "ü": {"type": "string"}},
            "properties": {"x": {"$ref": reference}},
        },
        "a/c d.json": {"definitions": {"x y": {"type": "string"}}, "type": "string"},
    }
    target = look_up(documents[join("a/b.json", reference)[0]], join("a/b.json", reference)[1])
    changed, notes = repair_step(documents, "plain-references")
    assert changed["a/b.json"]["properties"]["x"] == {"$ref": plain}
    assert notes == [f"a/b.json#/properties/x: the $ref {reference!r} was replaced by {plain!r}"]
    again = look_up(changed[join("a/b.json", plain)[0]], join("a/b.json", plain)[1])
    assert again.get("type") == target.get("type")
    checker = validator(Release(build(changed, (), "x")))
    for data in ({"x": "text"}, {"x": 5}, {"x": {"x": {}}}):
        valid = checker.is_valid("a/b.json", data)
        assert valid is (checker.problems("a/b.json", data) == [])
        assert valid is (isinstance(data["x"], str) or reference == "")


@pytest.mark.parametrize("reference", [" ", "\t", "b.json ", "?", "//b.json#/x", "#x", "#/%"])
def test_references_to_nothing_are_removed(reference: str) -> None:
    changed, notes = only({"properties": {"x": {"$ref": reference}}}, "open-references")
    assert changed == {"properties": {"x": {}}}
    assert len(notes) == 1


# -- unions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_closed_union_accepts_the_fields_of_its_branches(keyword: str) -> None:
    branches = [{"properties": {"a": {"type": "string"}}, "additionalProperties": False}]
    branches.append({"properties": {"b": {}}, "required": ["b"]})
    closed: dict[str, Any] = {keyword: branches, "additionalProperties": False}
    changed, notes = only(closed, "closed-unions")
    assert changed == {"anyOf": branches}
    assert len(notes) == 1
    own = {**closed, "properties": {"a": {}}}
    assert only(own, "closed-unions")[1] == []
    assert only({"additionalProperties": False}, "closed-unions")[1] == []


def test_patterns_are_known_as_the_tree_has_them() -> None:
    pattern = r"^(?U)[\w'\-]+$"
    documents = {"type/basic.json": {"definitions": {"name": {"pattern": pattern}}}}
    notes = repair(documents)
    assert original_patterns(notes) == {"type/basic.json#/definitions/name": pattern}
    assert documents["type/basic.json"]["definitions"]["name"]["pattern"] != pattern
