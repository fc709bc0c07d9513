"""What the official SDK calls the classes of each schema document.

Its module of a document holds a class for the root, for every definition, and for everything inside
them that has a shape of its own: objects with properties and enumerations. A class is called after
the root's title, the definition, or the property it stands under. The rules were found by comparing
with the official package; ``tests/compat`` holds them to its list of names.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Node, Release

MODEL, ENUM, ROOT = "model", "enum", "root"
"""The kinds of classes: named fields, named values, and one value of any other shape."""

_UNTITLED = "Model"
"""The name of a root that has no title."""


class Named(NamedTuple):
    """One class of a module."""

    name: str
    kind: str
    node: Node


def class_kind(node: Node) -> str:
    """Return the kind of class that the official SDK makes of a place."""
    schema = node.schema
    if schema.get("type") == "array" or "items" in schema or "$ref" in schema:
        return ROOT
    if "allOf" in schema:
        return MODEL if node.properties else ROOT
    if "oneOf" in schema or "anyOf" in schema:
        return ROOT
    if schema.get("properties"):
        return MODEL
    if "patternProperties" in schema:
        return ROOT
    if schema.get("type") == "object":
        return ROOT if isinstance(schema.get("additionalProperties"), dict) else MODEL
    if isinstance(schema.get("enum"), list):
        return ENUM
    return MODEL if variant_of(node) is not None else ROOT


def variant_of(node: Node) -> Node | None:
    """Return the object that a place is one variant of, or None.

    An object whose ``oneOf`` tells only which fields are required together is a union to the
    official SDK: of one class per alternative, each with all the object's fields.
    """
    steps = node.pointer.rsplit("/", 2)
    if len(steps) != 3 or steps[1] not in {"oneOf", "anyOf"} or "$ref" in node.schema:
        return None
    around = node.release.node(node.path, steps[0])
    return around if around.schema.get("properties") else None


def _variants(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    if node.schema.get("properties"):
        for keyword in ("oneOf", "anyOf"):
            for place, _ in enumerate(node.schema.get(keyword) or ()):
                yield f"{name}{place + 1}", node.below(keyword, str(place))


def classes(release: Release, path: str) -> dict[str, Named]:
    """Return the classes of a document's module by name, definitions before the root.

    Args:
        release: the release.
        path: of the document, ``entity/data/table.json``.

    Raises:
        SchemaNotFound: the release has no such document.
    """
    root = release.node(path)
    found: dict[str, Named] = {}
    definitions = root.schema.get("definitions")
    wanted: list[tuple[str, Node]] = []
    for key in definitions if isinstance(definitions, dict) else ():
        node = root.below("definitions", key)
        wanted += [(camel(key), node), *_inside(node), *_variants(camel(key), node)]
    name = root_name(root)
    wanted += [*_inside(root), *_variants(name, root), (name, root)]
    for name, node in wanted:
        free = _free(name, found)
        found[free] = Named(free, class_kind(node), node)
    return found


def root_name(node: Node) -> str:
    """Return the name of a document's own class, before any clash: its title as one word."""
    title = node.schema.get("title")
    if not isinstance(title, str) or not title:
        return _UNTITLED
    if not title.isidentifier() or iskeyword(title):
        title = "".join(re.sub(r"[^A-Za-z0-9]+", " ", title).title().split())
    return camel(title)


def camel(text: str) -> str:
    """Return a name as the official SDK's classes carry it: ``table-cp`` → ``TableCp``."""
    plain = re.sub(r"\W", "_", text)
    if plain[:1].isnumeric():
        plain = f"field_{plain}"
    words = [word for word in plain.split("_") if word]
    name = "".join(word[0].upper() + word[1:] for word in words)
    return f"{name}1" if iskeyword(name) else name


_IMPORTED = frozenset({"Any", "Dict", "Enum", "Field", "List", "Literal", "Optional", "Union"})
"""Names that the official modules import for themselves, so that no class can have them."""


def _free(name: str, taken: dict[str, Named]) -> str:
    if name not in taken and name not in _IMPORTED:
        return name
    suffixed = f"{name}Model"
    count = 0
    while suffixed in taken:
        count += 1
        suffixed = f"{name}Model{count}"
    return suffixed


def _inside(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield (name, place) of what has a class of its own inside a class."""
    for key in node.schema.get("properties") or ():
        yield from _at(camel(key), node.below("properties", key))


def _at(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    schema = node.schema
    if "$ref" in schema:
        return
    if isinstance(schema.get("items"), dict):
        yield from _at(singular(name), node.below("items"))
    elif schema.get("properties"):
        yield from _inside(node)
        yield name, node
    elif isinstance(schema.get("enum"), list):
        yield name, node
    else:
        for keyword in ("oneOf", "anyOf", "allOf"):
            for place, _ in enumerate(schema.get(keyword) or ()):
                yield from _at(name, node.below(keyword, str(place)))
        if isinstance(schema.get("additionalProperties"), dict):
            yield from _at(name, node.below("additionalProperties"))


def singular(name: str) -> str:
    """Return the name of one item of a list of that name."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
