"""Where each collection of a server lies, and which source says so.

Sources in the order in which they count:

1. ``openapi``: the server's own document, where a create request or an answer names the type;
2. ``href``: the address that the server gave with an entity, or with a reference to one;
3. ``exception``: a row of ``data/routes.json``;
4. ``rule``: the schema's folder and the plural of its name.

A source confirms a route that one below it gave, or corrects it; an answer at the route confirms
it, too. What the document does not tell of is not absent: servers keep some collections out of it.
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
    """What is known of one collection of a server, and from where."""

    attribute: str
    """Name of the collection: ``tables``."""
    entity: str
    """Its entity type: ``table``."""
    route: str
    """Where it lies: ``/v1/tables``."""
    source: str
    """What says so: ``openapi``, ``href``, ``exception`` or ``rule``."""
    status: str
    """``confirmed`` or ``corrected`` by the server, ``absent`` where it says that it has no such
    route, or ``unknown`` where it has not spoken."""
    expected: str
    """Where tree and data have it."""
    evidence: tuple[str, ...]
    """What the server said, one line each."""
    listed: bool | None
    """Whether the server lists the entity type as a resource; None where it was not asked."""

    def __repr__(self) -> str:
        said = f"; {'; '.join(self.evidence)}" if self.evidence else ""
        return f"<{self.attribute} at {self.route} by {self.source}, {self.status}{said}>"


class RouteEvidence(NamedTuple):
    """What a server has said so far."""

    openapi: Index | None = None
    """Its OpenAPI document."""
    hrefs: Mapping[str, str] = MappingProxyType({})
    """Routes by entity type, from addresses in its answers."""
    resources: Mapping[str, str | None] | None = None
    """Its resources and the entity types they mean, see ``routes.resource_entities``."""
    answers: Mapping[str, bool] = MappingProxyType({})
    """Whether it answered at the routes of collections that were tried, by their names."""


def facts(catalogue: Catalogue, evidence: RouteEvidence) -> dict[str, RouteFact]:
    """Return what is known of every collection, by its name.

    Args:
        catalogue: what the tree and the data say.
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
    for told in index.operations if index is not None else ():
        found.setdefault(shape(told.path), []).append(told.method)
    return found


def _fact(
    spec: CollectionSpec,
    catalogue: Catalogue,
    evidence: RouteEvidence,
    paths: dict[str, list[str]],
    listed: Collection[str] | None,
) -> RouteFact:
    entity, expected = spec.entity, spec.route
    own = exception(entity, catalogue.release.version)
    source = "rule" if own is None else "exception"
    said: list[str] = []
    route, status = expected, UNKNOWN
    answered = evidence.answers.get(spec.attribute)
    if answered is not None:
        status = CONFIRMED if answered else ABSENT
        said.append(f"answer: {'' if answered else 'no route '}GET {expected}")
    if shape(expected) in paths:
        status = CONFIRMED
        said.append(f"openapi: {', '.join(paths[shape(expected)])} {expected}")
    href = evidence.hrefs.get(entity.name)
    if href is not None:
        said.append(f"href: {href}")
        if shape(href) == shape(expected):
            status = CONFIRMED
        else:
            route, source, status = href, "href", CORRECTED
    place = place_of(spec, evidence.openapi)
    if place is not None:
        said.append(f"openapi: {entity.type_name} at {place}")
        if shape(place) == shape(expected):
            status, route, source = CONFIRMED, expected, "rule" if own is None else "exception"
        else:
            route, source, status = place, "openapi", CORRECTED
    is_listed = None if listed is None else entity.name in listed
    if is_listed:
        said.append("resources: listed")
    return RouteFact(
        spec.attribute, entity.name, route, source, status, expected, tuple(said), is_listed
    )


def place_of(spec: CollectionSpec, index: Index | None) -> str | None:
    """Return where a server's document has a collection, by the types that it names there.

    The expected route, if one of several is that or below it; None where the document tells none.
    """
    if index is None:
        return None
    places = index.collection_paths(spec.entity.name, spec.entity.type_name)
    if any(is_below(shape(place), shape(spec.route)) for place in places):
        return spec.route
    # What needs the id of another entity is that one's business.
    plain = [place for place in places if "{" not in place]
    return plain[0] if len(plain) == 1 else None
