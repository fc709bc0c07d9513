"""Addresses of the pages of entities in the web interface of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dynclient import fqn, model
from dynclient.data import data_file
from dynclient.errors import BadName
from dynclient.schema.versions import Period

if TYPE_CHECKING:
    from dynclient.session.session import Session


def page_url(session: Session, kind: str, name: str) -> str | None:
    """Return the URL of the page of an entity; sends nothing.

    Args:
        session: the session of the server.
        kind: the type of the entity, ``"table"``.
        name: its fully qualified name.

    Returns:
        The URL; None if entities of this type have no page.
    """
    version = session.release.version
    for row in data_file("web_pages.json"):
        period = Period(row.get("since", ""), row.get("until", ""))
        if row["entity"] == kind and period.includes(version):
            parts = fqn.split(name)
            places = {"fqn": name, "name": parts[-1], "first": fqn.build(parts[0])}
            quoted = {place: quote(value, safe="") for place, value in places.items()}
            path: str = row["path"]
            return session.host + path.format(**quoted)
    return None


def known_page(session: Session, target: Any) -> str | None:
    """Return the URL of the page of an entity or reference, if it says its type and full name.

    Args:
        session: the session of the server.
        target: an entity or a reference.

    Returns:
        The URL; None if a request would be needed, or if there is no page.
    """
    raw = model.json_of(target)
    kind = model.type_of(target) if isinstance(target, model.Entity) else None
    kind, name = kind or raw.get("type"), raw.get("fullyQualifiedName")
    if session.known_release is None or not isinstance(kind, str) or not isinstance(name, str):
        return None
    try:
        return page_url(session, kind, name)
    except BadName:
        return None
