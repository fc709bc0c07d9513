"""What the schemas say about each entity type: references, members, parents, secrets.

An :class:`EntityModel` lists the fields that name other entities and how a create request writes
them, the lists of named members (columns, fields, tasks …), the fields that give the parent of the
FQN, and the fields that a response contains. Facts that no schema states come from
:mod:`dynclient.sandbox.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.entities.requested_fields import RequestedFields, requested_fields
from dynclient.sandbox.rules import Rules, schema_facts

if TYPE_CHECKING:
    from dynclient.schema.entity_types import EntityType
    from dynclient.schema.node import Node
    from dynclient.schema.release import Release

MEMBER_EXTRAS = frozenset({"customMetrics"})
"""Fields of members that are returned, even if empty, with the same field of the entity."""


class RefField(NamedTuple):
    """A field that names other entities."""

    name: str
    many: bool
    create: str | None
    """How the create request writes it: ``ref`` (EntityReference), ``text`` (FQN …) or None."""
    type: str | None
    """The type of the entity that a text names, if it is known."""
    inside: str | None = None
    """The property with the reference, if the list's items are objects with more properties."""
    choices: tuple[str, ...] = ()
    """The types among which a text is looked up if its type is not known; empty for any type."""

    def reference_in(self, item: Any) -> Any:
        """Return the reference that an item of the field is or contains."""
        if self.inside is not None and isinstance(item, dict) and self.inside in item:
            return item[self.inside]
        return item


class Inverse(NamedTuple):
    """A field that lists the entities whose own field names this one."""

    name: str
    many: bool
    fields: tuple[str, ...]
    types: tuple[str, ...]
    """Types of the listed entities; empty for any type."""


class Members(NamedTuple):
    """A list of named members inside an entity, such as a table's columns."""

    path: tuple[str, ...]
    item: Node
    children: str | None
    """The field of a member that lists further members."""


def is_reference(node: Node) -> bool:
    """Return whether a schema is an EntityReference."""
    return node.kind == "object" and node.type_name == "EntityReference"


def is_reference_list(node: Node) -> bool:
    """Return whether a schema is a list of EntityReferences."""
    return node.kind == "array" and node.items is not None and is_reference(node.items)


def reference_inside(node: Node) -> str | None:
    """Return the only property of a list's items that is an EntityReference, or None."""
    item = node.items if node.kind == "array" else None
    if item is None or item.kind != "object":
        return None
    found = [name for name, child in item.properties.items() if is_reference(child)]
    return found[0] if len(found) == 1 else None


def is_label_list(node: Node) -> bool:
    """Return whether a schema is a list of tag labels."""
    return node.kind == "array" and node.items is not None and node.items.type_name == "TagLabel"


