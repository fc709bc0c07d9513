"""The slow engine: lists everything that is wrong with data, by jsonschema.

It is loaded only for data that is not valid. Its result equals that of the fast engine. Differences
between the two libraries are removed here: exact ``multipleOf``, one error for each missing or
unknown property.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT7

from dynclient.errors import Problem
from dynclient.validation.documents import compile_pattern
from dynclient.validation.messages import ProblemWriter, display_value, format_path, type_label

if TYPE_CHECKING:
    from dynclient.validation.documents import Documents


class Explainer:
    """Lists the problems of data; keeps the compiled schemas of the places used last."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._compiled: LRUCache[str, Any] = LRUCache(maxsize=64)
        self._lock = threading.Lock()

    def problems(self, reference: str, data: Any) -> list[Problem]:
        """Return everything that is wrong with data at a place, sorted by position.

        Args:
            reference: ``path`` or ``path#pointer``.
            data: decoded JSON, or what a user passed as such.
        """
        unencodable = list(_not_json(data, ()))
        if unencodable:
            return unencodable
        writer = ProblemWriter(data)
        found: dict[Problem, None] = {}
        for error in sorted(self._engine(reference).iter_errors(data), key=_position):
            for problem in writer.problems(error):
                found[problem] = None
        return list(found)

    def compile_validator(self, reference: str) -> Callable[[Any], bool]:
        """Return a function that returns whether data is valid, in place of the fast engine's."""
        engine = self._engine(reference)

        def is_valid(data: Any) -> bool:
            return not any(_not_json(data, ())) and bool(engine.is_valid(data))

        return is_valid

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


def _position(error: ValidationError) -> list[tuple[bool, int, str]]:
    steps = error.absolute_path
    return [
        (isinstance(step, str), step if isinstance(step, int) else 0, str(step)) for step in steps
    ]


def _registry(documents: list[tuple[str, dict[str, Any]]]) -> Registry[Any]:
    # No `retrieve`: what is not in the closure does not exist, and nothing is ever fetched.
    registry: Registry[Any] = Registry()
    return registry.with_resources(
        [(uri, DRAFT7.create_resource(document)) for uri, document in documents]
    )


# -- keywords ------------------------------------------------------------------------------------


def _multiple_of(
    validator: Any,
    divisor: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    # By the decimal digits as written: 0.3 is a multiple of 0.1, though 0.3 / 0.1 is 2.9999….
    if not validator.is_type(instance, "number"):
        return
    try:
        remainder = Decimal(str(instance)) % Decimal(str(divisor))
    except InvalidOperation:
        remainder = Decimal(math.fmod(instance, divisor))
    if remainder:
        yield ValidationError(f"{instance!r} is not a multiple of {divisor}")


def _pattern(
    validator: Any,
    pattern: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's signature
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not compile_pattern(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


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


_Validator: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema's own types end here
    Draft7Validator,
    {
        "multipleOf": _multiple_of,
        "pattern": _pattern,
        "required": _required,
        "additionalProperties": _additional_properties,
    },
)


# -- what is not JSON ----------------------------------------------------------------------------


def _not_json(value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for each value that JSON cannot represent."""
    if isinstance(value, dict):
        for name, below in value.items():
            if isinstance(name, str):
                yield from _not_json(below, (*path, name))
            else:
                message = f"property names must be strings, not {type_label(name)}: {name!r}"
                yield Problem(format_path(path), display_value(name), "json", message)
    elif isinstance(value, (list, tuple)):
        for number, below in enumerate(value):
            yield from _not_json(below, (*path, number))
    elif isinstance(value, float) and not math.isfinite(value):
        message = f"{value} is not a JSON number; only finite numbers are"
        yield Problem(format_path(path), str(value), "json", message)
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            message = "contains an unpaired surrogate, which UTF-8 cannot encode"
            yield Problem(format_path(path), "a string", "json", message)
    elif value is not None and not isinstance(value, (bool, int, float)):
        message = f"{type_label(value)} cannot be encoded as JSON"
        yield Problem(format_path(path), type_label(value), "json", message)
