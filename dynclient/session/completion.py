"""Names for completion at a prompt before a release is chosen.

Choosing a release may download it, which a user does not expect of the TAB key. So completion asks
the server for its version only, once and for a second at most, and takes names from a release that
the cache already has. If that is the release that the client would choose, it is chosen.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.errors import DynclientError
from dynclient.session.release_choice import Sources
from dynclient.session.server_info import ServerInfo

if TYPE_CHECKING:
    from dynclient.schema import Release
    from dynclient.session.session import Session
    from dynclient.transport.http import Transport

WAIT = 1.0
"""Seconds that completion waits for the server's version."""


class Completion:
    """What completion knows of the release of a session that has chosen none.

    Args:
        session: the session.
        sources: where its release may come from.
    """

    def __init__(self, session: Session, sources: Sources | None) -> None:
        self._session = session
        self._sources = sources or Sources()
        self._asked = False
        self._version = self._sources.name
        self.release: Release | None = None
        """The release whose names are shown; None if there is none."""

    def look(self) -> Release | None:
        """Return the release whose names are shown. The first call may ask the server."""
        if self._version is None and not self._asked:
            self._asked = True
            thread = threading.Thread(target=self._ask, name="dynclient-version", daemon=True)
            thread.start()
            thread.join(WAIT)  # also the look-up of a host name may take long
        if self.release is None and self._version is not None:
            self._find(self._version)
        return self._session.known_release or self.release

    def _ask(self) -> None:
        from dynclient.transport.auth import Anonymous

        server = self._session.server
        if server.known_build is None:
            transport = impatient(self._session.transport, WAIT, Anonymous())
            if transport is None:
                return
            dispatcher = Dispatcher(transport, transport.settings)
            try:
                server.use_build(ServerInfo(server.host, dispatcher).request_build())
            except (DynclientError, OSError, ValueError):
                return
        self._version = server.version

    def _find(self, version: str) -> None:
        from dynclient.releases import Cache, release
        from dynclient.schema.versions import names_for, nearest

        names = list(Cache().names())
        exact = [name for name in names_for(version) if name in names]
        while exact or names:
            near = nearest(version, names)
            name = exact.pop(0) if exact else near.name if near else None
            if name is None:
                return
            names = [other for other in names if other != name]
            try:
                found = release(name)
            except (DynclientError, OSError):
                continue
            if found.lossy:
                continue
            self.release = found
            if name in names_for(version) and self._sources.steps[0] == "cache":
                self._session.use_release(found)
            return


def impatient(transport: Any, seconds: float, auth: Any = None) -> Transport | None:
    """Return a copy of a transport that gives up early; it shares the connections.

    Args:
        transport: the transport.
        seconds: how long a request may take; none is repeated.
        auth: the authentication of the copy; by default that of the transport.

    Returns:
        The copy; None for a transport of the user's own, which may do anything, and for a closed
        one.
    """
    from dynclient.transport.http import Transport

    if type(transport) is not Transport or transport.closed:
        return None
    return transport.impatient(seconds, transport.auth if auth is None else auth)
