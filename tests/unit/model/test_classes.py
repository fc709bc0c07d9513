"""Classes: one for each schema node of a release, and their pickles."""

from __future__ import annotations

import copy
import pickle
import threading
from enum import Enum
from typing import Any

import pytest

from dynclient import Release
from dynclient.model import Entity, asdict, class_for, load
from dynclient.model.classes import classes_of
from dynclient.model.containers import FieldList, FieldMap
from dynclient.model.namespace import types
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema.node import class_kind
from dynclient.secrets import Secret
from tests.support.small_tree import SMALL
from tests.support.trees import release_named


def node_at(tmp_path: Any, schema: dict[str, Any], name: str = "7.0.0") -> Any:
    """Return the node of ``entity/data/thing.json`` in a tree with some more properties."""
    return small(tmp_path, name, schema).node("entity/data/thing.json")


def small(tmp_path: Any, name: str, properties: dict[str, Any] | None = None) -> Release:
    tree = copy.deepcopy(SMALL)
    tree["entity/data/thing.json"]["properties"] |= properties or {}
    return add_documents(tree, name, cache=Cache(tmp_path / name), origin="a test")


# -- one class for each node -----------------------------------------------------------------------


def test_classes_belong_to_their_release_not_to_one_of_equal_content(tmp_path) -> None:
    first, second = (small(tmp_path, name) for name in ("7.0.0", "7.1.0"))
    assert first == second
    one, other = types(first).Thing, types(second).Thing
    assert one is not other
    assert repr(one) == "<class dynclient.types.Thing of 7.0.0>"
    assert repr(other) == "<class dynclient.types.Thing of 7.1.0>"
    assert one.__doc__.endswith("of 7.0.0")
    assert other.__doc__.endswith("of 7.1.0")
    assert types(first).Thing is one
    for each, name in ((one, "7.0.0"), (other, "7.1.0")):
        thing = each(id="1", parts=[{"name": "a"}])
        assert type(thing.parts[0])._node.release.name == name
        assert (
            type(thing)(colour="red").colour.__class__.__doc__ == "Colour\n\nOne of 'red', 'green'."
        )


def test_releases_of_other_drift_settings_have_their_own_classes() -> None:
    plain = release_named("starter")
    strict = plain.with_drift("error")
    assert types(plain).Table is not types(strict).Table
    assert classes_of(plain) is classes_of(plain)
    assert classes_of(plain) is not classes_of(strict)


