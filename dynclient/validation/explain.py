"""The slow engine: lists everything that is wrong with data, by jsonschema.

It is loaded only for data that is not valid. Its result equals that of the fast engine. Differences
between the two libraries are removed here: exact ``multipleOf``, one error for each missing or
unknown property.

Its cost is bounded. The branches of a union are examined only where the union has to be explained,
whether a branch is valid is found out once, and a budget limits the number of evaluated subschemas.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from contextvars import ContextVar
from fractions import Fraction
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar

from cachetools import LRUCache
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import create
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT7

from dynclient.errors import Problem, SchemaError
from dynclient.schema.pointers import MAX_DEPTH, check_call_stack
from dynclient.validation.documents import UNEXAMINED, compile_pattern, too_deep
from dynclient.validation.messages import ProblemWriter, display_value, format_path, type_label

if TYPE_CHECKING:
    from dynclient.validation.documents import Documents


BUDGET = 50_000
"""So many subschemas are evaluated for any data …"""
BUDGET_PER_VALUE = 100
"""… and so many more for each value in it. Data of real releases needs less than a tenth."""


_ROOM_FOR_A_SUBSCHEMA = 80
"""Calls that may be nested between one subschema and the next."""


class _Exhausted(Exception):
    """The budget of an explanation is used up."""


class _Explanation:
    """What belongs to one call: the budget, and which branches of unions are valid."""

    __slots__ = ("circles", "entered", "left", "validity")

    def __init__(self, budget: int) -> None:
        self.left = budget
        self.circles = 0
        """How often a ``$ref`` led back to itself for the same value; it counts as valid then."""
        self.entered: set[tuple[int, int]] = set()
        """The ``$ref``s that are being followed, by the ids of schema and instance."""
        self.validity: dict[tuple[int, int], bool] = {}
        """By the ids of schema and instance, both of which outlive the call."""


_explanation: ContextVar[_Explanation] = ContextVar("_explanation")


class Explainer:
    """Lists the problems of data; keeps the compiled schemas of the places used last."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._compiled: LRUCache[str, Any] = LRUCache(maxsize=64)
        self._lock = threading.Lock()

    def problems(self, reference: str, data: Any) -> list[Problem]:
        """Return everything that is wrong with data at a place, sorted by position.

        If the budget or the call stack is used up, the last problem has the rule ``unexamined``.

        Args:
            reference: ``path`` or ``path#pointer``.
            data: decoded JSON, or what a user passed as such.
        """
        count, unencodable = _not_json(data)
        if unencodable:
            return unencodable
        engine = self._engine(reference)
        budget = BUDGET + BUDGET_PER_VALUE * count
        explanation = _Explanation(budget)
        token = _explanation.set(explanation)
        try:
            errors, cut_short = _collect(engine.iter_errors(data))
            # Unions are explained within a budget of their own, or what was found could be lost.
            explanation.left = budget
            problems, also_cut_short = _collect(_written(data, errors))
        except Unresolvable as error:
            raise self._unresolvable(reference, error) from None
        finally:
            _explanation.reset(token)
        found = list(dict.fromkeys(problems))
        why = cut_short or also_cut_short
        if why:
            message = f"was not examined to the end: {why}"
            found.append(Problem("", display_value(data), UNEXAMINED, message))
        return found

    def compile_validator(self, reference: str) -> Callable[[Any], bool]:
        """Return a function that returns whether data is valid, in place of the fast engine's.

        Data that cannot be examined within the budget or the call stack is not valid.
        """
        engine = self._engine(reference)

        def is_valid(data: Any) -> bool:
            count, unencodable = _not_json(data)
            if unencodable:
                return False
            token = _explanation.set(_Explanation(BUDGET + BUDGET_PER_VALUE * count))
            try:
                return bool(engine.is_valid(data))
            except (_Exhausted, RecursionError):
                return False
            except Unresolvable as error:
                raise self._unresolvable(reference, error) from None
            finally:
                _explanation.reset(token)

        return is_valid

    def _unresolvable(self, reference: str, error: Unresolvable) -> SchemaError:
        return SchemaError(f"{reference} of release {self._documents.release.name}: {error}")

    def _engine(self, reference: str) -> Any:
        with self._lock:
            found = self._compiled.get(reference)
        if found is None:
            documents = self._documents
            registry = _registry(documents.closure(reference))
            found = _Validator(documents.root_schema(reference), registry=registry)
            with self._lock:
                self._compiled[reference] = found
        return found


T = TypeVar("T")


def _collect(each: Iterator[T]) -> tuple[list[T], str]:
    """Return what an iterator yields, and why it was cut short; empty if it was not."""
    found: list[T] = []
    try:
        for one in each:
            found.append(one)  # noqa: PERF402  # those before an exception are kept
    except _Exhausted:
        return found, "evaluating more subschemas would take too long"
    except RecursionError:
        return found, "it is nested too deeply"
    return found, ""


