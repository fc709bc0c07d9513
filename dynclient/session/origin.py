"""Where entities come from: one response, and what it was asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynclient.model.entity import Origin

if TYPE_CHECKING:
    from dynclient.model import Entity
    from dynclient.schema import Node
    from dynclient.session.session import Session
    from dynclient.session.unread import Later
    from dynclient.transport.request import Request


class ResponseOrigin(Origin):
    """One response of a session, shared by all entities in it; :mod:`.unread` does the work.

    Attributes:
        kind: what it is: ``get``, ``list``, or ``write`` for the response to a change.
        fields: the names that were asked for with ``fields=``; None until they are needed.
        request: the request; None for entities that were unpickled.
        session: the session; None for entities that were unpickled.
        extra_fields: of a page: the names that later pages of its list ask for, too.
        later: what was read later.
        lock: held while something is read later.
    """

    __slots__ = ("extra_fields", "fields", "kind", "later", "lock", "request", "session")

    def __init__(
        self,
        kind: str,
        request: Request | None,
        session: Session | None,
        fields: tuple[str, ...] | None = None,
    ) -> None:
        self.kind = kind
        self.fields = fields
        self.request = request
        self.session = session
        self.extra_fields: list[str] | None = None
        self.paths = None
        self.later: list[Later] = []
        self.lock = threading.RLock()

    def read(self, root: Entity, node: Node, name: str | None) -> None:
        """Read a field that the response left out, see :meth:`Origin.read`."""
        from dynclient.session.unread import read

        read(self, root, node, name)

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.session.unread import asked_fields

        return ResponseOrigin, (self.kind, None, None, asked_fields(self))
