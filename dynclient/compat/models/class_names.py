"""The official SDK's names of the classes of each schema document.

The module of a document has a class for the document itself, for every definition, and for every
object with properties and every enumeration nested in them. A class is named after the document's
title, the definition, or the property. The rules were found by comparison with the official
package; ``tests/compat`` checks them against its list of names.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Node, Release

MODEL, ENUM, ROOT = "model", "enum", "root"
"""The kinds of classes: a model with fields, an enumeration, and one value of any other type."""

_UNTITLED = "Model"
"""The class name of a document without a title."""


class NamedClass(NamedTuple):
    """One class of a module."""

    name: str
    kind: str
    node: Node


def class_kind(node: Node) -> str:
    """Return the kind of class that the official SDK has for a schema."""
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
    """Return the object that a schema is one variant of, or None.

    An object whose ``oneOf`` only lists fields that are required together is a union to the
    official SDK: of one class for each alternative, each with all of the object's fields.
    """
    steps = node.pointer.rsplit("/", 2)
    if len(steps) != 3 or steps[1] not in {"oneOf", "anyOf"} or "$ref" in node.schema:
        return None
    parent = node.release.node(node.path, steps[0])
    return parent if parent.schema.get("properties") else None


def _variants(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    if node.schema.get("properties"):
        for keyword in ("oneOf", "anyOf"):
            for index, _ in enumerate(node.schema.get(keyword) or ()):
                yield f"{name}{index + 1}", node.below(keyword, str(index))


def classes(release: Release, path: str) -> dict[str, NamedClass]:
    """Return the classes of a document's module by name, definitions first.

    Args:
        release: the release.
        path: path of the document, ``entity/data/table.json``.

    Raises:
        SchemaNotFound: the release has no such document.
    """
    root = release.node(path)
    found: dict[str, NamedClass] = {}
    definitions = root.schema.get("definitions")
    candidates: list[tuple[str, Node]] = []
    for key in definitions if isinstance(definitions, dict) else ():
        node = root.below("definitions", key)
        candidates += [(camel(key), node), *_nested(node), *_variants(camel(key), node)]
    name = root_name(root)
    candidates += [*_nested(root), *_variants(name, root), (name, root)]
    for name, node in candidates:
        unique = _unique_name(name, found)
        found[unique] = NamedClass(unique, class_kind(node), node)
    return found


def root_name(node: Node) -> str:
    """Return the name of a document's own class: its title as one word, clashes not resolved."""
    title = node.schema.get("title")
    if not isinstance(title, str) or not title:
        return _UNTITLED
    if not title.isidentifier() or iskeyword(title):
        title = "".join(re.sub(r"[^A-Za-z0-9]+", " ", title).title().split())
    return camel(title)


def camel(text: str) -> str:
    """Return a name as a class name of the official SDK: ``table-cp`` → ``TableCp``."""
    plain = re.sub(r"\W", "_", text)
    if plain[:1].isnumeric():
        plain = f"field_{plain}"
    words = [word for word in plain.split("_") if word]
    name = "".join(word[0].upper() + word[1:] for word in words)
    return f"{name}1" if iskeyword(name) else name


_IMPORTED = frozenset({"Any", "Dict", "Enum", "Field", "List", "Literal", "Optional", "Union"})
"""Names that the official modules import themselves; no class can have one of them."""


def _unique_name(name: str, existing: dict[str, NamedClass]) -> str:
    if name not in existing and name not in _IMPORTED:
        return name
    suffixed = f"{name}Model"
    count = 0
    while suffixed in existing:
        count += 1
        suffixed = f"{name}Model{count}"
    return suffixed


def _nested(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield name and schema of the classes nested in a class."""
    for key in node.schema.get("properties") or ():
        yield from _nested_at(camel(key), node.below("properties", key))


def _nested_at(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    schema = node.schema
    if "$ref" in schema:
        return
    if isinstance(schema.get("items"), dict):
        yield from _nested_at(singular(name), node.below("items"))
    elif schema.get("properties"):
        yield from _nested(node)
        yield name, node
    elif isinstance(schema.get("enum"), list):
        yield name, node
    else:
        for keyword in ("oneOf", "anyOf", "allOf"):
            for index, _ in enumerate(schema.get(keyword) or ()):
                yield from _nested_at(name, node.below(keyword, str(index)))
        if isinstance(schema.get("additionalProperties"), dict):
            yield from _nested_at(name, node.below("additionalProperties"))


def singular(name: str) -> str:
    """Return the name of one item of a list of that name."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
