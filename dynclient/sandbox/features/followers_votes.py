"""Followers and votes of an entity; every change is answered by a change event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.serializer import DOWN, UP
from dynclient.sandbox.features.change_events import change_event
from dynclient.sandbox.http_errors import not_found
from dynclient.sandbox.routing import Result
from dynclient.sandbox.storage.store import Reference

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Row

_VOTES = {"votedUp": UP, "votedDown": DOWN}


def follow(context: RequestContext, model: EntityModel, row: Row, user: str) -> Result:
    """Handle ``PUT followers``: add a user to the followers."""
    head = context.tx.heads([user]).get(user)
    if head is None or head.type != "user":
        raise not_found("user", user)
    context.tx.add_reference(Reference(row.id, "followers", user, model.type, "user"))
    change = {"name": "followers", "newValue": [context.plain_serializer.reference(head)]}
    return change_event(context, model, row, {"fieldsAdded": [change]})


def unfollow(context: RequestContext, model: EntityModel, row: Row, user: str) -> Result:
    """Handle ``DELETE followers/{user}``: remove a user from the followers."""
    head = context.tx.heads([user]).get(user)
    if head is None or head.type != "user":
        raise not_found("user", user)
    context.tx.remove_reference(row.id, "followers", user)
    change = {"name": "followers", "oldValue": [context.plain_serializer.reference(head)]}
    return change_event(context, model, row, {"fieldsDeleted": [change]})


def vote(context: RequestContext, model: EntityModel, row: Row, kind: str) -> Result:
    """Handle ``PUT vote``; it replaces the caller's earlier vote."""
    if context.caller.id is not None:
        for field in (UP, DOWN):
            context.tx.remove_reference(row.id, field, context.caller.id)
        if kind in _VOTES:
            context.tx.add_reference(
                Reference(row.id, _VOTES[kind], context.caller.id, model.type, "user")
            )
    return change_event(
        context, model, row, {"fieldsUpdated": [{"name": "votes", "newValue": kind}]}
    )
