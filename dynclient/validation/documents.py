"""The documents of a release in the form both engines read, and compiled patterns."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dynclient.errors import Problem
from dynclient.schema.pointers import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Release


SCHEME = "http://release.invalid/"
"""Base URI of the documents; the path of a document follows it.

It is only a name: `invalid` is not a host (RFC 2606), a closure is complete, and neither engine is
given a way to fetch.
"""
UNEXAMINED = "unexamined"
"""The rule of the problem that says that the rest of the data was not examined."""


def too_deep(data: Any) -> Problem:
    """Return the problem of data that is nested more than ``MAX_DEPTH`` levels deep."""
    message = f"is nested more than {MAX_DEPTH} levels deep, or contains itself"
    return Problem("", f"a {type(data).__name__}", "depth", message)


class Documents:
    """The documents of a release in the form both engines read."""

    __slots__ = ("release",)

    def __init__(self, release: Release) -> None:
        self.release = release

    def closure(self, reference: str) -> list[tuple[str, dict[str, Any]]]:
        """Return (URI, document) for each document that a place needs.

        Args:
            reference: ``path`` or ``path#pointer``.

        Raises:
            SchemaNotFound: the release has no document at that path.
        """
        path = reference.partition("#")[0]
        release = self.release
        return [(SCHEME + other, release.document(other)) for other in release.closure(path)]

    def root_schema(self, reference: str) -> dict[str, Any]:
        """Return a schema that refers to a place.

        Raises:
            SchemaNotFound: the release has no such place.
        """
        path, _, pointer = reference.partition("#")
        self.release.node(path, pointer)
        if not pointer.isascii() or any(character in pointer for character in ' %"<>[]^`{|}#?'):
            from urllib.parse import quote

            pointer = quote(pointer, safe="/~")
        return {"$ref": f"{SCHEME}{path}#{pointer}" if pointer else SCHEME + path}


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    r"""Return a function that returns whether a regular expression matches anywhere in a string.

    Patterns follow ECMA 262: ``\d`` and ``\w`` are ASCII, ``$`` is the very end. The fast engine
    matches that way and is used if it is installed; otherwise Python's ``re`` is adapted to it.
    """
    try:
        import jsonschema_rs
    except ImportError:
        import re

        python_pattern = re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", pattern)
        search = re.compile(python_pattern, re.ASCII).search
        return lambda text: search(text) is not None
    is_valid: Callable[[Any], bool] = jsonschema_rs.Draft7Validator({"pattern": pattern}).is_valid
    return is_valid
