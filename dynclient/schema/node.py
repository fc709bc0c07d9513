"""A node: a lazy view of one place in a schema, with its references followed.

Everything is computed when it is first needed, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dynclient.errors import RefUnresolved
from dynclient.schema.pointers import escape, segments
from dynclient.schema.type_names import camel

if TYPE_CHECKING:
    from dynclient.schema.entity_types import EntityType
    from dynclient.schema.release import Release

_TYPES = {
    "array": "array",
    "boolean": "boolean",
    "integer": "integer",
    "null": "null",
    "number": "number",
    "string": "string",
}
_UNIONS = ("oneOf", "anyOf")
_NULL = {"type": "null"}
_SUFFIXES = {
    "items": "Item",
    "additionalProperties": "Value",
    "patternProperties": "Value",
    "anyOf": "Option",
    "oneOf": "Option",
}
SERVICE_TYPE_FIELD = "serviceType"
"""The field beside a connection that says which of the connectors it is for."""


class Node:
    """A place in a schema of a release; there is one node for each (release, path, pointer).

    Attributes:
        release: the release.
        path: path of the document.
        pointer: JSON pointer in it; empty for the root.
        ref: ``path#pointer``.
        schema: the schema at this place; it is shared and must not be changed. Boolean schemas are
            ``{}`` (true) or ``{"not": {}}`` (false).
    """

    __slots__ = ("__weakref__", "_cache", "path", "pointer", "ref", "release", "schema")

    path: str
    pointer: str
    ref: str
    release: Release
    schema: dict[str, Any]

    def __init__(self, release: Release, path: str, pointer: str, schema: Any) -> None:
        if isinstance(schema, bool):
            schema = {} if schema else {"not": {}}
        self.release = release
        self.path = path
        self.pointer = pointer
        self.ref = f"{path}#{pointer}"
        self.schema = schema
        self._cache: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Node {self.ref} of {self.release.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _node, (self.release, self.path, self.pointer)

    # -- following references --------------------------------------------------------------------

    @property
    def target(self) -> Node:
        """The final place: ``$ref`` is followed, and so is a union with a single branch."""
        found: Node | None = self._cache.get("target")
        if found is None:
            found = self._cache["target"] = self._follow()
        return found

    def _follow(self) -> Node:
        node, seen = self, {self.ref}
        while (following := node._next()) is not None:
            if following.ref in seen:
                message = f"{self.ref}: circular $ref"
                raise RefUnresolved(message, ref=self.ref, base=self.path)
            seen.add(following.ref)
            node = following
        return node

    def _next(self) -> Node | None:
        reference = self.schema.get("$ref")
        if isinstance(reference, str):
            return self.release.resolve(reference, self.path)
        if "properties" in self.schema or "enum" in self.schema or "allOf" in self.schema:
            return None
        for keyword in _UNIONS:
            branches = self._branch_places(keyword)
            if len(branches) == 1:
                return self.below(keyword, branches[0])
        return None

    def _branch_places(self, keyword: str) -> list[str]:
        listed = self.schema.get(keyword)
        if not isinstance(listed, list):
            return []
        return [str(place) for place, branch in enumerate(listed) if branch != _NULL]

    def below(self, *steps: str) -> Node:
        """Return the node below this place.

        Args:
            steps: steps of the JSON pointer from here, not escaped: ``"definitions", "column"``.

        Raises:
            SchemaNotFound: there is no schema at that place.
        """
        pointer = "".join(f"/{escape(step)}" for step in steps)
        return self.release.node(self.path, self.pointer + pointer)

    # -- annotations -------------------------------------------------------------------------------

    @property
    def title(self) -> str | None:
        """The title of this place or of its target, or None."""
        text: str | None = self._nearest("title")
        return text

    @property
    def description(self) -> str | None:
        """The description of this place or of its target, or None."""
        text: str | None = self._nearest("description")
        return text

    @property
    def default(self) -> Any:
        """The default of this place or of its target, or None. It is never added to data."""
        return self._nearest("default")

    @property
    def format(self) -> str | None:
        """The format of this place or of its target: ``uuid``, ``uri``, ``password`` …, or None."""
        text: str | None = self._nearest("format")
        return text

    def _nearest(self, keyword: str) -> Any:
        """Return a keyword of this place, or of the nearest place on the way to its target."""
        node: Node | None = self
        while node is not None:
            if keyword in node.schema:
                return node.schema[keyword]
            node = node._next() if node is not self.target else None
        return None

    # -- type --------------------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """The kind of value that the target allows.

        ``object`` (with named properties), ``map`` (an object without), ``array``, ``enum``,
        ``string``, ``integer``, ``number``, ``boolean``, ``null``, ``union`` (several branches) or
        ``any``.
        """
        kind: str | None = self._cache.get("kind")
        if kind is None:
            kind = self._cache["kind"] = self.target._own_kind()
        return kind

    def _own_kind(self) -> str:
        if isinstance(self.schema.get("enum"), list):
            return "enum"
        if self.properties:
            return "object"
        if self.branches:
            return "union"
        kinds = (base._plain_kind() for base in self._lineage())
        return next((kind for kind in kinds if kind != "any"), "any")

    def _plain_kind(self) -> str:
        """Return the kind by the keywords of this place alone."""
        schema = self.schema
        if isinstance(schema.get("enum"), list):
            return "enum"
        kind = self._kind_of_type(schema.get("type"))
        if kind != "any":
            return kind
        if "items" in schema:
            return "array"
        if "additionalProperties" in schema or "patternProperties" in schema:
            return "map"
        return _kind_of_value(schema["const"]) if "const" in schema else "any"

    def _kind_of_type(self, types: Any) -> str:
        if isinstance(types, list):
            others = [name for name in types if name != "null"]
            types = others[0] if len(others) == 1 else None
        if types == "object":
            # A closed object without properties is the empty object, not a free-form map.
            return "object" if self.schema.get("additionalProperties") is False else "map"
        return _TYPES.get(types, "any") if isinstance(types, str) else "any"

    @property
    def type_name(self) -> str:
        """The class name of the target: ``CreateTableRequest``, ``Column``, ``DataType`` …"""
        name: str | None = self._cache.get("type_name")
        if name is None:
            name = self._cache["type_name"] = self.target._own_name()
        return name

    def _own_name(self) -> str:
        name = self.release.root_name(self.path)
        for keyword, key in segments(self.pointer):
            if keyword in {"definitions", "$defs"} and key is not None:
                name = camel(key)
            elif keyword == "properties" and key is not None:
                name += camel(key)
            else:
                # A schema without a name is named after its place: TasksItem, ConfigOption1.
                name += _SUFFIXES.get(keyword, camel(keyword)) + camel(key or "")
        return name if name.isidentifier() else f"T{name}"

    @property
    def enum(self) -> tuple[Any, ...] | None:
        """The allowed values of an enumeration, or None."""
        values = self.target.schema.get("enum")
        return tuple(values) if isinstance(values, list) else None

    @property
    def secret(self) -> bool:
        """Whether values are secrets: this place or its target has ``format: password``."""
        return "password" in (self.schema.get("format"), self.target.schema.get("format"))

    @property
    def entity(self) -> EntityType | None:
        """The entity type of this schema, or None; a create request is not an entity."""
        target = self.target
        found = self.release.entity_of(target.ref if target.pointer else target.path)
        return found if found is not None and found.create != target.path else None

    # -- subschemas --------------------------------------------------------------------------------

    @property
    def properties(self) -> Mapping[str, Node]:
        """The named properties of the target, those of ``extends`` and ``allOf`` first."""
        found: Mapping[str, Node] | None = self._cache.get("properties")
        if found is None:
            target = self.target
            found = target._own_properties() if target is self else target.properties
            self._cache["properties"] = found
        return found

    def _own_properties(self) -> Mapping[str, Node]:
        merged: dict[str, Node] = {}
        for node in self._lineage():
            own = node.schema.get("properties")
            if isinstance(own, dict):
                for name in own:
                    merged[name] = node.below("properties", name)
        return MappingProxyType(merged)

    def _lineage(self) -> list[Node]:
        """Return the places that define the properties of the target: its bases, then itself."""
        found: list[Node] | None = self._cache.get("lineage")
        if found is None:
            found = []
            self.target._descend(found, set())
            self._cache["lineage"] = found
        return found

    def _descend(self, found: list[Node], entered: set[str]) -> None:
        # A base may refer back here (`allOf` of the root, in the root); each place counts once.
        if self.ref not in entered:
            entered.add(self.ref)
            for base in self._bases():
                base.target._descend(found, entered)
            found.append(self)

    def _bases(self) -> list[Node]:
        """Return the schemas of ``extends`` and ``allOf`` of this place."""
        bases = []
        for keyword in ("extends", "allOf"):
            listed = self.schema.get(keyword)
            if isinstance(listed, list):
                bases += [self.below(keyword, str(place)) for place in range(len(listed))]
            elif isinstance(listed, dict):
                bases.append(self.below(keyword))
        return bases

    @property
    def required(self) -> frozenset[str]:
        """The names of the required properties."""
        found: frozenset[str] | None = self._cache.get("required")
        if found is None:
            listed = (node.schema.get("required") for node in self._lineage())
            found = frozenset().union(*(names for names in listed if isinstance(names, list)))
            self._cache["required"] = found
        return found

    @property
    def items(self) -> Node | None:
        """The schema of the items of an array; of a tuple, that of its first item; or None."""
        if "items" not in self._cache:
            self._cache["items"] = self.target._own_items()
        found: Node | None = self._cache["items"]
        return found

    def _own_items(self) -> Node | None:
        items = self.schema.get("items")
        if isinstance(items, list):
            return self.below("items", "0") if items else None
        return self.below("items") if isinstance(items, (dict, bool)) else None

    @property
    def values(self) -> Node | None:
        """The schema of the values of a map, or None."""
        target = self.target
        if isinstance(target.schema.get("additionalProperties"), dict):
            return target.below("additionalProperties")
        patterns = target.schema.get("patternProperties")
        if isinstance(patterns, dict) and len(patterns) == 1:
            return target.below("patternProperties", next(iter(patterns)))
        return None

    @property
    def branches(self) -> tuple[Node, ...]:
        """The branches of a union without ``null``; empty if there is only one."""
        target = self.target
        for keyword in _UNIONS:
            places = target._branch_places(keyword)
            if len(places) > 1:
                return tuple(target.below(keyword, place) for place in places)
        return ()

    @property
    def closed(self) -> bool:
        """Whether only named properties are allowed."""
        return any(n.schema.get("additionalProperties") is False for n in self._lineage())


def class_kind(node: Node) -> str:
    """Return the kind of class that values of a place get.

    Returns:
        ``object`` for an entity class, ``enum`` for an enumeration, ``scalar`` for a string or
        number of a named definition; ``string``, ``integer``, ``number``, ``boolean``, ``array`` or
        ``map`` for a built-in type; ``any`` for all others.
    """
    target = node.target
    kind = target.kind
    if kind == "enum":
        return "enum" if any(isinstance(value, str) for value in target.enum or ()) else "any"
    if kind in {"string", "integer", "number"}:
        return "scalar" if _is_named(target) and not target.secret else kind
    return kind if kind in {"object", "boolean", "array", "map"} else "any"


def _is_named(node: Node) -> bool:
    steps = node.pointer.split("/")
    return not node.pointer or (len(steps) == 3 and steps[1] in {"definitions", "$defs"})


def node_of(cls: type) -> Node | None:
    """Return the node that a class was built from, or None for any other class."""
    node: Node | None = getattr(cls, "_node", None) or getattr(cls, "_schema_node", None)
    return node


def _kind_of_value(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", int: "integer", float: "number", list: "array", dict: "map"}
    return kinds.get(type(value), "null" if value is None else "any")


def _node(release: Release, path: str, pointer: str) -> Node:
    return release.node(path, pointer)
