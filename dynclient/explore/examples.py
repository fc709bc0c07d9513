"""Example values and create requests, built from the schemas of a release, the same each time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynclient.data import data_file
from dynclient.errors import UnknownCollection, UsageError
from dynclient.explore.known_releases import release_or_newest
from dynclient.operations.catalogue import catalogue
from dynclient.operations.name_parents import name_parents
from dynclient.schema.node import SERVICE_TYPE_FIELD
from dynclient.tracebacks import public_call
from dynclient.validation import validator

if TYPE_CHECKING:
    from pathlib import Path

    from dynclient.schema import EntityType, Node, Release

_ID = "00000000-0000-4000-8000-000000000001"
_TIME = 1767225600000
_FORMATS = {
    "uuid": _ID,
    "email": "ada@example.org",
    "uri": "https://example.org",
    "url": "https://example.org",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00",
    "duration": "P1D",
    "timezone": "UTC",
    "json": "{}",
    "password": "secret",
}
_PATTERNED = (
    "example",
    "ada@example.org",
    "<#E::table::example>",
    "username:ada",
    "#336699",
    "en-US",
    "2026-01-01",
    "https://example.org",
)
"""Strings for patterns; the first one that matches is used."""
_FLAGS = re.compile(r"\(\?U\)")
"""A flag of Java's patterns, which Python's have by default."""
_DEPTH = 2
"""How many levels below a request a complete example has optional fields."""
_REFERENCE = "EntityReference"
_NONE = object()


@public_call
def example(
    name: str, *, full: bool = False, release: Release | str | Path | None = None
) -> dict[str, Any]:
    """Return an example of a create request as a plain dict; it is the same each time.

    It is valid by the schemas. Names of other entities in it, such as a table's ``databaseSchema``,
    have to be replaced by those of entities that the server has.

    Args:
        name: an entity type or a collection, ``"table"``; or another type of the release,
            ``"Column"``. A type that has no create request gives an entity of it.
        full: return all fields, with those of the objects in them; otherwise only required ones.
        release: a release or its name; by default the newest one in the cache.

    Raises:
        SchemaNotFound: the release has no such type; ``nearest`` lists close names.
        AmbiguousName: several types have that name; ``candidates`` lists them.
        UsageError: the name is not a string.
        UnknownRelease: the cache does not have the release.
    """
    if not isinstance(name, str):
        raise UsageError(f"name must be an entity type such as 'table', not {name!r}")
    chosen = release_or_newest(release)
    entity: EntityType | None = None
    try:
        entity = catalogue(chosen).find(name).entity
    except UnknownCollection as error:
        if name not in chosen.type_names:
            from dynclient.explore.places import unknown_name

            raise unknown_name(chosen, name) from error
        node = chosen.find(name)
    else:
        node = chosen.node(entity.create or entity.path)
    data: dict[str, Any] = Examples(chosen, entity, full=full).value(node, name)
    return data


def example_value(node: Node, name: str) -> Any:
    """Return an example of a field, with what is required in it; None if it has no example.

    Args:
        node: the schema of the field.
        name: the field.
    """
    found = Examples(node.release).value(node, name)
    return None if found is _NONE else found


class Examples:
    """Makes example values by the schemas of a release.

    Args:
        release: the release.
        entity: the entity type whose create request is built, if it is one.
        full: whether optional fields are set too.
    """

    def __init__(
        self, release: Release, entity: EntityType | None = None, *, full: bool = False
    ) -> None:
        self._release = release
        self._entity = entity
        self._full = full
        self._validator = validator(release)

    def value(self, node: Node, name: str) -> Any:
        """Return an example of a place.

        Args:
            node: the schema of the place.
            name: the field that it is the schema of, or the name of the type.
        """
        return self._value(node, name, (), None, full=self._full)

    def _value(
        self, node: Node, name: str, above: tuple[str, ...], service: Any, *, full: bool
    ) -> Any:
        kind = node.kind
        if "const" in node.target.schema:
            return node.target.schema["const"]
        if node.type_name == _REFERENCE and kind == "object":
            return {"id": _ID, "type": self._referred_type(name)}
        if kind == "object":
            return self._object(node, above, service, full=full)
        if kind == "array":
            return self._array(node, name, above, service, full=full)
        if kind == "map":
            return self._map(node, name, above, service, full=full)
        if kind == "union":
            return self._union(node, name, above, service, full=full)
        given = self._given(node)
        return self._scalar(node, kind, name, above) if given is _NONE else given

    def _given(self, node: Node) -> Any:
        """Return the value that the schema itself proposes: an example, or the default."""
        examples = node.target.schema.get("examples")
        candidates = [*(examples if isinstance(examples, list) else ()), node.default]
        for each in candidates:
            if each not in (None, "", [], {}) and self._validator.is_valid(node, each):
                return each
        return _NONE

    def _object(self, node: Node, above: tuple[str, ...], service: Any, *, full: bool) -> Any:
        target = node.target
        if above.count(target.ref) > 1:
            return _NONE  # a schema that contains itself
        inside = (*above, target.ref)
        is_deep = len(above) > _DEPTH or target.ref in above
        data: dict[str, Any] = {}
        for name, field in node.properties.items():
            is_required = name in node.required
            if not is_required and (not full or is_deep):
                continue
            kind = data.get(SERVICE_TYPE_FIELD, service)
            value = self._value(field, name, inside, kind, full=full)
            if value is not _NONE:
                data[name] = value
            elif is_required:
                return _NONE
        return data

    def _array(
        self, node: Node, name: str, above: tuple[str, ...], service: Any, *, full: bool
    ) -> Any:
        items = node.items
        if items is None:
            return []
        item = self._value(items, name, above, service, full=full)
        count = max(1, node.target.schema.get("minItems", 1))
        return [] if item is _NONE else [item] * count

    def _map(
        self, node: Node, name: str, above: tuple[str, ...], service: Any, *, full: bool
    ) -> Any:
        if node.values is None:
            return {}
        value = self._value(node.values, name, above, service, full=full)
        return {} if value is _NONE else {"key": value}

    def _union(
        self, node: Node, name: str, above: tuple[str, ...], service: Any, *, full: bool
    ) -> Any:
        """Return a value of the branch for the kind of service, or of the first that is valid."""
        own = [branch for branch in node.branches if service in _types(branch)]
        branches = list(dict.fromkeys([*own, *node.branches]))
        for each_full in dict.fromkeys([full, False]):
            for branch in branches:
                value = self._value(branch, name, above, service, full=each_full)
                if value is not _NONE and self._validator.is_valid(node, value):
                    return value
        return _NONE

    def _scalar(self, node: Node, kind: str, name: str, above: tuple[str, ...]) -> Any:
        if kind == "enum":
            return next((each for each in node.enum or () if each is not None), _NONE)
        if kind == "string":
            return self._string(node, name, above)
        if kind in {"integer", "number"}:
            return self._number(node)
        if kind == "boolean":
            return False
        return None if kind == "null" else "example"

    def _string(self, node: Node, name: str, above: tuple[str, ...]) -> Any:
        schema = node.target.schema
        candidates = [
            *self._names(name, above),
            *([_FORMATS[node.format]] if node.format in _FORMATS else []),
            *(["en-US"] if name == "locale" else []),
            *_PATTERNED,
        ]
        pattern = schema.get("pattern")
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        for each in candidates:
            text = each.ljust(least, "x")[:most]
            if pattern is None or _matches(pattern, text):
                return text
        return _NONE

    def _names(self, name: str, above: tuple[str, ...]) -> list[str]:
        """Return texts for a field of the request itself that names an entity, or the new one."""
        entity = self._entity
        if entity is None or len(above) != 1:
            return []
        if name == "name":
            return [f"example_{entity.name}", "example"]
        parents = name_parents(self._release, entity).types
        if parents and parents[-1][0] == name:
            return [".".join(f"example_{kind}" for _, kind in parents)]
        return []

    def _referred_type(self, name: str) -> str:
        """Return the type of the entity that a field refers to, by its name."""
        entities = self._release.entities
        for row in data_file("reference_fields.json").values():
            if name in row["fields"] and row["types"][0] in entities:
                return str(row["types"][0])
        for each in (name, name.removesuffix("s")):
            if each in entities:
                return each
        return next(iter(entities), "table") if "table" not in entities else "table"

    def _number(self, node: Node) -> Any:
        schema = node.target.schema
        if node.format in {"utc-millisec", "int64"}:
            candidates: list[Any] = [_TIME, 1]
        else:
            candidates = [1, 0]
        candidates += [schema.get("minimum"), schema.get("maximum"), 0.5]
        for each in candidates:
            if each is not None and self._validator.is_valid(node, each):
                return each
        return _NONE


def _types(branch: Node) -> tuple[Any, ...]:
    """Return the values of ``type`` that a branch of a union allows."""
    field = branch.properties.get("type")
    return () if field is None else (field.enum or ())


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(_FLAGS.sub("", pattern), text) is not None
    except re.error:
        return False
