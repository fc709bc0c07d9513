"""Lists of texts whose order means nothing, by the schemas: they are compared as sets.

Those are lists of names of entities, which servers return in any order, and lists whose schema has
``uniqueItems``. Any other list of texts is ordered, such as the columns of a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.as_code.references import is_name, reference_types

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

_DEPTH = 6
"""Levels of objects and lists below a field that are searched."""


class UnorderedLists:
    """The unordered lists of the entities of one type.

    Args:
        release: the release whose schemas say what the fields are.
        entity: the entity type.
    """

    def __init__(self, release: Release, entity: EntityType) -> None:
        create = {} if entity.create is None else release.node(entity.create).properties
        self._nodes: dict[str, Node] = {}
        """The fields in which lists with ``uniqueItems`` are, at any depth."""
        self._names: set[str] = set()
        """The fields that are lists of names."""
        for name, node in {**release.node(entity.path).properties, **create}.items():
            if name in create and node.kind == "array" and is_name(node):
                self._names.update([name] if reference_types(release, entity, name) else [])
            if _has_sets(node, _DEPTH):
                self._nodes[name] = node

    @classmethod
    def of(cls, release: Release, entity: EntityType) -> UnorderedLists:
        """Return those of an entity type, which are found out once for a release."""
        known: dict[str, UnorderedLists] = release.memo("unordered_lists", lambda _: {})
        if entity.name not in known:
            known[entity.name] = cls(release, entity)
        return known[entity.name]

    def sorted(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields of a document with these lists in the order of their texts."""
        found = dict(fields)
        for name in found.keys() & self._nodes.keys():
            found[name] = _sorted(self._nodes[name], found[name])
        for name in found.keys() & self._names:
            if _is_texts(found[name]):
                found[name] = sorted(found[name])
        return found


def _is_set(node: Node) -> bool:
    return node.kind == "array" and node.target.schema.get("uniqueItems") is True


def _has_sets(node: Node, depth: int) -> bool:
    if _is_set(node):
        return True
    if not depth:
        return False
    inner = [*node.properties.values()] if node.kind == "object" else [node.items]
    return any(each is not None and _has_sets(each, depth - 1) for each in inner)


def _sorted(node: Node | None, value: Any) -> Any:
    if node is None:
        return value
    if isinstance(value, Mapping):
        return {name: _sorted(node.properties.get(name), each) for name, each in value.items()}
    if isinstance(value, list):
        if _is_texts(value):
            return sorted(value) if _is_set(node) else value
        return [_sorted(node.items, each) for each in value]
    return value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
