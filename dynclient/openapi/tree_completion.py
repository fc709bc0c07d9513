"""A tree built from a server's document, completed with the tree of another release.

The document decides about what it names: which fields a type has, their types, which of them are
required, and the values of enums. The other tree adds what the document leaves out: documents of
types that are not part of the API (connections), entity types that the server hides, names of
modules and classes, descriptions, defaults and the marks of secrets. If it is of another minor
version, what it adds describes only: it neither forbids nor requires fields.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dynclient.openapi.digest import json_object
from dynclient.openapi.root_schemas import Place
from dynclient.schema.pointers import escape, join, look_up, parts, walk
from dynclient.schema.type_names import stem

Documents = Mapping[str, Any]
"""Documents of a schema tree by path."""

_SHAPE = (
    "type", "properties", "required", "items", "enum", "$ref", "allOf", "anyOf", "oneOf",
    "extends", "additionalProperties", "patternProperties", "javaEnums", "existingJavaType",
)  # fmt: skip
"""Keywords that say what a value may be; without them a schema only describes."""
_BOUNDS = (
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minItems", "maxItems", "pattern",
)  # fmt: skip
"""Keywords that a document states wherever the server enforces them."""
_KEPT = ("title", "javaType", "format")
"""Keywords of which a document has a poorer value."""
_OPEN = "open"
"""The kind of a schema that says nothing about the properties of an object, if it is one."""
_OBJECTS = (_OPEN, "object", "union")
"""The kinds of what a document describes as an object without properties."""


class NearestTree(NamedTuple):
    """The tree of the nearest release, and how it is used."""

    documents: Documents
    """Its documents by path; they are not changed."""
    is_newer: bool = False
    """Whether the server is not newer than it: what types have in common by a Java interface is
    then left out of those that lack it here."""
    is_binding: bool = False
    """Whether it is so close to the server that it may refuse what the document leaves out."""
    is_whole: bool = True
    """Whether it has all types of its release; else its unions do not name all branches."""


class DocumentTree(NamedTuple):
    """The tree built from a server's document, with its types at the places of the nearest tree."""

    documents: Documents
    """Its documents by path; they are not changed."""
    exact: Collection[str] = ()
    """Paths of documents that the server returned in full; only definitions are added to them."""
    shared: Mapping[str, Collection[str]] = MappingProxyType({})
    """Fields that the server's document shows whether a type has them or not, by its path."""
    namesakes: Mapping[Place, Place] = MappingProxyType({})
    """Places of classes that the server's document leaves out, and the place of the class of the
    same name that it has."""


def complete_tree(own: DocumentTree, nearest: NearestTree) -> dict[str, Any]:
    """Return the documents of a complete tree by path."""
    completion = _Completion(own, nearest)
    paths = sorted({*own.documents, *nearest.documents})
    completed = {path: completion.document(path) for path in paths}
    # The trees are shared, and repairs change documents in place.
    copy: dict[str, Any] = json.loads(json.dumps(completed))
    return copy


