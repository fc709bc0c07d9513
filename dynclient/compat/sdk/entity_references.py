"""References to entities, as dictionaries."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import InvalidEntityException
from dynclient.compat.sdk.identifiers import text_of
from dynclient.errors import Problem, UsageError
from dynclient.tracebacks import public_call

_TEXTS = ("name", "fullyQualifiedName", "displayName", "description")
_REFERENCE = "EntityReference"


@public_call
def to_entity_reference(entity: Any) -> dict[str, Any]:
    """Return a reference to an entity: id, type, and names as far as it has them.

    Args:
        entity: an entity, or a reference.

    Raises:
        InvalidEntityException: it is neither.
    """
    if isinstance(entity, model.Entity):
        entity = {**model.asdict(entity), "type": model.type_of(entity)}
    identity = _get(entity, "id")
    if identity is None:
        raise _no_entity(entity)
    reference = {"id": text_of(identity), "type": _type(entity)}
    texts = {name: _get(entity, name) for name in _TEXTS}
    return reference | {name: text_of(text) for name, text in texts.items() if text is not None}


def _get(entity: Any, name: str) -> Any:
    return entity.get(name) if isinstance(entity, dict) else getattr(entity, name, None)


def _type(entity: Any) -> str:
    """Return the entity type: of a reference what it says, of an entity that of its class."""
    kind = _get(entity, "type")
    if isinstance(entity, dict) or type(entity).__name__ == _REFERENCE:
        if kind is None:
            raise _no_entity(entity)
        return text_of(kind)
    try:
        return schema_classes.entity_name(type(entity))
    except UsageError:
        pass
    raise _no_entity(entity)


def _no_entity(entity: Any) -> InvalidEntityException:
    kind = type(entity).__name__
    message = f"to_entity_reference() takes an entity, such as a Table, or a reference, not {kind}"
    return InvalidEntityException(message, problems=(Problem("entity", kind, "type", message),))
