"""The servers' built-in test definitions, checked on a frame.

``data/frame_checks.json`` says which function checks a definition, and with which parameters.
Missing values count as they do for servers: they are no values, and only checks of missing values
see them.
"""

from __future__ import annotations

import ast
import json
import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from dynclient import fqn
from dynclient.data import data_file
from dynclient.errors import BadName
from dynclient.extensions.input_frames import Frame
from dynclient.extensions.times import timestamp
from dynclient.suggestions import did_you_mean, nearest

_DIGITS = 300
"""The largest exponent of a number; larger ones do not fit into a float."""


class Finding(NamedTuple):
    """What a check found."""

    passed: bool
    message: str
    """What was found, in words."""
    values: dict[str, Any]
    """What was measured, by name."""
    failed_rows: tuple[int, ...] | None = None
    """The positions of the rows that do not pass; None if the check is not one of rows."""


class CannotCheck(Exception):
    """Why a check cannot be made on a frame."""


class Check(NamedTuple):
    """One check: a definition with its parameters, on a frame."""

    row: Mapping[str, str]
    parameters: Mapping[str, str]
    frame: Frame
    column: str

    def text(self, key: str) -> str | None:
        """Return a parameter by its key in the row; None if it is not given."""
        value = self.parameters.get(self.row.get(key, ""))
        return None if value is None or not str(value).strip() else str(value)

    def required(self, key: str) -> str:
        """Return a parameter that must be given."""
        value = self.text(key)
        if value is None:
            raise CannotCheck(f"the parameter {self.row[key]} is missing")
        return value

    def is_set(self, key: str) -> bool:
        """Return whether a parameter is true."""
        return (self.text(key) or "").strip().lower() == "true"

    def values(self) -> list[tuple[int, Any]]:
        """Return the position and value of each row with a value."""
        return [
            (number, value)
            for number, value in enumerate(self.frame.values(self.column))
            if value is not None
        ]

    def numbers(self) -> list[tuple[int, Decimal | float]]:
        """Return the position and number of each row with a value."""
        return [(number, _number(value)) for number, value in self.values()]

    def bounds(self) -> tuple[float | Decimal, float | Decimal]:
        """Return the lowest and highest allowed value, infinite where not given."""
        low, high = self.text("low"), self.text("high")
        return (
            -math.inf if low is None else _number(low),
            math.inf if high is None else _number(high),
        )


def known_definitions() -> Mapping[str, Mapping[str, str]]:
    """Return the rows of the definitions that can be checked, by their names."""
    found: Mapping[str, Mapping[str, str]] = data_file("frame_checks.json")
    return found


def check_definition(
    definition: str, parameters: Mapping[str, str], frame: Frame, column: str | None
) -> Finding:
    """Check one definition on a frame.

    Args:
        definition: the name of the test definition.
        parameters: the parameters of the test case, by name, as the server has them.
        frame: the frame.
        column: the column that is tested; None for a test of the whole table.

    Raises:
        CannotCheck: the definition is not known, the frame does not have the column, or its values
            or the parameters do not fit the definition.
    """
    row = known_definitions().get(definition)
    if row is None:
        reason = "can only be checked by the server's own runner, or is not built in"
        near = did_you_mean(nearest(definition, known_definitions()))
        raise CannotCheck(f"the definition {definition} {reason}{near}")
    if definition.startswith("column"):
        if column is None:
            raise CannotCheck(f"the definition {definition} tests a column, and none is named")
        column = _frame_column(column, frame)
        if column not in frame.columns:
            near = did_you_mean(nearest(column, frame.columns), "")
            raise CannotCheck(f"the frame has no column {column!r}{near}")
    found = _CHECKS[row["check"]](Check(row, parameters, frame, column or ""))
    return found._replace(values={name: _plain(value) for name, value in found.values.items()})


def _frame_column(column: str, frame: Frame) -> str:
    """Return a column as a frame has it: ``unit.price`` where tests write ``"unit.price"``."""
    try:
        names = [column] if column in frame.columns else fqn.split(column)
    except BadName:
        return column
    return names[0] if len(names) == 1 else column


