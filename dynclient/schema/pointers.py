"""Places in documents: JSON pointers, references between documents, iteration over subschemas.

A document is identified by its path inside the tree (``entity/data/table.json``), a place in it by
a JSON pointer (``/definitions/column``). A reference is both, joined by ``#``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dynclient.errors import UsageError

MAPS = ("$defs", "definitions", "dependencies", "patternProperties", "properties")
"""Keywords that contain subschemas by name."""
SINGLE = (
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "extends",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
)
"""Keywords that contain one subschema; ``items`` and ``extends`` may contain a list of them."""
LISTS = ("allOf", "anyOf", "oneOf")
"""Keywords that contain a list of subschemas."""


def escape(part: str) -> str:
    """Return one step of a JSON pointer, escaped (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


def parts(pointer: str) -> list[str]:
    """Return the steps of a JSON pointer, unescaped."""
    if not pointer:
        return []
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def segments(pointer: str) -> list[tuple[str, str | None]]:
    """Return the keywords of a pointer to a schema, each with the name or number below it.

    ``/definitions/column/items`` → ``[("definitions", "column"), ("items", None)]``. A property
    named ``definitions`` is a name here, not a keyword.
    """
    found: list[tuple[str, str | None]] = []
    steps = iter(parts(pointer))
    for keyword in steps:
        if keyword in MAPS or keyword in LISTS:
            found.append((keyword, next(steps, None)))
        else:
            found.append((keyword, None))
    return found


def walk(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (pointer, schema) for a document and each of its subschemas, in document order.

    Only keywords whose values are schemas by draft-07 (and ``extends`` of older drafts) are
    followed, so a property named ``$id`` or ``$ref`` is not mistaken for the keyword.
    """
    stack: list[tuple[str, Any]] = [("", document)]
    while stack:
        pointer, schema = stack.pop()
        if not isinstance(schema, dict):
            continue
        yield pointer, schema
        stack.extend(reversed(list(_below(pointer, schema))))


def _below(pointer: str, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        if keyword in MAPS and isinstance(value, dict):
            for name, sub in value.items():
                yield f"{pointer}/{escape(keyword)}/{escape(name)}", sub
        elif keyword in SINGLE and isinstance(value, dict):
            yield f"{pointer}/{keyword}", value
        elif isinstance(value, list) and (keyword in LISTS or keyword in SINGLE):
            for place, sub in enumerate(value):
                yield f"{pointer}/{keyword}/{place}", sub


MAX_DEPTH = 1000
"""Limit of the nesting depth of data. Servers refuse deeper JSON, and engines may crash on it."""


def is_deeper(data: Any, levels: int) -> bool:
    """Return whether decoded JSON is nested deeper than a number of levels, or contains itself.

    Args:
        data: decoded JSON; ``[]`` has one level.
        levels: the number of levels.
    """
    # Depth first, so that what contains itself is noticed at once.
    stack = [(1, data)] if isinstance(data, (dict, list, tuple)) else []
    while stack:
        depth, value = stack.pop()
        if depth > levels:
            return True
        items = value.values() if isinstance(value, dict) else value
        stack += [(depth + 1, item) for item in items if isinstance(item, (dict, list, tuple))]
    return False


def nested_too_deeply() -> UsageError:
    """Return the error for a value whose depth exceeds the call stack."""
    return UsageError("a value is nested too deeply, or contains itself")


def check_call_stack(frames: int) -> None:
    """Raise an error unless so many more calls can be nested.

    For code that must not find out by a RecursionError: native code may panic instead, and a file
    may be reported as damaged.

    Args:
        frames: the number of calls.

    Raises:
        RecursionError: there is less room.
    """
    try:
        sys._getframe(max(sys.getrecursionlimit() - frames, 0))
    except ValueError:
        return  # the call stack does not have so many frames
    raise RecursionError


def look_up(document: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer in a document.

    Raises:
        LookupError: there is no value.
    """
    if pointer and not pointer.startswith("/"):
        raise LookupError(pointer)
    for part in parts(pointer):
        if isinstance(document, dict):
            document = document[part]
        elif isinstance(document, list) and part.isascii() and part.isdigit():
            document = document[int(part)]
        else:
            raise LookupError(part)
    return document


def join(base: str, reference: str) -> tuple[str, str]:
    """Return (path, pointer) of a ``$ref`` in the document at the path ``base``.

    It must be a reference between files of a tree: a relative path, a fragment, or both. A path
    above the root is returned with its ``..``; no document has such a path.
    """
    path, _, pointer = reference.partition("#")
    if "%" in reference:
        from urllib.parse import unquote

        path, pointer = unquote(path), unquote(pointer)
    if not path:
        return base, pointer
    steps = base.split("/")[:-1] if base else []
    for step in path.split("/"):
        if step == ".." and steps and steps[-1] != "..":
            steps.pop()
        elif step not in {".", ""}:
            steps.append(step)
    return "/".join(steps), pointer


def values_at(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    """Yield the values at a path of names; a list on the way means each of its items.

    Args:
        value: decoded JSON.
        steps: the names of the path, ``("columns", "tags")``.
    """
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from values_at(item, steps)
    elif not steps:
        yield value
    elif isinstance(value, Mapping):
        yield from values_at(value.get(steps[0]), steps[1:])
