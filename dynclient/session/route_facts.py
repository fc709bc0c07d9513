"""The route of each collection of a server, and which source says so.

The sources, by decreasing priority:

1. ``openapi``: the server's document, where a create request or a response names the type;
2. ``href``: the address that the server returned with an entity, or with a reference to one;
3. ``exception``: a row of ``data/routes.json``;
4. ``rule``: the schema's folder and the plural of its name.

A source confirms or corrects the route of the sources below it; a response at the route confirms it
too. A route that the document does not list is not absent: servers leave some collections out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dynclient.openapi.index import is_below, shape
from dynclient.operations.routes import exception

if TYPE_CHECKING:
    from dynclient.openapi.index import Index
    from dynclient.operations.catalogue import Catalogue, CollectionSpec

CONFIRMED, CORRECTED, UNKNOWN = "confirmed", "corrected", "unknown"
ABSENT = "absent"
STATUSES = (CONFIRMED, CORRECTED, UNKNOWN, ABSENT)


class RouteFact(NamedTuple):
    """What is known of one collection of a server, and from which source."""

    attribute: str
    """Name of the collection: ``tables``."""
    entity: str
    """Its entity type: ``table``."""
    route: str
    """Its route: ``/v1/tables``."""
    source: str
    """Where the route comes from: ``openapi``, ``href``, ``exception`` or ``rule``."""
    status: str
    """``confirmed`` or ``corrected`` by the server, ``absent`` if it has no such route, or
    ``unknown`` if it has not said anything about it."""
    expected: str
    """Its route by the schema tree and ``data/routes.json``."""
    evidence: tuple[str, ...]
    """What the server said, one line for each source."""
    listed: bool | None
    """Whether the server lists the entity type as a resource; None if not requested."""

    def __repr__(self) -> str:
        evidence = f"; {'; '.join(self.evidence)}" if self.evidence else ""
        return f"<{self.attribute} at {self.route} by {self.source}, {self.status}{evidence}>"


class RouteEvidence(NamedTuple):
    """What a server has said so far."""

    openapi: Index | None = None
    """Its OpenAPI document."""
    hrefs: Mapping[str, str] = MappingProxyType({})
    """Routes by entity type, from addresses in its responses."""
    resources: Mapping[str, str | None] | None = None
    """Its resources and their entity types, see ``routes.resource_entities``."""
    probed: Mapping[str, bool] = MappingProxyType({})
    """Whether the routes that were probed exist, by the names of their collections."""


def facts(catalogue: Catalogue, evidence: RouteEvidence) -> dict[str, RouteFact]:
    """Return what is known of every collection, by its name.

    Args:
        catalogue: the collections of the release.
        evidence: what the server said.
    """
    paths = _paths(evidence.openapi)
    listed = None
    if evidence.resources is not None:
        listed = {entity for entity in evidence.resources.values() if entity is not None}
    return {spec.attribute: _fact(spec, catalogue, evidence, paths, listed) for spec in catalogue}


def _paths(index: Index | None) -> dict[str, list[str]]:
    """Return the methods of a document by the shape of their path."""
    found: dict[str, list[str]] = {}
    for operation in index.operations if index is not None else ():
        found.setdefault(shape(operation.path), []).append(operation.method)
    return found


def _fact(
    spec: CollectionSpec,
    catalogue: Catalogue,
    evidence: RouteEvidence,
    paths: dict[str, list[str]],
    listed: Collection[str] | None,
) -> RouteFact:
    entity, expected = spec.entity, spec.route
    default = "rule" if exception(entity, catalogue.release.version) is None else "exception"
    source = default
    lines: list[str] = []
    route, status = expected, UNKNOWN
    exists = evidence.probed.get(spec.attribute)
    if exists is not None:
        status = CONFIRMED if exists else ABSENT
        lines.append(f"response: {'' if exists else 'no route '}GET {expected}")
    if shape(expected) in paths:
        status = CONFIRMED
        lines.append(f"openapi: {', '.join(paths[shape(expected)])} {expected}")
    href = evidence.hrefs.get(entity.name)
    if href is not None:
        lines.append(f"href: {href}")
        if shape(href) == shape(expected):
            status = CONFIRMED
        else:
            route, source, status = href, "href", CORRECTED
    place = place_of(spec, evidence.openapi)
    if place is not None:
        lines.append(f"openapi: {entity.type_name} at {place}")
        if shape(place) == shape(expected):
            status, route, source = CONFIRMED, expected, default
        else:
            route, source, status = place, "openapi", CORRECTED
    is_listed = None if listed is None else entity.name in listed
    if is_listed:
        lines.append("resources: listed")
    return RouteFact(
        spec.attribute, entity.name, route, source, status, expected, tuple(lines), is_listed
    )


def place_of(spec: CollectionSpec, index: Index | None) -> str | None:
    """Return the route of a collection in a server's document, by the types of its operations.

    The expected route, if one of several is equal to it or below it; None if there is none, or if
    several others are possible.
    """
    if index is None:
        return None
    places = index.collection_paths(spec.entity.name, spec.entity.type_name)
    if any(is_below(shape(place), shape(spec.route)) for place in places):
        return spec.route
    # A route with the id of another entity belongs to that entity's collection.
    plain = [place for place in places if "{" not in place]
    return plain[0] if len(plain) == 1 else None
