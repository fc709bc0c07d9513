"""Addresses of the pages of entities in the web interface of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from dynclient import fqn, model
from dynclient.data import data_file
from dynclient.errors import BadName
from dynclient.schema.versions import Period

if TYPE_CHECKING:
    from dynclient.model import Entity
    from dynclient.session.session import Session


def page_address(session: Session, entity_type: str, name: str) -> str | None:
    """Return the address of the page of an entity; no request is sent.

    Args:
        session: the session of the server.
        entity_type: the entity type, ``table``.
        name: the fully qualified name.

    Returns:
        The address; None if entities of that type have no page of their own.
    """
    version = session.release.version
    for row in data_file("web_pages.json"):
        period = Period(row.get("since", ""), row.get("until", ""))
        if row["entity"] == entity_type and period.includes(version):
            parts = fqn.split(name)
            places = {"fqn": name, "name": parts[-1], "first": fqn.build(parts[0])}
            quoted = {place: quote(value, safe="") for place, value in places.items()}
            path: str = row["path"]
            return session.host + path.format(**quoted)
    return None


def page_of(session: Session, entity: Entity) -> str | None:
    """Return the address of the page of an entity that a server returned; None without one."""
    kind, name = model.type_of(entity), model.raw(entity).get("fullyQualifiedName")
    if kind is None or not isinstance(name, str):
        return None
    try:
        return page_address(session, kind, name)
    except BadName:  # of a server that does not quote names as others do
        return None
