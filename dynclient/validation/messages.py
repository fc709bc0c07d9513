"""The messages of problems: errors of jsonschema as path, value, keyword and a sentence."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import TYPE_CHECKING, Any

from dynclient.errors import Problem
from dynclient.secrets import MASK, has_credential, looks_secret
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import ValidationError

_LISTED_MAX = 12
"""So many allowed values or properties are listed in a message at most."""
_SHOWN_MAX = 60
"""So many characters of a string are shown at most."""
_TYPES = {
    "string": "a string",
    "object": "an object",
    "array": "a list",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
}
_LITERALS = {None: "null", True: "true", False: "false"}


def format_path(path: Iterable[str | int]) -> str:
    """Return a path in Python syntax: ``("columns", 3, "dataType")`` → ``columns[3].dataType``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f"[{step!r}]"
    return text


_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_STEP = re.compile(rf"\.?(?P<name>\w+)|\[(?P<place>\d+)\]|\[(?P<key>{_QUOTED})\]", re.DOTALL)


def parse_path(text: str) -> tuple[str | int, ...]:
    """Return the path that :func:`format_path` wrote: ``columns[3].dataType`` → its three steps."""
    return tuple(
        int(found["place"]) if found["place"] else found["name"] or literal_eval(found["key"])
        for found in _STEP.finditer(text)
    )


def display_value(value: Any) -> Any:
    """Return a short form of a value for messages, without the contents of containers."""
    if isinstance(value, str):
        length = len(value)
        return value if length <= _SHOWN_MAX else f"{value[:_SHOWN_MAX]}… ({length} characters)"
    if isinstance(value, int) and value.bit_length() > 4 * _SHOWN_MAX:
        digits = str(value)
        return f"{digits[:_SHOWN_MAX]}… ({len(digits)} digits)"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        names = ", ".join(str(name) for name in list(value)[:8])
        return f"an object with {names}{' …' if len(value) > 8 else ''}" if value else "an object"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return type_label(value)


def type_label(value: Any) -> str:
    """Return the name of a value's class with its article: ``a set``, ``an int``."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


class ProblemWriter:
    """Turns the errors in one piece of data into problems."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def problems(self, error: ValidationError) -> Iterator[Problem]:
        """Yield the problems of one error; of a union, those of the most likely branch."""
        branches = self._branches(error)
        if branches:
            yield from self._union(error, branches)
        else:
            yield self._single(error)

    # -- unions ----------------------------------------------------------------------------------

    @staticmethod
    def _branches(error: ValidationError) -> list[list[ValidationError]]:
        """Return the errors of each branch of a union that no branch is valid of; else empty."""
        branch_errors = getattr(error, "branch_errors", None)
        found: list[list[ValidationError]] = [] if branch_errors is None else branch_errors()
        return found

    def _union(
        self, error: ValidationError, branches: list[list[ValidationError]]
    ) -> Iterator[Problem]:
        names = self._names_beside(error)
        ranked = sorted(
            (self._rank(errors, len(error.absolute_path), names), number)
            for number, errors in enumerate(branches)
        )
        rank, number = ranked[0]
        if rank[0]:
            # No branch allows a value of this type: the alternatives say more than any one of them.
            yield self._single(error)
            return
        for below in branches[number]:
            yield from self.problems(below)

    def _rank(
        self, errors: list[ValidationError], depth: int, names: frozenset[str]
    ) -> tuple[bool, int, bool, int, int]:
        """Return the rank of a branch; the lowest is the most likely one.

        By type, by discriminator, by the names beside the union, by unknown properties (which count
        more than missing ones), by the number of errors.
        """
        wrong_type = any(
            e.validator in {"type", "enum", "const"} and len(e.absolute_path) == depth
            for e in errors
        )
        wrong_discriminators = sum(
            1 for e in errors if len(e.absolute_path) == depth + 1 and len(_allowed(e)) == 1
        )
        not_named = not any(names & _discriminators(e, depth) for e in errors)
        unknown = sum(1 for e in errors if e.validator == "additionalProperties")
        return wrong_type, wrong_discriminators, not_named, unknown, len(errors)

    def _names_beside(self, error: ValidationError) -> frozenset[str]:
        """Return the short strings of the enclosing objects: their ``serviceType``, ``type`` …"""
        names: set[str] = set()
        value = self._data
        for step in error.absolute_path:
            if isinstance(value, dict):
                names.update(text for text in value.values() if isinstance(text, str))
            value = value[step]
        return frozenset(text for text in names if len(text) <= _SHOWN_MAX)

    # -- one error -------------------------------------------------------------------------------

    def _single(self, error: ValidationError) -> Problem:
        path = list(error.absolute_path)
        validator: Any = error.validator
        keyword = "false" if validator is None else str(validator)  # the schema `false` has none
        name = getattr(error, "field", None)
        if name is not None:
            # Missing or unknown: the value is never shown, it may be a misspelt secret.
            return self._property(path, name, keyword, error)
        masked = _is_secret(path, error.schema) or (
            isinstance(error.instance, str) and has_credential(error.instance)
        )
        value = MASK if masked else display_value(error.instance)
        message, close = _message(keyword, value, error, masked=masked)
        return Problem(format_path(path), value, keyword, message, close)

    def _property(
        self, path: list[Any], name: str, keyword: str, error: ValidationError
    ) -> Problem:
        place = format_path([*path, name])
        if keyword == "required":
            return Problem(place, None, keyword, "is missing")
        schema = error.schema if isinstance(error.schema, dict) else {}
        instance: Any = error.instance
        unused = [known for known in schema.get("properties", ()) if known not in instance]
        close = nearest(name, unused)
        message = "is not a known property"
        if unused and not close and len(unused) <= _LISTED_MAX:
            message += f"; other properties: {', '.join(unused)}"
        return Problem(place, None, keyword, message, close)


