"""``metadata.ingestion.ometa.utils``: the text of values, and names of entity types."""

from __future__ import annotations

import string
from enum import Enum
from typing import Any


def model_str(arg: Any) -> str:
    """Return the text of a name, an id or an enum member: the value inside, where it is wrapped."""
    if hasattr(arg, "root"):
        return model_str(arg.root)
    if hasattr(arg, "__root__"):
        return model_str(arg.__root__)
    if isinstance(arg, Enum):
        return str(arg.value)
    return "".join(arg) if isinstance(arg, str) else str(arg)


def format_name(name: str) -> str:
    """Return a name with an underscore for every space and sign; letters of any script stay."""
    signs = frozenset(f"{string.punctuation} ")
    return "".join("_" if letter in signs else letter for letter in name)


def quote(fqn: Any) -> str:
    """Return a fully qualified name as one part of a URL's path."""
    from dynclient import fqn as names

    return names.encode(model_str(fqn))


def get_entity_type(entity: Any) -> str:
    """Return the name of an entity type: of a class ``databaseService``, of a text the text itself.

    Classes are told by their schema, so the name is the one the server uses for every type.
    """
    if isinstance(entity, str):
        return entity
    from dynclient.compat.ometa.schema_classes import entity_name

    return entity_name(entity)


__all__ = ["format_name", "get_entity_type", "model_str", "quote"]
