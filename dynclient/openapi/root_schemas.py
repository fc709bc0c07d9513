"""Root schemas that a server tells, fitted together with the components of its OpenAPI document.

A server gives the schemas of its entities whole, but not the documents that these refer to; its
components have lost the places and names of types, but none of their content. Read side by side,
property by property, each tells what the other lacks: where ``Column`` lies in a tree, and what
``type/basic.json#/definitions/uuid`` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dynclient.schema.pointers import join, look_up, parts, walk
from dynclient.schema.type_names import java_name, stem

Place = tuple[str, str]
"""Path of a document and JSON pointer in it."""

COMPONENTS = "#/components/schemas/"
_PATH = re.compile(r"/schema/((?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.json)$")


class Root(NamedTuple):
    """One root schema, as a server tells it."""

    name: str
    """``table``."""
    path: str
    """Where it lies in a tree: ``entity/data/table.json``."""
    schema: dict[str, Any]


def roots_of(types: Iterable[Any]) -> list[Root]:
    """Return the root schemas among the types that a server lists, each path once.

    Args:
        types: what ``/v1/metadata/types?category=entity`` lists; those without a sound schema are
            passed over.
    """
    found: dict[str, Root] = {}
    for told in types:
        name = told.get("name") if isinstance(told, dict) else None
        if not isinstance(name, str) or not re.fullmatch(r"\w+", name):
            continue
        try:
            schema = json.loads(told.get("schema") or "null")
        except (TypeError, ValueError):
            continue
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
            root = Root(name, _path(name, told.get("nameSpace"), schema), schema)
            found.setdefault(root.path, root)
    return list(found.values())


def _path(name: str, space: object, schema: dict[str, Any]) -> str:
    """Return where a root lies; its ``$id`` says so, unless it was copied from another file."""
    match = _PATH.search(str(schema.get("$id")))
    if match and stem(match[1]).casefold() == name.casefold():
        return match[1]
    folder = space if isinstance(space, str) and re.fullmatch(r"\w+", space) else "data"
    return f"entity/{folder}/{name}.json"


def component_of(schema: Any) -> str | None:
    """Return the name of the component that a schema refers to, or None."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if isinstance(reference, str) and reference.startswith(COMPONENTS):
        return reference[len(COMPONENTS) :]
    return None


class Fitting:
    """What comes of reading roots and components side by side.

    Args:
        roots: see :func:`roots_of`.
        components: schemas of the document by name.

    Attributes:
        places: where components lie in the tree, those that lie in one place only.
        inline: schemas of places outside the roots that are no component's.
        aliases: places outside the roots that mean a component which lies elsewhere as well.
    """

    def __init__(self, roots: Iterable[Root], components: Mapping[str, Any]) -> None:
        self._documents = {root.path: root.schema for root in roots}
        self._components = components
        self._bound: dict[str, set[Place]] = {}
        self._told: dict[Place, list[Any]] = {}
        self._visited: set[tuple[Place, str]] = set()
        self.places: dict[str, Place] = {}
        self.inline: dict[Place, Any] = {}
        self.aliases: dict[Place, str] = {}
        by_name = {name.casefold(): name for name in components}
        for path, schema in self._documents.items():
            name = by_name.get(java_name(schema, stem(path)).casefold())
            if name is not None:
                self._bind(name, (path, ""))
        self._name_the_rest(by_name)
        self._settle()

    def _bind(self, component: str, place: Place) -> None:
        """Note that a component lies somewhere in the roots, and read on below it."""
        self._bound.setdefault(component, set()).add(place)
        if (place, component) in self._visited:
            return
        self._visited.add((place, component))
        self._fit(place[0], self._look_up(place), self._components.get(component))

    def _look_up(self, place: Place) -> Any:
        try:
            return look_up(self._documents[place[0]], place[1])
        except LookupError:
            return None

    def _fit(self, path: str, schema: Any, fragment: Any) -> None:
        """Read a schema of a root beside the fragment of a component that says the same."""
        if not isinstance(schema, dict) or not isinstance(fragment, dict):
            return
        component = component_of(fragment)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            place = join(path, reference)
            if place[0] not in self._documents:
                self._told.setdefault(place, []).append(fragment)
            elif component is not None:
                self._bind(component, place)
            return
        if component is not None:
            fragment = self._components.get(component)
        for mine, theirs in _pairs(schema, fragment):
            self._fit(path, mine, theirs)

    def _name_the_rest(self, by_name: Mapping[str, str]) -> None:
        """Find components for places that no fragment was read beside, by their names."""
        for path, schema in self._documents.items():
            for _, below in walk(schema):
                reference = below.get("$ref")
                if not isinstance(reference, str):
                    continue
                place = join(path, reference)
                if place[0] in self._documents or place in self._told:
                    continue
                name = by_name.get(_name_of(place).casefold())
                if name is not None:
                    self._told[place] = [{"$ref": f"{COMPONENTS}{name}"}]

    def _settle(self) -> None:
        """Decide what lies where."""
        for place, fragments in sorted(self._told.items()):
            chosen = _commonest(fragments)
            component = component_of(chosen)
            if component is None:
                self.inline[place] = chosen
            elif component in self._components:
                self._bound.setdefault(component, set()).add(place)
        for component, places in sorted(self._bound.items()):
            if len(places) == 1:
                self.places[component] = next(iter(places))
                continue
            # Several classes of that name were merged: which one is meant shows nowhere.
            for place in places:
                if place[0] not in self._documents:
                    self.aliases[place] = component


def _pairs(schema: dict[str, Any], fragment: Any) -> Iterator[tuple[Any, Any]]:
    """Give the subschemas of two schemas that stand for the same."""
    if not isinstance(fragment, dict):
        return
    mine, theirs = schema.get("properties"), fragment.get("properties")
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in mine:
            if name in theirs:
                yield mine[name], theirs[name]
    for keyword in ("items", "additionalProperties"):
        yield schema.get(keyword), fragment.get(keyword)


def _commonest(fragments: list[Any]) -> Any:
    """Return the fragment that was met most often; of several the one met first."""
    told = [json.dumps(each, sort_keys=True) for each in fragments]
    return fragments[told.index(max(told, key=told.count))]


def _name_of(place: Place) -> str:
    path, pointer = place
    return parts(pointer)[-1] if pointer else stem(path)
