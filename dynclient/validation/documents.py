"""The documents of a release in the form both engines read, and compiled patterns."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dynclient.data import data_file
from dynclient.errors import Problem
from dynclient.schema.pointers import MAX_DEPTH
from dynclient.schema.versions import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynclient.schema import Release


SCHEME = "http://release.invalid/"
"""Base URI of the documents; the path of a document follows it.

It is only a name: `invalid` is not a host (RFC 2606), a closure is complete, and neither engine is
given a way to fetch.
"""
UNEXAMINED = "unexamined"
"""The rule of the problem that says that the rest of the data was not examined."""


def _uri(path: str) -> str:
    return SCHEME + _quoted(path)


def _quoted(text: str) -> str:
    """Return a path or pointer as part of a URI."""
    if text.isascii() and not any(character in text for character in ' %"<>[]^`{|}#?\\'):
        return text
    from urllib.parse import quote

    return quote(text, safe="/~")


def too_deep(data: Any) -> Problem:
    """Return the problem of data that is nested more than ``MAX_DEPTH`` levels deep."""
    message = f"is nested more than {MAX_DEPTH} levels deep, or contains itself"
    return Problem("", f"a {type(data).__name__}", "depth", message)


class Documents:
    """The documents of a release in the form both engines read."""

    __slots__ = ("_creates", "_relaxed", "release")

    def __init__(self, release: Release) -> None:
        self.release = release
        self._creates = {entity.create for entity in release.entities.values()}
        self._relaxed: dict[str, dict[str, Any]] = {}

    def closure(self, reference: str) -> list[tuple[str, dict[str, Any]]]:
        """Return (URI, document) for each document that a place needs.

        Args:
            reference: ``path`` or ``path#pointer``.

        Raises:
            SchemaNotFound: the release has no document at that path.
        """
        path = reference.partition("#")[0]
        return [(_uri(other), self._document(other)) for other in self.release.closure(path)]

    def _document(self, path: str) -> dict[str, Any]:
        """Return a document that accepts what servers do, see ``accepted.json``."""
        document = self._relaxed.get(path)
        if document is None:
            document = self.release.document(path)
            for row in self._rows("accepted"):
                if row["document"] == path:
                    document = _relax(document, row)
            if path in self._creates:
                for row in self._rows("create_requests"):
                    document = _allow_type(document, row["property"], row["type"])
            self._relaxed[path] = document
        return document

    def _rows(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of ``accepted.json`` for the release; an unknown one counts as newest."""
        version = self.release.version or (999,)
        for row in data_file("accepted.json")[kind]:
            if numbers(row.get("since", "0.0")) <= version < numbers(row.get("until", "1000.0")):
                yield row

    def root_schema(self, reference: str) -> dict[str, Any]:
        """Return a schema that refers to a place.

        Raises:
            SchemaNotFound: the release has no such place.
        """
        path, _, pointer = reference.partition("#")
        self.release.node(path, pointer)
        return {"$ref": f"{_uri(path)}#{_quoted(pointer)}" if pointer else _uri(path)}


def _relax(document: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Return a document that also accepts what a row of ``accepted.json`` lists.

    Only what changes is copied: documents are shared.
    """
    name = row.get("definition")
    place = document if name is None else document.get("definitions", {}).get(name)
    if not isinstance(place, dict):
        return document
    relaxed: dict[str, Any] = {}
    if "optional" in row:
        required = [each for each in place.get("required", ()) if each not in row["optional"]]
        relaxed = {**place, "required": required}
    if name is None:
        return relaxed
    return {**document, "definitions": {**document["definitions"], name: relaxed}}


def _allow_type(document: dict[str, Any], name: str, kind: str) -> dict[str, Any]:
    """Return a document whose property takes another type as well; the given one is kept."""
    properties = document.get("properties", {})
    if name not in properties:
        return document
    # Not a union, so that the errors of all other values stay as they are.
    either = {"if": {"type": kind}, "else": properties[name]}
    return {**document, "properties": {**properties, name: either}}


_SPACES = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_OUTSIDE_CLASSES = {
    "$": r"\Z",
    ".": r"[^\n\r\u2028\u2029]",
    r"\s": f"[{_SPACES}]",
    r"\S": f"[^{_SPACES}]",
}
_IN_CLASSES = {r"\s": _SPACES}


def _python_pattern(pattern: str) -> Callable[[str], bool]:
    import re
    import warnings

    from dynclient.schema.repair import signs

    adapted = "".join(
        (_IN_CLASSES if inside else _OUTSIDE_CLASSES).get(sign, sign)
        for sign, inside in signs(pattern)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Python may read differently one day
        search = re.compile(adapted, re.ASCII).search
    return lambda text: search(text) is not None


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    r"""Return a function that returns whether a regular expression matches anywhere in a string.

    Patterns follow ECMA 262: ``\d`` and ``\w`` are ASCII, ``$`` is the very end, ``.`` is no line
    terminator. The fast engine matches that way and is used if it is installed; otherwise Python's
    ``re`` is adapted to it.
    """
    try:
        import jsonschema_rs
    except ImportError:
        return _python_pattern(pattern)
    is_valid: Callable[[Any], bool] = jsonschema_rs.Draft7Validator({"pattern": pattern}).is_valid
    return is_valid
