"""The facades of all entity types; each is built once, when a script first names it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from dynclient.compat.sdk.entity_list import ListParams
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.facade_names import facade_name, rows

_facades: dict[str, type[BaseEntity[Any, Any]]] = {}
"""By entity type. A facade belongs to no release: it looks its class up when it is used."""


def facade(kind: str) -> type[BaseEntity[Any, Any]]:
    """Return the facade of an entity type.

    Args:
        kind: name of the entity type, ``table``.
    """
    found = _facades.get(kind)
    if found is None:
        name = facade_name(kind)
        place = rows().get(kind, {}).get("methods")
        bases = (BaseEntity,) if place is None else (place_of(place), BaseEntity)
        doc = f"Entities of the type {kind}; see :class:`BaseEntity`."
        members = {"_kind": kind, "__doc__": doc, "__module__": "metadata.sdk.entities"}
        found = _facades.setdefault(kind, type(name, bases, members))
    return found


def place_of(place: str) -> Any:
    """Return what ``module:attribute`` names."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def list_params(name: str) -> type[ListParams]:
    """Return a class of the parameters of a list, ``TableListParams``."""
    return type(name, (ListParams,), {"__module__": "metadata.sdk.entities"})
