"""A tree made of a server's own words: the schemas of its OpenAPI document and of its types.

It says less than the server's real tree (it is *lossy*): descriptions, defaults, secrets and most
names of shared types are lost where no root schema tells them, and what the document leaves out is
missing. Requests are judged as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dynclient.openapi.root_schemas import Fitting, Place, Root, component_of
from dynclient.schema.pointers import parts
from dynclient.schema.repair import relative
from dynclient.schema.type_names import stem

ENTITY = "org.openmetadata.schema.EntityInterface"
SERIES = "org.openmetadata.schema.EntityTimeSeriesInterface"
CREATE = "org.openmetadata.schema.CreateEntity"
"""Marks by which a tree shows what is what; see :mod:`dynclient.schema.entity_types`."""

_BARE = {"name", "displayName", "description"}
"""What every create request has of its own."""
_BASIC: Place = ("type/basic.json", "/definitions/uuid")
"""Bodies that are a bare id are judged by it."""


class EntityComponent(NamedTuple):
    """One type of entity (or time series) that a document shows."""

    name: str
    """``databaseService``."""
    component: str
    """Of its schema: ``DatabaseService``."""
    create: str | None
    """Component of its create request."""
    path: str
    """Where its schema would lie in a tree, where no root schema tells it."""
    kind: str
    """Its mark: ``ENTITY`` or ``SERIES``."""
    without: frozenset[str]
    """Properties that its component has, and that no operation of the server bears out."""


def documents_of(
    components: Mapping[str, Any],
    shown: Iterable[EntityComponent],
    roots: Iterable[Root] = (),
    places: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the documents of a tree, by path.

    Args:
        components: schemas of an OpenAPI 3.0 document by name; not changed.
        shown: the entity types that it shows.
        roots: root schemas that the server tells besides.
        places: where components lie in other releases, by name; for those that nothing else tells.
    """
    return _Tree(components, list(shown), list(roots), places or {}).documents()


