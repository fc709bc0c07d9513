"""Which extensions there are, and where they are found."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import jsonschema
import pytest

import dynclient
from dynclient.client.client import OWN, Client
from dynclient.client.methods import METHODS
from dynclient.data import data_file
from dynclient.errors import DynclientWarning, NotSupported, UsageError
from dynclient.extensions import CollectionExtension, Extension, Requirement, registry
from dynclient.operations.catalogue import catalogue
from tests.support.trees import ALL_RELEASES, release_named

ENTRIES = list(registry.extensions().values())


class Words(Extension):
    """Counts words on the client."""

    name = "words"
    client = {"words": Requirement(), "count_words": Requirement(), "sing": Requirement("", "sing")}
    operations = (
        {"name": "sing", "method": "GET", "path": "/sing", "since": "99.1", "doc": "Sing."},
    )

    def count_words(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split())

    def sing(self) -> None:
        """Never called: no release has it."""


class WordMethods(CollectionExtension):
    """Counts words of entities."""

    name = "word_methods"
    methods = {"count_words": Requirement(field="description|summary")}

    def count_words(self, text: str) -> str:
        """Return the number of words, and the collection."""
        return f"{self.attribute} {len(text.split())}"


class Point:
    """An entry point of another package."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = f"wordy:{name}"
        self._loaded = value

    def load(self) -> Any:
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Installs extensions of another package until the end of the test."""

    def points(*values: Any) -> None:
        module = ModuleType("wordy")
        found = [Point(getattr(each, "__name__", f"no{i}"), each) for i, each in enumerate(values)]
        for point, value in zip(found, values, strict=True):
            setattr(module, point.name, value)
        monkeypatch.setitem(sys.modules, "wordy", module)
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: found)
        registry.extensions.cache_clear()

    yield points
    monkeypatch.undo()
    registry.extensions.cache_clear()


@pytest.fixture
def om() -> Iterator[Client]:
    with dynclient.connect("http://127.0.0.1:9", release="starter") as client:
        yield client


def test_the_data_file_is_valid_by_its_schema() -> None:
    jsonschema.validate(data_file("extensions.json"), data_file("extensions.schema.json"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_name_of_an_extension_is_one_of_its_class(entry: Any) -> None:
    cls = entry.load()
    assert cls.name == entry.name
    assert cls.operations == entry.operations
    assert issubclass(cls, CollectionExtension) == bool(entry.methods)
    for name in (*entry.client, *entry.methods):
        member = cls if name == entry.name else getattr(cls, name)
        assert callable(member)
        assert member.__doc__


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_operation_that_a_requirement_names_is_in_the_rows(entry: Any) -> None:
    known = {row["name"] for row in entry.rows}
    for needs in (*entry.client.values(), *entry.methods.values()):
        assert set(filter(None, needs.operation.split("|"))) <= known


def test_no_name_of_an_extension_is_the_name_of_a_collection() -> None:
    added = {name for entry in ENTRIES for name in entry.client}
    for name in ALL_RELEASES:
        assert not added & catalogue(release_named(name)).collections.keys(), name
    assert not added & OWN
    assert not {name for entry in ENTRIES for name in entry.methods} & METHODS.keys()


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_no_collection_has_the_name_of_a_method_of_the_client(name: str) -> None:
    assert not {"extension", "supports"} & catalogue(release_named(name)).collections.keys()


def test_extensions_of_other_packages_are_found(om: Client, install: Any) -> None:
    install(Words, WordMethods)
    assert om.words.count_words("a b") == om.count_words("a b") == 2
    assert om.tables.count_words("a b c") == "tables 3"
    assert {"words", "count_words"} <= set(dir(om))
    assert "sing" not in dir(om)
    assert "count_words" in dir(om.tables)
    assert om.extension("words") is not None
    assert "count_words" in om.__doc__
    assert "count_words" in om.tables.__doc__


def test_completion_of_an_extension_lists_the_names_of_the_feature(om: Client) -> None:
    names = [name for name in dir(om.lineage) if not name.startswith("_")]
    assert names == ["add", "edge", "from_mlmodel", "from_sql", "remove", "remove_by_source"]


def test_what_a_release_lacks_raises_not_supported(om: Client, install: Any) -> None:
    install(Words, WordMethods)
    assert not om.supports("sing")
    assert om.supports("count_words")
    assert om.supports("tables.count_words")
    with pytest.raises(
        NotSupported, match=r"does not have om\.sing; it exists since 99\.1"
    ) as info:
        _ = om.sing
    assert info.value.since == "99.1"
    assert not hasattr(om, "sing")
    with pytest.raises(NotSupported, match="operation 'sing'"):
        om.words.call("sing")


def test_a_method_is_added_only_to_collections_that_have_what_it_requires(
    om: Client, install: Any
) -> None:
    install(WordMethods)
    without = [each for each in om.collections if "description" not in each._spec.entity.properties]
    assert without
    assert all("count_words" not in dir(each) for each in without)
    with pytest.raises(NotSupported, match="count_words"):
        _ = without[0].count_words


def test_a_misspelt_method_of_an_extension_gets_a_suggestion(om: Client, install: Any) -> None:
    install(WordMethods)
    with pytest.raises(AttributeError, match="did you mean count_words"):
        _ = om.tables.count_word


@pytest.mark.parametrize("broken", [ImportError("no module"), int, CollectionExtension])
def test_a_broken_extension_is_reported_and_left_out(install: Any, broken: Any) -> None:
    install(broken, Words)
    with pytest.warns(DynclientWarning, match="extension"):
        found = registry.extensions()
    assert "words" in found


def test_the_name_of_an_extension_is_taken_once(install: Any) -> None:
    class People(Extension):
        name = "people"

    install(People)
    with pytest.warns(DynclientWarning, match="the name is taken"):
        assert registry.extensions()["people"].path.startswith("dynclient.")


def test_an_unknown_extension_gets_a_suggestion(om: Client, install: Any) -> None:
    install(Words, WordMethods)
    with pytest.raises(UsageError, match="did you mean words"):
        om.extension("word")
    with pytest.raises(
        UsageError, match=r"methods to collections, such as om\.tables\.count_words"
    ):
        om.extension("word_methods")