def _allowed(error: ValidationError) -> list[Any]:
    if error.validator == "enum" and isinstance(error.validator_value, list):
        return error.validator_value
    return [error.validator_value] if error.validator == "const" else []


def _discriminators(error: ValidationError, depth: int) -> frozenset[str]:
    """Return the default values (of ``type``) of the branch that an error is of."""
    if len(error.absolute_path) != depth or not isinstance(error.schema, dict):
        return frozenset()
    return frozenset(
        place["default"]
        for place in error.schema.get("properties", {}).values()
        if isinstance(place, dict) and isinstance(place.get("default"), str)
    )


def _is_secret(path: list[Any], schema: Any) -> bool:
    if isinstance(schema, dict) and schema.get("format") == "password":
        return True
    return any(isinstance(step, str) and looks_secret(step) for step in path)


def _message(
    keyword: str, value: Any, error: ValidationError, *, masked: bool
) -> tuple[str, tuple[str, ...]]:
    """Return the sentence for an error, and close allowed values."""
    instance = error.instance
    if instance is None or isinstance(instance, bool):
        shown = _LITERALS[instance]
    else:
        shown = repr(value) if isinstance(instance, str) else str(value)
    limit: Any = error.validator_value
    if keyword == "enum":
        close = nearest(value, limit) if isinstance(instance, str) and not masked else ()
        return f"{_one_of(limit, close)}, not {shown}", close
    if keyword == "type":
        types = limit if isinstance(limit, list) else [limit]
        allowed = " or ".join(_TYPES.get(each, str(each)) for each in types)
        if _is_reference(error.schema):
            allowed = "an entity or a reference to one, an object with 'id' and 'type'"
        return f"must be {allowed}, not {shown}", ()
    if keyword in {"oneOf", "anyOf"}:
        if hasattr(error, "branch_errors"):
            return f"{shown} does not match any of the {len(limit)} alternatives", ()
        return f"{shown} matches more than one of the {len(limit)} alternatives", ()
    messages = {
        "const": f"must be {limit!r}, not {shown}",
        "pattern": f"{shown} does not match the pattern {limit!r}",
        "minLength": "must not be empty"
        if limit == 1
        else f"{shown} is shorter than {limit} characters",
        "maxLength": f"{shown} is longer than {limit} characters",
        "minItems": f"must have at least {limit} items",
        "maxItems": f"must have at most {limit} items",
        "minimum": f"must be at least {limit}, not {shown}",
        "maximum": f"must be at most {limit}, not {shown}",
        "exclusiveMinimum": f"must be greater than {limit}, not {shown}",
        "exclusiveMaximum": f"must be less than {limit}, not {shown}",
        "multipleOf": f"must be a multiple of {limit}, not {shown}",
        "uniqueItems": "must not contain the same item twice",
        "minProperties": f"must have at least {limit} properties",
        "maxProperties": f"must have at most {limit} properties",
        "not": f"{shown} is not allowed here",
        "false": f"{shown} is not allowed here",
        "dependencies": "lacks a property that another of its properties requires",
    }
    return messages.get(keyword, f"{shown} does not satisfy the keyword '{keyword}'"), ()


def _is_reference(schema: Any) -> bool:
    """Return whether a schema is that of references to entities."""
    name = schema.get("javaType") if isinstance(schema, dict) else None
    return isinstance(name, str) and name.endswith(".EntityReference")


def _one_of(allowed: list[Any], close: tuple[str, ...]) -> str:
    """Return "must be …": the values if there are few and none is close, else their number."""
    if len(allowed) == 1:
        return f"must be {allowed[0]!r}"
    if close or len(allowed) > _LISTED_MAX:
        return f"must be one of {len(allowed)} allowed values"
    return f"must be one of {', '.join(map(repr, allowed))}"
