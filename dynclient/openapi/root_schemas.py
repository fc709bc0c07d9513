"""The root schemas that a server lists, matched with the components of its OpenAPI document.

A server returns the schemas of its entities in full, but not the documents that they refer to. Its
components have the content of all types, but not their paths and full names. Compared property by
property, each has what the other lacks: the path of ``Column`` in a schema tree, and the content of
``type/basic.json#/definitions/uuid``. The tree of another release is compared in the same way,
for the paths of types that no root schema mentions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dynclient.openapi.components import COMPONENTS, component_of
from dynclient.openapi.digest import json_object
from dynclient.openapi.well_formed import well_formed
from dynclient.schema.pointers import join, look_up, parts, walk
from dynclient.schema.type_names import java_name, stem

Place = tuple[str, str]
"""Path of a document, and a JSON pointer in it."""

_PATH = re.compile(r"/schema/((?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.json)$")


class RootSchema(NamedTuple):
    """The root schema of one type."""

    name: str
    """The type's name: ``table``."""
    path: str
    """Its path in a schema tree: ``entity/data/table.json``."""
    schema: dict[str, Any]
    """The schema."""


def read_root_schemas(types: Iterable[Any]) -> list[RootSchema]:
    """Return the root schemas of the types that a server lists, one for each path.

    Args:
        types: the items of ``/v1/metadata/types?category=entity``; those without a valid schema are
            ignored.
    """
    found: dict[str, RootSchema] = {}
    for item in types:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not re.fullmatch(r"\w+", name):
            continue
        try:
            schema = json.loads(item.get("schema") or "null")
        except (TypeError, ValueError, RecursionError):
            continue
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
            path = _path(name, item.get("nameSpace"), schema)
            root = RootSchema(name, path, well_formed(schema))
            found.setdefault(root.path, root)
    return list(found.values())


def _path(name: str, space: object, schema: dict[str, Any]) -> str:
    """Return the path of a root: that of its ``$id``, unless that was copied from another file."""
    match = _PATH.search(str(schema.get("$id")))
    if match and stem(match[1]).casefold() == name.casefold():
        return match[1]
    folder = space if isinstance(space, str) and re.fullmatch(r"\w+", space) else "data"
    return f"entity/{folder}/{name}.json"


