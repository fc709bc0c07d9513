"""The entities that a create request in a document refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.request_fields import NAME
from dynclient.bulk.order import field_types
from dynclient.data import data_file
from dynclient.drift import table
from dynclient.drift.labels import label_entities, label_entity
from dynclient.extensions.entity_links import parse_entity_link
from dynclient.validation.messages import format_path

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

Path = tuple[str | int, ...]
_ID = "00000000-0000-4000-8000-000000000000"
NAME_PATH = "name"
"""The path of the reference to an entity of another type that has the same name."""
_SELF = "<self>"
"""Replaced by the type of the entity itself in ``data/create_requests.json``."""


class NamedReference(NamedTuple):
    """An entity that a request names, whose type may not be certain."""

    path: str
    """The place in the request in Python syntax, ``owners[0]``."""
    types: tuple[str, ...]
    """The entity types that it may have."""
    fqn: str
    """Its fully qualified name."""


def is_named(value: Any) -> bool:
    """Return whether JSON is a reference by name: ``{"type": …, "fullyQualifiedName": …}``."""
    return isinstance(value, dict) and len(value) == 2 and "type" in value and NAME in value


def named_references(
    release: Release, entity: EntityType, request: Mapping[str, Any]
) -> list[NamedReference]:
    """Return the references in the request of a document.

    Args:
        release: the release whose schemas say what the fields are.
        entity: the entity type that the request creates.
        request: the request, with references by name.
    """
    if entity.create is None:
        return []
    return [*_Walk(release, entity).fields(release.node(entity.create), request)]


def with_ids(
    create: Node, request: Mapping[str, Any], id_of: Callable[[str, str], str] = lambda *_: _ID
) -> dict[str, Any]:
    """Return a request with an id in each reference by name.

    Args:
        create: the schema node of the create request.
        request: the request of a document.
        id_of: returns the id of an entity, by its type and its fully qualified name; by default a
            made-up one, with which the request can be validated.
    """
    return {
        name: _with_id(create.properties.get(name), value, id_of) for name, value in request.items()
    }


def _with_id(place: Node | None, value: Any, id_of: Callable[[str, str], str]) -> Any:
    if isinstance(value, list):
        item = None if place is None else place.items
        return [_with_id(item, each, id_of) for each in value]
    if is_named(value):
        id = id_of(value["type"], value[NAME])
        is_text = place is not None and place.kind == "string"
        return id if is_text else {**value, "id": id}
    if isinstance(value, dict):
        return {name: _with_id(None, inner, id_of) for name, inner in value.items()}
    return value


class _Walk:
    def __init__(self, release: Release, entity: EntityType) -> None:
        self._release = release
        self._entity = entity

    def fields(self, node: Node, request: Mapping[str, Any]) -> Iterator[NamedReference]:
        """Yield the references in a request."""
        other = data_file("create_requests.json")["same_name"].get(self._entity.name)
        if other in self._release.entities and isinstance(request.get("name"), str):
            yield NamedReference(NAME_PATH, (str(other),), request["name"])
        for name, value in request.items():
            place = node.properties.get(name)
            types = reference_types(self._release, self._entity, name)
            for path, one in _items(value, (name,)):
                if isinstance(one, str) and types and is_name(place):
                    yield NamedReference(format_path(path), types, one)
                else:
                    yield from self._below(one, path)

    def _below(self, value: Any, path: Path) -> Iterator[NamedReference]:
        if is_named(value):
            yield NamedReference(format_path(path), (str(value["type"]),), str(value[NAME]))
        elif isinstance(value, dict):
            name = value.get(table.LABEL_NAME)
            if isinstance(name, str):
                kind = label_entity(value)
                types = label_entities() if kind is None else (kind,)
                yield NamedReference(format_path((*path, table.LABEL_NAME)), types, name)
                return
            for key, inner in value.items():
                yield from self._below(inner, (*path, key))
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                yield from self._below(inner, (*path, place))
        elif isinstance(value, str):
            link = parse_entity_link(value)
            if link is not None:
                yield NamedReference(format_path(path), (link.type,), link.name)


def _items(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield a value, or the items of a list."""
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield (*path, place), each
    else:
        yield path, value


def reference_types(release: Release, entity: EntityType, field: str) -> tuple[str, ...]:
    """Return the entity types that a text in a field of a create request may name.

    Args:
        release: the release.
        entity: the entity type that the request creates.
        field: the name of the field.
    """
    if field == entity.name:
        return ()  # what it consists of: the text of a query
    facts = data_file("create_requests.json")["reference_types"]
    named = [entity.name if each == _SELF else each for each in facts.get(field, ())]
    found = named or field_types(release, entity, field)
    return tuple(each for each in found if each in release.entities)


def is_name(place: Node | None) -> bool:
    """Return whether a text in a place can be the name of an entity.

    It is a plain text, or a name by its definition; not a text with a format or a pattern, such as
    a date, and not one of a few allowed texts. A field of another release has no place.
    """
    if place is None:
        return True
    inner = place.items if place.kind == "array" else place
    return inner is not None and (
        inner.kind == "string"
        or inner.type_name == table.REFERENCE
        or table.boxed(inner.target.ref) is not None
    )
