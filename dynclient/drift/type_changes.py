"""What a field takes, seen apart from where that is written: for people, and to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.schema.node import Node

DEEP = 6
"""Lists of lists and maps of maps are followed so far; real ones have two levels."""
_NAMED = {"enum", "object", "union"}
_WIDER = {("integer", "number"), ("enum", "string"), ("object", "map")}
"""What takes all that the other takes; formats are annotations and refuse nothing."""
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
LIMITS = (*sorted(_UPPER), *sorted(_LOWER), "pattern", "const", "multipleOf", "uniqueItems")
"""Keywords that refuse some of what the type takes."""
CLOSED = "additionalProperties"
"""The keyword that refuses unknown fields; only whether it does is compared."""


def told(node: Node, depth: int = 0) -> str:
    """Return what a place takes, in a word: ``EntityReference[]``, ``string (uuid)``, ``{Column}``.

    Args:
        node: the place.
        depth: how many lists and maps it is in.
    """
    kind = node.kind
    if kind in _NAMED:
        return node.type_name
    if kind == "array":
        below = node.items
        return "any[]" if below is None or depth >= DEEP else f"{told(below, depth + 1)}[]"
    if kind == "map":
        below = node.values
        return "map" if below is None or depth >= DEEP else f"{{{told(below, depth + 1)}}}"
    return f"{kind} ({node.format})" if node.format else kind


class Kinds:
    """Compares what places of two releases take.

    Args:
        moves: paths of documents that the new release has elsewhere, with that path.
    """

    def __init__(self, moves: dict[str, str]) -> None:
        self._moves = moves

    def same(self, old: Node, new: Node, depth: int = 0) -> bool:
        """Tell whether both take the same; a definition that changed inside is the same one still.

        So is one that moved to another document, and an enumeration of other values.
        """
        if (kind := old.kind) != new.kind:
            return False
        if kind == "object":
            return self._same_object(old.target, new.target)
        if kind in {"array", "map"}:
            first, second = inside(old), inside(new)
            if first is None or second is None or depth >= DEEP:
                return True  # anything at all on one side: nothing that was fine is refused
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
        """Tell whether what was fine for one may be refused by the other, as far as kinds tell."""
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
        """Return the reference of a place of the old release, as the new one has it."""
        return f"{self._moves.get(node.path, node.path)}#{node.pointer}"


def inside(node: Node) -> Node | None:
    """Return what a list or map holds, where the schema says so."""
    return node.items if node.kind == "array" else node.values


def limits(
    old: dict[str, Any], new: dict[str, Any]
) -> Iterator[tuple[str, tuple[str | None, str | None], bool]]:
    """Give the limits that differ: keyword, what it was and is, and whether it refuses more.

    Args:
        old: a schema.
        new: what it became.
    """
    for name in LIMITS:
        before, after = old.get(name), new.get(name)
        if before != after:
            yield name, (_text(before), _text(after)), _tighter(name, before, after)
    closed = [schema.get(CLOSED) is False for schema in (old, new)]
    if closed[0] != closed[1] and "properties" in old and "properties" in new:
        told = ["false" if each else None for each in closed]
        yield CLOSED, (told[0], told[1]), closed[1]


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
