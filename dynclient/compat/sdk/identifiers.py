"""Ids and names as scripts have them: texts, UUIDs, models, entities."""

from __future__ import annotations

import uuid
from typing import Any, TypeAlias

from dynclient.compat.conversion import entity_class
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.ometa_api import OpenMetadata as OMeta
from dynclient.compat.sdk.script_release import script_release

JsonDict: TypeAlias = dict[str, Any]
UuidLike: TypeAlias = Any
OMetaClient: TypeAlias = OMeta


def ensure_uuid(value: Any) -> Any:
    """Return an id as a ``Uuid`` of ``metadata.generated.schema.type.basic``.

    Args:
        value: a text, a ``UUID``, or a model with one.

    Raises:
        ValueError: it is not a UUID.
    """
    return entity_class(script_release(), "type/basic.json#/definitions/uuid")(text_of(value))


def text_of(value: Any) -> str:
    """Return an id or a name as text: of a model, a UUID, an enum member."""
    return str(plain(value))


def id_of(value: Any) -> str:
    """Return the id of an entity or a reference, or an id in any form, as text."""
    identity = value.get("id") if isinstance(value, dict) else getattr(value, "id", None)
    if isinstance(value, (str, uuid.UUID)) or identity is None:
        return text_of(value)
    return text_of(identity)


def listed(values: Any) -> list[Any]:
    """Return one value or several as a list; a text is one value."""
    if values is None:
        return []
    return list(values) if isinstance(values, (list, tuple, set, frozenset)) else [values]
