"""What was done by a request whose response was lost; imported when that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.errors import OutcomeUnknown, ServerError, TransportError
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.session.session import Session


def restored(session: Session, plan: Plan, error: ServerError | TransportError) -> Any:
    """Return the entity that a ``restore`` restored although its response was lost.

    Servers refuse to restore what is not deleted, so the repeated request failed if the first one
    was carried out.

    Args:
        session: the session of the server.
        plan: the plan of the ``restore``.
        error: its error; an attempt may have been carried out.

    Raises:
        OutcomeUnknown: the entity cannot be read.
        ServerError, TransportError: ``error``, if the entity is still deleted.
    """
    entity = plan.operation.entity_type
    operation = None if entity is None else session.find(entity).operations.get("get")
    if operation is None:
        raise error
    operation = operation._replace(as_json=plan.operation.as_json)
    try:
        current = session.call(Plan(operation, {"id": plan.body["id"], "include": "all"}))
    except (ServerError, TransportError) as unreadable:
        message = (
            f"the response to {error.parts.get('method')} {error.parts.get('url')} was lost, and"
            " the entity cannot be read to find out whether it was restored; read it later"
        )
        parts = {"method": error.method, "url": error.url, "may_be_done": True}
        raise OutcomeUnknown(message, **parts) from unreadable
    if model.raw(current).get("deleted"):
        raise error
    return current
