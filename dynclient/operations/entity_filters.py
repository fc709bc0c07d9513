"""What a filter of a list takes of an entity: its id, its name or its fully qualified name.

The schemas do not say it. ``data/filters.json`` has the filters whose names do not say it either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.data import data_file

if TYPE_CHECKING:
    from dynclient.operations.operation import Operation, Parameter
    from dynclient.schema import EntityType, Release

_SUFFIX = re.compile(r"(Id|FQN|Fqn|Name)$")
_IS_ID = re.compile(r"\b(Id|UUID)\b")
"""How servers' documents describe parameters that take ids."""
_SERVICE = "service"


class EntityFilter(NamedTuple):
    """What one filter takes of an entity."""

    key: str
    """``id``, ``name``, ``fqn``, or ``link`` (``<#E::table::fqn>``)."""
    types: tuple[str, ...]
    """The entity types that it takes; empty for any."""
    known: bool
    """Whether it is a fact, and not inferred from the name of the filter."""


def entity_filter(operation: Operation, parameter: Parameter, release: Release) -> EntityFilter:
    """Return what a filter takes of an entity.

    Args:
        operation: a ``list``.
        parameter: one of its filters.
        release: the release; its schemas say which services a type belongs to.
    """
    listed = operation.entity_type
    known: dict[Any, EntityFilter] = release.memo("entity filters", lambda _: {})
    key = (None if listed is None else listed.name, parameter.name, parameter.doc)
    found = known.get(key)
    if found is None:
        found = known[key] = _entity_filter(listed, parameter, release)
    return found


def _entity_filter(
    listed: EntityType | None, parameter: Parameter, release: Release
) -> EntityFilter:
    for row in data_file("filters.json")["references"]:
        if row["filter"] == parameter.name and (
            "of" not in row or (listed is not None and listed.name in row["of"])
        ):
            return EntityFilter(row["key"], tuple(row["types"]), known=True)
    if parameter.name == _SERVICE:
        return EntityFilter("fqn", service_types(listed, release), known=False)
    stem = _SUFFIX.sub("", parameter.name)
    suffix = parameter.name[len(stem) :]
    is_id = suffix == "Id" or (not suffix and _IS_ID.search(parameter.doc) is not None)
    key = "id" if is_id else "name" if suffix == "Name" else "fqn"
    return EntityFilter(key, (stem,) if stem in release.entities else (), known=False)


def service_types(listed: EntityType | None, release: Release) -> tuple[str, ...]:
    """Return the types of the services that entities of a type belong to.

    An entity has the kind of its service as ``serviceType``, which is defined in the document of
    the type of the service. A type without it may belong to any service.
    """
    if listed is not None:
        kind = release.node(listed.path).properties.get("serviceType")
        service = None if kind is None else release.entity_of(kind.target.path)
        if service is not None:
            return (service.name,)
    return tuple(name for name in release.entities if name.endswith("Service"))