class _Tree:
    """The documents, in the making."""

    def __init__(
        self,
        components: Mapping[str, Any],
        shown: list[EntityComponent],
        roots: list[Root],
        places: Mapping[str, str],
    ) -> None:
        self._components = {
            name: schema for name, schema in components.items() if isinstance(schema, dict)
        }
        self._roots = {root.path: root.schema for root in roots}
        self._shown = {each.component: each for each in shown}
        self._creates = {each.create: each for each in shown if each.create is not None}
        self._fitting = Fitting(roots, self._components)
        self._places = self._placed(places)

    def _placed(self, known: Mapping[str, str]) -> dict[str, Place]:
        """Return where every component lies."""
        found = {
            name: place
            for name, place in self._fitting.places.items()
            # An entity or a request is a document of its own.
            if not place[1] or name not in {**self._shown, **self._creates}
        }
        taken = {path.casefold() for path, _ in found.values()}
        taken |= {path.casefold() for path in self._roots}
        for name in sorted(self._components, key=lambda each: (each not in self._shown, each)):
            if name in found:
                continue
            path = self._default(name, known, found)
            while path.casefold() in taken:
                path = path.removesuffix(".json") + "_.json"
            taken.add(path.casefold())
            found[name] = (path, "")
        return found

    def _default(self, name: str, known: Mapping[str, str], found: Mapping[str, Place]) -> str:
        """Return where a component may lie that nothing in the server's words places."""
        if name in known:
            return known[name]
        if name in self._shown:
            return self._shown[name].path
        if name in self._creates:
            folder = found[self._creates[name].component][0].rpartition("/")[0]
            return f"api/{folder.removeprefix('entity/')}/create{name.removeprefix('Create')}.json"
        return f"type/{lowered(name)}.json"

    def documents(self) -> dict[str, Any]:
        """Return all documents."""
        made: dict[str, Any] = {path: dict(schema) for path, schema in self._roots.items()}
        for place, schema in sorted(self._fitting.inline.items()):
            _put(made, place, self._converted(schema, place[0]))
        for name, place in sorted(self._places.items(), key=lambda each: each[1]):
            if place[0] not in self._roots:
                _put(made, place, self._document(name, place[0]))
        for place, name in sorted(self._fitting.aliases.items()):
            if place != self._places[name]:
                _put(made, place, {"$ref": self._reference(name, place[0])})
        if _BASIC[0] not in self._roots:
            _put(made, _BASIC, {"type": "string", "format": "uuid"})
        return made

    def _document(self, name: str, path: str) -> dict[str, Any]:
        """Return the schema of a component, as it stands in a tree."""
        schema = self._converted(self._components[name], path)
        schema = {"title": name, "javaType": name, **schema}
        if name in self._shown:
            told = self._shown[name]
            schema["javaInterfaces"] = [told.kind]
            _drop(schema, told.without)
        elif name in self._creates:
            entity = self._creates[name]
            schema["javaInterfaces"] = [CREATE]
            if not name.endswith(("Request", "Req")):
                schema["title"] = f"{name}Request"
            _drop(schema, self._not_meant(entity))
        return schema

    def _not_meant(self, entity: EntityComponent) -> frozenset[str]:
        """Return what a create request has only because all of them have it.

        The server's classes share an interface whose getters show in each of them, whether the
        entity has such a field or not; its root schema tells.
        """
        root = self._roots.get(self._places[entity.component][0])
        if root is None:
            return frozenset()
        shared = _shared(self._components.get(each) for each in self._creates)
        return frozenset(shared - _BARE - set(root["properties"]))

    def _converted(self, schema: Any, path: str) -> Any:
        """Return a schema with references as they are written in a tree, in JSON Schema's terms."""
        if isinstance(schema, list):
            return [self._converted(each, path) for each in schema]
        if not isinstance(schema, dict):
            return schema
        component = component_of(schema)
        if component is not None:
            kept = {"description": schema["description"]} if "description" in schema else {}
            return {**kept, "$ref": self._reference(component, path)}
        made = {
            keyword: {name: self._converted(each, path) for name, each in value.items()}
            if keyword == "properties" and isinstance(value, dict)
            else value
            if keyword in {"enum", "default", "example", "required"}
            else self._converted(value, path)
            for keyword, value in schema.items()
        }
        return _in_terms(made)

    def _reference(self, component: str, path: str) -> str:
        """Return the reference to a component, as it is written in a document."""
        target, pointer = self._places.get(component, (f"type/{lowered(component)}.json", ""))
        if target == path:
            return f"#{pointer}"
        return relative(path, target) + (f"#{pointer}" if pointer else "")


def _put(documents: dict[str, Any], place: Place, schema: Any) -> None:
    """Write a schema at its place, unless there is one already."""
    path, pointer = place
    document = documents.setdefault(path, {"title": stem(path)})
    if not pointer:
        for keyword, value in schema.items():
            document[keyword] = value
        return
    *above, last = parts(pointer)
    for step in above:
        document = document.setdefault(step, {})
    document.setdefault(last, schema)


def _in_terms(schema: dict[str, Any]) -> dict[str, Any]:
    """Say in draft-07 what OpenAPI 3.0 says in words of its own, and close what has properties.

    Servers refuse fields that their classes do not have, whatever the document says.
    """
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if schema.get(bound) is True and limit in schema:
            schema[bound] = schema.pop(limit)
        elif isinstance(schema.get(bound), bool):
            del schema[bound]
    if schema.pop("nullable", False) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("properties"), dict) and schema["properties"]:
        schema.setdefault("additionalProperties", False)
    return schema


def _drop(schema: dict[str, Any], names: frozenset[str]) -> None:
    """Leave properties out."""
    properties = schema.get("properties")
    if isinstance(properties, dict):
        schema["properties"] = {n: each for n, each in properties.items() if n not in names}
    if isinstance(schema.get("required"), list):
        schema["required"] = [name for name in schema["required"] if name not in names]


def _shared(schemas: Iterable[Any]) -> set[str]:
    """Return the properties that all of several schemas have."""
    sets = [set(each["properties"]) for each in schemas if each and "properties" in each]
    return set.intersection(*sets) if sets else set()


def lowered(name: str) -> str:
    """Return a class name as a file is called: ``APIEndpoint`` → ``apiEndpoint``."""
    end = next((n for n, letter in enumerate(name) if not letter.isupper()), len(name))
    end = 1 if end <= 1 else end - 1 if end < len(name) else end
    return name[:end].lower() + name[end:]
