"""Where the stub of each type is: the module of its document, and its names there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

from dynclient.schema.node import class_kind

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

ROOT = "dynclient.typing.schema"
"""The package of the modules of documents."""
CLASSES = ("object", "enum", "scalar")
"""Kinds of types that have a class."""


class StubNames(NamedTuple):
    """The names of one type in its module."""

    module: str
    cls: str
    """Its class, ``Column``."""
    plain: str
    """What may be written instead of an object or a member: ``ColumnDict``, a dict with its fields;
    ``DataTypeValue``, the strings of an enumeration. Empty for a named scalar."""


class SchemaNames:
    """The names of all types of a release.

    Args:
        release: the release.

    Attributes:
        documents: the types of each document, by the name of its module; sorted.
        by_ref: the names of each type, by the reference of its node.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        found: dict[str, list[Node]] = {}
        for node in _nodes(release):
            found.setdefault(node.path, []).append(node)
        modules = module_names(sorted(found))
        self.documents: dict[str, list[Node]] = {}
        self.by_ref: dict[str, StubNames] = {}
        for path, module in modules.items():
            nodes = sorted(found[path], key=lambda node: node.pointer)
            self.documents[module] = nodes
            self._name(module, nodes)

    def _name(self, module: str, nodes: list[Node]) -> None:
        taken: set[str] = set()
        classes = {node.ref: _free(node.type_name, taken) for node in nodes}
        for node in nodes:
            suffix = {"object": "Dict", "enum": "Value"}.get(class_kind(node), "")
            cls = classes[node.ref]
            plain = _free(cls + suffix, taken) if suffix else ""
            self.by_ref[node.ref] = StubNames(module, cls, plain)

    def of(self, node: Node) -> StubNames:
        """Return the names of the type of a node that has a class."""
        return self.by_ref[node.target.ref]


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other type of the module has, and take it."""
    while name in taken or iskeyword(name):
        name += "_"
    taken.add(name)
    return name


def _nodes(release: Release) -> Iterator[Node]:
    """Yield the nodes of all types of a release that have a class, each once."""
    waiting = [release.node(path) for path in release.paths]
    waiting += [release.node(ref) for ref in release.type_names.values()]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop().target
        if node.ref in seen:
            continue
        seen.add(node.ref)
        if class_kind(node) in CLASSES:
            yield node
        waiting += node.properties.values()
        waiting += node.branches
        waiting += [each for each in (node.items, node.values) if each is not None]


def module_names(paths: list[str]) -> Mapping[str, str]:
    """Return the name of the module of each document: ``….schema.entity.data.table``.

    No two of them are the same on a file system that ignores case, and none is the name of a
    package.

    Args:
        paths: paths of documents, sorted.
    """
    split = {
        path: [_identifier(step) for step in path.removesuffix(".json").split("/")]
        for path in paths
    }
    taken = {
        ".".join(steps[:length]).casefold()
        for steps in split.values()
        for length in range(1, len(steps))
    }
    names = {}
    for path, steps in split.items():
        name = ".".join(steps)
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        names[path] = f"{ROOT}.{name}"
    return names


def _identifier(step: str) -> str:
    name = re.sub(r"\W", "_", step)
    name = name if name.isidentifier() else f"_{name}"
    return f"{name}_" if iskeyword(name) else name
