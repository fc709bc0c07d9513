"""What a tree says about itself: its entities, their create requests, and the names of its types.

Found once, when a tree is taken in, by the marks the schemas carry (``javaInterfaces``,
``javaType``); no list of entities exists anywhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.schema.pointers import escape, parts
from dynclient.schema.type_names import camel, java_name, stem

ENTITY = "entity"
TIME_SERIES = "timeseries"

_ENTITY_MARKS = {"EntityInterface", "ServiceEntityInterface"}
_SERIES_MARK = "EntityTimeSeriesInterface"
_CREATE_MARK = "CreateEntity"


class EntityType(NamedTuple):
    """One type of entity (or time series) of a release."""

    name: str
    """The entity type as the server calls it: ``table``."""
    type_name: str
    """Name of its class: ``Table``."""
    path: str
    """Its document: ``entity/data/table.json``; of a series maybe ``x.json#/definitions/y``."""
    create: str | None
    """Path of the document of its create request, if it has one."""
    kind: str
    """``entity`` or ``timeseries``."""
    properties: tuple[str, ...]
    """Its fields, in schema order; what ``fields=`` may name."""
    followers: bool
    """It can be followed: it has the field ``followers``."""
    votes: bool
    """It can be voted for: it has the field ``votes``."""
    deleted: bool
    """It can be deleted softly: it has the field ``deleted``."""


def _marks(schema: dict[str, Any]) -> set[str]:
    names = schema.get("javaInterfaces")
    if not isinstance(names, list):
        return set()
    return {name.rsplit(".", 1)[-1] for name in names if isinstance(name, str)}


def _created_name(schema: dict[str, Any], path: str) -> str:
    """Return the Java name, in lower case, of the entity that a create request creates."""
    name = java_name(schema, stem(path)).lower()
    return name.removeprefix("create").removesuffix("request").removesuffix("req")


def entities(documents: dict[str, Any], own: dict[str, str]) -> list[EntityType]:
    """Find the entity types and time series among the documents, sorted by path.

    An entity's root has ``*.EntityInterface`` or ``*.ServiceEntityInterface`` among its
    ``javaInterfaces``, a series ``*.EntityTimeSeriesInterface``, a create request
    ``*.CreateEntity``. A request belongs to the entity whose Java class it names:
    ``CreateTable[Request|Req]`` → ``Table``. The requests of series carry no mark and go by that
    name alone.

    Args:
        documents: by path.
        own: class names of the roots by path, see :func:`root_names`.
    """
    marked: dict[str, str] = {}
    unmarked: dict[str, str] = {}
    found: list[tuple[str, dict[str, Any], str]] = []
    for path, document in sorted(documents.items()):
        marks = _marks(document)
        if _CREATE_MARK in marks:
            # A request may wrongly carry an entity's mark too; it is a request all the same.
            marked.setdefault(_created_name(document, path), path)
        elif marks & _ENTITY_MARKS:
            found.append((path, document, ENTITY))
        elif _SERIES_MARK in marks:
            found.append((path, document, TIME_SERIES))
        elif java_name(document, stem(path)).lower().startswith("create"):
            unmarked.setdefault(_created_name(document, path), path)
        for name, definition in _definitions(document):
            if _SERIES_MARK in _marks(definition):
                found.append((f"{path}#/definitions/{escape(name)}", definition, TIME_SERIES))
    requests = {ENTITY: marked, TIME_SERIES: {**unmarked, **marked}}
    return [_entity_type(ref, schema, kind, requests[kind], own) for ref, schema, kind in found]


def _definitions(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    held = document.get("definitions")
    if not isinstance(held, dict):
        return []
    return [(name, schema) for name, schema in held.items() if isinstance(schema, dict)]


def _entity_type(
    ref: str, schema: dict[str, Any], kind: str, creates: dict[str, str], own: dict[str, str]
) -> EntityType:
    path, _, pointer = ref.partition("#")
    definition = parts(pointer)[-1] if pointer else ""
    properties = schema.get("properties")
    fields = tuple(properties) if isinstance(properties, dict) else ()
    return EntityType(
        name=definition or stem(path),
        type_name=camel(definition) if definition else own[path],
        path=ref,
        create=creates.get(java_name(schema, definition or stem(path)).lower()),
        kind=kind,
        properties=fields,
        followers="followers" in fields,
        votes="votes" in fields,
        deleted="deleted" in fields,
    )
