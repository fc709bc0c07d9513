"""How many fields of one release another one has, with the same type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dynclient.schema import Node, Release


def field_agreement(own: Release, other: Release) -> float:
    """Return the share of fields that two releases have in common, of the fields of either.

    Compared are the fields of each entity type and create request of ``own``.
    """
    counts: Counter[bool] = Counter()
    for ours, theirs in _types(own, other):
        fields = {} if theirs is None else theirs.properties
        for name in {*ours.properties, *fields}:
            ours_field, theirs_field = ours.properties.get(name), fields.get(name)
            is_same = ours_field is not None and theirs_field is not None
            if ours_field is not None and theirs_field is not None:
                is_same = _shape(ours_field) == _shape(theirs_field)
            counts[is_same] += 1
    return counts[True] / counts.total()


def _types(own: Release, other: Release) -> Iterator[tuple[Node, Node | None]]:
    theirs = {**other.entities, **other.time_series}
    for entity in (*own.entities.values(), *own.time_series.values()):
        match = theirs.get(entity.name)
        yield own.resolve(entity.path), None if match is None else other.resolve(match.path)
        if entity.create is not None:
            create = None if match is None else match.create
            yield own.node(entity.create), None if create is None else other.node(create)


def _shape(node: Node) -> tuple[object, ...]:
    kind = node.kind
    if kind == "array":
        return kind, None if node.items is None else _shape(node.items)
    if kind == "enum":
        return kind, frozenset(map(str, node.enum or ()))
    if kind == "object" and node.properties:
        return kind, frozenset(node.properties)
    return ("open",) if kind in {"object", "map", "any", "union", "null"} else (kind,)
