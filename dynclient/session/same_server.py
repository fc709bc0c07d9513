"""Whether an entity belongs to the server of a session: ids mean nothing on another server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.drift import table
from dynclient.errors import UsageError
from dynclient.model.entity import root_of
from dynclient.model.merge import origin_of

if TYPE_CHECKING:
    from dynclient.schema import Node
    from dynclient.session.session import Session


def check_fields(session: Session, node: Node | None, fields: Mapping[str, Any]) -> None:
    """Raise an error for entities of other servers in the fields of a create request.

    Where the release takes a name, that of an entity of another server will do.

    Args:
        session: the session that is to send the request.
        node: the schema of the request; None if the release does not have it.
        fields: the fields as the user passed them.

    Raises:
        UsageError: as for :func:`check_same_server`.
    """
    places = {} if node is None else node.properties
    for name, value in fields.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        entities = [each for each in values if isinstance(each, model.Entity)]
        place = places.get(name) if entities else None
        if place is not None and (place.items or place).type_name == table.REFERENCE:
            for each in entities:
                check_same_server(session, each)


def check_same_server(session: Session, entity: Any) -> None:
    """Raise an error for an entity that the client of another server returned.

    Args:
        session: the session that is to send its id.
        entity: an entity, or a part of one; one that no server returned is of every server.

    Raises:
        UsageError: it is of another server; the error names both.
    """
    other: Session | None = getattr(origin_of(root_of(entity)), "session", None)
    if other is None or other.host == session.host:
        return
    node, name = model.schema_of(entity), model.name_of(model.raw(entity))
    hint = ""
    if node.entity is not None:
        hint = f"; read it there first: om.{session.find(node.entity).attribute}[{name!r}]"
    raise UsageError(
        f"{node.type_name} {name} was returned by {other.host}, and this is a client of"
        f" {session.host}, where it has another id{hint}"
    )
