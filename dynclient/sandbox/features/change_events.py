"""Change events: what a server responds with when a single aspect of an entity was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.routing import Result

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.sandbox.storage.store import Row


def change_event(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    changes: dict[str, list[dict[str, Any]]],
    *,
    status: int = 200,
) -> Result:
    """Return a result with the change event of an entity, whose version stays the same.

    Args:
        context: the context of the request.
        model: the model of the entity type.
        row: the entity.
        changes: ``fieldsAdded``, ``fieldsUpdated`` or ``fieldsDeleted``, each a list of fields
            with ``name``, ``oldValue`` and ``newValue``; lists that are left out are empty.
        status: the HTTP status.
    """
    version = row.doc["version"]
    event = {
        "eventType": "entityUpdated",
        "entityType": model.type,
        "entityId": row.id,
        "entityFullyQualifiedName": row.fqn,
        "previousVersion": version,
        "currentVersion": version,
        "userName": context.caller.name,
        "timestamp": context.now,
        "changeDescription": {
            "fieldsAdded": [],
            "fieldsUpdated": [],
            "fieldsDeleted": [],
            **changes,
            "previousVersion": version,
        },
        "entity": context.load_entity(model, row.doc),
    }
    if context.rules.flag("event_ids"):
        event = {"id": new_id(), **event}
    return Result(status, event, change="entityFieldsChanged")
