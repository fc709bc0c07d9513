"""The slow engine: everything that is wrong with data, found by jsonschema.

It is loaded when data was refused. Its verdict equals that of the fast engine. What differs between
the two libraries is levelled here: exact ``multipleOf``, one error for each missing or unknown
name.
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
from dynclient.validation.documents import Documents, finder, root_schema
from dynclient.validation.messages import ProblemWriter, shown, where

if TYPE_CHECKING:
    from dynclient.schema import Release

_kept: LRUCache[tuple[str, str], Any] = LRUCache(maxsize=64)
_lock = threading.Lock()


def problems(documents: Documents, reference: str, data: Any) -> list[Problem]:
    """Return everything that is wrong with data at a place, sorted by where it is."""
    alien = list(_no_json(data, ()))
    if alien:
        return alien
    wording = ProblemWriter(data)
    found: dict[Problem, None] = {}
    for error in sorted(_validator(documents, reference).iter_errors(data), key=_order):
        for problem in wording.problems(error):
            found[problem] = None
    return list(found)


def acceptor(documents: Documents, reference: str) -> Callable[[Any], bool]:
    """Return a yes-or-no function, for machines without the fast engine."""
    validator = _validator(documents, reference)

    def accepts(data: Any) -> bool:
        return not any(_no_json(data, ())) and bool(validator.is_valid(data))

    return accepts


def _order(error: ValidationError) -> list[tuple[bool, int, str]]:
    steps = error.absolute_path
    return [
        (isinstance(step, str), step if isinstance(step, int) else 0, str(step)) for step in steps
    ]


def _validator(documents: Documents, reference: str) -> Any:
    key = (documents.release.digest, reference)
    with _lock:
        found = _kept.get(key)
    if found is None:
        found = _Validator(
            root_schema(documents, reference), registry=_registry(documents.release, reference)
        )
        with _lock:
            _kept[key] = found
    return found


def _registry(release: Release, reference: str) -> Registry[Any]:
    resources = [
        (uri, DRAFT7.create_resource(document))
        for uri, document in Documents(release).closure(reference)
    ]
    # No `retrieve`: what is not in the closure is not there, and nothing is ever fetched.
    registry: Registry[Any] = Registry()
    return registry.with_resources(resources)


# -- keywords ------------------------------------------------------------------------------------


def _multiple_of(
    validator: Any,
    divisor: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's form
) -> Iterator[ValidationError]:
    # By the digits people wrote: 0.3 is a multiple of 0.1, though 0.3 / 0.1 is 2.9999….
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
    schema: Any,  # noqa: ARG001  # jsonschema's form
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not finder(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _required(
    validator: Any,
    names: Any,
    instance: Any,
    schema: Any,  # noqa: ARG001  # jsonschema's form
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "object"):
        for name in names:
            if name not in instance:
                yield _named(name, f"{name} is missing")


def _additional(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    for name in list(instance):
        if name in schema.get("properties", {}) or any(finder(p)(name) for p in patterns):
            continue
        if allowed is False:
            yield _named(name, f"{name} is unknown")
        elif allowed is not True:
            yield from validator.descend(instance[name], allowed, path=name)


def _named(name: str, message: str) -> ValidationError:
    error = ValidationError(message)
    error.field = name  # type: ignore[attr-defined]  # which one, for the wording
    return error


_Validator: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema's own types end here
    Draft7Validator,
    {
        "multipleOf": _multiple_of,
        "pattern": _pattern,
        "required": _required,
        "additionalProperties": _additional,
    },
)


# -- what is no JSON -----------------------------------------------------------------------------


def _no_json(value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for everything that JSON cannot say."""
    if isinstance(value, dict):
        for name, below in value.items():
            if isinstance(name, str):
                yield from _no_json(below, (*path, name))
            else:
                message = f"the name {name!r} is no string but {_a(name)}"
                yield Problem(where(path), shown(name), "json", message)
    elif isinstance(value, (list, tuple)):
        for place, below in enumerate(value):
            yield from _no_json(below, (*path, place))
    elif isinstance(value, float) and not math.isfinite(value):
        yield Problem(where(path), str(value), "json", f"{value} is no number in JSON")
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            message = "it holds half of a surrogate pair, which no UTF-8 can say"
            yield Problem(where(path), "a string", "json", message)
    elif value is not None and not isinstance(value, (bool, int, float)):
        yield Problem(where(path), _a(value), "json", f"{_a(value)} cannot be written as JSON")


def _a(value: Any) -> str:
    return f"a {type(value).__name__}"