class ComponentPlaces:
    """The places of components in a schema tree, found by comparing them with root schemas.

    Args:
        roots: the root schemas, see :func:`read_root_schemas`.
        components: the document's components by name.
        nearest: documents of another release by path.
        known: paths in ``nearest`` by the names of their components.

    Attributes:
        places: the place of each component that has exactly one, or that resembles one place of
            the other release most.
        inline: schemas by place outside the roots, of places that belong to no component.
        aliases: components by place outside all documents, of components with several places.
        namesakes: places of other classes with the name of a component, whose components the
            document does not have, and the place of that component.
    """

    def __init__(
        self,
        roots: Iterable[RootSchema],
        components: Mapping[str, Any],
        nearest: Mapping[str, Any] = MappingProxyType({}),
        known: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._roots = {root.path: root.schema for root in roots}
        self._documents = {**nearest, **self._roots}
        self._has_nearest = bool(nearest)
        self._components = components
        self._bound: dict[str, set[Place]] = {}
        self._fragments: dict[Place, list[Any]] = {}
        self._waiting: list[tuple[str, Place]] = []
        self.places: dict[str, Place] = {}
        self.inline: dict[Place, Any] = {}
        self.aliases: dict[Place, str] = {}
        self.namesakes: dict[Place, Place] = {}
        by_name = {name.casefold(): name for name in components}
        for path, schema in self._roots.items():
            name = by_name.get(java_name(schema, stem(path)).casefold())
            if name is not None:
                self._bind(name, (path, ""))
        for name, path in known.items():
            if name in components and path in nearest and path not in self._roots:
                self._bind(name, (path, ""))
        while self._waiting:  # not by recursion: types refer to each other in long chains
            component, place = self._waiting.pop()
            if place[0] in self._roots or self._is_fitting(component, place):
                self._match(place[0], self._look_up(place), components.get(component))
        self._match_by_name(by_name)
        self._decide()

    def _bind(self, component: str, place: Place) -> None:
        """Record that a place is a component's; what is below it will be compared."""
        places = self._bound.setdefault(component, set())
        if place not in places:
            places.add(place)
            self._waiting.append((component, place))

    def _look_up(self, place: Place) -> Any:
        try:
            return look_up(self._documents[place[0]], place[1])
        except LookupError:
            return None

    def _match(self, path: str, schema: Any, fragment: Any) -> None:
        """Compare a schema of a root with the fragment of a component at the same property."""
        if not isinstance(schema, dict) or not isinstance(fragment, dict):
            return
        component = component_of(fragment)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            place = join(path, reference)
            if place[0] not in self._roots:
                self._fragments.setdefault(place, []).append(fragment)
            if component is not None and place[0] in self._documents:
                self._bind(component, place)
            return
        if component is not None:
            fragment = self._components.get(component)
        for subschema, part in _pairs(schema, fragment):
            self._match(path, subschema, part)

    def _match_by_name(self, by_name: Mapping[str, str]) -> None:
        """Find components by name for places that no fragment was compared with."""
        for path, schema in self._roots.items():
            for _, subschema in walk(schema):
                reference = subschema.get("$ref")
                if not isinstance(reference, str):
                    continue
                place = join(path, reference)
                if place[0] in self._documents or place in self._fragments:
                    continue
                name = by_name.get(_place_name(place).casefold())
                if name is not None:
                    self._fragments[place] = [{"$ref": f"{COMPONENTS}{name}"}]

    def _decide(self) -> None:
        """Set ``places``, ``inline`` and ``aliases`` from what the comparison recorded."""
        for place, fragments in sorted(self._fragments.items()):
            fragment = _most_common(fragments)
            component = component_of(fragment)
            if component is None:
                self.inline[place] = fragment
            elif component in self._components:
                self._bound.setdefault(component, set()).add(place)
        for component, bound in sorted(self._bound.items()):
            places = self._choose(component, bound) if self._has_nearest else bound
            if len(places) == 1:
                self.places[component] = next(iter(places))
                continue
            # The server merged several classes of this name; the document does not tell them apart.
            for place in places:
                if place[0] not in self._documents:
                    self.aliases[place] = component

    def _choose(self, component: str, places: set[Place]) -> set[Place]:
        """Return the place that is most like a component, and note others of the same class name.

        A place of another class that has little in common is a type that the server does not have.
        """
        inside = {place for place in places if place[0] in self._documents}
        named = {place for place in inside if self._class_name(place) == component.casefold()}
        fitting = [place for place in sorted(inside) if self._is_fitting(component, place)]
        if not fitting:
            return places - inside
        best = max(fitting, key=lambda place: (self._likeness(component, place), place in named))
        for place in named - {best}:
            self.namesakes[place] = best
        return {best}

    def _class_name(self, place: Place) -> str:
        return java_name(json_object(self._look_up(place)), _place_name(place)).casefold()

    def _likeness(self, component: str, place: Place) -> float:
        """Return the share of properties that a component and the schema at a place have both."""
        names, others = self._names(component, place)
        return len(names & others) / (len(names | others) or 1)

    def _is_fitting(self, component: str, place: Place) -> bool:
        """Return whether a place has the name of a component, or half of the fewer properties."""
        names, others = self._names(component, place)
        is_alike = 2 * len(names & others) >= min(len(names), len(others)) > 0
        return is_alike or self._class_name(place) == component.casefold()

    def _names(self, component: str, place: Place) -> tuple[set[str], set[str]]:
        ours, theirs = (
            set(json_object(json_object(schema).get("properties")))
            for schema in (self._components.get(component), self._look_up(place))
        )
        return ours, theirs


def _pairs(schema: dict[str, Any], fragment: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the subschemas of a schema and of a fragment at the same property or keyword."""
    if not isinstance(fragment, dict):
        return
    properties, others = schema.get("properties"), fragment.get("properties")
    if isinstance(properties, dict) and isinstance(others, dict):
        for name in properties:
            if name in others:
                yield properties[name], others[name]
    for keyword in ("items", "additionalProperties"):
        yield schema.get(keyword), fragment.get(keyword)


def _most_common(fragments: list[Any]) -> Any:
    """Return the most frequent fragment; of equally frequent ones the first."""
    texts = [json.dumps(each, sort_keys=True) for each in fragments]
    return fragments[texts.index(max(texts, key=texts.count))]


def _place_name(place: Place) -> str:
    """Return the name of a definition, or of a document's file."""
    path, pointer = place
    return parts(pointer)[-1] if pointer else stem(path)
