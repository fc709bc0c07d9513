"""What servers say that a release does not know: unknown fields, and unknown values of enums.

Every answer is looked through for them, so this is made to cost little: all values of one place, of
a whole page, are looked at together, and places that can hold nothing of the kind not at all.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from dynclient.schema.unions import Union

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

    Tell = Callable[[str, int], None]
    Look = Callable[[Sequence[Any], Any, Tell], None]
    """Takes values that are neither None nor empty, the service type told around them, and whom to
    tell what is unknown, and how often."""

_KINDS = 1000
"""Different things that are counted; what a server makes up without end is counted as one."""
_LONG = 60
"""Characters of a value that are kept."""
_TELLING = "serviceType"
"""The field beside a connection that says which of the connectors it is for."""
OTHERS = "(others)"
"""What all further kinds are counted as."""

TOO_DEEP = "(too deep to be looked through)"
"""What data is counted as that is nested deeper than Python can follow."""

_looks: WeakKeyDictionary[Release, dict[str, Look]] = WeakKeyDictionary()


class UnknownValues:
    """How often each unknown thing was met, by one client.

    ``Table.shininess`` is an unknown field, ``Column.dataType = 'QUBIT'`` an unknown value.
    """

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, node: Node, data: Sequence[Any]) -> None:
        """Look through data that a server gave, all for the same place."""
        look = _look(node, "")
        try:
            if look is not None:
                look(data, None, self._tell)
        except RecursionError:
            # An answer is never refused for what it holds, be it a thousand levels deep.
            self._tell(TOO_DEEP, 1)

    def counts(self) -> Counter[str]:
        """Return a copy of the counts."""
        with self._lock:
            return Counter(self._met)

    def _tell(self, what: str, often: int) -> None:
        with self._lock:
            known = what in self._met or len(self._met) < _KINDS
            self._met[what if known else OTHERS] += often


def _look(node: Node | None, field: str) -> Look | None:
    """Return what looks through a place, or None where nothing can be unknown.

    Args:
        node: the place.
        field: what its values are called: ``Column.dataType``.
    """
    if node is None:
        return None
    kind = node.kind
    if kind == "object":
        known = _looks.setdefault(node.release, {})
        found = known.get(node.target.ref)
        if found is None:
            found = known.setdefault(node.target.ref, _object(node.target))
        return found
    if kind == "array":
        return _below(_look(node.items, field), list, lambda value: value)
    if kind == "map":
        return _below(_look(node.values, field), dict, dict.values)
    if kind == "union":
        return _union(node, field)
    if kind == "enum":
        return _enum(frozenset(map(str, node.enum or ())), field)
    return None


def _below(inner: Look | None, kind: type, parts: Callable[[Any], Any]) -> Look | None:
    """Return what looks at the parts of values of a kind."""
    if inner is None:
        return None

    def look(values: Sequence[Any], around: Any, tell: Tell) -> None:
        held = chain.from_iterable([parts(value) for value in values if type(value) is kind])
        found = [part for part in held if part]
        if found:
            inner(found, around, tell)

    return look


def _enum(known: frozenset[str], field: str) -> Look:
    def look(values: Sequence[Any], around: Any, tell: Tell) -> None:  # noqa: ARG001  # a Look's form
        texts = [value for value in values if type(value) is str]
        if not known.issuperset(texts):
            for value, often in Counter(texts).items():
                if value not in known:
                    tell(f"{field} = {value[:_LONG]!r}", often)

    return look


def _union(node: Node, field: str) -> Look:
    """Return what looks through a place of several types: each value as what it is."""
    union: list[Union] = []

    def look(values: Sequence[Any], around: Any, tell: Tell) -> None:
        if not union:
            union.append(Union(node))
        for value in values:
            branch = union[0].branch(value, lambda: around) if type(value) in {dict, list} else None
            inner = _look(branch, field)
            if inner is not None:
                inner([value], around, tell)

    return look


def _by_type(objects: list[dict[str, Any]], around: Any) -> Iterable[tuple[Any, list[Any]]]:
    """Give objects with the service type that each tells, those of one type together."""
    told: dict[Any, list[Any]] = {}
    for one in objects:
        kind = one.get(_TELLING)
        told.setdefault(kind if type(kind) is str else around, []).append(one)
    return told.items()


def _object(node: Node) -> Look:
    """Return what looks through a type with named fields."""
    known = node.properties
    looks: dict[str, Look | None] = {}
    name = node.type_name
    # A type that takes names of any kind has none that are unknown.
    open_ = node.values is not None
    telling = _TELLING in known

    def look(values: Sequence[Any], around: Any, tell: Tell) -> None:
        objects = [value for value in values if type(value) is dict]
        for told, alike in _by_type(objects, around) if telling else ((around, objects),):
            look_at(alike, told, tell)

    def look_at(objects: list[dict[str, Any]], around: Any, tell: Tell) -> None:
        for field in set().union(*objects):
            inner = looks.get(field, _unmet)
            if inner is None:
                continue
            held = [value for one in objects if (value := one.get(field))]
            if field not in known:
                if not open_:
                    tell(f"{name}.{field}", sum(field in one for one in objects))
            elif held:
                if inner is _unmet:
                    inner = looks[field] = _look(known[field], f"{name}.{field}")
                if inner is not None:
                    inner(held, around, tell)

    return look


def _unmet(values: Sequence[Any], around: Any, tell: Tell) -> None:
    """Stand for a field that was never met: its schema is not looked at before it is."""