class EntityModel:
    """The facts about one entity type of a release."""

    def __init__(self, kinds: EntityModels, entity: EntityType) -> None:
        self._models = kinds
        self.rules = kinds.rules
        self.entity: EntityType = entity
        self.type = entity.name
        release = kinds.release
        self.node: Node = release.node(entity.path)
        self.create: Node | None = release.node(entity.create) if entity.create else None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Names of all fields, in schema order."""
        return tuple(self.node.properties)

    @cached_property
    def creatable_fields(self) -> frozenset[str]:
        """Fields that a create request can give."""
        return frozenset(self.create.properties) if self.create is not None else frozenset()

    @cached_property
    def required(self) -> frozenset[str]:
        """Fields that every entity has."""
        return self.node.required

    # references

    @cached_property
    def references(self) -> dict[str, RefField]:
        """The fields that name other entities and are stored with this entity."""
        out: dict[str, RefField] = {}
        for name, node in self.node.properties.items():
            one, many = is_reference(node), is_reference_list(node)
            inside = self._inside(name, node)
            if (one or many or inside) and name not in self.inverse:
                style, type = self._create_style(name), self._named_type(name)
                choices = tuple(self.rules.table("reference_choices").get(name, ()))
                out[name] = RefField(name, not one, style, type, inside, choices)
        return out

    def _inside(self, name: str, node: Node) -> str | None:
        """Return the property of a list's items that contains the reference.

        None if the create request writes objects as well: these are stored as they are.
        """
        node_in_request = self.create.properties.get(name) if self.create is not None else None
        if node_in_request is None or node_in_request.kind != "array":
            return None
        item = node_in_request.items
        if item is None:
            return None
        plain = item.kind == "string" or is_reference(item)
        return reference_inside(node) if plain else None

    def _create_style(self, name: str) -> str | None:
        if self.create is None or name not in self.create.properties:
            return None
        node = self.create.properties[name]
        if is_reference(node) or is_reference_list(node):
            return "ref"
        return "text"

    def _named_type(self, name: str) -> str | None:
        known = self.rules.table("reference_types")
        named = known.get(f"{self.type}.{name}", known.get(name))
        if named is not None:
            return self.type if named == "<self>" else str(named)
        if name == "service":
            return self._service_type()
        return self._models.type_for_field(name)

    def _service_type(self) -> str | None:
        """Return the type of the service: the entity type that defines ``serviceType``."""
        kind = self.node.properties.get("serviceType")
        if kind is None:
            node = self.rules.table("reference_types").get(f"{self.type}.service")
            return str(node) if node else None
        found = self._models.release.entity_of(kind.target.path)
        return found.name if found is not None else None

    @cached_property
    def inverse(self) -> dict[str, Inverse]:
        """The fields that list the entities which name this entity."""
        out: dict[str, Inverse] = {}
        rules = self.rules.table("inverse")
        for name, node in self.node.properties.items():
            one, many = is_reference(node), is_reference_list(node)
            if not (one or many):
                continue
            entry = rules.get(f"{self.type}.{name}", rules.get(f"*.{name}"))
            if entry is None and many:
                entry = self._guess_inverse(name)
            if entry:
                types = tuple(self.type if kind == "<self>" else kind for kind in entry["types"])
                out[name] = Inverse(name, many, tuple(entry["fields"]), types)
        return out

    def _guess_inverse(self, name: str) -> dict[str, Any] | None:
        """Return the rule of a list like ``tables``: tables whose ``databaseSchema`` is this."""
        other = self._models.type_for_field(name)
        if other is None or other == self.type:
            return None
        if self.type not in self._models.release.entities[other].properties:
            return None
        return {"fields": [self.type], "types": [other]}

    # the parent

    @cached_property
    def hierarchy(self) -> tuple[str, ...]:
        """Fields that may name the FQN's parent, nearest first; the first that is set counts."""
        own = self.rules.table("hierarchy").get(self.type)
        if own is not None:
            return tuple(own)
        creatable = {
            name for name, field in self.references.items()
            if not field.many and field.create is not None
        }  # fmt: skip
        named = tuple(name for name in self.rules.table("hierarchy")["*"] if name in creatable)
        return named or self._unnamed_parent(creatable)

    def _unnamed_parent(self, creatable: set[str]) -> tuple[str, ...]:
        """Return the only field of an entity's parent that is not named after what it names.

        Without it nothing can be created, and its text can be of any type.
        """
        found = [
            name for name in sorted(creatable)
            if self.create is not None and name in self.create.required
            and self.references[name].create == "text" and self.references[name].type is None
        ]  # fmt: skip
        return tuple(found) if len(found) == 1 else ()

    @cached_property
    def filters(self) -> dict[str, Any]:
        """The filters of the collection's list, by name.

        Entities are listed by every entity above them; ``rules.json`` has other filters, and the
        parents by which no server lists.
        """
        table = self.rules.table("filters")
        below = {"kind": "below"}
        above = {
            name: below for name in (*self.hierarchy, *self.copied_from_parent)
            if name in self.references and self.references[name].type != self.type
        }  # fmt: skip
        found = {**above, **table.get("*", {}), **table.get(self.type, {})}
        return {name: rule for name, rule in found.items() if rule is not None}

    @cached_property
    def containers(self) -> frozenset[str]:
        """Fields that name entities of the same type which contain this one: a team's parents."""
        found = {name for name in self.hierarchy if name in self.references}
        found = {name for name in found if self.references[name].type == self.type}
        for inverse in self.inverse.values():
            if self.type in inverse.types:
                found.update(name for name in inverse.fields if name in self.references)
        return frozenset(found)

    @cached_property
    def copied_from_parent(self) -> tuple[str, ...]:
        """Reference fields that are copied from the parent: a table's database and service."""
        if not self.hierarchy:
            return ()
        return tuple(
            name for name in self.rules.table("handed_down")["*"]
            if name in self.references and self.references[name].create is None
        )  # fmt: skip

    # members and labels

    @cached_property
    def has_labels(self) -> bool:
        """Whether the entity itself has tags."""
        return "tags" in self.node.properties and is_label_list(self.node.properties["tags"])

    @cached_property
    def members(self) -> tuple[Members, ...]:
        """The lists of named members: those whose items have a name and tags."""
        return tuple(self._find_members(self.node, (), 0))

    def _find_members(self, node: Node, path: tuple[str, ...], depth: int) -> Iterator[Members]:
        for name, child in node.properties.items():
            if name in {"changeDescription", "extension"} or is_reference(child):
                continue
            if child.kind == "object" and depth < 2:
                yield from self._find_members(child, (*path, name), depth + 1)
            item = child.items if child.kind == "array" else None
            if item is None or item.kind != "object" or item.type_name in _NOT_MEMBERS:
                continue
            if self.rules.table("computed").get(f"{self.type}.{name}", {}).get("kind") == _EMBEDDED:
                continue
            known = item.properties
            if "name" in known and "tags" in known:
                below = next(
                    (
                        key
                        for key, inner in known.items()
                        if inner.kind == "array"
                        and inner.items is not None
                        and inner.items.target is item.target
                    ),
                    None,
                )
                yield Members((*path, name), item, below)

    @cached_property
    def secret_fields(self) -> frozenset[str]:
        """Top-level fields that contain a secret at any depth and are masked."""
        return frozenset(
            name for name, node in self.node.properties.items() if self._models.has_secret(node)
        ) - self.rules.names("not_masked", self.type)

    # fields of responses

    @cached_property
    def on_request(self) -> frozenset[str]:
        """Fields that a response contains only if ``fields=`` names them."""
        always = {*self.hierarchy, *self.copied_from_parent}
        named = {name for name in self.references if name not in always} | set(self.inverse)
        recorded = self.requested_fields
        named = (named | recorded.on_request) - recorded.plain
        return self.rules.names("on_request", self.type, named) & set(self.fields)

    @cached_property
    def member_fields(self) -> frozenset[str]:
        """Fields that only members have, and that ``fields=`` may name: ``customMetrics``."""
        found = {name for group in self.members for name in group.item.properties}
        return (MEMBER_EXTRAS & found) - set(self.fields)

    @cached_property
    def requested_fields(self) -> RequestedFields:
        """What recorded servers return on request."""
        return requested_fields(self.type, self.rules.version)

    @cached_property
    def for_update(self) -> frozenset[str]:
        """Fields that the server loads for a change or a delete, and returns then."""
        skipped = self.rules.names("not_loaded_for_update", self.type)
        own = self.rules.names("loaded_for_update", self.type)
        computed = set(self.rules.table("computed"))
        left_out = {
            name for name in self.on_request
            if name in skipped or f"{self.type}.{name}" in computed or f"*.{name}" in computed
        }  # fmt: skip
        return (self.on_request - left_out) | (own & self.on_request)

    def fields_after(self, operation: str) -> frozenset[str]:
        """Fields that the response to ``create`` or ``put`` contains even if they are not set."""
        return self.rules.names(f"shown_after_{operation}", self.type) & set(self.fields)


