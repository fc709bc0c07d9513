"""Read request bodies as the server's JSON reader does: as strict, and with its messages.

:class:`Reader` converts a decoded body into the object the server would build: unknown fields are
refused, numbers accepted as strings, enum values checked, schema defaults filled in, nulls
dropped, and fields put in schema order. :func:`violations` returns the messages of the server's
bean validation. The client's validator is not used on purpose: a shared mistake would stay unseen.
"""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.http_errors import bad_request
from dynclient.schema.repair import original_patterns

if TYPE_CHECKING:
    from dynclient.schema.node import Node
    from dynclient.schema.release import Release

_TOKENS: dict[type, tuple[str, str]] = {
    dict: ("Object", "START_OBJECT"),
    list: ("Array", "START_ARRAY"),
    str: ("String", "VALUE_STRING"),
}
_SCALAR_CLASSES = {
    "string": "java.lang.String",
    "integer": "java.lang.Integer",
    "number": "java.lang.Double",
    "boolean": "java.lang.Boolean",
}


_LOWEST, _HIGHEST = -(2**63), 2**63 - 1

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
"""The form of an e-mail address; the whole text must match."""

_NOT_AN_EMAIL = "must be a well-formed email address"


class Reader:
    """Reads bodies by one root schema; ``source`` is the name of the stream in messages."""

    def __init__(self, root: Node, source: str) -> None:
        self._root = root
        self._source = source

    def read(self, raw: Any) -> Any:
        """Return the object; raises a 400 :class:`~dynclient.sandbox.http_errors.Fault`."""
        return self._convert(self._root, raw, ())

    # by kind of schema

    def _convert(self, node: Node, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> Any:
        if raw is None:
            return None
        kind = node.kind
        if kind == "object":
            return self._object(node, raw, chain)
        if kind == "array":
            return self._array(node, raw, chain)
        if kind == "enum":
            return self._enum(node, raw, chain)
        if kind in _SCALAR_CLASSES:
            return self._scalar(node, kind, raw, chain)
        if kind == "map" and not isinstance(raw, dict):
            java = "java.util.LinkedHashMap<java.lang.String,java.lang.Object>"
            raise self._mismatch(java, raw, chain)
        return raw

    def _object(self, node: Node, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> Any:
        if not isinstance(raw, dict):
            raise self._mismatch(java_class(node), raw, chain)
        properties = node.properties
        unknown = [name for name in raw if name not in properties]
        if unknown and node.closed:
            raise self._unknown(node, unknown[0], chain)
        out: dict[str, Any] = {}
        for name, child in properties.items():
            if name in raw:
                value = self._convert(child, raw[name], (*chain, (java_class(node), name)))
                if value is not None:
                    out[name] = value
            else:
                default = default_of(child)
                if default is not None:
                    out[name] = default
        for name in unknown:
            out[name] = raw[name]
        return out

    def _array(self, node: Node, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> Any:
        items = node.items
        if not isinstance(raw, list):
            inner = java_class(items) if items is not None else "java.lang.Object"
            raise self._mismatch(f"java.util.ArrayList<{inner}>", raw, chain)
        if items is None:
            return raw
        for position, item in enumerate(raw):
            if item is None:
                place = self._place((*chain, ("java.util.ArrayList", position)))
                raise bad_request(f"Null value in a list of `{java_class(items)}`{place}")
        return [
            self._convert(items, item, (*chain, ("java.util.ArrayList", position)))
            for position, item in enumerate(raw)
        ]

    def _enum(self, node: Node, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> Any:
        if isinstance(raw, dict | list):
            raise self._mismatch(java_class(node), raw, chain)
        values = node.enum or ()
        if raw not in values and str(raw) not in values:
            text = f"Cannot construct instance of `{java_class(node)}`, problem: {raw}"
            raise bad_request(text + self._place(chain))
        return raw

    def _scalar(
        self, node: Node, kind: str, raw: Any, chain: tuple[tuple[str, str | int], ...]
    ) -> Any:
        if isinstance(raw, dict | list):
            java = "java.util.UUID" if node.format == "uuid" else _SCALAR_CLASSES[kind]
            raise self._mismatch(java, raw, chain)
        if kind == "string":
            text = raw if isinstance(raw, str) else _as_text(raw)
            if node.format == "uuid":
                self._check_uuid(text, chain)
            return self._time(raw, chain) if node.format == "date-time" else text
        if kind == "boolean":
            return self._boolean(raw, chain)
        return self._number(kind, raw, chain)

    def _check_uuid(self, text: str, chain: tuple[tuple[str, str | int], ...]) -> None:
        try:
            good = len(text) == 36 and bool(uuid.UUID(text))
        except ValueError:
            good = False
        if not good:
            raise bad_request(
                f'Cannot deserialize value of type `java.util.UUID` from String "{text}": UUID has'
                f" to be represented by standard 36-char representation{self._place(chain)}"
            )

    def _time(self, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> int | str:
        """Return a time as the server stores it, in ms."""
        if isinstance(raw, int | float):
            return int(raw)
        try:
            return int(datetime.fromisoformat(raw.strip()).timestamp() * 1000) if raw else raw
        except ValueError:
            raise bad_request(
                f'Cannot deserialize value of type `java.util.Date` from String "{raw}": not a'
                f" valid representation{self._place(chain)}"
            ) from None

    def _boolean(self, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> bool:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, int):
            return raw != 0
        if isinstance(raw, str) and raw.strip().lower() in {"true", "false"}:
            return raw.strip().lower() == "true"
        raise bad_request(
            f'Cannot deserialize value of type `java.lang.Boolean` from String "{raw}": only "true"'
            f' or "false" recognized{self._place(chain)}'
        )

    def _number(self, kind: str, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> float | int:
        if isinstance(raw, bool):
            raise bad_request(
                f"Cannot coerce Boolean value ({_as_text(raw)}) to `{_SCALAR_CLASSES[kind]}` value"
                + self._place(chain)
            )
        try:
            value: float | int = raw if isinstance(raw, int | float) else float(raw.strip())
            if kind == "integer":
                value = int(value)
        except (ValueError, OverflowError):
            java = _SCALAR_CLASSES[kind]
            raise bad_request(
                f'Cannot deserialize value of type `{java}` from String "{raw}": not a valid'
                f" `{java}` value{self._place(chain)}"
            ) from None
        if isinstance(value, int) and not _LOWEST <= value <= _HIGHEST:
            raise bad_request(
                f"Numeric value ({value}) out of range of long ({_LOWEST} - {_HIGHEST})"
                + self._place(chain)
            )
        return value

    # messages

    def _mismatch(self, java: str, raw: Any, chain: tuple[tuple[str, str | int], ...]) -> Exception:
        noun, token = _TOKENS.get(type(raw), ("Integer", "VALUE_NUMBER_INT"))
        if isinstance(raw, bool):
            noun, token = "Boolean", f"VALUE_{_as_text(raw).upper()}"
        elif isinstance(raw, float):
            noun, token = "Floating-point", "VALUE_NUMBER_FLOAT"
        return bad_request(
            f"Cannot deserialize value of type `{java}` from {noun} value"
            f" (token `JsonToken.{token}`)" + self._place(chain)
        )

    def _unknown(
        self, node: Node, name: str, chain: tuple[tuple[str, str | int], ...]
    ) -> Exception:
        known = node.properties
        java = java_class(node)
        listed = ", ".join(f'"{field}"' for field in known)
        return bad_request(
            f'Unrecognized field "{name}" (class {java}), not marked as ignorable'
            f" ({len(known)} known properties: {listed}]){self._place((*chain, (java, name)))}"
        )

    def _place(self, chain: tuple[tuple[str, str | int], ...]) -> str:
        links = "->".join(
            f"{owner}[{step}]" if isinstance(step, int) else f'{owner}["{step}"]'
            for owner, step in chain
        )
        through = f" (through reference chain: {links})" if links else ""
        return f"\n at [Source: {self._source}]{through}"


def _as_text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw)


def java_class(node: Node) -> str:
    """Return the name of the server's Java class for a schema, for messages."""
    target = node.target
    named = target.schema.get("javaType") or target.schema.get("existingJavaType")
    if isinstance(named, str):
        return named
    if node.kind in _SCALAR_CLASSES:
        return "java.util.UUID" if node.format == "uuid" else _SCALAR_CLASSES[node.kind]
    return f"org.openmetadata.schema.{target.type_name}"


def default_of(node: Node) -> Any:
    """Return a copy of the default that the server's class has for a field, or None."""
    default = node.default
    kind = node.kind
    if kind == "array":
        # Without a default a list is empty; with the default null it is missing.
        has_default = "default" in node.schema or "default" in node.target.schema
        return copy.deepcopy(default) if has_default else []
    if default is None or kind in {"object", "map", "union", "any"}:
        return None
    return _typed(kind, default)


def _typed(kind: str, default: Any) -> Any:
    """Convert a default that the schema writes as a string to its type."""
    if not isinstance(default, str):
        return default
    if kind == "boolean":
        return default.lower() == "true"
    if kind in {"integer", "number"}:
        try:
            return int(default) if kind == "integer" else float(default)
        except ValueError:
            return default
    return default


def fill(node: Node, raw: Any, *, unions: bool = False) -> Any:
    """Return ``raw`` with defaults filled in below, fields in schema order, nulls dropped.

    Members of a union are filled in only with ``unions=True``: the server keeps them as they are.
    """
    kind = node.kind
    if kind == "union" and unions:
        branch = choose_branch(node, raw)
        return raw if branch is None else fill(branch, raw, unions=True)
    if kind == "array" and isinstance(raw, list) and node.items is not None:
        return [fill(node.items, item, unions=unions) for item in raw]
    if kind != "object" or not isinstance(raw, dict):
        return raw
    out: dict[str, Any] = {}
    for name, child in node.properties.items():
        if raw.get(name) is not None:
            out[name] = fill(child, raw[name], unions=unions)
        elif name not in raw:
            default = default_of(child)
            if default is not None:
                out[name] = default
    return out | {name: value for name, value in raw.items() if name not in node.properties}


def choose_branch(node: Node, raw: Any) -> Node | None:
    """Return the member of a union that fits an object best, or None if none fits.

    The ``type`` field decides if the members have one, then the number of known fields.
    """
    if not isinstance(raw, dict):
        return None
    best: Node | None = None
    best_score = -1
    for branch in node.branches:
        if branch.kind == "union":
            branch = choose_branch(branch, raw) or branch  # noqa: PLW2901
        if branch.kind != "object":
            continue
        score = _score(branch, raw)
        if score > best_score:
            best, best_score = branch, score
    return best


def _score(branch: Node, raw: dict[str, Any]) -> int:
    properties = branch.properties
    unknown = sum(1 for name in raw if name not in properties)
    missing = sum(1 for name in branch.required if name not in raw)
    if unknown and branch.closed:
        return -1
    tag = properties.get("type")
    given = raw.get("type")
    bonus = 0
    if tag is not None and given is not None and tag.enum:
        if given not in tag.enum:
            return -1
        bonus = 1000
    for name, value in raw.items():
        child = properties.get(name)
        if child is None or not isinstance(value, dict):
            continue
        # A value that fits no member below makes this member fit less.
        if child.kind == "union":
            bonus -= 200 if choose_branch(child, value) is None else 0
        elif child.kind == "object":  # as is a union of one member
            bonus -= 200 if _score(child, value) < 0 else 0
    return 500 + bonus - 10 * unknown - missing


# bean validation


def violations(node: Node, value: Any, *, emails: bool = True) -> list[str]:
    """Return the server's messages about a converted object, without brackets.

    ``emails`` is whether the server checks the form of e-mail addresses.
    """
    found: list[str] = []
    _inspect(node, value, found)
    return [text for text in found if emails or not text.endswith(_NOT_AN_EMAIL)]


def check(node: Node, value: Any, *, emails: bool = True) -> None:
    """Raise the server's 400 if the object violates a constraint."""
    found = violations(node, value, emails=emails)
    if found:
        raise bad_request(f"[{', '.join(found)}]")


def _inspect(node: Node, value: Any, found: list[str]) -> None:
    kind = node.kind
    if kind == "object" and isinstance(value, dict):
        for name, child in node.properties.items():
            field = value.get(name)
            if field is None:
                if name in node.required:
                    found.append(f"{name} must not be null")
                continue
            _check_constraints(name, child, field, found)
            _inspect(child, field, found)
    elif kind == "array" and isinstance(value, list) and node.items is not None:
        for item in value:
            _inspect(node.items, item, found)


def nameless(node: Node, value: Any) -> list[str]:
    """Return the messages about list items without the field that identifies them.

    A patch may leave out other required fields of an item.
    """
    found: list[str] = []
    for child, item in _members(node, value):
        if child.kind == "array" and child.items is not None and isinstance(item, list):
            found += [
                f"{name} must not be null"
                for name in sorted(_IDENTITIES & child.items.required)
                if any(isinstance(each, dict) and each.get(name) is None for each in item)
            ]
        found += nameless(child, item)
    return found


_IDENTITIES = frozenset({"name", "tagFQN"})


def _members(node: Node, value: Any) -> Iterator[tuple[Node, Any]]:
    """Yield the values directly below a value that have a schema, with it."""
    if node.kind == "array" and node.items is not None and isinstance(value, list):
        yield from ((node.items, item) for item in value)
    elif node.kind == "object" and isinstance(value, dict):
        known = node.properties
        yield from ((known[name], item) for name, item in value.items() if name in known)


def _check_constraints(name: str, node: Node, value: Any, found: list[str]) -> None:
    keywords = {**node.target.schema, **{k: v for k, v in node.schema.items() if k != "$ref"}}
    if isinstance(value, str):
        if node.kind != "string":
            return
        if node.format == "email" and value and not EMAIL.fullmatch(value):
            found.append(f"{name} {_NOT_AN_EMAIL}")
        low, high = keywords.get("minLength"), keywords.get("maxLength")
        if (low is not None and len(value) < low) or (high is not None and len(value) > high):
            top = 2147483647 if high is None else high
            found.append(f"{name} size must be between {low or 0} and {top}")
        pattern = keywords.get("pattern")
        if pattern is not None and not _matches(pattern, value):
            quoted = _original_patterns(node.release).get(node.target.ref, pattern)
            found.append(f'{name} must match "{quoted}"')
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = keywords.get("minimum"), keywords.get("maximum")
        if low is not None and value < low:
            found.append(f"{name} must be greater than or equal to {low}")
        if high is not None and value > high:
            found.append(f"{name} must be less than or equal to {high}")
    elif isinstance(value, list):
        low, high = keywords.get("minItems"), keywords.get("maxItems")
        if (low is not None and len(value) < low) or (high is not None and len(value) > high):
            top = 2147483647 if high is None else high
            found.append(f"{name} size must be between {low or 0} and {top}")


def _original_patterns(release: Release) -> dict[str, str]:
    """Return the patterns that messages quote as the tree has them."""
    return release.memo("original_patterns", lambda release: original_patterns(release.repairs))


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern.replace("(?U)", ""))
    except re.error:
        return None


def _matches(pattern: str, value: str) -> bool:
    """Return whether the whole text matches, as Java matches."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
