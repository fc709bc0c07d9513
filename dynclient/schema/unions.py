"""Unions: which branch of a ``oneOf`` or ``anyOf`` a piece of data is of.

Decided by the ``serviceType`` of the enclosing object, then by properties that allow a single value
(``type: Mysql``), then by how many property names a branch has. The data is not validated.
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


class Union:
    """The branches of one ``oneOf`` or ``anyOf``, and the values that distinguish them."""

    __slots__ = ("_branches", "_fixed")

    def __init__(self, node: Node) -> None:
        self._branches = tuple(_leaves(node))
        self._fixed: dict[str, dict[str, Any]] = {}

    def branch(self, raw: Any, service_type: Callable[[], Any] = lambda: None) -> Node | None:
        """Return the branch that data belongs to, or None if no branch allows its type.

        Args:
            raw: the data.
            service_type: returns the ``serviceType`` of the enclosing object, or None; called
                only if the data alone does not decide.
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
        enclosing = service_type()
        return min(fitting, key=lambda branch: self._distance(branch, raw, enclosing))

    def _distance(
        self, branch: Node, raw: dict[str, Any], service_type: Any
    ) -> tuple[bool, int, int, int]:
        fixed = self._fixed.get(branch.ref)
        if fixed is None:
            fixed = self._fixed[branch.ref] = _fixed_values(branch)
        wrong = sum(1 for name, value in fixed.items() if name in raw and raw[name] != value)
        named = service_type is not None and service_type in fixed.values()
        named = named or any(name in raw and raw[name] == value for name, value in fixed.items())
        known = branch.properties
        unknown = sum(1 for name in raw if name not in known)
        missing = sum(1 for name in branch.required if name not in raw)
        return not named, wrong, unknown, missing


def _leaves(node: Node) -> list[Node]:
    """Return the branches, with nested unions replaced by their branches."""
    found: list[Node] = []
    for branch in node.branches:
        found.extend(
            _leaves(branch)
            if branch.kind == "union" and branch.target is not node.target
            else [branch]
        )
    return found


def _fixed_values(branch: Node) -> dict[str, Any]:
    """Return the properties of a branch that allow a single value, with that value."""
    fixed: dict[str, Any] = {}
    for name, place in branch.properties.items():
        target = place.target
        if "const" in target.schema:
            fixed[name] = target.schema["const"]
        elif place.enum is not None and len(place.enum) == 1:
            fixed[name] = place.enum[0]
    return fixed
