"""The documents of a release as both validation engines take them, and patterns."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Release


SCHEME = "http://release.invalid/"
"""URIs of documents: their path behind this.

A name alone: `invalid` is no host (RFC 2606), a closure is whole, and neither engine is given a way
to fetch.
"""


class Documents:
    """The documents of a release as both engines take them; it does not keep the release alive."""

    def __init__(self, release: Release) -> None:
        self._release = ref(release)

    @property
    def release(self) -> Release:
        """The release."""
        release = self._release()
        if release is None:  # pragma: no cover - whoever judges holds the release
            raise ReferenceError("the release is gone")
        return release

    def are_of(self, release: Release) -> bool:
        """Tell whether they are those of this very release."""
        return self._release() is release

    def closure(self, reference: str) -> list[tuple[str, dict[str, Any]]]:
        """Return (URI, document) for all documents that a place needs."""
        release = self.release
        path = reference.partition("#")[0]
        return [(SCHEME + other, release.document(other)) for other in release.closure(path)]


def root_schema(documents: Documents, reference: str) -> dict[str, Any]:
    """Return the schema that stands for a place.

    Raises:
        SchemaNotFound: the release has no such place.
    """
    path, _, pointer = reference.partition("#")
    documents.release.node(path, pointer)
    if not pointer.isascii() or any(character in pointer for character in ' %"<>[]^`{|}#?'):
        from urllib.parse import quote

        pointer = quote(pointer, safe="/~")
    return {"$ref": f"{SCHEME}{path}#{pointer}" if pointer else SCHEME + path}


@lru_cache(maxsize=1024)
def finder(pattern: str) -> Callable[[str], bool]:
    r"""Return what tells whether a pattern is found in a text.

    Patterns are ECMA's: ``\d`` and ``\w`` are ASCII, ``$`` is the very end. The fast engine reads
    them so; its own reading is taken, and Python's made alike where that engine is missing.
    """
    try:
        import jsonschema_rs
    except ImportError:
        import re

        ended = re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", pattern)
        found = re.compile(ended, re.ASCII).search
        return lambda text: found(text) is not None
    is_valid: Callable[[Any], bool] = jsonschema_rs.Draft7Validator({"pattern": pattern}).is_valid
    return is_valid