def _rows(failed: Iterable[int], what: str, values: dict[str, Any], total: int) -> Finding:
    found = tuple(failed)
    return Finding(not found, f"{len(found)} of {total} values {what}", values, found)


def _unique(check: Check) -> Finding:
    values = [(number, _key(value)) for number, value in check.values()]
    counts = Counter(value for _, value in values)
    failed = [number for number, value in values if counts[value] > 1]
    found = {"valuesCount": len(values), "uniqueCount": sum(n == 1 for n in counts.values())}
    return _rows(failed, "are not unique", found, len(values))


def _not_null(check: Check) -> Finding:
    values = check.frame.values(check.column)
    failed = [number for number, value in enumerate(values) if value is None]
    return _rows(failed, "are missing", {"nullCount": len(failed)}, len(values))


def _between(check: Check) -> Finding:
    return _measured(check, check.numbers(), "min", "max")


def _lengths_between(check: Check) -> Finding:
    lengths = [(number, len(_written(value))) for number, value in check.values()]
    return _measured(check, lengths, "minValueLength", "maxValueLength", " in length")


def _measured(
    check: Check, values: list[tuple[int, Any]], low_name: str, high_name: str, what: str = ""
) -> Finding:
    low, high = check.bounds()
    failed = [number for number, value in values if not low <= value <= high]
    numbers = [value for _, value in values]
    found = {low_name: min(numbers), high_name: max(numbers)} if numbers else {}
    return _rows(failed, f"are not {_range(low, high)}{what}", found, len(values))


def _in_set(check: Check) -> Finding:
    allowed = _set(check.required("value"))
    values = check.values()
    failed = [number for number, value in values if _written(value) not in allowed]
    inside = len(values) - len(failed)
    found = {"allowedValueCount": inside}
    if check.is_set("option"):
        return _rows(failed, "are not in the set", found, len(values))
    # Without matchEnum, servers ask whether any value is in the set.
    return Finding(inside > 0, f"{inside} of {len(values)} values are in the set", found)


def _not_in_set(check: Check) -> Finding:
    forbidden = _set(check.required("value"))
    values = check.values()
    failed = [number for number, value in values if _written(value) in forbidden]
    found = {"countForbiddenValues": len(failed)}
    return _rows(failed, "are in the forbidden set", found, len(values))


def _matches(check: Check) -> Finding:
    pattern = _pattern(check.required("value"))
    values = check.values()
    failed = [number for number, value in values if not pattern.match(_written(value))]
    found = {"likeCount": len(values) - len(failed)}
    return _rows(failed, f"do not match {pattern.pattern!r}", found, len(values))


def _matches_not(check: Check) -> Finding:
    pattern = _pattern(check.required("value"))
    values = check.values()
    failed = [number for number, value in values if pattern.match(_written(value))]
    return _rows(failed, f"match {pattern.pattern!r}", {"notLikeCount": len(failed)}, len(values))


def _missing_count(check: Check) -> Finding:
    marks = _set(check.text("option") or "[]")
    values = check.frame.values(check.column)
    count = sum(value is None or _written(value) in marks for value in values)
    expected = _number(check.required("value"))
    message = f"{count} of {len(values)} values are missing; {expected} expected"
    return Finding(count == expected, message, {"missingCount": count})


def _statistic(check: Check) -> Finding:
    name = check.row["statistic"]
    numbers: list[Any] = [value for _, value in check.numbers()]
    if not numbers:
        raise CannotCheck(f"the column {check.column!r} has no values")
    if name == "stddev" and any(math.isinf(each) for each in numbers):
        raise CannotCheck("the stddev of infinite values is not a number")
    functions: dict[str, Callable[[Any], Any]] = {
        "min": min, "max": max, "mean": statistics.mean, "median": statistics.median,
        "stddev": statistics.pstdev, "sum": sum,
    }  # fmt: skip
    try:
        value = functions[name](numbers)
    except (TypeError, ArithmeticError):  # infinite values, which are floats, among decimals
        value = functions[name]([float(each) for each in numbers])
    if math.isnan(value):
        raise CannotCheck(f"the {name} of infinite values is not a number")
    low, high = check.bounds()
    message = f"the {name} is {_plain(value)}; {_range(low, high)} expected"
    return Finding(low <= value <= high, message, {name: value})


