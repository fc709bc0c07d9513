"""The order in which entities of a catalogue can be created: what is referred to comes first."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from dynclient.bulk.order import type_level

if TYPE_CHECKING:
    from dynclient.schema import Release

K = TypeVar("K", bound=Hashable)


def type_order(
    release: Release,
    types: Iterable[str],
    edges: Iterable[tuple[str, str]],
    required: Collection[tuple[str, str]] = (),
) -> list[str]:
    """Return entity types in the order in which their entities are created.

    Of types that refer to each other, such as user and team, the one comes first whose create
    request needs fewer other types; what it refers to is set afterwards.

    Args:
        release: the release.
        types: names of the types.
        edges: pairs of types of which the first refers to the second.
        required: those of them whose references cannot be set afterwards.
    """
    waiting = {*types}
    needs: dict[str, set[str]] = {name: set() for name in waiting}
    for first, second in edges:
        if first != second and first in waiting and second in waiting:
            needs[first].add(second)

    def rank(name: str) -> tuple[bool, bool, int, str]:
        entity = release.entities.get(name)
        level = type_level(release, entity) if entity is not None else 0
        others = needs[name] & waiting
        return any((name, each) in required for each in others), bool(others), level, name

    order = []
    while waiting:
        below = {name: _reachable(name, needs, waiting) for name in waiting}
        # What is in no circle that comes later waits for all that is in it.
        ready = [name for name in waiting if all(name in below[each] for each in below[name])]
        first_one = min(ready, key=rank)
        waiting.remove(first_one)
        order.append(first_one)
    return order


def _reachable(start: str, needs: Mapping[str, set[str]], waiting: set[str]) -> set[str]:
    """Return the types that one needs, directly or through others."""
    found: set[str] = set()
    pending = [start]
    while pending:
        for name in needs[pending.pop()] & waiting - found:
            found.add(name)
            pending.append(name)
    return found


def name_order(names: Iterable[K], above: Mapping[K, Iterable[K]], key: Any = None) -> list[K]:
    """Return names in their order, but each after those that it refers to.

    Names that refer to each other keep their order.

    Args:
        names: the names.
        above: by name, the names that must come before it; others are ignored.
        key: what the names are sorted by, as for ``sorted``.
    """
    known = sorted(names, key=key)
    members = {*known}
    done: dict[K, None] = {}
    for start in known:
        stack: list[tuple[K, bool]] = [(start, False)]
        entered: set[K] = set()
        while stack:
            name, is_left = stack.pop()
            if is_left:
                done.setdefault(name)
                continue
            if name in done or name in entered:
                continue
            entered.add(name)
            stack.append((name, True))
            parents = [each for each in above.get(name, ()) if each in members]
            stack.extend((each, False) for each in sorted(parents, key=key, reverse=True))
    return [*done]
