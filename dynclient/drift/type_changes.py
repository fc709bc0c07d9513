"""The types of fields: as text, and compared between two releases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.schema.node import Node

DEEP = 6
"""How many levels of lists and maps are followed; real schemas have two."""
_NAMED = {"enum", "object", "union"}
_WIDER = {("integer", "number"), ("enum", "string"), ("object", "map")}
"""Pairs of kinds where the second accepts all values of the first. Formats are not enforced."""
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
LIMITS = (*sorted(_UPPER), *sorted(_LOWER), "pattern", "const", "multipleOf", "uniqueItems")
"""Keywords that restrict the values of a type."""
CLOSED = "additionalProperties"
"""The keyword that refuses unknown fields where it is false; no other value is compared."""


def type_text(node: Node, depth: int = 0) -> str:
    """Return the type of a schema node: ``EntityReference[]``, ``string (uuid)``, ``{Column}``.

    Args:
        node: the schema node.
        depth: how many lists and maps it is in.
    """
    kind = node.kind
    if kind in _NAMED:
        return node.type_name
    if kind == "array":
        below = node.items
        return "any[]" if below is None or depth >= DEEP else f"{type_text(below, depth + 1)}[]"
    if kind == "map":
        below = node.values
        return "map" if below is None or depth >= DEEP else f"{{{type_text(below, depth + 1)}}}"
    return f"{kind} ({node.format})" if node.format else kind


class TypeComparison:
    """A comparison of the types of schema nodes of two releases.

    Args:
        moves: the new paths of renamed documents, by their old paths.
    """

    def __init__(self, moves: dict[str, str]) -> None:
        self._moves = moves

    def same(self, old: Node, new: Node, depth: int = 0) -> bool:
        """Return whether two nodes have the same type.

        A definition whose fields changed is still the same type. So is one that moved to another
        document, and an enumeration with other values.
        """
        if (kind := old.kind) != new.kind:
            return False
        if kind == "object":
            return self._same_object(old.target, new.target)
        if kind in {"array", "map"}:
            first, second = inside(old), inside(new)
            if first is None or second is None or depth >= DEEP:
                return True  # one of them accepts any items
            return self.same(first, second, depth + 1)
        return kind in _NAMED or old.format == new.format

    def _same_object(self, old: Node, new: Node) -> bool:
        if self.place(old) == new.ref:
            return True
        before, after = {*old.properties}, {*new.properties}
        if old.type_name.casefold() == new.type_name.casefold():
            return not before or not after or bool(before & after)
        return before == after

    def refused(self, old: Node, new: Node, depth: int = 0) -> bool:
        """Return whether the new type may refuse values of the old one, as far as kinds show."""
        first, second = old.kind, new.kind
        if second == "union" and first != "union":
            return all(self.refused(old, branch, depth) for branch in new.branches)
        if first == second and first in {"array", "map"} and depth < DEEP:
            inner, outer = inside(old), inside(new)
            return inner is not None and outer is not None and self.refused(inner, outer, depth + 1)
        if first == second == "object":
            return not self._same_object(old.target, new.target)
        return first != second and (first, second) not in _WIDER and second != "any"

    def place(self, node: Node) -> str:
        """Return the reference to a node of the old release in the new one."""
        return f"{self._moves.get(node.path, node.path)}#{node.pointer}"


def inside(node: Node) -> Node | None:
    """Return the node of the items of a list or map, or None."""
    return node.items if node.kind == "array" else node.values


def limits(
    old: dict[str, Any], new: dict[str, Any]
) -> Iterator[tuple[str, tuple[str | None, str | None], bool]]:
    """Yield the limits that differ.

    Args:
        old: a schema of the old release.
        new: the same schema in the new release.

    Yields:
        The keyword, its old and new value as text (None where it is not set), and whether the new
        limit refuses values that the old one accepts.
    """
    for name in LIMITS:
        before, after = old.get(name), new.get(name)
        if before != after:
            yield name, (_text(before), _text(after)), _tighter(name, before, after)
    closed = [schema.get(CLOSED) is False for schema in (old, new)]
    if closed[0] != closed[1] and "properties" in old and "properties" in new:
        values = ["false" if each else None for each in closed]
        yield CLOSED, (values[0], values[1]), closed[1]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _tighter(name: str, before: Any, after: Any) -> bool:
    if after is None or after is False:
        return False
    if before is None:
        return True
    if name in _UPPER:
        return bool(after < before)
    return bool(after > before) if name in _LOWER else True
