"""Conditions of a script that are decided by the release alone, such as ``if "domains" in om``."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.errors import AmbiguousName, UnknownCollection
from dynclient.explore.places import find_spec
from dynclient.extensions import registry
from dynclient.operations.catalogue import catalogue
from dynclient.upgrade import values as v
from dynclient.upgrade.findings import changed
from dynclient.upgrade.script_names import has_collection

if TYPE_CHECKING:
    from dynclient.schema import Release
    from dynclient.upgrade.values import Value

_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_MISSING = {
    "AttributeError", "ImportError", "ModuleNotFoundError", "NotSupported", "SchemaNotFound",
    "UnknownCollection", "UnknownOperation",
}  # fmt: skip
"""Errors that a script catches if it expects that a release does not have a name; one that catches
any error may only report it."""
MISSING_RULES = {"class", "collection", "method", "module"}
"""The rules of findings that are such errors when the script runs."""
_FIELDS = {"model_fields", "__fields__"}
"""Attributes of classes of the official SDK with their fields by name."""
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Conditions:
    """Decides conditions for one release.

    Args:
        release: the release.
        value: returns what is known of an expression.
    """

    def __init__(self, release: Release, value: Callable[[ast.expr], Value]) -> None:
        self._release = release
        self._value = value

    def outcome(self, test: ast.expr) -> bool | None:
        """Return whether a condition is true with the release; None if that is not known.

        Args:
            test: the condition.
        """
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            found = self.outcome(test.operand)
            return None if found is None else not found
        if isinstance(test, ast.BoolOp):
            return self._combined(test)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self._compared(test.left, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Call):
            return self._has_attribute(test)
        return None

    def _combined(self, test: ast.BoolOp) -> bool | None:
        outcomes = [self.outcome(each) for each in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in outcomes:
            return decisive
        return None if None in outcomes else not decisive

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        if isinstance(op, (ast.In, ast.NotIn)):
            found = self._is_in(left, right)
            return found if found is None or isinstance(op, ast.In) else not found
        compare = _ORDER.get(type(op))
        if compare is None:
            return None
        for one, other, is_left in ((left, right, True), (right, left, False)):
            numbers = _numbers(other)
            if numbers is not None and self._is_version(one):
                own = self._release.version
                if not own:
                    return None
                return compare(own, numbers) if is_left else compare(numbers, own)
        return None

    def _is_in(self, left: ast.expr, right: ast.expr) -> bool | None:
        """Return whether the release has a collection, a type, or a field of a class."""
        element = self._value(left)
        if not isinstance(element, v.Constant) or not isinstance(element.value, str):
            return None
        name = element.value
        if isinstance(right, ast.Attribute) and right.attr in _FIELDS:
            of = self._value(right.value)
            return name in of.node.properties if isinstance(of, v.Class) else None
        container = self._value(right)
        if isinstance(container, v.Types):
            return name in self._release.type_names
        return self._has_collection(name) if isinstance(container, v.NativeClient) else None

    def _has_collection(self, name: str) -> bool:
        try:
            catalogue(self._release).find(name)
        except UnknownCollection:
            return False
        except AmbiguousName:
            return True
        return True

    def _has_attribute(self, call: ast.Call) -> bool | None:
        """Return what ``hasattr`` of a client, its types or a collection returns."""
        is_hasattr = isinstance(call.func, ast.Name) and call.func.id == "hasattr"
        if not is_hasattr or len(call.args) != 2 or not isinstance(call.args[1], ast.Constant):
            return None
        release, name = self._release, str(call.args[1].value)
        of = self._value(call.args[0])
        if isinstance(of, v.Types):
            return name in release.type_names
        if isinstance(of, v.NativeClient):
            spec = find_spec(release, name)
            if spec is not None and spec.attribute == name:
                return True
            if registry.is_client_name(name):
                return name in registry.client_names(release, None)
            # Any other name may be an attribute of the client in each release.
            elsewhere = changed(release, lambda other: has_collection(other, name)).having
            return False if elsewhere else None
        if isinstance(of, v.Collection) and registry.is_method_name(name):
            spec = find_spec(release, of.name)
            return None if spec is None else name in registry.method_names(release, spec, None)
        return None

    def _is_version(self, expression: ast.expr) -> bool:
        """Return whether an expression is ``om.release.version``."""
        steps = []
        while isinstance(expression, ast.Attribute):
            steps.append(expression.attr)
            expression = expression.value
        is_client = isinstance(expression, ast.Name)
        if steps != ["version", "release"] or not is_client:
            return False
        return isinstance(self._value(expression), v.NativeClient)


def ends(statements: Sequence[ast.stmt]) -> bool:
    """Return whether what comes after statements is not reached: they end with ``return``."""
    return bool(statements) and isinstance(statements[-1], _ENDS)


def expects_missing(statement: ast.Try) -> bool:
    """Return whether a script catches the error of a name that a release does not have."""
    for handler in statement.handlers:
        caught = handler.type
        names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        for each in names:
            if (getattr(each, "attr", None) or getattr(each, "id", None)) in _MISSING:
                return True
    return False


def _numbers(expression: ast.expr) -> tuple[int, ...] | None:
    """Return the numbers of a tuple, or None if it is not one of numbers."""
    if not isinstance(expression, ast.Tuple):
        return None
    found = [each.value for each in expression.elts if isinstance(each, ast.Constant)]
    numbers = [each for each in found if type(each) is int]
    return tuple(numbers) if len(numbers) == len(expression.elts) else None
