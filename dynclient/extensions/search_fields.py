"""The fields of entities that filters can name, in the search index and in the entities.

They come from the schemas of the entity types; ``data/search_index.json`` adds short names, and the
fields that only the index has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dynclient import model
from dynclient.data import data_file
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadArguments, Problem, UnknownCollection
from dynclient.extensions import search_query as language
from dynclient.extensions.search_query import Literal, Pattern, Range
from dynclient.extensions.times import timestamp
from dynclient.operations.catalogue import catalogue
from dynclient.operations.operation import is_id
from dynclient.schema import EntityType, Node, Release
from dynclient.schema.pointers import values_at
from dynclient.schema.versions import Period
from dynclient.suggestions import nearest

Clause = dict[str, Any]
"""A query of Elasticsearch."""

_KINDS = {
    "EntityReference": "reference",
    "EntityReferenceList": "reference",
    "TagLabel": "label",
    "Timestamp": "time",
    "Markdown": "text",
}
"""Kinds by the class names of schemas."""
_PLAIN_KINDS = {
    "string": "keyword",
    "enum": "enum",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "map": "any",
    "any": "any",
    "union": "any",
}
"""Kinds by the kinds of schema nodes; all others are objects."""
_LEVELS = 3
"""The number of nested objects in which labels are; containers nest three."""
_TEXTS = ("name", "displayName", "description")
"""The fields in which words without a field are searched."""


class Field(NamedTuple):
    """A field of entities that a filter can name."""

    name: str
    """The name in filters."""
    kind: str
    """``entity_type``, ``reference``, ``label``, ``keyword``, ``enum``, ``text``, ``number``,
    ``boolean``, ``time``, ``any`` (of custom properties) or ``object``."""
    indexed: str
    """The name in the index, ``columns.name``."""
    path: str
    """The name in entities, with ``[]`` after arrays; empty if only the index has it."""
    exact: tuple[str, ...] = ()
    """The fields of the index that have the whole value."""
    prefix: str = ""
    """How the labels of the field begin, ``Tier.``."""
    not_prefixes: tuple[str, ...] = ()
    """How labels begin that are another field."""
    values: tuple[str, ...] = ()
    """The values of an enumeration."""
    of_parts: bool = False
    """Whether the labels of columns, fields … belong to it as well."""

    @property
    def sort(self) -> str:
        """The field of the index by which hits are sorted."""
        if self.kind == "label":
            return f"{self.indexed}.tagFQN"
        if self.kind == "reference":
            return f"{self.indexed}.name.keyword"
        return self.exact[-1] if self.kind == "keyword" else self.indexed


class Fields:
    """The fields of some entity types of a release.

    Args:
        release: the release.
        types: the entity types.
        call: the call that takes the filter, for errors.
    """

    def __init__(self, release: Release, types: Sequence[EntityType], call: str) -> None:
        self._release = release
        self._types = types
        self._call = call
        rows = data_file("search_index.json")["fields"]
        self._rows: dict[str, Mapping[str, Any]] = {
            row["name"]: row
            for row in rows
            if Period(row.get("since", "")).includes(release.version)
        }
        self._known: dict[str, Field | None] = {}

    def names(self) -> list[str]:
        """Return the names of all fields, without those of objects in them."""
        own = [name for entity in self._types for name in entity.properties]
        return [*dict.fromkeys([*filter(self._find, self._rows), *own])]

    def find(self, name: str, argument: str = "") -> Field:
        """Return a field by its name.

        Args:
            name: its name in filters.
            argument: the argument that names it, for errors; by default the filter.

        Raises:
            BadArguments: none of the entity types has it.
        """
        if name not in self._known:
            self._known[name] = self._find(name)
        found = self._known[name]
        if found is None:
            raise bad_arguments(self._call, [self._unknown(name, argument or f"where[{name!r}]")])
        return found

    def _find(self, name: str) -> Field | None:
        row = self._rows.get(name, {})
        if "kind" in row:
            index = row.get("index", name)
            place, prefix = row.get("of", (name if self._has(name) else "", ""))
            return Field(name, row["kind"], index, f"{place}[]" if place else "",
                         (f"{index}.keyword", index), prefix)  # fmt: skip
        for path in row.get("path", name).split("|"):
            for entity in self._types:
                found = self._walk(self._release.find(entity.path), path.split("."))
                if found is not None:
                    return self._build(name, path, *found)
        return None

    def _has(self, name: str) -> bool:
        return any(name in entity.properties for entity in self._types)

    def _walk(self, node: Node, steps: Sequence[str]) -> tuple[Node, str] | None:
        """Return the schema node at a path, and the path with its arrays; None if none has it."""
        path = ""
        for place, step in enumerate(steps):
            if node.kind in {"map", "any"}:
                return node, ".".join([path, *steps[place:]])
            found = node.properties.get(step)
            if found is None:
                return None
            path = f"{path}.{step}" if path else step
            items = found.items if found.kind == "array" else None
            if items is not None:
                found, path = items, f"{path}[]"
            node = found
        return node, path

    def _build(self, name: str, index: str, node: Node, path: str) -> Field:
        kind = _KINDS.get(node.type_name) or _PLAIN_KINDS.get(node.kind, "object")
        exact = self._rows.get(index, {}).get("exact")
        others = tuple(
            row["of"][1] for row in self._rows.values() if row.get("of", [""])[0] == index
        )
        return Field(
            name,
            kind,
            index,
            path,
            tuple(exact) if exact else (index, f"{index}.keyword"),
            not_prefixes=others if kind == "label" else (),
            values=tuple(map(str, node.enum or ())) if kind == "enum" else (),
            of_parts=bool(self._rows.get(name, {}).get("of_parts")),
        )

    def paths(self, name: str, entity: EntityType) -> list[str]:
        """Return the paths in an entity that a condition on a field reads.

        Args:
            name: the field.
            entity: the type of the entity.
        """
        field = self.find(name)
        paths = [field.path] if field.path.split(".")[0].rstrip("[]") in entity.properties else []
        if field.of_parts:
            paths += _paths_below(self._release.find(entity.path), field.indexed, _LEVELS)
        return [path.removesuffix("[]") for path in paths]

    def _unknown(self, name: str, argument: str) -> Problem:
        names = ", ".join(entity.name for entity in self._types[:3])
        more = " …" if len(self._types) > 3 else ""
        known = self.names()
        first, dot, last = name.rpartition(".")
        if dot and first.split(".")[0] in known:
            known = [f"{first}.{inner}" for inner in self._below(first)]
            name_near = nearest(name, known)
        else:
            name_near = nearest(name, known)
        message = f"{name!r} is not a field of {names}{more}"
        row = next((r for r in data_file("search_index.json")["fields"] if r["name"] == name), None)
        if row is not None and "since" in row:
            message += f" before release {row['since']}"
        return Problem(argument, last, "enum", message, name_near)

    def _below(self, path: str) -> list[str]:
        for entity in self._types:
            found = self._walk(self._release.find(entity.path), path.split("."))
            if found is not None:
                return list(found[0].properties)
        return []

    # values

    def value(self, field: Field, value: Any) -> Any:
        """Return a value of a filter as the index and the entities have it.

        Raises:
            BadArguments: the field cannot have such a value.
        """
        convert = _CONVERSIONS.get(field.kind, _text)
        try:
            return convert(self, field, value)
        except _BadValue as error:
            raise self._bad(field, value, str(error), error.near) from None

    def _bad(
        self, field: Field, value: Any, message: str, near: Sequence[str] = ()
    ) -> BadArguments:
        label = value if isinstance(value, (str, int, float)) else type(value).__name__
        problem = Problem(f"where[{field.name!r}]", label, "argument", message, tuple(near))
        return bad_arguments(self._call, [problem])

    def sort(self, name: str) -> str:
        """Return the field of the index that sorts by a field.

        Raises:
            BadArguments: the entity types do not have it, or it has no order.
        """
        field = self.find(name, "sort")
        if field.kind in {"text", "object", "any"}:
            message = f"{name!r} has no order; sort by a name, a number, a time or a reference"
            raise bad_arguments(self._call, [Problem("sort", name, "argument", message)])
        return field.sort

    def refuse(self, field: Field, message: str) -> BadArguments:
        """Return the error for a filter that a field does not support."""
        return self._bad(field, field.name, message)

    @property
    def release(self) -> Release:
        """The release."""
        return self._release


def _paths_below(node: Node, name: str, levels: int) -> Iterator[str]:
    """Yield the paths of a property of the objects in an entity."""
    for first, found in node.properties.items():
        inner = found.items if found.kind == "array" else found
        if inner is None or inner.entity is not None or inner.kind != "object":
            continue
        path = f"{first}[]" if inner is not found else first
        if name in inner.properties and _KINDS.get(inner.type_name) is None:
            yield f"{path}.{name}"
        if levels > 1:
            yield from (f"{path}.{rest}" for rest in _paths_below(inner, name, levels - 1))


class _BadValue(Exception):
    """A value that a field cannot have; the message says why."""

    def __init__(self, message: str, near: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)


class Identity(NamedTuple):
    """What a filter says of an entity that a reference leads to."""

    id: str = ""
    name: str = ""


def _type(fields: Fields, field: Field, value: Any) -> str:  # noqa: ARG001 - one signature
    try:
        return catalogue(fields.release).find(value).entity.name
    except UnknownCollection as error:
        raise _BadValue(str(error)) from None


def _reference(fields: Fields, field: Field, value: Any) -> Identity:  # noqa: ARG001
    raw = model.json_of(value)
    if isinstance(raw, Mapping):
        if isinstance(raw.get("id"), str):
            return Identity(id=raw["id"])
        return Identity(name=str(raw.get("fullyQualifiedName") or raw.get("name")))
    if not isinstance(raw, str):
        raise _BadValue(f"must be an entity, a reference, a name or an id, not {value!r}")
    if is_id(raw):
        return Identity(id=raw)
    kind, colon, rest = raw.partition(":")
    return Identity(name=rest if colon and kind in fields.release.entities else raw)


def _label(fields: Fields, field: Field, value: Any) -> str:  # noqa: ARG001
    raw = model.json_of(value)
    if isinstance(raw, Mapping):
        raw = raw.get("tagFQN") or raw.get("fullyQualifiedName")
    if not isinstance(raw, str):
        raise _BadValue(f"must be a tag, a term or the name of one, not {value!r}")
    return raw if "." in raw or not field.prefix else f"{field.prefix}{raw}"


def _enum(fields: Fields, field: Field, value: Any) -> str:  # noqa: ARG001
    text = str(getattr(value, "value", value))
    same = {known.casefold(): known for known in field.values}.get(text.casefold())
    if same is None:
        near = nearest(text, field.values)
        listed = "" if near or len(field.values) > 12 else f": {', '.join(field.values)}"
        raise _BadValue(f"{text!r} is not a value of {field.name}{listed}", near)
    return same


def _number(fields: Fields, field: Field, value: Any) -> float:  # noqa: ARG001
    try:
        number = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not abs(number) < float("inf"):
        raise _BadValue(f"{value!r} must be a number")
    return int(number) if number == int(number) else number


def _boolean(fields: Fields, field: Field, value: Any) -> bool:  # noqa: ARG001
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False}
    if str(value).casefold() not in known:
        raise _BadValue(f"{value!r} must be true or false")
    return known[str(value).casefold()]


def _time(fields: Fields, field: Field, value: Any) -> int:  # noqa: ARG001
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    try:
        return timestamp(value)
    except BadArguments as error:
        raise _BadValue(error.problems[0].message) from None


def _text(fields: Fields, field: Field, value: Any) -> Any:  # noqa: ARG001
    raw = model.json_of(value)
    if isinstance(raw, Mapping):
        return str(raw.get("id") or raw.get("fullyQualifiedName"))
    if field.kind == "object":
        raise _BadValue(f"{field.name} is an object; name a field of it, or use '*' for any value")
    if field.kind == "any":
        if isinstance(raw, (bool, int, float, str)):
            return raw
        raise _BadValue(f"must be a text, a number or a boolean, not {value!r}")
    if not isinstance(getattr(raw, "value", raw), (str, int, float)):
        raise _BadValue(f"must be a text, not {value!r}")
    return str(getattr(raw, "value", raw))


_CONVERSIONS: Mapping[str, Callable[[Fields, Field, Any], Any]] = {
    "entity_type": _type,
    "reference": _reference,
    "label": _label,
    "enum": _enum,
    "number": _number,
    "boolean": _boolean,
    "time": _time,
}
_RANGED = frozenset({"number", "time", "keyword", "any"})
_NOT_TEXT = frozenset({"number", "time", "boolean", "object"})


def checked(condition: language.Condition, fields: Fields, call: str) -> language.Condition:
    """Return a condition with the values as the index has them.

    Args:
        condition: a condition.
        fields: the fields of the entity types.
        call: the call that takes it, for errors.

    Raises:
        BadArguments: fields or values are not valid; lists all problems.
    """
    problems: list[Problem] = []

    def check(part: language.Condition) -> language.Condition:
        if isinstance(part, language.FieldCondition):
            try:
                return _checked_condition(part, fields)
            except BadArguments as error:
                problems.extend(error.problems)
                return part
        if isinstance(part, language.Not):
            return language.Not(check(part.part))
        if isinstance(part, (language.All, language.Either)):
            return part._replace(parts=tuple(check(one) for one in part.parts))
        return part

    found = check(condition)
    if problems:
        raise bad_arguments(call, problems)
    return found


def _checked_condition(part: language.FieldCondition, fields: Fields) -> language.FieldCondition:
    field = fields.find(part.field)
    values: list[language.Value] = []
    for value in part.values:
        if isinstance(value, Literal):
            values.append(Literal(fields.value(field, value.value)))
        elif isinstance(value, Pattern):
            if value.text.strip("*") and field.kind in _NOT_TEXT:
                raise fields.refuse(field, f"{value.text!r}: {field.kind} fields have no wildcards")
            values.append(Pattern("*") if not value.text.strip("*") else _pattern(field, value))
        else:
            if field.kind not in _RANGED:
                raise fields.refuse(field, f"{field.kind} fields have no order")
            limits = {
                name: None if limit is None else fields.value(field, limit)
                for name, limit in value._asdict().items()
            }
            values.append(Range(**limits))
    return part._replace(values=tuple(values))


def _pattern(field: Field, value: Pattern) -> Pattern:
    is_short = field.prefix and not value.text.casefold().startswith(field.prefix.casefold())
    return Pattern(f"{field.prefix}{value.text}") if is_short else value


# queries of Elasticsearch


def build_query(condition: language.Condition, fields: Fields) -> Clause | None:
    """Return a checked condition as a query of Elasticsearch; None if it always holds."""
    if condition == language.All():
        return None
    parts = condition.parts if isinstance(condition, language.All) else (condition,)
    return {"query": {"bool": {"must": [_clause(part, fields) for part in parts]}}}


def _clause(part: language.Condition, fields: Fields) -> Clause:
    if isinstance(part, language.FieldCondition):
        field = fields.find(part.field)
        clauses = [one for value in part.values for one in _value_clauses(field, value)]
        return _any_of(_merge_terms(clauses))
    if isinstance(part, language.Words):
        query = language.query_phrase(part.text)
        return {"query_string": {"query": query, "fields": list(_TEXTS), "lenient": True}}
    if isinstance(part, language.Not):
        return {"bool": {"must_not": [_clause(part.part, fields)]}}
    clauses = [_clause(one, fields) for one in part.parts]
    return {"bool": {"must": clauses}} if isinstance(part, language.All) else _any_of(clauses)


def _merge_terms(clauses: list[Clause]) -> list[Clause]:
    """Return clauses with one for all values of a field of the index, since URLs are short."""
    others = [clause for clause in clauses if "term" not in clause]
    values: dict[str, list[Any]] = {}
    for clause in clauses:
        for path, value in clause.get("term", {}).items():
            values.setdefault(path, []).append(value)
    terms: list[Clause] = [
        {"term": {path: listed[0]}} if len(listed) == 1 else {"terms": {path: listed}}
        for path, listed in values.items()
    ]
    return terms + others


def _any_of(clauses: list[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses}}


def _value_clauses(field: Field, value: language.Value) -> Iterator[Clause]:
    """Yield the clauses of a value, of which one must hold."""
    if isinstance(value, Range):
        limits = {name: one for name, one in value._asdict().items() if one is not None}
        for path in _ranged(field):
            yield {"range": {path: limits}}
    elif isinstance(value, Pattern):
        if value.text == "*":
            yield {"exists": {"field": _existing(field)}}
            return
        escaped = value.text.replace("\\", "\\\\").replace("?", "\\?")
        for path in _whole(field):
            yield {"wildcard": {path: {"value": escaped}}}
    elif field.kind == "text":
        yield {"match_phrase": {field.indexed: value.value}}
    elif isinstance(value.value, Identity) and value.value.id:
        yield {"term": {f"{field.indexed}.id": value.value.id}}
        yield {"term": {f"{field.indexed}.id.keyword": value.value.id}}
    else:
        found = value.value.name if isinstance(value.value, Identity) else value.value
        for path in _whole(field):
            yield {"term": {path: found}}


def _ranged(field: Field) -> Sequence[str]:
    return field.exact if field.kind == "keyword" else (field.indexed,)


def _existing(field: Field) -> str:
    suffix = {"reference": ".id", "label": ".tagFQN"}.get(field.kind, "")
    return f"{field.indexed}{suffix}"


def _whole(field: Field) -> Sequence[str]:
    """Return the fields of the index that have the whole text of a value."""
    if field.kind == "reference":
        names = ("name.keyword", "displayName.keyword", "fullyQualifiedName")
        return [f"{field.indexed}.{name}" for name in names]
    if field.kind == "label":
        return [f"{field.indexed}.tagFQN"]
    if field.kind in {"keyword", "enum", "any"}:
        return field.exact
    return [field.indexed]


# entities


def holds(condition: language.Condition, fields: Fields, entity_type: str, raw: Any) -> bool:
    """Return whether a checked condition holds for an entity; upper and lower case are the same.

    Args:
        condition: the condition.
        fields: the fields of the entity types.
        entity_type: the type of the entity.
        raw: the entity as JSON.
    """
    if isinstance(condition, language.FieldCondition):
        field = fields.find(condition.field)
        found = [entity_type] if field.kind == "entity_type" else list(_values(field, raw))
        return any(_has(field, value, found) for value in condition.values)
    if isinstance(condition, language.Words):
        word = condition.text.strip("*").casefold()
        return any(word in str(raw.get(name) or "").casefold() for name in _TEXTS)
    if isinstance(condition, language.Not):
        return not holds(condition.part, fields, entity_type, raw)
    results = (holds(part, fields, entity_type, raw) for part in condition.parts)
    return all(results) if isinstance(condition, language.All) else any(results)


def _values(field: Field, raw: Any) -> Iterator[Any]:
    """Yield the values that an entity has in a field."""
    steps = field.path.replace("[]", "").split(".")
    for value in _named(raw, field.indexed) if field.of_parts else values_at(raw, steps):
        if field.kind == "label" and isinstance(value, Mapping):
            name = str(value.get("tagFQN"))
            if name.startswith(field.prefix) and not name.startswith(field.not_prefixes):
                yield name
        elif value is not None and value != {}:
            yield value


def _named(value: Any, name: str) -> Iterator[Any]:
    """Yield the values of all properties of a name, at any depth; of lists their items."""
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _named(one, name)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from values_at(inner, ()) if key == name else _named(inner, name)


def _has(field: Field, value: language.Value, found: Sequence[Any]) -> bool:
    if isinstance(value, Pattern):
        if value.text == "*":
            return bool(found)
        pattern = ".*".join(map(re.escape, value.text.split("*")))
        matches = re.compile(pattern, re.IGNORECASE | re.DOTALL).fullmatch
        return any(matches(text) for one in found for text in _texts(one))
    if isinstance(value, Range):
        return any(_is_within(value, one) for one in found)
    expected = value.value
    if isinstance(expected, Identity):
        if expected.id:
            return any(isinstance(one, Mapping) and one.get("id") == expected.id for one in found)
        expected = expected.name
    if field.kind == "text":
        return any(str(expected).casefold() in str(one).casefold() for one in found)
    if isinstance(expected, str):
        return any(expected.casefold() == text.casefold() for one in found for text in _texts(one))
    return any(one == expected and isinstance(one, bool) == isinstance(expected, bool)
               for one in found)  # fmt: skip


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        names = ("name", "displayName", "fullyQualifiedName", "id")
        return [str(value[name]) for name in names if value.get(name) is not None]
    return [str(value)]


def _is_within(limits: Range, value: Any) -> bool:
    gt, gte, lt, lte = limits
    try:
        return (
            (gt is None or value > gt)
            and (gte is None or value >= gte)
            and (lt is None or value < lt)
            and (lte is None or value <= lte)
        )
    except TypeError:
        return False
