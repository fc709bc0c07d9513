"""What a server says about itself: its build, its OpenAPI document, its types and resources.

Everything is requested when it is first needed, and once. The OpenAPI document is needed for a
filter that the data are not sure of, an operation that is not a standard one, or a question about
the contract; reading or writing an entity does not need it.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import (
    DynclientError,
    NotFound,
    NotOpenMetadata,
    ServerError,
    TransportError,
)
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.dispatch.dispatcher import Dispatcher
    from dynclient.openapi.digest import Digest
    from dynclient.openapi.index import Index
    from dynclient.openapi.index_cache import Build, IndexCache

_DOCUMENTS = (
    Request("GET", "/swagger.json", web=True),
    # Behind a proxy that passes on /api only: newer servers have it there too, with a token.
    Request("GET", "/swagger.json"),
)
_RESOURCES = Request("GET", "/v1/policies/resources")
_TYPES = "/v1/metadata/types"
_PAGE = "1000"
_VERSION = re.compile(r"[0-9A-Za-z][ -.0-9;-\[\]-~]{0,99}")
"""A version names files of the cache and a tag, so it is ASCII without slashes and colons."""
_REASON_LENGTH = 200
"""Characters of a server's message that a reason keeps."""


class OpenAPIDocument(NamedTuple):
    """An OpenAPI document, as a server returned it."""

    document: dict[str, Any]
    digest: Digest
    """What calls need of it."""


