"""``metadata.ingestion.ometa.utils``: the text of values, and names of entity types."""

from __future__ import annotations

import string
from enum import Enum
from typing import Any


def model_str(arg: Any) -> str:
    """Return the text of a name, an id or an enum member, without its root type."""
    if hasattr(arg, "root"):
        return model_str(arg.root)
    if hasattr(arg, "__root__"):
        return model_str(arg.__root__)
    if isinstance(arg, Enum):
        return str(arg.value)
    return "".join(arg) if isinstance(arg, str) else str(arg)


def format_name(name: str) -> str:
    """Return a name with spaces and ASCII punctuation replaced by underscores."""
    replaced = frozenset(f"{string.punctuation} ")
    return "".join("_" if letter in replaced else letter for letter in name)


def quote(fqn: Any) -> str:
    """Return a fully qualified name percent-encoded as one segment of a URL path."""
    from dynclient import fqn as names

    return names.encode(model_str(fqn))


def get_entity_type(entity: Any) -> str:
    """Return the name of an entity type: ``databaseService`` for a class, a string itself.

    It is the name that the server uses, since the class is found by its schema.
    """
    if isinstance(entity, str):
        return entity
    from dynclient.compat.ometa.schema_classes import entity_name

    return entity_name(entity)


__all__ = ["format_name", "get_entity_type", "model_str", "quote"]
