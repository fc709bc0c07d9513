"""Where the index of a server's OpenAPI document comes from: the cache, or the server itself.

A document belongs to a build, so its index is kept by version and revision and never grows stale.
Which build a server was last time is noted as well, for completion only: that must not ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import NotOpenMetadata, ServerError, TransportError
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.dispatch import Dispatcher
    from dynclient.operations.index import Index
    from dynclient.operations.openapi import Digest

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
        from dynclient.operations.openapi import digest

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
        from dynclient.operations.index import Index

        index = Index.of_digest(told, *build)
        self._keep(index, build)
        return index

    def _keep(self, index: Index, build: Build) -> None:
        from dynclient.releases import Cache
        from dynclient.schema import facts

        cache = Cache()
        facts.keep(cache, self._name(build), *index.parts())
        facts.keep(cache, self._note, build._asdict())

    def kept(self, build: Build) -> Index | None:
        """Return the index of a build from the cache, or None where it does not hold it."""
        from dynclient.operations.index import Index
        from dynclient.releases import Cache
        from dynclient.schema import facts

        found = facts.recall(Cache(), self._name(build))
        try:
            return None if found is None else Index.of_parts(*found)
        except (LookupError, TypeError, ValueError):
            return None  # sound, but nothing of ours; it will be written anew

    def last_build(self) -> Build | None:
        """Return which build the server was when its document was asked for the last time."""
        from dynclient.releases import Cache
        from dynclient.schema import facts

        found = facts.recall(Cache(), self._note)
        try:
            return None if found is None else Build(**found[0])
        except TypeError:
            return None

    def _name(self, build: Build) -> str:
        from dynclient.operations.index import FORMAT

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
