"""What a tree says about itself: its entities, their create requests, and the names of its types.

Found once, when a tree is taken in, by the marks the schemas carry (``javaInterfaces``, ``javaType``);
no list of entities exists anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from dynclient.schema.places import camel, class_name, escape, segments, stem, walk

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
    """Its document (``entity/data/table.json``); of a series in a definition with the ``#/definitions/…``."""
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


def _java_name(schema: dict[str, Any], path: str) -> str:
    """Return the simple name of the Java class, lower-cased; of a schema without one, its file's stem."""
    java = schema.get("javaType")
    name = java.rsplit(".", 1)[-1] if isinstance(java, str) else stem(path)
    return name.lower()


def _created(schema: dict[str, Any], path: str) -> str:
    """Return the Java name of what a create request makes."""
    name = _java_name(schema, path)
    return name.removeprefix("create").removesuffix("request").removesuffix("req")


def entities(documents: dict[str, Any]) -> list[EntityType]:
    """Find the entity types and time series among the documents, sorted by path.

    An entity's root has ``*.EntityInterface`` or ``*.ServiceEntityInterface`` among its
    ``javaInterfaces``, a series ``*.EntityTimeSeriesInterface``, a create request ``*.CreateEntity``. A
    request belongs to the entity whose Java class it names: ``CreateTable[Request|Req]`` → ``Table``.
    """
    creates: dict[str, str] = {}
    found: list[tuple[str, dict[str, Any], str]] = []
    for path, document in sorted(documents.items()):
        marks = _marks(document)
        if _CREATE_MARK in marks:
            # A request may wrongly carry an entity's mark too; it is a request all the same.
            creates.setdefault(_created(document, path), path)
        elif marks & _ENTITY_MARKS:
            found.append((path, document, ENTITY))
        elif _SERIES_MARK in marks:
            found.append((path, document, TIME_SERIES))
        for name, definition in document.get("definitions", {}).items():
            if isinstance(definition, dict) and _SERIES_MARK in _marks(definition):
                found.append((f"{path}#/definitions/{escape(name)}", definition, TIME_SERIES))
    return [_entity_type(ref, schema, kind, creates) for ref, schema, kind in found]


def _entity_type(
    ref: str, schema: dict[str, Any], kind: str, creates: dict[str, str]
) -> EntityType:
    path, _, pointer = ref.partition("#")
    definition = pointer.rsplit("/", 1)[-1]
    properties = schema.get("properties")
    fields = tuple(properties) if isinstance(properties, dict) else ()
    return EntityType(
        name=definition or stem(path),
        type_name=camel(definition) or class_name(path, schema.get("title")),
        path=ref,
        create=creates.get(_java_name(schema, definition or path)),
        kind=kind,
        properties=fields,
        followers="followers" in fields,
        votes="votes" in fields,
        deleted="deleted" in fields,
    )


def type_names(
    documents: dict[str, Any], known: Iterable[EntityType]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return (short name → reference, ambiguous name → references) of all roots and definitions.

    A name belongs to the root that carries it, rather than to a definition; of several roots to the one
    that is an entity or create request; of several definitions to none: they stay reachable by path.
    """
    privileged = {entity.path for entity in known} | {entity.create for entity in known}
    roots: dict[str, list[str]] = {}
    definitions: dict[str, list[str]] = {}
    for path, document in sorted(documents.items()):
        roots.setdefault(class_name(path, document.get("title")), []).append(path)
        for pointer, _ in walk(document):
            keyword, key = segments(pointer)[-1] if "/definitions/" in pointer else ("", None)
            if keyword == "definitions" and key is not None:
                definitions.setdefault(camel(key), []).append(f"{path}#{pointer}")
    names: dict[str, str] = {}
    ambiguous: dict[str, list[str]] = {}
    for name in sorted({*roots, *definitions}):
        ranks = (
            [path for path in roots.get(name, ()) if path in privileged],
            roots.get(name, []),
            definitions.get(name, []),
        )
        best = next(rank for rank in ranks if rank)
        if len(best) == 1:
            names[name] = best[0] if "#" in best[0] else f"{best[0]}#"
        else:
            ambiguous[name] = roots.get(name, []) + definitions.get(name, [])
    return names, ambiguous
