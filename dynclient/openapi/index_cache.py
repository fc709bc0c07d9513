"""Where the index of a server's OpenAPI document comes from: the cache, or the server itself.

A document belongs to a build, so its index is kept by version and revision and never grows stale.
Which build a server was last time is noted as well, for completion only: that must not ask.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import NotOpenMetadata, PackCorrupt, ServerError, TransportError
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.dispatch.dispatcher import Dispatcher
    from dynclient.openapi.digest import Digest
    from dynclient.openapi.index import Index
    from dynclient.releases.cache import Cache


_MAGIC = b"dynclient-facts "


SUFFIX = ".facts"


def recall(cache: Cache, name: str) -> tuple[Any, bytes] | None:
    """Return head and body of a fact, or None where it is not known, or damaged.

    Args:
        cache: where it is kept.
        name: of the fact; any text.
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
    """Write a fact; return whether it is on the disk now.

    A cache that cannot be written is told of by one warning, as for releases.

    Args:
        cache: where to keep it.
        name: of the fact; any text.
        head: plain JSON.
        body: any bytes.
    """
    rest = json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n" + body
    return cache.write(_file_name(name), _MAGIC + b"%08x\n" % zlib.crc32(rest) + rest)


def _parsed(data: bytes) -> tuple[Any, bytes]:
    first = data.find(b"\n")
    if not data.startswith(_MAGIC) or first < 0:
        raise PackCorrupt("it holds no fact")
    if data[len(_MAGIC) : first] != b"%08x" % zlib.crc32(memoryview(data)[first + 1 :]):
        raise PackCorrupt("its content does not match its checksum")
    head, _, body = data[first + 1 :].partition(b"\n")
    return json.loads(head), body


def _file_name(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9.+-]", "_", name)
    # What differs in signs alone stays apart, whatever the file system makes of it.
    return f"{plain[:80]}-{zlib.crc32(name.encode()):08x}{SUFFIX}"


_DOCUMENTS = (
    Request("GET", "/swagger.json", web=True),
    # Where only /api is passed on: newer servers have it there as well, for whoever has a token.
    Request("GET", "/swagger.json"),
)
_SHOWN = 200
"""Characters of a server's words that a reason keeps."""


class Build(NamedTuple):
    """Which build of the server it is, as it says itself."""

    version: str
    """``1.6.0-SNAPSHOT``."""
    revision: str
    """Of its source; empty where it does not tell."""


class Read(NamedTuple):
    """An OpenAPI document, as a server gave it."""

    document: dict[str, Any]
    digest: Digest
    """What calls need of it."""


class Documents:
    """The index of one server's document.

    Args:
        host: the server's address; what does not tell its revision is known by it.
        dispatcher: the road to the server.
    """

    def __init__(self, host: str, dispatcher: Dispatcher) -> None:
        self._host = host
        self._dispatcher = dispatcher

    def fetch(self, build: Build) -> tuple[Index | None, str]:
        """Ask the server and keep the answer; return the index, or None and why there is none."""
        read, why = self.read()
        return (None, why) if read is None else (self.keep(read.digest, build), "")

    def read(self) -> tuple[Read | None, str]:
        """Ask the server; return its document, or None and why there is none."""
        from dynclient.openapi.digest import digest

        reasons = []
        for request in _DOCUMENTS:
            try:
                document = self._dispatcher.send(request)
                return Read(document, digest(document)), ""
            except (ServerError, TransportError, ValueError) as error:
                below = self._host + ("" if request.web else "/api")
                reasons.append(f"{below}{request.path}: {first_line(error)}")
        return None, "; ".join(reasons)

    def keep(self, told: Digest, build: Build) -> Index:
        """Keep the index of a build's document in the cache, and return it."""
        from dynclient.openapi.index import Index

        index = Index.of_digest(told, *build)
        self._keep(index, build)
        return index

    def _keep(self, index: Index, build: Build) -> None:
        from dynclient.releases import Cache

        cache = Cache()
        keep(cache, self._name(build), *index.parts())
        keep(cache, self._note, build._asdict())

    def kept(self, build: Build) -> Index | None:
        """Return the index of a build from the cache, or None where it does not hold it."""
        from dynclient.openapi.index import Index
        from dynclient.releases import Cache

        found = recall(Cache(), self._name(build))
        try:
            return None if found is None else Index.of_parts(*found)
        except (LookupError, TypeError, ValueError):
            return None  # sound, but nothing of ours; it will be written anew

    def last_build(self) -> Build | None:
        """Return which build the server was when its document was asked for the last time."""
        from dynclient.releases import Cache

        found = recall(Cache(), self._note)
        try:
            return None if found is None else Build(**found[0])
        except TypeError:
            return None

    def _name(self, build: Build) -> str:
        from dynclient.openapi.index import FORMAT

        return f"openapi{FORMAT}-{build.version}-{build.revision or self._host}"

    @property
    def _note(self) -> str:
        return f"server-{self._host}"


def first_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    from textwrap import shorten

    if isinstance(error, NotOpenMetadata):
        return f"{error.code}, but it is no JSON"
    if isinstance(error, ServerError):
        return shorten(f"{error.code} {error.message}", _SHOWN, placeholder=" …")
    return str(error).partition("\n")[0]