class ServerInfo:
    """What one server says about itself.

    Args:
        host: the server's address, without ``/api``.
        dispatcher: sends the requests.
    """

    def __init__(self, host: str, dispatcher: Dispatcher) -> None:
        self.host = host
        self._dispatcher = dispatcher
        self._cache: IndexCache | None = None
        self._process_lock = threading.RLock()
        self._process = os.getpid()
        self._build: Build | None = None
        self._index: Index | None = None
        self._origin: str | None = None
        self._why: str | None = None
        self._requested = False
        self._looked_up = False
        self._earlier_index: Index | None = None
        self.on_build: Callable[[Build], None] | None = None
        """Called with each build that the server reports."""

    @property
    def _lock(self) -> threading.RLock:
        """The lock of this process; in a forked child another thread's is never released."""
        if self._process != os.getpid():
            self._process_lock, self._process = threading.RLock(), os.getpid()
        return self._process_lock

    # -- the build ---------------------------------------------------------------------------------

    @property
    def build(self) -> Build:
        """The build of the server; requested once.

        Raises:
            NotOpenMetadata: the response does not contain a version.
            ServerError, TransportError: the request failed.
        """
        if self._build is None:
            self._build = self.request_build()
        return self._build

    @property
    def known_build(self) -> Build | None:
        """The build of the server, or None if it was not requested yet."""
        return self._build

    def use_build(self, build: Build) -> None:
        """Use a build that was requested by other means."""
        self._build = self._build or build

    @property
    def version(self) -> str:
        """The server's version as it reports it, ``1.6.0-SNAPSHOT``; requested once."""
        return self.build.version

    def request_build(self) -> Build:
        """Request the server's version, and return its build; errors as for :attr:`build`."""
        from dynclient.openapi.index_cache import Build
        from dynclient.operations.standard import server_operations

        release = self._dispatcher.release
        is_old = release is not None and () < release.version < (1, 0)
        body = None
        missing: NotFound | None = None
        for number in ((0, 13), (1, 0)) if is_old else ((1, 0), (0, 13)):  # 1.0 moved the route
            operations = {each.name: each for each in server_operations(number)}
            try:
                body = self._dispatcher.call(operations["version"], {})
                break
            except NotFound as error:
                missing = missing or error
        else:
            if missing is not None:
                raise missing
        body = body if isinstance(body, dict) else {}
        version, revision = body.get("version"), body.get("revision")
        if not isinstance(version, str) or _VERSION.fullmatch(version) is None:
            message = "the response does not contain a version"
            if isinstance(version, str):
                message = f"the response contains {version[:40]!r} instead of a version"
            raise NotOpenMetadata(
                message,
                status=200,
                code=200,
                method="GET",
                url=f"{self.host}/api",
                request_id=None,
                hint="The response does not come from an OpenMetadata server. Check the host.",
            )
        build = Build(version, revision if isinstance(revision, str) else "")
        if self.on_build is not None:
            self.on_build(build)
        return build

    def is_reachable(self) -> bool:
        """Return whether the server responds with a version; never raises."""
        try:
            return bool(self.request_build())
        except (DynclientError, OSError, ValueError):
            return False

    # -- the OpenAPI document ----------------------------------------------------------------------

    @property
    def index(self) -> Index | None:
        """The index of the server's OpenAPI document, as far as it is known."""
        return self._index

    @property
    def origin(self) -> str | None:
        """Where the index comes from: ``server`` or ``cache``; None if there is none."""
        return self._origin

    @property
    def why(self) -> str | None:
        """Why there is no OpenAPI document; None if there is one, or none was requested yet."""
        return self._why

    @property
    def openapi(self) -> Index | None:
        """The index of the server's OpenAPI document, requested once; None if there is none."""
        if not self._requested:
            with self._lock:
                if not self._requested:
                    self._load_index()
                    self._requested = True  # last: other threads must not continue without it
        return self._index

    def load(self) -> None:
        """Request the OpenAPI document, also if that failed before; a known one is kept."""
        with self._lock:
            if self._index is None:
                self._load_index()
                self._requested = True

    def _load_index(self) -> None:
        try:
            build = self.build
        except (ServerError, TransportError) as error:
            self._why = f"the server does not report its version: {first_line(error)}"
            return
        cached = self.index_cache.find(build)
        if cached is not None:
            self._set_index(cached, "cache")
            return
        found, self._why = self.read_document()
        if found is not None:
            self.keep_document(found)

    def _set_index(self, index: Index, origin: str) -> None:
        self._index, self._origin, self._why = index, origin, None
        self._requested = True

    def cached_index(self) -> Index | None:
        """Return the index as far as it is known without a request."""
        build = self._build
        if self._index is None and not self._looked_up and build is not None:
            with self._lock:
                found = self.index_cache.find(build)
                self._looked_up = True
                if found is not None and self._index is None:
                    self._set_index(found, "cache")
        return self._index

    def completion_index(self) -> Index | None:
        """Return the index that completion uses: without a request, perhaps of an earlier build."""
        known = self.cached_index()
        if known is not None or self._build is not None:
            return known
        if self._earlier_index is None:
            build = self.index_cache.last_build()
            self._earlier_index = None if build is None else self.index_cache.find(build)
        return self._earlier_index

    @property
    def index_cache(self) -> IndexCache:
        """Where indexes are kept; most processes need none."""
        if self._dispatcher.interceptor is not None:
            # Another process replays the requests, with another cache.
            from dynclient.openapi.index_cache import NoIndexCache

            return NoIndexCache(self.host)
        if self._cache is None:
            from dynclient.openapi.index_cache import IndexCache

            self._cache = IndexCache(self.host)
        return self._cache

    def read_document(self) -> tuple[OpenAPIDocument | None, str]:
        """Request the OpenAPI document; return it and "", or None and why there is none."""
        from dynclient.openapi.digest import digest

        reasons = []
        for request in _DOCUMENTS:
            try:
                document = self._dispatcher.send(request)
                return OpenAPIDocument(document, digest(document)), ""
            except (ServerError, TransportError, ValueError) as error:
                root = self.host + ("" if request.web else "/api")
                reasons.append(f"{root}{request.path}: {first_line(error)}")
        return None, "; ".join(reasons)

    def keep_document(self, found: OpenAPIDocument) -> None:
        """Use a document that the server returned, and write its index to the cache."""
        self._set_index(self.index_cache.keep(found.digest, self.build), "server")

    # -- types and resources -----------------------------------------------------------------------

    def entity_types(self) -> Iterator[Any]:
        """Yield the entity types that the server lists, as JSON, as far as they can be listed."""
        from dynclient.dispatch.pagination import CursorGuard

        guard = CursorGuard()
        after: str | None = None
        while True:
            query = [("category", "entity"), ("limit", _PAGE)]
            query += [("after", after)] if after else []
            try:
                guard.check(after)
                response = self._dispatcher.send(Request("GET", _TYPES, tuple(query)))
            except (ServerError, TransportError) as error:
                self._log_missing_types(error)
                return
            page = response if isinstance(response, dict) else {}
            data, paging = page.get("data"), page.get("paging")
            yield from data if isinstance(data, list) else ()
            after = paging.get("after") if isinstance(paging, dict) else None
            if not data or not isinstance(after, str):
                return

    def _log_missing_types(self, error: ServerError | TransportError) -> None:
        import logging

        message = "%s does not list its entity types (%s); its release has less detail without them"
        logging.getLogger(__name__).warning(message, self.host, first_line(error))

    def resources(self) -> list[str] | None:
        """Return the names of the resources that the server lists; None if the token may not."""
        try:
            response = self._dispatcher.send(_RESOURCES)
        except (ServerError, TransportError):
            return None
        listed = response.get("data") if isinstance(response, dict) else None
        names = [each.get("name") for each in listed or () if isinstance(each, dict)]
        return [name for name in names if isinstance(name, str)]


def first_line(error: Exception) -> str:
    """Return the message of an error in one line."""
    from textwrap import shorten

    if isinstance(error, NotOpenMetadata) and error.code != 404:
        return f"{error.code}, but the body is not JSON"
    if isinstance(error, ServerError):
        return shorten(f"{error.code} {error.message}", _REASON_LENGTH, placeholder=" …")
    return str(error).partition("\n")[0]