class _Completion:
    """Merges two trees."""

    def __init__(self, own: DocumentTree, nearest: NearestTree) -> None:
        self._tree = own
        self._own = own.documents
        self._nearest = nearest.documents
        self._shared = own.shared if nearest.is_newer else {}
        self._is_binding = nearest.is_binding
        self._is_whole = nearest.is_whole
        self._private: dict[str, dict[str, Any]] = {}

    def document(self, path: str) -> Any:
        """Return a document of the completed tree."""
        own, other = self._own.get(path), self._nearest.get(path)
        if not isinstance(own, dict) or not isinstance(other, dict):
            return self._nearest_schema(other) if own is None else own
        is_exact = path in self._tree.exact
        known_definitions = json_object(other.get("definitions"))
        definitions = {name: self._nearest_schema(each) for name, each in known_definitions.items()}
        for name, definition in json_object(own.get("definitions")).items():
            known = known_definitions.get(name)
            if is_exact or known is None:
                definitions[name] = definition
            else:
                definitions[name] = self._merge(definition, known, path)
        if is_exact:
            merged = {**own}
        elif own.keys() <= {"title", "definitions"}:
            merged = {**self._nearest_schema(other)}
        else:
            merged = {**self._merge(own, other, path)}
            self._leave_out_shared(merged, other, path)
        definitions |= self._private.get(path, {})
        return {**merged, "definitions": definitions} if definitions else merged

    def _leave_out_shared(self, merged: dict[str, Any], other: dict[str, Any], path: str) -> None:
        shared, known = self._shared.get(path, ()), json_object(other.get("properties"))
        if known and shared:
            merged["properties"] = {
                name: schema
                for name, schema in json_object(merged.get("properties")).items()
                if name not in shared or name in known
            }

    def _merge(self, own: Any, other: Any, path: str) -> Any:
        """Return a schema as the server has it, with what only the other release's says.

        Args:
            own: the schema of the server.
            other: that of the nearest release at the same place.
            path: path of the document that contains both.
        """
        if not isinstance(own, dict) or not isinstance(other, dict):
            return own
        kind, known = self._kind(own, path), self._kind(other, path)
        if kind[0] == _OPEN and known[0] in _OBJECTS:
            return self._nearest_schema(other)
        if "$ref" in own or "$ref" in other:
            # A definition is merged at its own place, so a reference to it stays.
            if not _fits(kind, known):
                return {**_notes(other), **own}
            is_same = self._limits(own, path) == self._limits(other, path)
            return other if is_same else self._private_definition(own, other, path)
        merged = {**_notes(other), **_notes(own)}
        merged.update((name, other[name]) for name in _KEPT if name in other)
        merged.update((name, own[name]) for name in (*_SHAPE, *_BOUNDS) if name in own)
        if kind[0] != known[0]:
            return merged
        fields = json_object(other.get("properties"))
        if kind[0] == "object" and fields and "properties" in own:
            merged["properties"] = {
                name: self._merge(schema, fields.get(name), path)
                for name, schema in _in_order(own["properties"], fields)
            }
            if "additionalProperties" in other:
                merged["additionalProperties"] = other["additionalProperties"]
        elif kind[0] == "array" and "items" in own:
            merged["items"] = self._merge(own["items"], other.get("items"), path)
        elif "enum" in own and own["enum"] == other.get("enum") and "javaEnums" in other:
            merged["javaEnums"] = other["javaEnums"]
        return merged

    def _private_definition(
        self, own: dict[str, Any], other: dict[str, Any], path: str
    ) -> dict[str, Any]:
        """Return a reference to a definition with the name of the other release's, and own limits.

        The name is that of a class, on which code may rely. Without a free name in the document
        the schema stands in the field itself.
        """
        place, target = self._target(other, path)
        name = "" if place is None else (parts(place[1]) or [stem(place[0])])[-1]
        definition = {**_notes(target), **_notes(own)}
        definition |= {keyword: target[keyword] for keyword in _KEPT if keyword in target}
        definition |= {keyword: own[keyword] for keyword in (*_SHAPE, *_BOUNDS) if keyword in own}
        used = {**self._definitions(path), **self._private.get(path, {})}
        if not name or "$ref" in own or used.get(name, definition) != definition:
            return {**_notes(other), **own}
        self._private.setdefault(path, {})[name] = definition
        return {**_notes(other), "$ref": f"#/definitions/{escape(name)}"}

    def _definitions(self, path: str) -> dict[str, Any]:
        own, other = (json_object(tree.get(path)) for tree in (self._own, self._nearest))
        return {**json_object(own.get("definitions")), **json_object(other.get("definitions"))}

    def _nearest_schema(self, schema: Any) -> Any:
        """Return a schema that only the other release has, without what contradicts the server."""
        if self._is_binding or not isinstance(schema, dict):
            return schema
        copy: dict[str, Any] = json.loads(json.dumps(schema))
        for _, subschema in walk(copy):
            subschema.pop("required", None)
            if subschema.get("additionalProperties") is False:
                del subschema["additionalProperties"]
            if not self._is_whole:
                _open_union(subschema)
        return copy

    def _limits(self, schema: Any, path: str) -> list[Any]:
        """Return the enum values and bounds of a schema as the server has them."""
        _, target = self._target(schema, path)
        values = sorted(map(str, target.get("enum", ())))
        return [values, *(target.get(name) for name in _BOUNDS)]

    def _kind(self, schema: Any, path: str) -> tuple[Any, ...]:
        """Return what a schema describes; of an array with its items, of an object with its place.

        Args:
            schema: the schema.
            path: path of the document that contains it.
        """
        place, target = self._target(schema, path)
        if "enum" in target:
            return ("enum",)
        if (target.get("anyOf") or target.get("oneOf")) and not target.get("properties"):
            return ("union",)
        type_ = target.get("type")
        if isinstance(type_, list):
            type_ = next((each for each in type_ if each != "null"), None)
        if type_ == "array":
            return ("array", self._kind(target.get("items"), path if place is None else place[0]))
        if type_ not in {None, "object"}:
            return (type_,)
        if not target.get("properties") and not target.get("allOf"):
            return (_OPEN,)
        return ("object", None if place is None else self._tree.namesakes.get(place, place))

    def _target(self, schema: Any, path: str) -> tuple[Place | None, dict[str, Any]]:
        """Return the schema that one refers to, itself without a reference, and its place."""
        place: Place | None = None
        seen: set[Place] = set()
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            place = join(path if place is None else place[0], schema["$ref"])
            if place in seen:
                return place, {}
            seen.add(place)
            schema = self._look_up(place)
        return place, json_object(schema)

    def _look_up(self, place: Place) -> Any:
        for tree in (self._own, self._nearest):
            try:
                return look_up(tree[place[0]], place[1])
            except LookupError:
                continue
        return None


def _open_union(schema: dict[str, Any]) -> None:
    """Add a branch for any object to a union of types, such as the connections of a service."""
    branches = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    if len(branches) > 1 and all("$ref" in each for each in branches):
        schema.pop("oneOf", None)  # what is valid for a type is valid for any object too
        schema["anyOf"] = [*branches, {"type": "object"}]


def _fits(own: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Return whether the kind of another release's schema is that of the server's, or says more."""
    if own[0] == other[0] == "array":
        return _fits(own[1], other[1])
    return own == other or (own[0] == _OPEN and other[0] in _OBJECTS)


def _notes(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords of a schema that do not restrict values."""
    return {
        name: value
        for name, value in schema.items()
        if name not in _SHAPE and name not in _BOUNDS and name != "definitions"
    }


def _in_order(own: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the server's properties, those of the other release first and in its order."""
    known = [name for name in other if name in own]
    return [(name, own[name]) for name in (*known, *(each for each in own if each not in other))]
