"""The index of a server's OpenAPI document, kept in the cache directory.

A document belongs to a build, so its index is kept by version and revision and never expires. The
build that a server had last is kept as well, for completion only, which must not send a request.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import PackCorrupt

if TYPE_CHECKING:
    from dynclient.openapi.digest import Digest
    from dynclient.openapi.index import Index
    from dynclient.releases.cache import Cache

_MAGIC = b"dynclient-facts "


SUFFIX = ".facts"


def recall(cache: Cache, name: str) -> tuple[Any, bytes] | None:
    """Return the head and body of an entry, or None if it does not exist or is damaged.

    A damaged file is moved aside.

    Args:
        cache: the cache directory.
        name: name of the entry; any text.
    """
    data = cache.read(_file_name(name))
    if data is None:
        return None
    try:
        return _parsed(data)
    except PackCorrupt as error:
        cache.set_aside(_file_name(name), str(error))
        return None


def keep(cache: Cache, name: str, head: Any, body: bytes = b"") -> bool:
    """Write an entry; return whether it was written to the disk.

    If the cache is not writable, one warning says so, as for releases.

    Args:
        cache: the cache directory.
        name: name of the entry; any text.
        head: plain JSON.
        body: any bytes.
    """
    rest = json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n" + body
    return cache.write(_file_name(name), _MAGIC + b"%08x\n" % zlib.crc32(rest) + rest)


def _parsed(data: bytes) -> tuple[Any, bytes]:
    first = data.find(b"\n")
    if not data.startswith(_MAGIC) or first < 0:
        raise PackCorrupt("the file is not an entry of the index cache")
    if data[len(_MAGIC) : first] != b"%08x" % zlib.crc32(memoryview(data)[first + 1 :]):
        raise PackCorrupt("the content does not match its checksum")
    head, _, body = data[first + 1 :].partition(b"\n")
    try:
        return json.loads(head), body
    except (ValueError, RecursionError):
        raise PackCorrupt("the head is not JSON") from None


def _file_name(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9.+-]", "_", name)
    # The checksum keeps names apart that differ only in replaced characters or in case.
    checksum = zlib.crc32(name.encode("utf-8", "backslashreplace"))
    return f"{plain[:80]}-{checksum:08x}{SUFFIX}"


class Build(NamedTuple):
    """A build of the server: its version and the revision of its source."""

    version: str
    """``1.6.0-SNAPSHOT``."""
    revision: str
    """Of its source; empty where the server does not report it."""


class IndexCache:
    """The indexes of one server's documents, in the cache directory.

    Args:
        host: the server's address; the index of a build without a revision is kept under it.
    """

    def __init__(self, host: str) -> None:
        self._host = host

    def keep(self, digest: Digest, build: Build) -> Index:
        """Write the index of a build's document to the cache, and return it.

        Args:
            digest: what calls need of the document.
            build: the build that the document belongs to.
        """
        from dynclient.openapi.index import Index
        from dynclient.releases import Cache

        index = Index.of_digest(digest, *build)
        cache = Cache()
        keep(cache, self.name(build), *index.parts())
        keep(cache, self._last_build_name, build._asdict())
        return index

    def find(self, build: Build) -> Index | None:
        """Return the index of a build from the cache, or None if the cache does not have it."""
        from dynclient.openapi.index import Index
        from dynclient.releases import Cache

        found = recall(Cache(), self.name(build))
        try:
            return None if found is None else Index.of_parts(*found)
        except (LookupError, TypeError, ValueError):
            return None  # undamaged, but of another format; it will be written again

    def last_build(self) -> Build | None:
        """Return the build that the server had when an index of it was last written, or None."""
        from dynclient.releases import Cache

        found = recall(Cache(), self._last_build_name)
        try:
            build = None if found is None else Build(**found[0])
        except TypeError:
            return None
        is_valid = build is not None and all(isinstance(text, str) for text in build)
        return build if is_valid else None

    def name(self, build: Build) -> str:
        """Return the name under which the index of a build is kept."""
        from dynclient.openapi.index import FORMAT

        return f"openapi{FORMAT}-{build.version}-{build.revision or self._host}"

    @property
    def _last_build_name(self) -> str:
        return f"server-{self._host}"


class NoIndexCache(IndexCache):
    """Keeps nothing: each client requests the document, if it needs it."""

    def keep(self, digest: Digest, build: Build) -> Index:
        """Return the index of a build's document."""
        from dynclient.openapi.index import Index

        return Index.of_digest(digest, *build)

    def find(self, build: Build) -> Index | None:  # noqa: ARG002 -- the signature of the base
        """Return None."""
        return None

    def last_build(self) -> Build | None:
        """Return None."""
        return None
