"""The words of problems: jsonschema's errors turned into places, values, rules and ways out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.errors import Problem
from dynclient.secrets import MASK, looks_secret
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from jsonschema import ValidationError

_LISTED = 12
"""Up to so many allowed values are all named in a message."""
_LONG = 60
"""Characters of a value that are shown."""
_TYPES = {
    "string": "text",
    "object": "an object",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def where(path: Any) -> str:
    """Write a path as Python would: ``("columns", 3, "dataType")`` → ``columns[3].dataType``."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        elif step.isidentifier():
            written += f".{step}" if written else step
        else:
            written += f"[{step!r}]"
    return written


def shown(value: Any) -> Any:
    """Return a value fit to be shown: short, and without what containers hold."""
    if isinstance(value, str):
        return value if len(value) <= _LONG else f"{value[:_LONG]}… ({len(value)} characters)"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        names = ", ".join(str(name) for name in list(value)[:8])
        return f"an object with {names}{' …' if len(value) > 8 else ''}" if value else "an object"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


class ProblemWriter:
    """Words for the errors in one piece of data."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def problems(self, error: ValidationError) -> Iterator[Problem]:
        """Yield what one error of jsonschema comes to; of a union, what is wrong with the branch
        that was most probably meant.
        """
        if str(error.validator) in {"oneOf", "anyOf"} and error.context:
            yield from self._union(error)
        else:
            yield self._plain(error)

    # -- unions ----------------------------------------------------------------------------------

    def _union(self, error: ValidationError) -> Iterator[Problem]:
        branches: dict[int, list[ValidationError]] = {}
        for below in error.context or ():
            branches.setdefault(int(below.relative_schema_path[0]), []).append(below)
        meant = self._told(error)
        ranked = sorted(
            (self._rank(errors, len(error.absolute_path), meant), number)
            for number, errors in branches.items()
        )
        best = ranked[0]
        if best[0][0]:
            # Not even its kind fits anywhere: the alternatives tell more than one of them would.
            yield self._plain(error)
            return
        for below in branches[best[1]]:
            yield from self.problems(below)

    def _rank(
        self, errors: list[ValidationError], depth: int, meant: frozenset[str]
    ) -> tuple[bool, int, bool, int, int]:
        """Rank a branch, best first: right kind, right discriminator, told by what is around it."""
        kind = any(
            e.validator in {"type", "enum", "const"} and len(e.absolute_path) == depth
            for e in errors
        )
        other = sum(
            1 for e in errors if len(e.absolute_path) == depth + 1 and len(_allowed(e)) == 1
        )
        # A branch of a $ref is named by the discriminating value it would have allowed.
        told = not any(meant & _hints(e, depth) for e in errors)
        # What is unknown to a branch speaks against it more than what it misses.
        alien = sum(1 for e in errors if e.validator == "additionalProperties")
        return kind, other, told, alien, len(errors)

    def _told(self, error: ValidationError) -> frozenset[str]:
        """Return the short texts beside the road to an error: ``serviceType``, ``type`` …"""
        told: set[str] = set()
        value = self._data
        for step in error.absolute_path:
            if isinstance(value, dict):
                told.update(text for text in value.values() if isinstance(text, str))
            value = value[step]
        return frozenset(text for text in told if len(text) <= _LONG)

    # -- one error -------------------------------------------------------------------------------

    def _plain(self, error: ValidationError) -> Problem:
        path = list(error.absolute_path)
        rule = str(error.validator)
        field = getattr(error, "field", None)
        if field is not None:
            # Missing or unknown: the value is never shown, it may be a misspelt secret.
            return self._named(path, field, rule, error)
        value = shown(error.instance)
        if _secret(path, error.schema):
            value = MASK
        message, near = _message(rule, value, path, error)
        return Problem(where(path), value, rule, message, near)

    def _named(self, path: list[Any], field: str, rule: str, error: ValidationError) -> Problem:
        place = where([*path, field])
        if rule == "required":
            return Problem(place, None, rule, "is missing")
        schema = error.schema if isinstance(error.schema, dict) else {}
        instance: Any = error.instance
        known = [name for name in schema.get("properties", ()) if name not in instance]
        near = nearest(field, known)
        message = "is unknown here"
        if not near and len(known) <= _LISTED:
            message += f"; the others are {', '.join(known)}" if known else ""
        return Problem(place, None, rule, message, near)


def _allowed(error: ValidationError) -> list[Any]:
    if error.validator == "enum" and isinstance(error.validator_value, list):
        return error.validator_value
    return [error.validator_value] if error.validator == "const" else []


def _hints(error: ValidationError, depth: int) -> frozenset[str]:
    """Return the values of ``type`` that the schema around an error stands for."""
    if len(error.absolute_path) != depth or not isinstance(error.schema, dict):
        return frozenset()
    hints: set[str] = set()
    for place in error.schema.get("properties", {}).values():
        if isinstance(place, dict) and isinstance(place.get("default"), str):
            hints.add(place["default"])
    return frozenset(hints)


def _secret(path: list[Any], schema: Any) -> bool:
    if isinstance(schema, dict) and schema.get("format") == "password":
        return True
    return any(isinstance(step, str) and looks_secret(step) for step in path)


def _message(
    rule: str, value: Any, path: list[Any], error: ValidationError
) -> tuple[str, tuple[str, ...]]:
    given = f"`{value}`" if isinstance(error.instance, str) else str(value)
    if error.instance is None or isinstance(error.instance, bool):
        given = {None: "null", True: "true", False: "false"}[error.instance]
    limit: Any = error.validator_value
    if rule == "enum":
        return _enum(given, value, limit, path)
    if rule == "type":
        kinds = limit if isinstance(limit, list) else [limit]
        wanted = " or ".join(_TYPES.get(kind, str(kind)) for kind in kinds)
        return f"{given} is not {wanted}", ()
    if rule in {"oneOf", "anyOf"}:
        many = "more than one" if not error.context else "none"
        return f"{given} fits {many} of the {len(limit)} alternatives", ()
    wording = {
        "const": f"{given} is not `{limit}`",
        "pattern": f"{given} does not match the pattern {limit}",
        "minLength": "it is empty" if limit == 1 else f"{given} is shorter than {limit} characters",
        "maxLength": f"{given} is longer than {limit} characters",
        "minItems": f"it has fewer than {limit} items",
        "maxItems": f"it has more than {limit} items",
        "minimum": f"{given} is less than {limit}",
        "maximum": f"{given} is more than {limit}",
        "exclusiveMinimum": f"{given} is not more than {limit}",
        "exclusiveMaximum": f"{given} is not less than {limit}",
        "multipleOf": f"{given} is not a multiple of {limit}",
        "uniqueItems": "it has the same item twice",
        "minProperties": f"it has fewer than {limit} entries",
        "maxProperties": f"it has more than {limit} entries",
        "not": f"{given} is what is not allowed here",
        "dependencies": "it lacks a field that another of its fields needs",
    }
    return wording.get(rule, f"{given} breaks the rule `{rule}`"), ()


def _enum(
    given: str, value: Any, allowed: list[Any], path: list[Any]
) -> tuple[str, tuple[str, ...]]:
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    of = f" of {field}" if field else ""
    if len(allowed) == 1:
        return f"{given} is not `{allowed[0]}`, the only value{of}", ()
    near = nearest(value, allowed) if isinstance(value, str) and value != MASK else ()
    message = f"{given} is none of the {len(allowed)} values{of}"
    if not near and len(allowed) <= _LISTED:
        message += f": {', '.join(str(one) for one in allowed)}"
    return message, near
