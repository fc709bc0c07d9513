"""Followers and votes: who does it, and the change event that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.entities.serializer import DOWN, UP
from dynclient.sandbox.http_errors import not_found
from dynclient.sandbox.routing import Answer
from dynclient.sandbox.storage.store import Edge

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shape
    from dynclient.sandbox.storage.store import Row

_VOTES = {"votedUp": UP, "votedDown": DOWN}


def follow(session: Session, shape: Shape, row: Row, user: str) -> Answer:
    """Answer ``PUT followers``: the user follows the entity."""
    head = session.tx.heads([user]).get(user)
    if head is None or head.type != "user":
        raise not_found("user", user)
    session.tx.add_edge(Edge(row.id, "followers", user, shape.type, "user"))
    told = {"name": "followers", "newValue": [session.bare.reference(head)]}
    return event(session, shape, row, {"fieldsAdded": [told]})


def unfollow(session: Session, shape: Shape, row: Row, user: str) -> Answer:
    """Answer ``DELETE followers/{user}``."""
    head = session.tx.heads([user]).get(user)
    if head is None or head.type != "user":
        raise not_found("user", user)
    session.tx.drop_edge(row.id, "followers", user)
    told = {"name": "followers", "oldValue": [session.bare.reference(head)]}
    return event(session, shape, row, {"fieldsDeleted": [told]})


def vote(session: Session, shape: Shape, row: Row, kind: str) -> Answer:
    """Answer ``PUT vote``; the caller's earlier vote is replaced."""
    if session.caller.id is not None:
        for field in (UP, DOWN):
            session.tx.drop_edge(row.id, field, session.caller.id)
        if kind in _VOTES:
            session.tx.add_edge(Edge(row.id, _VOTES[kind], session.caller.id, shape.type, "user"))
    return event(session, shape, row, {"fieldsUpdated": [{"name": "votes", "newValue": kind}]})


def event(session: Session, shape: Shape, row: Row, told: dict[str, Any]) -> Answer:
    """Answer with the change event of an entity; ``told`` are its lists of fields."""
    version = row.doc["version"]
    change = {"fieldsAdded": [], "fieldsUpdated": [], "fieldsDeleted": [], **told}
    change["previousVersion"] = version
    entity = session.whole(shape, row.doc)
    event = {
        "eventType": "entityUpdated",
        "entityType": shape.type,
        "entityId": row.id,
        "entityFullyQualifiedName": row.fqn,
        "previousVersion": version,
        "currentVersion": version,
        "userName": session.caller.name,
        "timestamp": session.now,
        "changeDescription": change,
        "entity": entity,
    }
    if session.rules.flag("event_ids"):
        event = {"id": new_id(), **event}
    return Answer(200, event, change="entityFieldsChanged")