def _written(data: Any, errors: list[ValidationError]) -> Iterator[Problem]:
    """Yield the problems of errors, in the order of the data."""
    writer = ProblemWriter(data)
    for error in sorted(errors, key=_position):
        yield from writer.problems(error)


def _position(error: ValidationError) -> list[tuple[bool, int, str]]:
    return _sort_key(error.absolute_path)


def _sort_key(path: Iterable[str | int]) -> list[tuple[bool, int, str]]:
    return [
        (isinstance(step, str), step if isinstance(step, int) else 0, str(step)) for step in path
    ]


def _registry(documents: list[tuple[str, dict[str, Any]]]) -> Registry[Any]:
    # No `retrieve`: what is not in the closure does not exist, and nothing is ever fetched.
    registry: Registry[Any] = Registry()
    return registry.with_resources(
        [(uri, DRAFT7.create_resource(document)) for uri, document in documents]
    )


# -- keywords ------------------------------------------------------------------------------------


def _keywords(schema: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Return the keywords of a subschema that count; jsonschema calls this for each evaluation."""
    explanation = _explanation.get(None)
    if explanation is not None:
        explanation.left -= 1
        if explanation.left < 0:
            raise _Exhausted
        check_call_stack(_ROOM_FOR_A_SUBSCHEMA)
    reference = schema.get("$ref")
    return schema.items() if reference is None else (("$ref", reference),)


def _is_valid(validator: Any, schema: Any, instance: Any) -> bool:
    """Return whether a value is valid by a branch of a union; each is evaluated once a call."""
    explanation = _explanation.get()
    key = id(schema), id(instance)
    found = explanation.validity.get(key)
    if found is None:
        circles = explanation.circles
        with closing(validator.descend(instance, schema)) as errors:
            found = next(errors, None) is None
        if circles == explanation.circles:
            explanation.validity[key] = found
    return found


def _ref(validator: Any, reference: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # As the fast engine: what leads back to itself without a step into the data is valid there.
    explanation = _explanation.get()
    key = id(schema), id(instance)
    if key in explanation.entered:
        explanation.circles += 1
        return
    explanation.entered.add(key)
    try:
        yield from _REF(validator, reference, instance, schema)
    finally:
        explanation.entered.discard(key)


def _any_of(
    validator: Any,
    branches: list[Any],
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if not any(_is_valid(validator, branch, instance) for branch in branches):
        yield _union_error(validator, branches, instance)


def _one_of(
    validator: Any,
    branches: list[Any],
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    valid = sum(_is_valid(validator, branch, instance) for branch in branches)
    if not valid:
        yield _union_error(validator, branches, instance)
    elif valid > 1:
        yield ValidationError("more than one branch is valid")


def _union_error(validator: Any, branches: list[Any], instance: Any) -> ValidationError:
    """Return the error of a union; the errors of its branches are found if they are needed.

    A union in a union in a union … has exponentially many.
    """
    error = ValidationError("no branch is valid")

    def branch_errors() -> list[list[ValidationError]]:
        found = [list(validator.descend(instance, branch)) for branch in branches]
        for below in found:
            for each in below:
                each.parent = error
        return found

    error.branch_errors = branch_errors  # type: ignore[attr-defined]  # for the message
    return error


def _type(
    validator: Any,
    types: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    # jsonschema's own writes the whole value into a message that is not used.
    allowed = types if isinstance(types, list) else [types]
    if not any(validator.is_type(instance, each) for each in allowed):
        yield ValidationError("is of another type")


def _unique_items(
    validator: Any,
    unique: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    # jsonschema's own compares each item with each other one.
    if not unique or not validator.is_type(instance, "array"):
        return
    if len(set(map(_hashable, instance))) < len(instance):
        yield ValidationError("an item is repeated")


def _hashable(value: Any) -> Any:
    """Return what is equal for equal JSON: 1 equals 1.0 and not true."""
    if isinstance(value, dict):
        return "object", frozenset((name, _hashable(below)) for name, below in value.items())
    if isinstance(value, (list, tuple)):
        return "array", tuple(map(_hashable, value))
    return type(value) is bool, value


def _multiple_of(
    validator: Any,
    divisor: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "number") and _exact(instance) % _exact(divisor):
        yield ValidationError(f"is not a multiple of {divisor}")


def _exact(number: Any) -> Fraction:
    """Return the value of a number: by its digits if it is a fraction, exactly if it is integral.

    0.3 is a multiple of 0.1, though 0.3 / 0.1 is 2.9999… in floating point.
    """
    if isinstance(number, float) and not number.is_integer():
        return Fraction(repr(number))
    return Fraction(number)


def _pattern(
    validator: Any,
    pattern: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not compile_pattern(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _additional_items(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    # jsonschema's own raises TypeError for `items: false`; beside one schema it has no effect.
    items = schema.get("items")
    if isinstance(items, list) and validator.is_type(instance, "array"):
        for index in range(len(items), len(instance)):
            yield from _below(validator, instance[index], allowed, index)


def _items(
    validator: Any,
    items: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "array"):
        schemas = items if isinstance(items, list) else repeat(items, len(instance))
        for index, (value, subschema) in enumerate(zip(instance, schemas, strict=False)):
            yield from _below(validator, value, subschema, index)


def _properties(
    validator: Any,
    properties: dict[str, Any],
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "object"):
        for name, subschema in properties.items():
            if name in instance:
                yield from _below(validator, instance[name], subschema, name)


def _below(validator: Any, value: Any, schema: Any, step: str | int) -> Iterator[ValidationError]:
    """Yield the errors of an item or a field; jsonschema has no path for those of ``false``."""
    errors: Iterator[ValidationError]
    errors = validator.descend(value, _NOTHING if schema is False else schema, path=step)
    return errors


_NOTHING: dict[str, Any] = {"not": {}}


def _pattern_properties(
    validator: Any,
    patterns: dict[str, Any],
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        matches = compile_pattern(pattern)
        for name, value in instance.items():
            if matches(name):
                yield from _below(validator, value, subschema, name)


def _required(
    validator: Any,
    names: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "object"):
        for name in names:
            if name not in instance:
                yield _property_error(name, f"{name} is missing")


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    for name in list(instance):
        if name in schema.get("properties", {}) or any(compile_pattern(p)(name) for p in patterns):
            continue
        if allowed is False:
            yield _property_error(name, f"{name} is unknown")
        elif allowed is not True:
            yield from validator.descend(instance[name], allowed, path=name)


def _property_error(name: str, message: str) -> ValidationError:
    error = ValidationError(message)
    error.field = name  # type: ignore[attr-defined]  # for the message
    return error


_REF: Any = Draft7Validator.VALIDATORS["$ref"]

_Validator: Any = create(
    meta_schema=Draft7Validator.META_SCHEMA,
    validators={
        **Draft7Validator.VALIDATORS,
        "$ref": _ref,
        "additionalItems": _additional_items,
        "additionalProperties": _additional_properties,
        "anyOf": _any_of,
        "items": _items,
        "multipleOf": _multiple_of,
        "oneOf": _one_of,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "properties": _properties,
        "required": _required,
        "type": _type,
        "uniqueItems": _unique_items,
    },
    type_checker=Draft7Validator.TYPE_CHECKER,
    format_checker=Draft7Validator.FORMAT_CHECKER,
    version=None,  # a version would make it the validator of draft-07 for the whole process
    id_of=DRAFT7.id_of,  # type: ignore[arg-type]  # the stubs know only schemas that have one
    applicable_validators=_keywords,  # type: ignore[arg-type]  # and pairs of keyword and value
)


# -- what is not JSON ----------------------------------------------------------------------------


_BITS_MAX = 13_000
"""Python refuses to write integers of more than 4300 digits, which are some 14,000 bits."""
_Path = tuple[Any, ...]
"""A path as pairs: (path of the container, name or index); empty for the whole data."""


def _not_json(data: Any) -> tuple[int, list[Problem]]:
    """Return the number of values in data, and a problem for each that JSON cannot represent."""
    count = 0
    found: list[tuple[list[str | int], Problem]] = []
    stack: list[tuple[_Path, int, Any]] = [((), 0, data)]
    while stack:
        path, depth, value = stack.pop()
        count += 1
        if isinstance(value, dict):
            for name, item in value.items():
                if isinstance(name, str):
                    stack.append(((path, name), depth + 1, item))
                else:
                    found.append((_steps(path), _not_a_name(path, name)))
        elif isinstance(value, (list, tuple)):
            stack += [((path, index), depth + 1, item) for index, item in enumerate(value)]
        else:
            problem = _not_a_value(path, value)
            if problem is not None:
                found.append((_steps(path), problem))
        if depth > MAX_DEPTH:
            return count, [too_deep(data)]
    found.sort(key=lambda each: _sort_key(each[0]))
    return count, [problem for _, problem in found]


def _steps(path: _Path) -> list[str | int]:
    steps: list[str | int] = []
    while path:
        path, step = path
        steps.append(step)
    return steps[::-1]


def _not_a_name(path: _Path, name: Any) -> Problem:
    message = f"property names must be strings, not {type_label(name)}: {name!r}"
    return Problem(format_path(_steps(path)), display_value(name), "json", message)


def _not_a_value(path: _Path, value: Any) -> Problem | None:
    """Return the problem with a value that is not a container, or None."""
    if isinstance(value, float) and not math.isfinite(value):
        message = f"{value} is not a JSON number; only finite numbers are"
        return Problem(format_path(_steps(path)), str(value), "json", message)
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            message = "contains an unpaired surrogate, which UTF-8 cannot encode"
            return Problem(format_path(_steps(path)), "a string", "json", message)
    elif isinstance(value, int):
        if value.bit_length() > _BITS_MAX:
            message = f"an integer of {value.bit_length():,} bits cannot be encoded as JSON"
            return Problem(format_path(_steps(path)), "an integer", "json", message)
    elif value is not None and not isinstance(value, float):
        message = f"{type_label(value)} cannot be encoded as JSON"
        return Problem(format_path(_steps(path)), type_label(value), "json", message)
    return None
