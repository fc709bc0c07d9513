"""Documentation of types: docstrings, signatures and reprs, from the schemas."""

from __future__ import annotations

import copy
import inspect
import pydoc
from typing import Any

import pytest

from dynclient.model import load
from dynclient.model.class_docs import field_words, signature, type_words
from dynclient.model.namespace import types
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.secrets import MASK
from tests.support.small_tree import SMALL

STRING, INTEGER = {"type": "string"}, {"type": "integer"}
PART = {"$ref": "#/definitions/part"}
PROPERTIES: dict[str, dict[str, Any]] = {
    "parts": {"type": "array", "items": PART},
    "names": {"type": "array", "items": STRING},
    "things": {"type": "array"},
    "byName": {"type": "object", "additionalProperties": PART},
    "free": {"type": "object"},
    "either": {"oneOf": [STRING, PART, STRING]},
    "many": {"oneOf": [STRING, INTEGER, PART, {"type": "boolean"}, {"type": "array"}]},
    "four": {"oneOf": [STRING, INTEGER, PART, {"type": "boolean"}]},
    "password": {"type": "string", "format": "password"},
    "whole": INTEGER,
    "ratio": {"type": "number"},
    "flag": {"type": "boolean"},
    "anything": {},
    "numbers": {"enum": [1, 2]},
    "many values": {"enum": [str(number) for number in range(13)]},
    "twelve": {"enum": [str(number) for number in range(12)]},
    "from": {"type": "string", "description": "Two  words\n  in lines."},
    "data": STRING,
}


@pytest.fixture
def node(tmp_path):
    tree = copy.deepcopy(SMALL)
    thing = tree["entity/data/thing.json"]
    thing["description"] = "A  thing\nin lines. " + "Long " * 30
    thing["properties"] |= PROPERTIES
    thing["required"] = ["id", "whole"]
    found = add_documents(tree, "7.0.0", cache=Cache(tmp_path), origin="a test")
    return found.node("entity/data/thing.json")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parts", "list of Part"),
        ("names", "list of string"),
        ("things", "list"),
        ("byName", "map of Part"),
        ("free", "map"),
        ("either", "string or Part"),
        ("many", "one of 5 types"),
        ("four", "string or integer or Part or boolean"),
        ("password", "secret string"),
        ("whole", "integer"),
        ("ratio", "number"),
        ("flag", "boolean"),
        ("anything", "any value"),
        ("numbers", "any value"),
        ("colour", "Colour"),
        ("id", "Uuid"),
    ],
)
def test_types_in_words(node, name: str, words: str) -> None:
    assert type_words(node.properties[name]) == words


def test_fields_in_words(node) -> None:
    def words(name: str, **options: Any) -> str:
        return field_words(name, node.properties[name], **options)

    assert words("whole") == "whole: integer"
    assert words("whole", required=True) == "whole: integer, required"
    assert words("whole", required=False) == "whole: integer"
    assert words("colour") == "colour: Colour (red, green)"
    assert words("twelve").endswith(f"({', '.join(map(str, range(12)))})")
    assert words("many values").endswith("(13 values)")
    assert words("from") == "from: string. Two words in lines."
    assert words("id") == "id: Uuid. Which one."


def test_the_docstring_lists_fields_required_ones_first(node) -> None:
    cls: Any = types(node.release).Thing
    lines = cls.__doc__.splitlines()
    assert lines[0].startswith("A thing in lines. Long Long")
    assert all(len(line) <= 96 for line in lines)
    required, optional = lines.index("Required fields:"), lines.index("Optional fields:")
    names = [line.split(":")[0].strip() for line in lines[required + 1 : optional] if line]
    assert names == ["id", "whole"]
    assert "    parts: list of Part" in lines[optional:]
    assert lines[-1] == "Schema: entity/data/thing.json of 7.0.0"
    part: Any = types(node.release).Part
    assert part.__doc__.splitlines()[0] == "Part"
    assert part.__doc__.endswith("Schema: entity/data/thing.json#/definitions/part of 7.0.0")
    assert cls.__doc__ is cls.__doc__
    assert "Required fields:" in pydoc.plain(pydoc.render_doc(cls))
    assert cls.whole.__doc__ == "whole: integer"
    assert repr(cls.whole) == "<whole: integer>"


def test_signatures_have_the_required_fields_first(node) -> None:
    cls: Any = types(node.release).Thing
    found = inspect.signature(cls)
    parameters = list(found.parameters.values())
    assert [each.name for each in parameters[:3]] == ["data", "id", "whole"]
    assert parameters[0].kind is inspect.Parameter.POSITIONAL_ONLY
    assert parameters[0].default is None
    for each in parameters[1:]:
        assert each.kind is inspect.Parameter.KEYWORD_ONLY
        expected = inspect.Parameter.empty if each.name in {"id", "whole"} else None
        assert each.default is expected
    assert found.parameters["parts"].annotation == "list of Part"
    assert not {"from", "many values"} & found.parameters.keys()
    assert [each.name for each in parameters].count("data") == 1
    assert inspect.signature(cls) is not None
    with pytest.raises(AttributeError):
        _ = cls(id="1").__signature__
    variadic = list(signature(node, variadic=True).parameters.values())
    assert variadic[-1].kind is inspect.Parameter.VAR_KEYWORD
    assert [each.name for each in variadic[:-1]] == [each.name for each in parameters]


# -- reprs -----------------------------------------------------------------------------------------


def test_a_repr_names_the_entity_first_and_summarizes_the_rest(node) -> None:
    thing = load(
        node,
        {
            "flag": True,
            "parts": [{"name": "a"}, {"name": "b"}],
            "free": {"a": 1},
            "names": [],
            "byName": {},
            "unknown": [1],
            "whole": 3,
            "id": "7",
            "name": "n",
            "password": "hush",
        },
    )
    text = repr(thing)
    assert text.startswith("Thing(name='n', whole=3, flag=True, parts=[2 Part], free={…}, names=[]")
    assert text.endswith(", …)")
    assert "hush" not in text
    fields = dict(thing.__rich_repr__())
    assert list(fields)[:3] == ["name", "whole", "flag"]
    assert {name: str(value) for name, value in fields.items() if name not in {"name", "flag"}} == {
        "whole": "3",
        "parts": "[2 Part]",
        "free": "{…}",
        "names": "[]",
        "byName": "{}",
        "unknown": "[1 items]",
        "id": "7",
        "password": MASK,
    }


def test_a_repr_has_the_fully_qualified_name_instead_of_the_name(node) -> None:
    assert repr(load(node, {"name": "n", "fullyQualifiedName": "a.n"})) == (
        "Thing(fullyQualifiedName='a.n')"
    )


def test_long_strings_are_cut_and_the_first_field_is_always_shown(node) -> None:
    thing = load(node, {"name": "x" * 200, "data": "y" * 60, "from": "z" * 61})
    text = repr(thing)
    assert text == f"Thing(name='{'x' * 57}…', …)"
    fields = dict(thing.__rich_repr__())
    assert fields["data"] == "y" * 60
    assert fields["from"] == "z" * 57 + "…"
    assert repr(load(node, {})) == "Thing()"
    many = load(node, {f"n{number}": number for number in range(20)})
    assert len(list(many.__rich_repr__())) == 12
    assert repr(many).count("=") > 10


def test_a_secret_without_a_schema_is_masked_by_its_name(node) -> None:
    assert repr(load(node, {"apiToken": "hush"})) == f"Thing(apiToken='{MASK}')"
