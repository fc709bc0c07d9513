"""Whether the release that a client uses is that of its server, now and later.

Nothing is requested to compare a release that the user named: the comparison waits until the
server's version is known anyway. A server that is upgraded while a client is connected shows it by
what the release does not know: a new field, a route that is gone. The version is requested again
then, at most once in ``INTERVAL`` seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from dynclient.errors import DynclientError, ReleaseChanged, ReleaseMismatch
from dynclient.schema.versions import numbers

if TYPE_CHECKING:
    from dynclient.openapi.index_cache import Build
    from dynclient.schema import Release
    from dynclient.session.server_info import ServerInfo

INTERVAL = 60.0
"""Seconds in which the version is requested again at most once."""

_UNKNOWN_FIELD = ("Unrecognized field", "Invalid field name")
"""What a server's message contains if the request has a field that the server does not know."""


def warn_mismatch(release: Release, build: Build) -> None:
    """Issue a ReleaseMismatch if a release is of another minor version than a server.

    Patch versions do not rename fields, so ``1.6.0`` fits a server of 1.6.3. A release without a
    version fits every server.

    Args:
        release: the release that the user named.
        build: the build of the server.
    """
    ours, theirs = release.version[:2], numbers(build.version)[:2]
    if not ours or not theirs or ours == theirs:
        return
    message = (
        f"the release in use, {release.name}, is not that of the server, {build.version}: fields,"
        " filters and routes may differ. Leave out release= to use the schemas of the server"
    )
    from dynclient import warn

    warn.warn_user(message, ReleaseMismatch)


def is_about_unknown_field(message: str) -> bool:
    """Return whether the message of a refused request says that the server lacks a field."""
    return any(words in message for words in _UNKNOWN_FIELD)


class ReleaseCheck:
    """Finds out whether a server was upgraded since a client chose its release.

    Args:
        server: the server.
        clock: returns seconds; only differences count.
    """

    def __init__(self, server: ServerInfo, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self._asked: float | None = None
        self._change: ReleaseChanged | None = None

    def raise_known(self) -> None:
        """Raise the error for an upgrade that is known; sends no request.

        Raises:
            ReleaseChanged: the server was upgraded.
        """
        if self._change is not None:
            raise ReleaseChanged(**self._change.parts)

    def ask(self) -> bool:
        """Request the server's version, unless that was done just now; return whether it changed.

        False if the version was never known: there is nothing to compare with.
        """
        before = self._server.known_build
        if self._change is not None or before is None:
            return self._change is not None
        now = self._clock()
        if self._asked is not None and now - self._asked < INTERVAL:
            return False
        self._asked = now
        try:
            after = self._server.request_build()
        except DynclientError:
            return False
        if after.version == before.version:
            return False
        message = (
            f"the server was upgraded from {before.version} to {after.version} while this client"
            " was connected, so its schemas and routes are outdated. Connect again with"
            " dynclient.connect(…) to use those of the new version"
        )
        self._change = ReleaseChanged(message, before=before.version, after=after.version)
        return True
