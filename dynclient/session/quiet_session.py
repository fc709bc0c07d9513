"""A session for the requests of completion: each is sent once, given up early, and alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.session.completion import impatient
from dynclient.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.operations.operation import Plan
    from dynclient.schema import Release
    from dynclient.transport.auth import Anonymous
    from dynclient.transport.request import Response


class QuietSession(Session):
    """A session whose calls send one request each, whatever the server answers.

    Other sessions look for a route that moved, or ask whether the server was upgraded.
    """

    def call(self, plan: Plan, on_response: Callable[[Response], None] | None = None) -> Any:
        """Send the request of a plan and return its result; errors as for :class:`Session`."""
        return self._dispatcher.call(*self._placed(plan), on_response)


def quiet_session(session: Session, release: Release, seconds: float) -> QuietSession | None:
    """Return a session for the requests of completion, which no hook sees.

    None for a transport of the user's own, which may do anything, and for a closed one; and before
    the first request of a client whose token comes from a function or a login: completion neither
    calls it nor logs in.

    Args:
        session: the session of the user.
        release: the release whose operations are called.
        seconds: the time after which a request is given up.
    """
    auth = _present_auth(getattr(session.transport, "auth", None))
    transport = None if auth is None else impatient(session.transport, seconds, auth)
    if transport is None:
        return None
    settings = transport.settings.replace(unread="none")
    return QuietSession(transport.base, transport, settings, release)


def _present_auth(auth: Any) -> Anonymous | None:
    """Return an authentication that sends what this one sends now; None if it has nothing yet."""
    from dynclient.transport.auth import Anonymous, Bearer

    if type(auth) in {Anonymous, Bearer}:
        found: Anonymous = auth
        return found
    last = getattr(auth, "last", None)
    return None if last is None else Bearer(last)
