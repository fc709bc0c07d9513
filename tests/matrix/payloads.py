"""Create requests generated from schemas: as hypothesis draws them, and shrunk to the smallest.

Facts that are not in the schemas are in ``values.json``. A request has a placeholder for each
entity that it names and each text that must be unique; :func:`resolve_placeholders` replaces them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import hypothesis
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

from dynclient.schema import EntityType, Node, Release
from dynclient.validation import validator
from tests.matrix import references
from tests.matrix.values import Row, Values
from tests.support.external_server import PREFIX

_UUID = "00000000-0000-4000-8000-000000000000"
_FORMATS = {
    "uuid": _UUID,
    "email": "{unique}@example.com",
    "uri": "http://example.com/a",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00",
    "duration": "P1D",
}
_LETTERS = st.characters(codec="utf-8", categories=("L", "N"), include_characters=" _-")
_ANY = st.sampled_from(["a", 1, True, 0.5, {"a": 1}, ["a"]])
_DEPTH = 4
"""The depth down to which optional fields are drawn; below it there are only required ones."""


class EntityPlaceholder(NamedTuple):
    """A placeholder for an entity that a request names."""

    entity: str
    fields: tuple[tuple[str, Any], ...] = ()
    """Values that the entity must have."""
    fresh: bool = False
    """Whether the entity must not be shared with other requests."""
    form: str = "entity"
    """``entity``: dynclient converts it as the schema requires; ``name``: its FQN; ``link``: an
    entity link."""


class TextPlaceholder(NamedTuple):
    """A placeholder for a text with ``{unique}``, one per request, or ``{each}``, one per place."""

    text: str


class UnknownEntityType(Exception):
    """A required field names an entity whose type cannot be found."""


NO_REQUEST = (UnknownEntityType, NoSuchExample, Unsatisfiable)
"""Raised by :class:`Payloads` if no request can be generated."""


@st.composite
def requests(
    draw: Any, release: Release, entity: EntityType, values: Values, extent: str = "some"
) -> Any:
    """Draw create requests, mostly valid, with placeholders in them.

    Args:
        draw: hypothesis's draw function.
        release: the release of the schemas.
        entity: the entity type that the requests create.
        values: facts that are not in the schemas.
        extent: which optional fields of the request are present: ``some`` (as drawn) or ``all``.
    """
    assert entity.create is not None
    maker = _Maker(draw, release, entity, values)
    return maker.request(release.node(entity.create), extent)


class _Maker:
    """Generates one request."""

    def __init__(self, draw: Any, release: Release, entity: EntityType, values: Values) -> None:
        self._draw = draw
        self._release = release
        self._entity = entity
        self._values = values
        self._request: dict[str, Any] = {}
        self._all_fields = False

    def request(self, node: Node, extent: str) -> dict[str, Any]:
        owner = self._entity.name
        optional = [name for name in node.properties if self._useful(node, name, owner)]
        required = [
            name for name in node.properties
            if name in node.required or self._values.row(owner, name).get("always")
            or (name == "name" and PREFIX)  # what a server names itself is not found again
        ]  # fmt: skip
        self._all_fields = extent == "all"
        chosen = optional if self._all_fields else self._some(optional)
        depth = 1 if self._all_fields else _DEPTH
        for name in dict.fromkeys([*required, *chosen]):
            self._request[name] = self._field(node, name, owner, depth)
        return self._request

    def _some(self, names: list[str]) -> list[str]:
        if not names:
            return []
        return self._draw(st.lists(st.sampled_from(names), max_size=4, unique=True))

    def _useful(self, node: Node, name: str, owner: str) -> bool:
        """Return whether an optional field can have a value."""
        if name in node.required:
            return False
        row = self._values.row(owner, name)
        if row:
            return not row.get("out")
        inner = node.properties[name]
        inner = inner.items or inner if inner.kind == "array" else inner
        if name in _OWN or not self._may_name(inner, node):
            return True
        plain = inner.kind == "string" and not references.may_name(inner, outermost=False)
        return plain or references.named_entity_type(self._release, self._entity, name) is not None

    # one place

    def _field(self, node: Node, name: str, owner: str, depth: int) -> Any:
        place = node.properties[name]
        row = self._values.row(owner, name)
        if place.kind == "array" and ("entity" in row or "link" in row):
            return [self._by_row(row, place)]
        if "value" in row or "entity" in row or "link" in row:
            return self._by_row(row, place)
        if "any" in row:
            return self._draw(st.sampled_from(_allowed(row["any"], place)))
        if "items" in row and place.items is not None:
            return [self._value(place.items, depth - 1) for _ in range(row["items"])]
        if "branch" in row:
            return self._branch(place, self._request.get(row["branch"]), depth)
        if name == "name" and node.target.path == self._entity.create:
            return TextPlaceholder("{unique}" + self._draw(st.text(_LETTERS, max_size=4)))
        inner = place.items if place.kind == "array" else place
        if inner is not None and name not in _OWN and self._may_name(inner, node):
            found = self._reference(inner, name, owner)
            if found is not None:
                return [found] if place.kind == "array" else found
        return self._value(place, depth - 1)

    def _may_name(self, place: Node, owner: Node) -> bool:
        return references.may_name(place, outermost=owner.target.path == self._entity.create)

    def _reference(self, place: Node, name: str, owner: str) -> Any:
        entity = references.named_entity_type(self._release, self._entity, name)
        if entity is None:
            if references.is_reference(place):
                raise UnknownEntityType(
                    f"{owner}.{name} in the create request of {self._entity.name} must name an"
                    " entity, but its type is not known; add a row to values.json"
                )
            return None
        return EntityPlaceholder(entity)

    def _by_row(self, row: Row, place: Node) -> Any:
        if "value" in row:
            return _text(row["value"])
        form = "entity"
        if "link" in row:
            form = "link"
        elif row.get("name") and not references.is_reference(place.items or place):
            form = "name"
        fields = tuple(row.get("with", {}).items())
        return EntityPlaceholder(
            row.get("entity") or row["link"], fields, bool(row.get("fresh")), form
        )

    def _branch(self, place: Node, kind: Any, depth: int) -> Any:
        for branch in place.branches:
            tag = branch.properties.get("type")
            if tag is not None and tag.enum and kind in tag.enum:
                return {**self._value(branch, depth - 1), "type": kind}
        return self._value(place, depth - 1) if not place.branches else {}

    def _value(self, node: Node, depth: int) -> Any:
        kind = node.kind
        if kind == "object":
            return self._object(node, depth)
        if kind == "array":
            return self._array(node, depth)
        if kind == "map":
            return {} if node.values is None else {"a": self._value(node.values, depth - 1)}
        if kind == "union":
            return self._value(self._draw(st.sampled_from(node.branches)), depth)
        if kind == "enum":
            return self._draw(st.sampled_from([one for one in node.enum or () if one is not None]))
        return self._scalar(node, kind)

    def _object(self, node: Node, depth: int) -> dict[str, Any]:
        owner = node.type_name
        optional = [name for name in node.properties if self._useful(node, name, owner)]
        chosen = self._some(optional) if depth > 0 and not self._all_fields else []
        # A schema that requires itself does not end: hypothesis draws another value.
        hypothesis.assume(depth > -8)
        required = [name for name in node.properties if name in node.required]
        return {name: self._field(node, name, owner, depth) for name in [*required, *chosen]}

    def _array(self, node: Node, depth: int) -> list[Any]:
        schema = node.target.schema
        least, items = schema.get("minItems", 0), node.items
        if self._all_fields and depth >= 0:
            least = max(least, 1)
        if items is None:
            return []
        most = max(least, schema.get("maxItems", 2) if depth > 0 else least)
        count = self._draw(st.integers(least, min(most, least + 2)))
        return [self._value(items, depth - 1) for _ in range(count)]

    def _scalar(self, node: Node, kind: str) -> Any:
        schema = node.target.schema
        if "const" in schema:
            return schema["const"]
        if kind == "string":
            return self._string(node, schema)
        if kind == "integer":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return self._draw(st.integers(least, schema.get("maximum", max(least, 1000))))
        if kind == "number":
            least = schema.get("minimum", 0)
            most = schema.get("maximum", max(least, 1000.0))
            return self._draw(st.floats(least, most, allow_subnormal=False))
        if kind == "boolean":
            return self._draw(st.booleans())
        return None if kind == "null" else self._draw(_ANY)

    def _string(self, node: Node, schema: dict[str, Any]) -> Any:
        if node.format in _FORMATS:
            return _text(_FORMATS[node.format])
        least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
        plain = st.text(_LETTERS, min_size=max(least, 1), max_size=max(1, least, min(most, 12)))
        pattern = schema.get("pattern")
        if pattern is None:
            return self._draw(plain)
        if any(re.search(pattern, each) for each in ("0", "a" * max(least, 1))):
            return self._draw(plain.filter(lambda text: re.search(pattern, text) is not None))
        return self._draw(st.from_regex(pattern))


def _allowed(values: list[Any], place: Node) -> list[Any]:
    """Return those of some values that the enumeration of a field has; all without one."""
    return [value for value in values if place.enum is None or value in place.enum] or values


_MARK = re.compile("{unique}|{each}")
_numbers = itertools.count(1)
_OWN = {"name", "fullyQualifiedName", "id"}
"""Fields that identify the entity itself."""


def _text(value: Any) -> Any:
    """Return a value with a placeholder for each text that contains a mark."""
    if isinstance(value, str):
        return TextPlaceholder(value) if _MARK.search(value) else value
    if isinstance(value, dict):
        return {name: _text(inner) for name, inner in value.items()}
    return [_text(inner) for inner in value] if isinstance(value, list) else value


# -- from requests with placeholders to real ones --------------------------------------------------


def resolve_placeholders(data: Any, unique: str, find: Callable[[EntityPlaceholder], Any]) -> Any:
    """Return a request with its placeholders replaced.

    Args:
        data: the request, with placeholders.
        unique: a text that no other request has.
        find: returns the entity, name or link that replaces a placeholder.
    """
    if isinstance(data, TextPlaceholder):
        own = f"{unique}_{next(_numbers)}"
        return data.text.replace("{unique}", unique).replace("{each}", own)
    if isinstance(data, EntityPlaceholder):
        return find(data)
    if isinstance(data, dict):
        return {name: resolve_placeholders(inner, unique, find) for name, inner in data.items()}
    if isinstance(data, list):
        return [resolve_placeholders(inner, unique, find) for inner in data]
    return data


class Payloads:
    """Create requests of one release; the smallest ones are searched for once."""

    def __init__(self, release: Release, values: Values | None = None) -> None:
        self.release = release
        self.values = values or Values(release.version)
        self._found: dict[tuple[str, str], Any] = {}

    def least(self, entity: EntityType) -> dict[str, Any]:
        """Return the smallest valid request, with placeholders."""
        return self._smallest(entity, "some")

    def full(self, entity: EntityType) -> dict[str, Any]:
        """Return a small valid request that has every top-level field that can have a value."""
        return self._smallest(entity, "all")

    def drawn(self, entity: EntityType) -> st.SearchStrategy[dict[str, Any]]:
        """Return the strategy of valid requests, with placeholders."""
        return requests(self.release, entity, self.values).filter(
            lambda data: self.accepts(entity, data)
        )

    def accepts(self, entity: EntityType, data: Any) -> bool:
        """Return whether a request with placeholders is valid, whatever replaces them."""
        assert entity.create is not None
        node = self.release.node(entity.create)
        return validator(self.release).is_valid(entity.create, _with_stand_ins(node, data))

    def _smallest(self, entity: EntityType, extent: str) -> dict[str, Any]:
        key = (entity.name, extent)
        if key not in self._found:
            self._found[key] = hypothesis.find(
                requests(self.release, entity, self.values, extent),
                lambda data: self.accepts(entity, data),
                settings=_SEARCH,
            )
        return self._found[key]


_SEARCH = hypothesis.settings(
    phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    max_examples=500,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def _with_stand_ins(node: Node, data: Any) -> Any:
    """Return a request with a valid value in place of each placeholder."""
    if isinstance(data, TextPlaceholder):
        return _MARK.sub("a1", data.text)
    if isinstance(data, EntityPlaceholder):
        if references.is_reference(node):
            return {"id": _UUID, "type": data.entity}
        if node.format == "uuid":
            return _UUID
        return "<#E::table::a>" if data.form == "link" else "a1"
    if isinstance(data, dict):
        inner = node.properties
        return {k: _with_stand_ins(inner.get(k, node), v) for k, v in data.items()}
    if isinstance(data, list):
        return [_with_stand_ins(node.items or node, one) for one in data]
    return data
