"""Unknown fields and unknown enum values in responses: what a server has and a release does not.

Each response is scanned, so this has to cost little: the values of one field are scanned together,
for a whole page, and fields that cannot have anything unknown are skipped.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from dynclient.schema.node import SERVICE_TYPE_FIELD

if TYPE_CHECKING:
    from dynclient.schema import Node
    from dynclient.schema.unions import Union

    Report = Callable[[str, int], None]
    """Takes what is unknown and how often it occurs."""
    Scan = Callable[[Sequence[Any], Any, Report], None]
    """Takes values that are neither None nor empty, the service type of the objects around them,
    and the function that it reports to."""

_MAX_NAMES = 1000
"""How many unknown names are counted; further ones are counted as OTHERS."""
_MAX_LENGTH = 60
"""Characters of a value in a name, at most."""
OTHERS = "(others)"
"""The name that all further unknown names are counted under."""

TOO_DEEP = "(too deep to scan)"
"""The name that data is counted under that is nested deeper than Python can follow."""


class UnknownValues:
    """Counts of the unknown fields and values in the responses to one client.

    ``Table.shininess`` is an unknown field, ``Column.dataType = 'QUBIT'`` an unknown value.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, node: Node, data: Sequence[Any]) -> None:
        """Scan data of a response.

        Args:
            node: the schema node of each item.
            data: decoded JSON.
        """
        scan = _scan(node, "")
        try:
            if scan is not None:
                scan(data, None, self._report)
        except RecursionError:
            # A response is never refused for its content, even a thousand levels deep.
            self._report(TOO_DEEP, 1)

    def counts(self) -> Counter[str]:
        """Return a copy of the counts by name."""
        with self._lock:
            return Counter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def _report(self, name: str, count: int) -> None:
        with self._lock:
            is_counted = name in self._counts or len(self._counts) < _MAX_NAMES
            self._counts[name if is_counted else OTHERS] += count


def _scan(node: Node | None, field: str) -> Scan | None:
    """Return the function that scans values of a schema node; None where none can be unknown.

    Args:
        node: the schema node.
        field: the name of its values: ``Column.dataType``.
    """
    if node is None:
        return None
    kind = node.kind
    if kind == "object":
        scans: dict[str, Scan] = node.release.memo("unknown_values", lambda _: {})
        found = scans.get(node.target.ref)
        if found is None:
            found = scans.setdefault(node.target.ref, _object(node.target))
        return found
    if kind == "array":
        return _items(_scan(node.items, field), list, lambda value: value)
    if kind == "map":
        return _items(_scan(node.values, field), dict, dict.values)
    if kind == "union":
        return _union(node, field)
    if kind == "enum":
        return _enum(frozenset(map(str, node.enum or ())), field)
    return None


def _items(inner: Scan | None, kind: type, items: Callable[[Any], Any]) -> Scan | None:
    """Return the function that scans the items of lists or maps.

    Args:
        inner: scans the items.
        kind: list or dict.
        items: takes a value of that kind; returns its items.
    """
    if inner is None:
        return None

    def scan(values: Sequence[Any], service_type: Any, report: Report) -> None:
        each = chain.from_iterable([items(value) for value in values if type(value) is kind])
        found = [item for item in each if item]
        if found:
            inner(found, service_type, report)

    return scan


def _enum(known: frozenset[str], field: str) -> Scan:
    def scan(values: Sequence[Any], service_type: Any, report: Report) -> None:  # noqa: ARG001  # a Scan
        strings = [value for value in values if type(value) is str]
        if not known.issuperset(strings):
            for value, count in Counter(strings).items():
                if value not in known:
                    report(f"{field} = {value[:_MAX_LENGTH]!r}", count)

    return scan


def _union(node: Node, field: str) -> Scan:
    """Return the function that scans values of several types, each by its own schema."""
    union: list[Union] = []

    def scan(values: Sequence[Any], service_type: Any, report: Report) -> None:
        if not union:
            from dynclient.schema.unions import Union

            union.append(Union(node))
        for value in values:
            if type(value) in {dict, list}:
                inner = _scan(union[0].branch(value, lambda: service_type), field)
                if inner is not None:
                    inner([value], service_type, report)

    return scan


def _by_service_type(
    objects: list[dict[str, Any]], service_type: Any
) -> Iterable[tuple[Any, list[Any]]]:
    """Return objects by their service type; ``service_type`` is that of those without one."""
    groups: dict[Any, list[Any]] = {}
    for each in objects:
        own = each.get(SERVICE_TYPE_FIELD)
        groups.setdefault(own if type(own) is str else service_type, []).append(each)
    return groups.items()


def _object(node: Node) -> Scan:
    """Return the function that scans objects of a type."""
    known = node.properties
    scans: dict[str, Scan | None] = {}
    name = node.type_name
    # A type that accepts any names has no unknown fields.
    is_open = node.values is not None
    has_service_type = SERVICE_TYPE_FIELD in known

    def scan(values: Sequence[Any], service_type: Any, report: Report) -> None:
        objects = [value for value in values if type(value) is dict]
        if not has_service_type:
            scan_fields(objects, service_type, report)
            return
        for own, group in _by_service_type(objects, service_type):
            scan_fields(group, own, report)

    def scan_fields(objects: list[dict[str, Any]], service_type: Any, report: Report) -> None:
        for field in set().union(*objects):
            inner = scans.get(field, _not_built)
            if inner is None:
                continue
            values = [value for each in objects if (value := each.get(field))]
            if field not in known:
                if not is_open:
                    report(f"{name}.{field}", sum(field in each for each in objects))
            elif values:
                if inner is _not_built:
                    inner = scans[field] = _scan(known[field], f"{name}.{field}")
                if inner is not None:
                    inner(values, service_type, report)

    return scan


def _not_built(values: Sequence[Any], service_type: Any, report: Report) -> None:
    """Stand for the scan of a field that did not occur yet: schemas are read when they are used."""