def _row_count(check: Check) -> Finding:
    return _count(check, len(check.frame.rows), "row")


def _column_count(check: Check) -> Finding:
    return _count(check, len(check.frame.columns), "column")


def _count(check: Check, count: int, what: str) -> Finding:
    found = {f"{what}Count": count}
    if "value" in check.row:
        expected = _number(check.required("value"))
        return Finding(count == expected, f"{count} {what}s; {expected} expected", found)
    low, high = check.bounds()
    message = f"{count} {what}s; {_range(low, high)} expected"
    return Finding(low <= count <= high, message, found)


def _column_exists(check: Check) -> Finding:
    name = check.required("value")
    exists = name in check.frame.columns
    near = "" if exists else did_you_mean(nearest(name, check.frame.columns), "")
    message = f"the frame has {'the' if exists else 'no'} column {name!r}{near}"
    return Finding(exists, message, {"columnNameExists": exists})


def _column_names(check: Check) -> Finding:
    expected = _list(check.required("value"))
    found = check.frame.columns
    is_ordered = check.is_set("option")
    passed = expected == found if is_ordered else sorted(expected) == sorted(found)
    order = " in this order" if is_ordered else ""
    message = f"the columns are {', '.join(found)}; {', '.join(expected)} expected{order}"
    return Finding(passed, message, {"columnNames": ", ".join(found)})


_CHECKS: Mapping[str, Callable[[Check], Finding]] = {
    "unique": _unique, "not_null": _not_null, "between": _between,
    "lengths_between": _lengths_between, "in_set": _in_set, "not_in_set": _not_in_set,
    "matches": _matches, "matches_not": _matches_not, "missing_count": _missing_count,
    "statistic": _statistic, "row_count": _row_count, "column_count": _column_count,
    "column_exists": _column_exists, "column_names": _column_names,
}  # fmt: skip


def _number(value: Any) -> Decimal | float:
    """Return a number, a time in milliseconds since 1970, or the number that a text is."""
    if isinstance(value, (datetime, date)):
        return float(timestamp(value))
    # A float by its shortest digits, so that 0.1 is not above a limit of 0.1.
    text = repr(value) if isinstance(value, float) else str(value).strip()
    try:
        number = Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(text)
    except InvalidOperation:
        raise CannotCheck(f"{text[:40]!r} is not a number") from None
    if number.is_nan():
        raise CannotCheck(f"{text!r} is not a number")
    if number.is_infinite():
        return math.inf if number > 0 else -math.inf
    if number and abs(number.adjusted()) > _DIGITS:
        raise CannotCheck("a number is too large or too small to compare")
    return number


def _plain(value: Any) -> Any:
    """Return a measured value as an integer or a float."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _range(low: float | Decimal, high: float | Decimal) -> str:
    """Return bounds in words."""
    if low == -math.inf:
        return "any value" if high == math.inf else f"at most {high}"
    return f"at least {low}" if high == math.inf else f"between {low} and {high}"


def _key(value: Any) -> Any:
    """Return the form of a value that is compared."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def _written(value: Any) -> str:
    """Return a value as a server would write it: numbers without a superfluous fraction."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _set(text: str) -> frozenset[str]:
    """Return the values of a list that is written as JSON, or as Python writes it."""
    return frozenset(_list(text))


def _list(text: str) -> list[str]:
    """Return the values of a list: written as JSON, as Python writes it, or with commas."""
    for read in (json.loads, ast.literal_eval):
        try:
            values = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(values, (list, tuple, set)):
            return [_written(value) for value in values]
        break
    return [part.strip() for part in text.strip("[]").split(",")]


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise CannotCheck(f"{text!r} is not a regular expression: {error}") from None
