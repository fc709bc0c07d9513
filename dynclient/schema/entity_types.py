"""The entity types, time series and create requests of a tree.

They are found once, when a tree is read, by ``javaInterfaces`` and ``javaType`` of its schemas;
there is no list of entities anywhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.documentation import document_fields
from dynclient.schema.pointers import escape, parts
from dynclient.schema.type_names import camel, java_name, stem

ENTITY = "entity"
TIME_SERIES = "timeseries"

_ENTITY_INTERFACES = {"EntityInterface", "ServiceEntityInterface"}
_SERIES_INTERFACE = "EntityTimeSeriesInterface"
_CREATE_INTERFACE = "CreateEntity"


@document_fields
class EntityType(NamedTuple):
    """One entity type or time series of a release.

    Attributes:
        name: The entity type as the server calls it, ``table``.
        type_name: Name of its class, ``Table``.
        path: Path of its document, ``entity/data/table.json``; for a time series it may be
            ``x.json#/definitions/y``.
        create: Path of the document of its create request, or None.
        kind: Either ``entity`` or ``timeseries``.
        properties: Names of its properties, in schema order; ``fields=`` may contain them.
        followers: Whether users can follow it: it has the property ``followers``.
        votes: Whether users can vote for it: it has the property ``votes``.
        deleted: Whether it can be soft-deleted: it has the property ``deleted``.
    """

    name: str
    type_name: str
    path: str
    create: str | None
    kind: str
    properties: tuple[str, ...]
    followers: bool
    votes: bool
    deleted: bool


def _interfaces(schema: dict[str, Any]) -> set[str]:
    names = schema.get("javaInterfaces")
    if not isinstance(names, list):
        return set()
    return {name.rsplit(".", 1)[-1] for name in names if isinstance(name, str)}


def _created_name(schema: dict[str, Any], path: str) -> str:
    """Return the Java name, in lower case, of the entity that a create request creates."""
    name = java_name(schema, stem(path)).lower()
    return name.removeprefix("create").removesuffix("request").removesuffix("req")


def entities(documents: dict[str, Any], own: dict[str, str]) -> list[EntityType]:
    """Return the entity types and time series of the documents, sorted by path.

    The ``javaInterfaces`` of an entity contain ``*.EntityInterface`` or
    ``*.ServiceEntityInterface``, those of a time series ``*.EntityTimeSeriesInterface``, those of a
    create request ``*.CreateEntity``. A create request belongs to the entity whose Java class is in
    its name: ``CreateTable[Request|Req]`` → ``Table``. Create requests of time series have no
    ``javaInterfaces`` and are recognized by their name.

    Args:
        documents: documents by path.
        own: class names of the roots by path, see :func:`root_names`.
    """
    marked: dict[str, str] = {}
    unmarked: dict[str, str] = {}
    found: list[tuple[str, dict[str, Any], str]] = []
    for path, document in sorted(documents.items()):
        interfaces = _interfaces(document)
        if _CREATE_INTERFACE in interfaces:
            # A create request may wrongly have an entity's interface as well.
            marked.setdefault(_created_name(document, path), path)
        elif interfaces & _ENTITY_INTERFACES:
            found.append((path, document, ENTITY))
        elif _SERIES_INTERFACE in interfaces:
            found.append((path, document, TIME_SERIES))
        elif java_name(document, stem(path)).lower().startswith("create"):
            unmarked.setdefault(_created_name(document, path), path)
        for name, definition in _definitions(document):
            if _SERIES_INTERFACE in _interfaces(definition):
                found.append((f"{path}#/definitions/{escape(name)}", definition, TIME_SERIES))
    requests = {ENTITY: marked, TIME_SERIES: {**unmarked, **marked}}
    return [_entity_type(ref, schema, kind, requests[kind], own) for ref, schema, kind in found]


def _definitions(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    definitions = document.get("definitions")
    if not isinstance(definitions, dict):
        return []
    return [(name, schema) for name, schema in definitions.items() if isinstance(schema, dict)]


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
