"""What servers say that a release does not know: unknown fields, and unknown values of enums.

Every answer is looked through for them, so this is made to cost little: the fields of an object are
looked at once for each set of names that occurs, and places that can hold nothing of the kind not
at all.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from dynclient.model.unions import Union

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

    Tell = Callable[[str], None]
    Look = Callable[[Any, Any, Tell], None]
    """Takes a value, the service type told around it, and whom to tell what is unknown."""
    _Plan = tuple[tuple[tuple[str, frozenset[str]], ...], tuple[tuple[str, Look], ...]]
    """Enums by field, and what else to look at by field."""

_KINDS = 1000
"""Different things that are counted; what a server makes up without end is counted as one."""
_SHAPES = 512
"""Sets of field names that are remembered for one type."""
_TELLING = "serviceType"
"""The field beside a connection that says which of the connectors it is for."""
_LONG = 60
"""Characters of a value that are kept."""
OTHERS = "(others)"
"""What all further kinds are counted as."""

_looks: WeakKeyDictionary[Release, dict[str, Look]] = WeakKeyDictionary()


class Census:
    """How often each unknown thing was met, by one client.

    ``Table.shininess`` is an unknown field, ``Column.dataType = 'QUBIT'`` an unknown value.
    """

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, node: Node, data: Any) -> None:
        """Look through data that a server gave for a place."""
        look(node)(data, None, self._tell)

    def counts(self) -> Counter[str]:
        """Return a copy of the counts."""
        with self._lock:
            return Counter(self._met)

    def _tell(self, what: str) -> None:
        with self._lock:
            known = what in self._met or len(self._met) < _KINDS
            self._met[what if known else OTHERS] += 1


def look(node: Node) -> Look:
    """Return what looks through the data of a place."""
    return _look(node, "") or _nothing


def _nothing(value: Any, around: Any, tell: Tell) -> None:
    """Look at nothing: nothing unknown can be here."""


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
        return _each(_look(node.items, field))
    if kind == "map":
        return _each_value(_look(node.values, field))
    if kind == "union":
        return _Union(node, field)
    if kind == "enum":
        return _enum(frozenset(map(str, node.enum or ())), field)
    return None


def _each(below: Look | None) -> Look | None:
    if below is None:
        return None

    def each(value: Any, around: Any, tell: Tell) -> None:
        if type(value) is list:
            for item in value:
                below(item, around, tell)

    return each


def _each_value(below: Look | None) -> Look | None:
    if below is None:
        return None

    def each(value: Any, around: Any, tell: Tell) -> None:
        if type(value) is dict:
            for item in value.values():
                below(item, around, tell)

    return each


def _enum(known: frozenset[str], field: str) -> Look:
    def one(value: Any, around: Any, tell: Tell) -> None:  # noqa: ARG001  # a Look's form
        if type(value) is str and value not in known:
            tell(f"{field} = {value[:_LONG]!r}")

    return one


class _Union:
    """A place of several types: what is there is looked through as what it is."""

    __slots__ = ("_field", "_node", "_union")

    def __init__(self, node: Node, field: str) -> None:
        self._node = node
        self._field = field
        self._union: Union | None = None

    def __call__(self, value: Any, around: Any, tell: Tell) -> None:
        if type(value) not in {dict, list}:
            return
        if self._union is None:
            self._union = Union(self._node)
        below = _look(self._union.branch(value, lambda: around), self._field)
        if below is not None:
            below(value, around, tell)


def _object(node: Node) -> Look:
    """Return what looks through a type with named fields.

    ``plans`` has, for each set of names that was met, what to look at: enums, whose values are
    compared on the spot, and all else.
    """
    plans: dict[tuple[str, ...], _Plan] = {}
    fields: dict[str, _Plan] = {}

    def one(value: Any, around: Any, tell: Tell) -> None:
        if type(value) is not dict:
            return
        shape = tuple(value)
        try:
            enums, others = plans[shape]
        except KeyError:
            enums, others = _planned(node, shape, fields)
            if len(plans) < _SHAPES:
                plans[shape] = enums, others
        for name, known in enums:
            held = value[name]
            if type(held) is str and held not in known:
                tell(f"{node.type_name}.{name} = {held[:_LONG]!r}")
        for name, below in others:
            held = value[name]
            if held:
                below(held, value.get(_TELLING, around), tell)

    return one


def _planned(node: Node, shape: tuple[str, ...], fields: dict[str, _Plan]) -> _Plan:
    """Return what to look at in an object with these names.

    Args:
        node: its type.
        shape: its names.
        fields: what was found out of single fields; added to.
    """
    enums: list[tuple[str, frozenset[str]]] = []
    others: list[tuple[str, Look]] = []
    for name in shape:
        if name not in fields:
            fields[name] = _plan(node, name)
        enums += fields[name][0]
        others += fields[name][1]
    return tuple(enums), tuple(others)


def _plan(node: Node, name: str) -> _Plan:
    """Return what to look at in one field."""
    what = f"{node.type_name}.{name}"
    place = node.properties.get(name)
    if place is None:
        # A type that takes names of any kind has none that are unknown.
        return (), (((name, _unknown(what)),) if node.values is None else ())
    if place.kind == "enum":
        return ((name, frozenset(map(str, place.enum or ()))),), ()
    below = _look(place, what)
    return (), (((name, below),) if below is not None else ())


def _unknown(what: str) -> Look:
    def one(value: Any, around: Any, tell: Tell) -> None:  # noqa: ARG001  # a Look's form
        tell(what)

    return one
