"""Unions: which branch of a ``oneOf`` or ``anyOf`` a piece of data is of.

Told, in this order, by fields that only one value fits (``type: Mysql``), by the ``serviceType``
around it, and by how many of its names a branch knows. Nothing is validated for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node

_KINDS: dict[type, tuple[str, ...]] = {
    str: ("enum", "string"),
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number", "integer"),
    list: ("array",),
    dict: ("object", "map"),
}
SERVICE_TYPE_FIELD = "serviceType"
"""The field beside a connection that says which of the connectors it is for."""


class Union:
    """The branches of one union, with what tells them apart."""

    __slots__ = ("_branches", "_fixed")

    def __init__(self, node: Node) -> None:
        self._branches = tuple(_leaves(node))
        self._fixed: dict[str, dict[str, Any]] = {}

    def branch(self, raw: Any, around: Callable[[], Any]) -> Node | None:
        """Return the branch that data is of, or None where no branch takes its kind.

        Args:
            raw: the data.
            around: gives the service type that is told around it, or None.
        """
        kinds = _KINDS.get(type(raw), ())
        fitting = [branch for branch in self._branches if branch.kind in kinds]
        if not fitting or not isinstance(raw, dict):
            named = [
                branch for branch in fitting if branch.kind == "enum" and raw in (branch.enum or ())
            ]
            return next(iter([*named, *fitting]), None)
        if len(fitting) == 1:
            return fitting[0]
        told = around()
        return min(fitting, key=lambda branch: self._distance(branch, raw, told))

    def _distance(
        self, branch: Node, raw: dict[str, Any], around: Any
    ) -> tuple[int, int, int, int]:
        fixed = self._fixed.get(branch.ref)
        if fixed is None:
            fixed = self._fixed[branch.ref] = _fixed_values(branch)
        wrong = sum(1 for name, value in fixed.items() if name in raw and raw[name] != value)
        told = 0 if around is not None and around in fixed.values() else 1
        if any(name in raw and raw[name] == value for name, value in fixed.items()):
            told = 0
        known = branch.properties
        unknown = sum(1 for name in raw if name not in known)
        missing = sum(1 for name in branch.required if name not in raw)
        return told, wrong, unknown, missing


def _leaves(node: Node) -> list[Node]:
    """Return the branches, those of branches that are unions again in their place."""
    found: list[Node] = []
    for branch in node.branches:
        found.extend(
            _leaves(branch)
            if branch.kind == "union" and branch.target is not node.target
            else [branch]
        )
    return found


def _fixed_values(branch: Node) -> dict[str, Any]:
    """Return the fields of a branch that one value alone fits."""
    fixed: dict[str, Any] = {}
    for name, place in branch.properties.items():
        target = place.target
        if "const" in target.schema:
            fixed[name] = target.schema["const"]
        elif place.enum is not None and len(place.enum) == 1:
            fixed[name] = place.enum[0]
    return fixed