_EMBEDDED = "embedded"
"""The kind of a computed field whose items are other entities."""
_NOT_MEMBERS = {"EntityReference", "TagLabel", "CustomMetric"}


class EntityModels:
    """The entity models of one release, built on first use."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.rules = Rules(release.version, schema_facts(release))
        self._built: dict[str, EntityModel] = {}
        self._secret: set[str] = set()

    def __getitem__(self, type: str) -> EntityModel:
        model = self._built.get(type)
        if model is None:
            model = self._built[type] = EntityModel(self, self.release.entities[type])
        return model

    def __contains__(self, type: object) -> bool:
        return type in self.release.entities

    @cached_property
    def containing_fields(self) -> tuple[str, ...]:
        """The fields by which entities of any type are below another one, sorted."""
        fields: set[str] = set()
        for type in self.release.entities:
            fields.update(self[type].hierarchy, self.rules.names("contained_by", type))
        return tuple(sorted(fields))

    def nearest_types(self, type: str) -> list[str]:
        """Return all entity types, those first whose documents are near that of a type."""
        entities = self.release.entities
        folders = entities[type].path.split("/")[:-1]

        def shared_folders(other: str) -> int:
            pairs = zip(folders, entities[other].path.split("/"), strict=False)
            return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

        return sorted(entities, key=shared_folders, reverse=True)

    def schema(self, path: str, pointer: str = "") -> Node:
        """Return a schema of the release that is not an entity; raises ``LookupError``."""
        if path not in self.release.paths:
            raise LookupError(f"release {self.release.name} has no schema {path!r}")
        return self.release.node(path, pointer)

    @cached_property
    def event_types(self) -> tuple[str, ...]:
        """The types of change events that the release knows; empty if it has no such schema."""
        path = "type/changeEvent.json"
        if path not in self.release.paths:
            return ()
        node = self.schema(path).properties.get("eventType")
        return tuple(map(str, (node.target.enum if node is not None else None) or ()))

    def change_header(self, type: str) -> str | None:
        """Return the value of ``X-OpenMetadata-Change`` for a type of event.

        A release that does not have the type says that an entity was updated, and nothing of what
        is created.
        """
        if type in self.event_types or not self.event_types:
            return type
        return None if type.endswith("Created") else "entityUpdated"

    def type_for_field(self, name: str) -> str | None:
        """Return the entity type a field is named after: ``tables``, ``glossary``, ``policies``."""
        entities = self.release.entities
        name = name.removesuffix("Reference")
        for guess in (name, name.removesuffix("s"), name.removesuffix("es"), f"{name[:-3]}y"):
            if guess in entities and (guess != f"{name[:-3]}y" or name.endswith("ies")):
                return guess
        return None

    def has_secret(self, node: Node) -> bool:
        """Return whether a schema has a secret, itself or at any depth."""
        return self._search(node, set())

    def _search(self, node: Node, seen: set[str]) -> bool:
        if node.secret or node.target.ref in self._secret:
            return True
        if node.target.ref in seen:
            return False
        seen.add(node.target.ref)
        below = [*node.properties.values(), *node.branches]
        below += [inner for inner in (node.items, node.values) if inner is not None]
        found = any(self._search(child, seen) for child in below)
        if found:
            # Only "yes" is kept: "no" may come from a circular $ref that is still being searched.
            self._secret.add(node.target.ref)
        return found
