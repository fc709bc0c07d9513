"""Followers and votes: who does it, and the change event that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.serializer import DOWN, UP
from dynclient.sandbox.http_errors import not_found
from dynclient.sandbox.routing import Result
from dynclient.sandbox.storage.store import Reference

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Row

_VOTES = {"votedUp": UP, "votedDown": DOWN}


def follow(context: RequestContext, model: EntityModel, row: Row, user: str) -> Result:
    """Answer ``PUT followers``: the user follows the entity."""
    head = context.tx.heads([user]).get(user)
    if head is None or head.type != "user":
        raise not_found("user", user)
    context.tx.add_reference(Reference(row.id, "followers", user, model.type, "user"))
    told = {"name": "followers", "newValue": [context.plain_serializer.reference(head)]}
    return event(context, model, row, {"fieldsAdded": [told]})


def unfollow(context: RequestContext, model: EntityModel, row: Row, user: str) -> Result:
    """Answer ``DELETE followers/{user}``."""
    head = context.tx.heads([user]).get(user)
    if head is None or head.type != "user":
        raise not_found("user", user)
    context.tx.remove_reference(row.id, "followers", user)
    told = {"name": "followers", "oldValue": [context.plain_serializer.reference(head)]}
    return event(context, model, row, {"fieldsDeleted": [told]})


def vote(context: RequestContext, model: EntityModel, row: Row, kind: str) -> Result:
    """Answer ``PUT vote``; the caller's earlier vote is replaced."""
    if context.caller.id is not None:
        for field in (UP, DOWN):
            context.tx.remove_reference(row.id, field, context.caller.id)
        if kind in _VOTES:
            context.tx.add_reference(
                Reference(row.id, _VOTES[kind], context.caller.id, model.type, "user")
            )
    return event(context, model, row, {"fieldsUpdated": [{"name": "votes", "newValue": kind}]})


def event(context: RequestContext, model: EntityModel, row: Row, told: dict[str, Any]) -> Result:
    """Answer with the change event of an entity; ``told`` are its lists of fields."""
    version = row.doc["version"]
    change = {"fieldsAdded": [], "fieldsUpdated": [], "fieldsDeleted": [], **told}
    change["previousVersion"] = version
    entity = context.load_entity(model, row.doc)
    event = {
        "eventType": "entityUpdated",
        "entityType": model.type,
        "entityId": row.id,
        "entityFullyQualifiedName": row.fqn,
        "previousVersion": version,
        "currentVersion": version,
        "userName": context.caller.name,
        "timestamp": context.now,
        "changeDescription": change,
        "entity": entity,
    }
    if context.rules.flag("event_ids"):
        event = {"id": new_id(), **event}
    return Result(200, event, change="entityFieldsChanged")
