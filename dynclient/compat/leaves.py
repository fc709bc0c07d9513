"""Shapes of single values: how each is read from a server's JSON, and taken from a user.

Users' values are taken as the official models take them: a number written as text for a number, a
text for an identifier or a date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.faults import Fault, Loc
from dynclient.compat.rules import Rule, broken, rules_of
from dynclient.compat.secret import SecretStr

if TYPE_CHECKING:
    from dynclient.schema import Node


class Shape:
    """What a place holds: read without judgement from a server, taken with judgement from a user.

    This one takes anything.
    """

    label = "any"
    """How a branch of a union is called in the place of a fault."""

    def take(self, raw: Any) -> Any:
        """Return what users hold for a server's JSON; what does not fit stays as it is."""
        return raw

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Return what users hold for a value a user gave.

        Args:
            value: the value.
            loc: where it is.
            faults: grows by everything that is wrong with it.
        """
        del loc, faults
        return value


class Leaf(Shape):
    """A single value with limits."""

    what = "text"
    """The limits that count, see :func:`rules_of`."""
    types: tuple[type, ...] = (str,)
    """What JSON values of this shape are."""

    def __init__(self, schema: dict[str, Any] | None = None) -> None:
        self._rules: tuple[Rule, ...] = rules_of(schema or {}, self.what)

    def take(self, raw: Any) -> Any:
        """Return a server's value; dates and identifiers that do not parse stay text."""
        return raw

    def limited(self, measured: Any, loc: Loc, faults: list[Fault], shown: Any) -> None:
        """Add a fault where a value breaks a limit."""
        if self._rules:
            faults += broken(self._rules, measured, loc, shown)


class TextShape(Leaf):
    """A string."""

    label = "str"

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take strings, and enum members that are strings."""
        if not isinstance(value, str):
            faults.append(Fault("string_type", loc, f"{_a(value)} is no string", value))
            return value
        text = value if type(value) is str else "".join(value)
        self.limited(text, loc, faults, value)
        return text


class SecretShape(Leaf):
    """A string that is secret."""

    label = "function-plain"

    def take(self, raw: Any) -> Any:
        """Return a server's secret, sealed."""
        return SecretStr(raw) if isinstance(raw, str) else raw

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take strings and what has ``get_secret_value``, as pydantic's own secrets do."""
        if type(value) is SecretStr:
            return value
        opener = getattr(value, "get_secret_value", None)
        if callable(opener):
            value = opener()
        if not isinstance(value, str):
            hidden = SecretStr(str(value))
            faults.append(Fault("string_type", loc, f"{_a(value)} is no string", hidden))
            return value
        secret = SecretStr("".join(value))
        self.limited("".join(value), loc, faults, secret)
        return secret


class WholeShape(Leaf):
    """A whole number."""

    label = "int"
    what = "number"

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take whole numbers, also written as text or with a fraction of nothing."""
        number = _whole(value)
        if isinstance(number, str):
            faults.append(Fault(number, loc, f"{_a(value)} is no whole number", value))
            return value
        self.limited(number, loc, faults, value)
        return number


def _whole(value: Any) -> Any:
    """Return a whole number, or the kind of the fault."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else "int_from_float"
    if not isinstance(value, str):
        return "int_type"
    text = value.strip()
    whole, _, fraction = text.partition(".")
    try:
        return int(whole if fraction and not fraction.strip("0") else text)
    except ValueError:
        return "int_parsing"


class RealShape(Leaf):
    """A number."""

    label = "float"
    what = "number"

    def take(self, raw: Any) -> Any:
        """Return a server's number as a float, as official models show numbers."""
        return float(raw) if type(raw) is int else raw

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take numbers, also written as text."""
        try:
            number = float(value) if isinstance(value, (int, float, str)) else None
        except ValueError:
            faults.append(Fault("float_parsing", loc, f"{value!r} is no number", value))
            return value
        if number is None:
            faults.append(Fault("float_type", loc, f"{_a(value)} is no number", value))
            return value
        self.limited(number, loc, faults, value)
        return number


_BOOLEANS = dict.fromkeys((True, 1, "1", "true", "t", "yes", "y", "on"), True) | dict.fromkeys(
    (False, 0, "0", "false", "f", "no", "n", "off"), False
)


class TruthShape(Leaf):
    """True or false."""

    label = "bool"

    def check(self, value: Any, loc: Loc, faults: list[Fault]) -> Any:
        """Take booleans, 0 and 1, and the words that stand for them."""
        if type(value) is bool:
            return value
        if not isinstance(value, (str, int)) and value not in _BOOLEANS.values():
            faults.append(Fault("bool_type", loc, f"{_a(value)} is neither true nor false", value))
            return value
        told = _BOOLEANS.get(value.lower() if isinstance(value, str) else value)
        if told is None:
            faults.append(Fault("bool_parsing", loc, f"{value!r} is neither true nor false", value))
            return value
        return told


def leaf(node: Node, kind: str) -> Shape:
    """Return the shape of a place that holds a single value.

    Args:
        node: the place.
        kind: its JSON type.
    """
    schema = node.schema
    if kind == "string":
        form = schema.get("format")
        if form == "password":
            return SecretShape(schema)
        from dynclient.compat.moments import FORMATS

        return FORMATS[form](schema) if form in FORMATS else TextShape(schema)
    made = {"integer": WholeShape, "number": RealShape, "boolean": TruthShape}.get(kind)
    return made(schema) if made is not None else Shape()


def _a(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}"
