"""Which services have changed since an export, by the change events of the server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dynclient import fqn, model
from dynclient.errors import BadName, Forbidden, NotSupported
from dynclient.extensions.change_events import ChangeEventsExtension
from dynclient.operations.entity_filters import service_types
from dynclient.operations.name_parents import name_parents
from dynclient.parquet.service_lists import SERVICE

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

OVERLAP = timedelta(minutes=10)
"""How much of the time before an event is read again: a load in one transaction is logged when it
ends, with the times of its rows."""
_CLOCKS = timedelta(minutes=5)
"""How far clocks may differ where a proxy removes the time of the server from its responses."""


class ChangedServices:
    """The services that change events are about.

    Events of an entity count, and those of what it is in: of its schema, database and service.

    Args:
        session: the session of the server.
        spec: the collection of the entities.
    """

    def __init__(self, session: Session, spec: CollectionSpec) -> None:
        self._session = session
        self._events = ChangeEventsExtension(session)
        entity, release = spec.entity, session.release
        self._is_divided = SERVICE in entity.properties
        self._services = frozenset(service_types(entity, release) if self._is_divided else ())
        parents = [kind for _, kind in name_parents(release, entity).types]
        self._types = list(dict.fromkeys([entity.name, *parents, *self._services]))

    def start(self) -> str | None:
        """Return the position of an export that begins now; None if there are no events to read.

        It is a time of the server's clock, and some minutes earlier, since changes are logged after
        they are visible.
        """
        try:
            now = self._events.server_time() or datetime.now(UTC) - _CLOCKS
            since = now - OVERLAP
            events = self._events(since, types=self._types, overlap=OVERLAP.total_seconds())
        except (Forbidden, NotSupported):
            return None
        return events.position

    def since(self, position: str) -> tuple[set[str] | None, str]:
        """Return the names of the services that have changed, and the position after that.

        Args:
            position: that of the export, or of the last call.

        Returns:
            The names, or None if an event does not say of which service it is; and the position.
        """
        events = self._events.resume(position)
        names: set[str] = set()
        is_known = True
        for event in events.new():
            name = self._service_of(model.raw(event))
            if name is None:
                is_known = False
            else:
                names.add(name)
        return (names if is_known else None), events.position

    def _service_of(self, event: dict[str, Any]) -> str | None:
        """Return the name of the service that an event is about, if it says it."""
        state = _state(event)
        service = state.get(SERVICE)
        if isinstance(service, dict) and service.get("name"):
            return str(service["name"])
        kind = str(event.get("entityType"))
        entity = self._session.release.entities.get(kind)
        parents = () if entity is None else name_parents(self._session.release, entity).types
        is_below = bool(parents) and parents[0][0] == SERVICE
        name = event.get("entityFullyQualifiedName") or state.get("fullyQualifiedName")
        if not name or not (is_below or kind in self._services):
            return None
        try:
            return fqn.split(str(name))[0]
        except BadName:
            return None


def _state(event: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of the entity in an event; empty if the event does not have it."""
    state = event.get("entity")
    try:
        state = json.loads(state) if isinstance(state, str) else state
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}