def test_one_class_is_built_whichever_thread_comes_first(tmp_path) -> None:
    node = small(tmp_path, "7.0.0").node("entity/data/thing.json")
    start = threading.Barrier(8)
    found: list[type] = []

    def build() -> None:
        start.wait()
        found.append(class_for(node))

    threads = [threading.Thread(target=build) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_nodes_of_one_target_have_one_class() -> None:
    named = types(release_named("starter"))
    columns = named.Table._node.properties["columns"].items
    assert class_for(columns) is named.Column


# -- kinds of classes ------------------------------------------------------------------------------

KINDS: dict[str, tuple[dict[str, Any], str, type]] = {
    "text": ({"type": "string"}, "string", str),
    "whole": ({"type": "integer"}, "integer", int),
    "part": ({"type": "number"}, "number", float),
    "flag": ({"type": "boolean"}, "boolean", bool),
    "list": ({"type": "array", "items": {"type": "string"}}, "array", list),
    "map": ({"type": "object"}, "map", dict),
    "any": ({}, "any", object),
    "nothing": ({"type": "null"}, "any", object),
    "union": ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "any", object),
    "numbers": ({"enum": [1, 2]}, "any", object),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_no_class_of_its_own_gets_a_built_in_one(tmp_path, kind: str) -> None:
    schema, expected, cls = KINDS[kind]
    node = node_at(tmp_path, {"field": schema}).properties["field"]
    assert class_kind(node) == expected
    assert class_for(node) is cls


def test_what_is_named_gets_a_class(tmp_path) -> None:
    node = node_at(tmp_path, {"secret": {"$ref": "../../type/basic.json#/definitions/uuid"}})
    thing = class_for(node)
    assert class_kind(node) == "object"
    assert issubclass(thing, Entity)
    uuid = node.properties["id"]
    assert class_kind(uuid) == "scalar"
    assert (class_for(uuid).__name__, class_for(uuid).__mro__[2]) == ("Uuid", str)
    colour = node.properties["colour"]
    assert class_kind(colour) == "enum"
    assert issubclass(class_for(colour), Enum)


def test_named_secrets_have_no_class_that_would_show_them(tmp_path) -> None:
    tree = copy.deepcopy(SMALL)
    tree["type/basic.json"]["definitions"]["key"] = {"type": "string", "format": "password"}
    tree["entity/data/thing.json"]["properties"]["key"] = {
        "$ref": "../../type/basic.json#/definitions/key"
    }
    found = add_documents(tree, "7.0.0", cache=Cache(tmp_path), origin="a test")
    node = found.node("entity/data/thing.json")
    assert class_for(node.properties["key"]) is str
    thing = load(node, {"key": "hush"})
    assert type(thing.key) is Secret
    assert "hush" not in repr(thing)


# -- wrapping --------------------------------------------------------------------------------------

SHAPES: dict[str, Any] = {
    "maps": {"type": "object", "additionalProperties": {"$ref": "#/definitions/part"}},
    "grid": {"type": "array", "items": {"type": "array", "items": {"$ref": "#/definitions/part"}}},
    "ratio": {"$ref": "../../type/basic.json#/definitions/name"},
    "either": {
        "oneOf": [
            {"$ref": "#/definitions/part"},
            {"$ref": "#/definitions/colour"},
            {"type": "array", "items": {"$ref": "#/definitions/part"}},
        ]
    },
    "free": {},
    "password": {"type": "string", "format": "password"},
    "count": {"type": "integer"},
}


def test_each_kind_of_value_is_wrapped_as_its_schema_says(tmp_path) -> None:
    node = node_at(tmp_path, SHAPES)
    raw = {
        "maps": {"a": {"name": "x"}},
        "grid": [[{"name": "y"}]],
        "either": {"name": "z"},
        "free": {"deep": [{"a": [1]}]},
        "password": "hush",
        "count": 3,
        "colour": "red",
        "deleted": False,
    }
    thing = load(node, raw)
    Part = class_for(node.release.node(node.path, "/definitions/part"))
    assert type(thing.maps["a"]) is Part
    assert type(thing.grid[0][0]) is Part
    assert type(thing.either) is Part
    assert thing.free == {"deep": [{"a": [1]}]}
    assert thing.free["deep"][0]["a"][0] == 1
    assert type(thing.password) is Secret
    assert type(thing.count) is int
    assert thing.deleted is False
    assert thing.colour is type(thing.colour).red
    assert type(load(node, {"either": "green"}).either).__name__ == "Colour"
    assert type(load(node, {"either": [{"name": "q"}]}).either[0]) is Part
    assert load(node, {"either": 5}).either == 5


@pytest.mark.parametrize("name", [*SHAPES, "colour", "parts", "id", "deleted"])
@pytest.mark.parametrize("odd", [{"a": [1]}, [{"a": 1}], 1.5, True, "text"])
def test_what_does_not_fit_its_schema_is_readable_as_it_is(tmp_path, name: str, odd: Any) -> None:
    node = node_at(tmp_path, SHAPES)
    value = getattr(load(node, {name: copy.deepcopy(odd)}), name)
    if isinstance(odd, list):
        assert isinstance(value, FieldList)
        assert len(value) == 1
        assert value[0]["a"] == 1
    elif isinstance(odd, dict):
        assert isinstance(value, (FieldMap, Entity))
        assert isinstance(value["a"], FieldList)
        assert list(value["a"]) == [1]
    else:
        assert value == odd
        assert isinstance(value, type(odd))


def test_changes_below_any_wrapped_value_reach_the_data(tmp_path) -> None:
    node = node_at(tmp_path, SHAPES)
    raw: dict[str, Any] = {
        "maps": {"a": {"name": "x"}},
        "grid": [[{"name": "y"}]],
        "free": {"b": [{}]},
    }
    thing = load(node, raw)
    thing.maps["a"].name = "changed"
    thing.grid[0][0].name = "changed"
    thing.free["b"][0]["new"] = 1
    changed = {"name": "changed"}
    assert raw == {"maps": {"a": changed}, "grid": [[changed]], "free": {"b": [{"new": 1}]}}


# -- pickles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Table", "Column", "Uuid", "DataType", "CreateTableRequest"])
def test_classes_pickle_by_their_node(name: str) -> None:
    cls = types(release_named("starter"))[name]
    assert pickle.loads(pickle.dumps(cls)) is cls


def test_base_classes_and_subclasses_pickle_by_name() -> None:
    assert pickle.loads(pickle.dumps(Entity)) is Entity
    assert pickle.loads(pickle.dumps(type(types(release_named("starter")).Uuid))).__name__
    assert pickle.loads(pickle.dumps(OwnColumn)) is OwnColumn
    assert type(pickle.loads(pickle.dumps(OwnColumn(name="a", dataType="INT")))) is OwnColumn


class OwnColumn(types(release_named("starter")).Column):  # type: ignore[misc]
    """A class that a user derives from one of a release."""


# -- lists of what is not an object ----------------------------------------------------------------

ITEMS: dict[str, tuple[dict[str, Any], Any]] = {
    "texts": ({"type": "string"}, "a"),
    "numbers": ({"type": "number"}, 1.5),
    "flags": ({"type": "boolean"}, True),
    "colours": ({"type": "string", "enum": ["red", "green"]}, "red"),
    "grid": ({"type": "array", "items": {"type": "integer"}}, [1]),
    "maps": ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1}),
    "either": ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "a"),
    "anything": ({}, "a"),
}


@pytest.mark.parametrize("name", ITEMS)
def test_a_list_takes_plain_items_of_its_type(tmp_path: Any, name: str) -> None:
    schema, item = ITEMS[name]
    node = node_at(tmp_path, {name: {"type": "array", "items": schema}})
    thing = class_for(node)()
    setattr(thing, name, [item, item])
    assert asdict(thing)[name] == [item, item]
    assert len(getattr(thing, name)) == 2
    assert classes_of(node.release).item_converters(node.properties[name].items)[1] is None


def test_a_list_of_an_enumeration_takes_its_members(tmp_path: Any) -> None:
    schema = {"type": "string", "enum": ["red", "green"]}
    node = node_at(tmp_path, {"colours": {"type": "array", "items": schema}})
    colour: Any = class_for(node.properties["colours"].items)
    assert issubclass(colour, Enum)
    thing: Any = class_for(node)()
    thing.colours = [colour("red"), "green"]
    assert asdict(thing)["colours"] == ["red", "green"]
