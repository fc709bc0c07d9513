"""Releases as documents, names and closures."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.errors import AmbiguousName, RefUnresolved, SchemaNotFound
from dynclient.releases import registry, release
from dynclient.schema import Release
from dynclient.schema.pointers import join, walk
from dynclient.schema.versions import numbers
from tests.support.trees import ALL_RELEASES, release_named


@pytest.fixture
def small(small_zip: Path, tmp_path: Path, monkeypatch) -> Release:
    monkeypatch.setattr(registry, "_open", {})
    return release(source=small_zip, cache=tmp_path / "cache")


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("1.13.0", (1, 13, 0)),
        ("v1.6", (1, 6)),
        ("1.6.0-SNAPSHOT", (1, 6, 0)),
        ("2.0.0rc1", (2, 0, 0)),
        ("1.11-20251122", (1, 11)),
        ("tree-0123", ()),
        ("7", ()),
        ("", ()),
    ],
)
def test_numbers(version: str, found: tuple[int, ...]) -> None:
    assert numbers(version) == found


def test_documents_are_parsed_once_and_shared(small: Release) -> None:
    assert small.document("type/basic.json") is small.document("type/basic.json")
    assert small.paths == (
        "api/data/createThing.json",
        "entity/data/thing.json",
        "type/basic.json",
    )


def test_the_error_of_a_missing_document_lists_close_names(small: Release) -> None:
    with pytest.raises(SchemaNotFound, match=r"did you mean entity/data/thing\.json") as caught:
        small.document("entity/data/things.json")
    assert caught.value.nearest[0] == "entity/data/thing.json"


def test_the_closure_has_what_is_needed_and_parses_nothing(small: Release) -> None:
    assert small.closure("api/data/createThing.json") == (
        "api/data/createThing.json",
        "type/basic.json",
    )
    assert small.closure("type/basic.json") == ("type/basic.json",)
    assert not small._documents
    with pytest.raises(SchemaNotFound):
        small.closure("nowhere.json")


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_closures_of_real_trees_are_closed_and_no_larger(name: str) -> None:
    one = release_named(name)
    assert one.entities
    for entity in list(one.entities.values())[:12]:
        needed = {entity.path}
        waiting = [entity.path]
        while waiting:
            path = waiting.pop()
            for _, schema in walk(one.document(path)):
                if "$ref" in schema and isinstance(schema["$ref"], str):
                    other = join(path, schema["$ref"])[0]
                    if other not in needed:
                        needed.add(other)
                        waiting.append(other)
        closure = one.closure(entity.path)
        assert set(closure) == needed
        assert len(closure) == len(needed)
        assert closure[0] == entity.path


def test_nodes_are_the_same_each_time(small: Release) -> None:
    node = small.node("entity/data/thing.json", "/definitions/part")
    assert small.node("entity/data/thing.json", "/definitions/part") is node
    assert small.node("entity/data/thing.json#/definitions/part") is node
    assert small.resolve("#/definitions/part", "entity/data/thing.json") is node
    assert small.resolve("entity/data/thing.json#/definitions/part") is node
    assert small.resolve("../../entity/data/thing.json#/definitions/part", "a/b/c.json") is node
    assert small.find("Part") is node


@pytest.mark.parametrize(
    "ref",
    ["#/definitions/nothing", "nothing.json", "../../../x.json", "http://example.org/x.json", "#x"],
)
def test_a_broken_reference_is_reported_with_its_place(ref: str, small: Release) -> None:
    with pytest.raises(RefUnresolved) as caught:
        small.resolve(ref, "entity/data/thing.json")
    assert ref in str(caught.value)
    assert "entity/data/thing.json" in str(caught.value)
    assert (caught.value.ref, caught.value.base) == (ref, "entity/data/thing.json")


def test_find_takes_names_and_paths(small: Release) -> None:
    assert small.find("Thing").ref == "entity/data/thing.json#"
    assert small.find("CreateThingRequest").ref == "api/data/createThing.json#"
    assert small.find("Colour").ref == "entity/data/thing.json#/definitions/colour"
    assert small.find("type/basic.json#/definitions/uuid") is small.find("Uuid")
    assert small.find("type/basic.json") is small.find("Basic")


@pytest.mark.parametrize("name", ["Thign", "thing", "CreateThing", "entity/data/thing.json#/x"])
def test_the_error_of_an_unknown_name_lists_close_names(name: str, small: Release) -> None:
    with pytest.raises(SchemaNotFound) as caught:
        small.find(name)
    assert repr(name.partition("#")[2] or name) in str(caught.value)


def test_short_names_are_sorted_and_cannot_be_changed(small: Release) -> None:
    assert list(small.type_names) == sorted(small.type_names)
    with pytest.raises(TypeError):
        small.type_names["X"] = "y"  # type: ignore[index]


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_short_name_leads_to_a_type_of_that_name(name: str) -> None:
    one = release_named(name)
    assert one.type_names
    for short in one.type_names:
        node = one.find(short)
        own = one.root_name(node.path) if not node.pointer else node._own_name()
        assert short.endswith(own) or not node.pointer, (short, node.ref, own)
    for short, candidates in one.ambiguous_names.items():
        assert short not in one.type_names
        assert len(candidates) > 1
        with pytest.raises(AmbiguousName) as caught:
            one.find(short)
        assert caught.value.candidates == tuple(candidates)
        for candidate in candidates:
            assert candidate in str(caught.value)
            one.find(candidate)


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_entity_and_request_has_its_short_name(name: str) -> None:
    one = release_named(name)
    assert one.entities
    for entity in one.entities.values():
        assert one.type_names[entity.type_name] == f"{entity.path}#"
        if entity.create:
            assert one.find(one.root_name(entity.create)).path == entity.create


def test_a_repr_is_short(small: Release) -> None:
    assert repr(small) == f"<Release 7.1.0, 3 documents, {small.digest[:12]}>"


def test_a_release_cannot_be_changed(small: Release) -> None:
    with pytest.raises(AttributeError, match="cannot be changed"):
        small.name = "8"
