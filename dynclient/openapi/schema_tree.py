"""A schema tree built from the components of a server's OpenAPI document and its root schemas.

It contains less than the server's real tree (it is *lossy*): outside the root schemas,
descriptions, defaults, the marks of secrets and most names of shared types are lost, and types that
the document leaves out are missing. Requests are validated against what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dynclient.openapi.components import component_of
from dynclient.openapi.root_schemas import ComponentPlaces, Place, RootSchema
from dynclient.openapi.tree_completion import DocumentTree, NearestTree, complete_tree
from dynclient.schema.pointers import parts
from dynclient.schema.repair import relative
from dynclient.schema.type_names import stem

ENTITY = "org.openmetadata.schema.EntityInterface"
SERIES = "org.openmetadata.schema.EntityTimeSeriesInterface"
CREATE = "org.openmetadata.schema.CreateEntity"
"""Java interfaces that mark entities and create requests, see
:mod:`dynclient.schema.entity_types`."""

_OWN_FIELDS = {"name", "displayName", "description"}
"""Fields that every create request has itself, not only by the shared interface."""
_BASIC: Place = ("type/basic.json", "/definitions/uuid")
"""The schema of request bodies that are an id."""


class EntityComponent(NamedTuple):
    """One entity type or time series of a document."""

    name: str
    """The entity type: ``databaseService``."""
    component: str
    """The component of its schema: ``DatabaseService``."""
    create: str | None
    """The component of its create request; None if there is none."""
    path: str
    """The path of its schema in a tree, unless a root schema has another."""
    kind: str
    """``ENTITY`` or ``SERIES``."""
    without: frozenset[str]
    """Properties of its component that need an operation the server does not have."""


def build_schema_tree(
    components: Mapping[str, Any],
    entities: Iterable[EntityComponent],
    roots: Iterable[RootSchema] = (),
    places: Mapping[str, str] | None = None,
    nearest: NearestTree | None = None,
) -> dict[str, Any]:
    """Return the documents of a schema tree by path.

    Args:
        components: the components of an OpenAPI 3.0 document by name; they are not changed.
        entities: the entity types of the document.
        roots: the root schemas that the server lists.
        places: paths of components in another release by name, for those that no root schema
            places.
        nearest: the tree of that release, which completes the documents.
    """
    tree = _Tree(components, list(entities), list(roots), places or {}, nearest)
    if nearest is None:
        return tree.documents()
    return complete_tree(tree.with_facts(), nearest)


class _Tree:
    """Builds the documents of a tree."""

    def __init__(
        self,
        components: Mapping[str, Any],
        entities: list[EntityComponent],
        roots: list[RootSchema],
        places: Mapping[str, str],
        nearest: NearestTree | None,
    ) -> None:
        self._components = {
            name: schema for name, schema in components.items() if isinstance(schema, dict)
        }
        self._roots = {root.path: root.schema for root in roots}
        self._entities = {each.component: each for each in entities}
        self._creates = {each.create: each for each in entities if each.create is not None}
        self._nearest: Mapping[str, Any] = {} if nearest is None else nearest.documents
        self._matched = ComponentPlaces(roots, self._components, self._nearest, places)
        self._places = self._all_places(places)

    def _all_places(self, known: Mapping[str, str]) -> dict[str, Place]:
        """Return the place of every component."""
        found = {
            name: place
            for name, place in self._matched.places.items()
            # Entities and create requests are whole documents, never definitions.
            if not place[1] or name not in {**self._entities, **self._creates}
        }
        used = {path.casefold() for path, _ in found.values()}
        used |= {path.casefold() for path in (*self._roots, *self._nearest)}
        for name in sorted(self._components, key=lambda each: (each not in self._entities, each)):
            if name in found:
                continue
            path = self._default_path(name, known, found)
            while path.casefold() in used and not self._is_known_entity(name, path):
                path = path.removesuffix(".json") + "_.json"
            used.add(path.casefold())
            found[name] = (path, "")
        return found

    def _is_known_entity(self, name: str, path: str) -> bool:
        """Return whether a path is that of the same entity or create request in another release."""
        return name in {**self._entities, **self._creates} and path in self._nearest

    def _default_path(self, name: str, known: Mapping[str, str], found: Mapping[str, Place]) -> str:
        """Return a path for a component that no root schema places."""
        if name in known:
            return known[name]
        if name in self._entities:
            return self._entities[name].path
        if name in self._creates:
            folder = found[self._creates[name].component][0].rpartition("/")[0]
            return f"api/{folder.removeprefix('entity/')}/create{name.removeprefix('Create')}.json"
        return f"type/{file_stem(name)}.json"

    def with_facts(self) -> DocumentTree:
        """Return the documents, and the facts that a completion needs."""
        shared: dict[str, set[str]] = {}
        for kind in (self._entities, self._creates):
            names = self._interface_names(kind)
            shared |= {self._places[each][0]: names for each in kind if each in self._places}
        return DocumentTree(self.documents(), self._roots, shared, self._matched.namesakes)

    def _interface_names(self, kind: Mapping[str, EntityComponent]) -> set[str]:
        """Return the fields that all components of a kind have, entities or create requests.

        Time series do not implement the interfaces of entities.
        """
        names = [name for name, entity in kind.items() if entity.kind == ENTITY]
        return _common_properties(self._components.get(name) for name in names) - _OWN_FIELDS

    def documents(self) -> dict[str, Any]:
        """Return all documents by path."""
        documents: dict[str, Any] = {path: dict(schema) for path, schema in self._roots.items()}
        for place, schema in sorted(self._matched.inline.items()):
            _insert(documents, place, self._convert(schema, place[0]))
        for name, place in sorted(self._places.items(), key=lambda each: each[1]):
            if place[0] not in self._roots:
                _insert(documents, place, self._document(name, place[0]))
        for place, name in sorted(self._matched.aliases.items()):
            if place != self._places[name]:
                _insert(documents, place, {"$ref": self._reference(name, place[0])})
        if _BASIC[0] not in self._roots:
            _insert(documents, _BASIC, {"type": "string", "format": "uuid"})
        return documents

    def _document(self, name: str, path: str) -> dict[str, Any]:
        """Return the document of a component."""
        schema = self._convert(self._components[name], path)
        schema = {"title": name, "javaType": name, **schema}
        if name in self._entities:
            entity = self._entities[name]
            schema["javaInterfaces"] = [entity.kind]
            _remove_properties(schema, entity.without)
        elif name in self._creates:
            schema["javaInterfaces"] = [CREATE]
            if not name.endswith(("Request", "Req")):
                schema["title"] = f"{name}Request"
            _remove_properties(schema, self._interface_fields(self._creates[name]))
        return schema

    def _interface_fields(self, entity: EntityComponent) -> frozenset[str]:
        """Return the fields that a create request has only by the interface that all share.

        Each component has properties for all getters of the interface, whether the entity has such
        a field or not; its root schema has only real fields.
        """
        root = self._roots.get(self._places[entity.component][0])
        if root is None:
            return frozenset()
        return frozenset(self._interface_names(self._creates) - set(root["properties"]))

    def _convert(self, schema: Any, path: str) -> Any:
        """Return a schema in draft-07, with references relative to the document at ``path``."""
        if isinstance(schema, list):
            return [self._convert(each, path) for each in schema]
        if not isinstance(schema, dict):
            return schema
        component = component_of(schema)
        if component is not None:
            kept = {"description": schema["description"]} if "description" in schema else {}
            return {**kept, "$ref": self._reference(component, path)}
        converted = {
            keyword: {name: self._convert(each, path) for name, each in value.items()}
            if keyword == "properties" and isinstance(value, dict)
            else value
            if keyword in {"enum", "default", "example", "required"}
            else self._convert(value, path)
            for keyword, value in schema.items()
        }
        return _to_draft7(converted)

    def _reference(self, component: str, path: str) -> str:
        """Return the reference to a component in the document at ``path``."""
        target, pointer = self._places.get(component, (f"type/{file_stem(component)}.json", ""))
        if target == path:
            return f"#{pointer}"
        return relative(path, target) + (f"#{pointer}" if pointer else "")


def _insert(documents: dict[str, Any], place: Place, schema: Any) -> None:
    """Insert a schema at its place; a definition that exists is kept."""
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


def _to_draft7(schema: dict[str, Any]) -> dict[str, Any]:
    """Replace the keywords of OpenAPI 3.0 by those of draft-07, and close objects with properties.

    Servers reject fields that their classes do not have, even if the document allows them.
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


def _remove_properties(schema: dict[str, Any], names: frozenset[str]) -> None:
    """Remove properties from a schema."""
    properties = schema.get("properties")
    if isinstance(properties, dict):
        schema["properties"] = {n: each for n, each in properties.items() if n not in names}
    if isinstance(schema.get("required"), list):
        schema["required"] = [name for name in schema["required"] if name not in names]


def _common_properties(schemas: Iterable[Any]) -> set[str]:
    """Return the names of the properties that all schemas have."""
    sets = [set(each["properties"]) for each in schemas if each and "properties" in each]
    return set.intersection(*sets) if sets else set()


def file_stem(name: str) -> str:
    """Return the name of a class's file, without suffix: ``APIEndpoint`` → ``apiEndpoint``."""
    end = next((n for n, letter in enumerate(name) if not letter.isupper()), len(name))
    end = 1 if end <= 1 else end - 1 if end < len(name) else end
    return name[:end].lower() + name[end:]
