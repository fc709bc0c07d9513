"""Types of single values: how each is read from a server's JSON, and validated from a user.

Values from users are converted as the official models convert them, such as a string to a number.
Strings with a format are in ``string_formats``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dynclient.compat.models.constraints import (
    Constraint,
    constraints_of,
    length_limits,
    limits_test,
    violations,
)
from dynclient.compat.models.secret_values import SecretStr
from dynclient.compat.models.validation_errors import FieldError, Loc

if TYPE_CHECKING:
    from collections.abc import Callable


class NotConverted(Exception):
    """A converter does not accept a value; ``FieldType.check`` converts it, or says what is wrong.

    It never leaves this package.
    """


Converter: TypeAlias = "Callable[[Any], Any]"


class FieldType:
    """The type of a value: converts a server's JSON unvalidated, and validates users' values.

    This one accepts anything.
    """

    label = "any"
    """Name of this type as a branch of a union, in the location of an error."""
    hint: Any = Any
    """The type of values, for annotations."""

    def from_json(self, raw: Any) -> Any:
        """Return the Python value for a server's JSON; JSON that does not fit stays as it is."""
        return raw

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Validate and convert a value from a user.

        Args:
            value: the value.
            loc: where it is.
            errors: every error found is appended.

        Returns:
            The converted value; the value itself if it is not valid.
        """
        del loc, errors
        return value

    def converter(self) -> Converter:
        """Return a function that converts valid values as :meth:`check` does, without its reports.

        Most data is valid, and needs neither places nor lists of errors. The function raises
        NotConverted for a value that is not valid; then ``check`` reports what is wrong.
        """
        return check_converter(self.check)

    def list_converter(self) -> Converter:
        """Return a function that converts all values of a list; see :meth:`converter`."""
        return list_converter(self.converter())


def check_converter(check: Callable[[Any, Loc, list[FieldError]], Any]) -> Converter:
    """Return a converter that does what a ``check`` does."""

    def convert(value: Any) -> Any:
        errors: list[FieldError] = []
        converted = check(value, (), errors)
        if errors:
            raise NotConverted
        return converted

    return convert


def list_converter(convert: Converter) -> Converter:
    """Return a function that converts all values of a list."""
    return lambda values: list(map(convert, values))


class ScalarType(FieldType):
    """A single value with constraints."""

    constrained_as = "string"
    """The kind of constraints that apply, see :func:`constraints_of`."""

    def __init__(self, schema: dict[str, Any] | None = None) -> None:
        self.constraints: tuple[Constraint, ...] = constraints_of(schema or {}, self.constrained_as)

    def check_constraints(
        self, measured: Any, loc: Loc, errors: list[FieldError], input_value: Any
    ) -> None:
        """Append an error if a value violates a constraint."""
        if self.constraints:
            errors += violations(self.constraints, measured, loc, input_value)


class StringType(ScalarType):
    """A string."""

    label = "str"
    hint = str

    def __init__(self, schema: dict[str, Any] | None = None) -> None:
        super().__init__(schema)
        self.length_limits = length_limits(self.constraints, schema or {})

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept strings, enum members that are strings, and what a dump has for a secret."""
        if type(value) is SecretStr:
            value = value.get_secret_value()
        if not isinstance(value, str):
            errors.append(FieldError("string_type", loc, "Input should be a valid string", value))
            return value
        text = value if type(value) is str else "".join(value)
        self.check_constraints(text, loc, errors, value)
        return text

    def converter(self) -> Converter:
        """Return a function that accepts strings."""
        is_met = limits_test(self.constraints)
        fallback = super().converter()

        def convert(value: Any) -> Any:
            if type(value) is str and (is_met is None or is_met(value)):
                return value
            return fallback(value)

        return convert


class SecretType(ScalarType):
    """A secret string."""

    label = "function-plain"
    hint = SecretStr

    def from_json(self, raw: Any) -> Any:
        """Return a server's secret as a ``SecretStr``."""
        return SecretStr(raw) if isinstance(raw, str) else raw

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept strings and objects with ``get_secret_value``, as pydantic's secrets are."""
        if type(value) is SecretStr:
            return value
        get_secret_value = getattr(value, "get_secret_value", None)
        if callable(get_secret_value):
            value = get_secret_value()
        if not isinstance(value, str):
            hidden = SecretStr(str(value))
            errors.append(FieldError("string_type", loc, "Input should be a valid string", hidden))
            return value
        secret = SecretStr("".join(value))
        self.check_constraints("".join(value), loc, errors, secret)
        return secret


_INT_ERRORS = {
    "int_type": "Input should be a valid integer",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
}


class IntType(ScalarType):
    """An integer."""

    label = "int"
    hint = int
    constrained_as = "number"

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept integers, floats without a fraction, and either as a string."""
        number = _to_int(value)
        if isinstance(number, str):
            errors.append(FieldError(number, loc, _INT_ERRORS[number], value))
            return value
        self.check_constraints(number, loc, errors, value)
        return number

    def converter(self) -> Converter:
        """Return a function that accepts integers."""
        is_met = limits_test(self.constraints)
        fallback = super().converter()

        def convert(value: Any) -> Any:
            if type(value) is int and (is_met is None or is_met(value)):
                return value
            return fallback(value)

        return convert


def _to_int(value: Any) -> Any:
    """Return an integer, or the type of the error."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else "int_from_float"
    if not isinstance(value, str):
        return "int_type"
    text = value.strip()
    digits, _, fraction = text.partition(".")
    try:
        return int(digits if fraction and not fraction.strip("0") else text)
    except ValueError:
        return "int_parsing"


class FloatType(ScalarType):
    """A number."""

    label = "float"
    hint = float
    constrained_as = "number"

    def from_json(self, raw: Any) -> Any:
        """Return a server's number as a float, as official models do."""
        return float(raw) if type(raw) is int else raw

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept numbers, also as a string."""
        message = "Input should be a valid number"
        try:
            number = float(value) if isinstance(value, (int, float, str)) else None
        except ValueError:
            message += ", unable to parse string as a number"
            errors.append(FieldError("float_parsing", loc, message, value))
            return value
        if number is None:
            errors.append(FieldError("float_type", loc, message, value))
            return value
        self.check_constraints(number, loc, errors, value)
        return number


_BOOLEANS = dict.fromkeys((True, 1, "1", "true", "t", "yes", "y", "on"), True) | dict.fromkeys(
    (False, 0, "0", "false", "f", "no", "n", "off"), False
)


class BoolType(ScalarType):
    """A boolean."""

    label = "bool"
    hint = bool

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept booleans, 0 and 1, and strings such as ``yes``, ``off`` and ``true``."""
        message = "Input should be a valid boolean"
        if type(value) is bool:
            return value
        if not isinstance(value, (str, int)) and value not in _BOOLEANS.values():
            errors.append(FieldError("bool_type", loc, message, value))
            return value
        boolean = _BOOLEANS.get(value.lower() if isinstance(value, str) else value)
        if boolean is None:
            message += ", unable to interpret input"
            errors.append(FieldError("bool_parsing", loc, message, value))
            return value
        return boolean
