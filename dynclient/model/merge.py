"""Fields that are read later than the rest of an entity, put into its JSON.

They are put into the JSON that the server returned, too, so that they are not changes. Objects are
filled, never replaced: users may have references to the entities around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.model.entity import Entity, Origin, Original, clone, original_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynclient.schema import Node

    Pair = tuple[Any, Any]
    Pairs = Callable[[list[Any], list[Any]], Iterator[Pair]]
    """Takes a list of an entity and the same list of another state; yields items that belong
    together."""

_KEYS = ("id", "name", "fullyQualifiedName", "tagFQN")
"""What identifies an item of a list, tried in this order."""


def origin_of(root: Entity) -> Origin | None:
    """Return the response that an entity comes from, or None if it is not known."""
    link = root._link.origin if isinstance(root._link, Original) else root._link
    return link if isinstance(link, Origin) else None


def is_read(root: Entity, path: str) -> bool:
    """Return whether a field of an entity was read later.

    Args:
        root: the entity that the server returned.
        path: path of the field in the schema: ``tags``, ``columns[].tags``.
    """
    return isinstance(root._link, Original) and path in root._link.read


def merge(root: Entity, path: str, data: dict[str, Any]) -> None:
    """Put a field that was read later into an entity.

    Args:
        root: the entity that the server returned.
        path: path of the field in the schema: ``tags``, ``columns[].tags``.
        data: the JSON of the entity, with the field; not changed.
    """
    original = original_of(root)
    steps, node = path.split("."), type(root)._node
    if original.raw is None:
        _fill(root._raw, data, steps, node, _by_key)
    else:
        _fill(original.raw, data, steps, node, _by_key)
        # Items may have been renamed since, and others appended. Nothing else moves or removes an
        # item before its parts are read, see ``entity.read_parts_later``.
        _fill(root._raw, original.raw, steps, node, _by_place)
    original.read |= {path}


def complete(root: Entity, path: str) -> None:
    """Put a field that was read later into the parts of an entity that lack it.

    Args:
        root: the entity that the server returned; it was changed since.
        path: path of the field in the schema: ``columns[].tags``.
    """
    _fill(root._raw, returned_state(root), path.split("."), type(root)._node, _by_key)


def returned_state(root: Entity) -> dict[str, Any]:
    """Return the JSON of an entity as it was returned first, with what was read later; shared."""
    link = root._link
    kept = link.raw if isinstance(link, Original) else None
    return root._raw if kept is None else kept


def note_stale(root: Entity) -> bool:
    """Note that a field came from a newer state of an entity, and return whether that is new."""
    original = original_of(root)
    is_new = not original.is_stale
    original.is_stale = True
    return is_new


def _fill(
    raw: dict[str, Any], data: dict[str, Any], steps: list[str], node: Node | None, pairs: Pairs
) -> None:
    """Put the value at a path of an object into another object that lacks it."""
    name, *rest = steps
    name = name.removesuffix("[]")
    value = data.get(name)
    if not rest:
        if value is not None and name not in raw:
            raw[name] = clone(value)
        return
    below = None if node is None else node.properties.get(name)
    inner = None if below is None else below.items or below
    for mine, other in _objects(raw.get(name), value, pairs):
        _fill_nested(mine, other, rest, inner, pairs)


def _fill_nested(
    raw: dict[str, Any], data: dict[str, Any], steps: list[str], node: Node | None, pairs: Pairs
) -> None:
    """Fill an object, and the objects of its own type in it: the children of a column."""
    _fill(raw, data, steps, node, pairs)
    if node is None:
        return
    for name, below in node.properties.items():
        if name in raw and below.items is not None and below.items.target is node.target:
            for mine, other in _objects(raw[name], data.get(name), pairs):
                _fill_nested(mine, other, steps, node, pairs)


def _objects(mine: Any, others: Any, pairs: Pairs) -> Iterator[Pair]:
    """Yield the objects at one place of two states of an entity: one, or the items of a list."""
    if isinstance(mine, list) and isinstance(others, list):
        yield from (pair for pair in pairs(mine, others) if _are_objects(*pair))
    elif _are_objects(mine, others):
        yield mine, others


def _are_objects(mine: Any, other: Any) -> bool:
    return isinstance(mine, dict) and isinstance(other, dict)


def _by_place(mine: list[Any], others: list[Any]) -> Iterator[Pair]:
    """Yield the items of two lists that have the same place."""
    return zip(mine, others, strict=False)


def _by_key(mine: list[Any], others: list[Any]) -> Iterator[Pair]:
    """Yield the items of two lists that have the same key."""
    by_key = {_key(item, place): item for place, item in enumerate(others)}
    for place, item in enumerate(mine):
        yield item, by_key.get(_key(item, place))


def _key(item: Any, place: int) -> Any:
    """Return what identifies an item of a list; its place where nothing does."""
    if not isinstance(item, dict):
        return place
    return next(((key, item[key]) for key in _KEYS if isinstance(item.get(key), str)), place)
