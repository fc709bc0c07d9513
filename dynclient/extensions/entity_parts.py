"""Parts of an entity, found by its schema: columns, tasks, features, fields.

A part is named by a keyword, the singular of the list that it is in, ``column="email"``. All calls
read such a name in the same way:

- its fully qualified name, or that below the entity: parts in parts are named through their
  parents, ``"address.city"``, and a name that contains a dot is quoted, ``'"unit.price"'``;
- the name as it is, ``"unit.price"``, unless that is also the path of a part in a part;
- each of these without regard to case, unless that names several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadName, Problem
from dynclient.session.requested_fields import requested_fields
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

_REFERENCE = "EntityReference"
_LISTED = 20
"""Names of parts that a message lists, at most."""
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class PartList(NamedTuple):
    """A list of parts in an entity."""

    path: tuple[str, ...]
    """The fields that lead to it: ``("messageSchema", "schemaFields")``."""
    keywords: tuple[str, ...]
    """The names of one part, ``("schema_field", "field")``."""
    children: str | None
    """The field of a part that contains parts of the same type, if any."""


class Part(NamedTuple):
    """One part of an entity."""

    group: str
    """The field of the entity that it is in."""
    names: tuple[str, ...]
    """The names from the outermost part on."""
    value: Any
    """The part, as the entity has it: an object of its class, or JSON."""

    @property
    def name(self) -> str:
        """Its name below the entity: ``address.city``, ``"unit.price"``."""
        return fqn.build(*self.names)

    @property
    def key(self) -> str:
        """Its name where servers take that of a column: plain, or a path if it is nested."""
        return self.names[0] if len(self.names) == 1 else self.name


def part_lists(node: Node, field: str = "fullyQualifiedName") -> list[PartList]:
    """Return the lists of an entity type whose items have a field.

    Of lists with the same keyword, those in an object of the entity are left out: the columns of
    a table's data model repeat those of the table.

    Args:
        node: the schema node of the entity type.
        field: the field that the items must have, ``tags``; by default a fully qualified name.
    """
    found = []
    for name, below in node.properties.items():
        items = below.items
        if items is not None:
            found += _part_list((name,), items, field)
        elif below.target.kind == "object":
            for inner, listed in below.properties.items():
                if listed.items is not None:
                    found += _part_list((name, inner), listed.items, field)
    direct = {keyword for each in found if len(each.path) == 1 for keyword in each.keywords}
    return [each for each in found if len(each.path) == 1 or not direct & {*each.keywords}]


def _part_list(path: tuple[str, ...], items: Node, field: str) -> list[PartList]:
    if field not in items.properties or items.entity is not None:
        return []
    if items.type_name == _REFERENCE:
        return []
    children = next(
        (
            name
            for name, below in items.properties.items()
            if below.items is not None and below.items.target.ref == items.target.ref
        ),
        None,
    )
    words = [word.lower() for word in _CAPITAL.split(path[-1].removesuffix("s"))]
    names = dict.fromkeys(("_".join(words), words[-1]))
    return [PartList(path, tuple(names), children)]


def find_parts(
    state: Any, lists: Iterable[PartList], by_keyword: Mapping[str, Any]
) -> tuple[list[Any], list[Problem]]:
    """Return the parts of an entity that keywords name, and what is wrong with the keywords.

    Args:
        state: the entity.
        lists: its lists of parts.
        by_keyword: names of parts by keyword: a name, a fully qualified name, a part, or several.
    """
    lists = list(lists)
    keywords = list(dict.fromkeys(name for each in lists for name in each.keywords))
    parts: list[Any] = []
    problems = []
    for keyword, value in by_keyword.items():
        if keyword not in keywords:
            known = f"; it has {', '.join(f'{name}=' for name in keywords) or 'none'}"
            message = f"{model.schema_of(state).type_name} has no parts of that name{known}"
            near = nearest(keyword, keywords)
            problems.append(Problem(keyword, keyword, "argument", message, near))
            continue
        known_parts = parts_of(state, [each for each in lists if keyword in each.keywords])
        for one in value if isinstance(value, (list, tuple, set)) else [value]:
            found = find_part(known_parts, one, keyword)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                parts.append(found.value)
    return parts, problems


def parts_of(state: Any, lists: Iterable[PartList]) -> list[Part]:
    """Return the parts of an entity, nested ones too.

    Args:
        state: the entity, as an object or as JSON.
        lists: its lists of parts.
    """
    return [part for each in lists for part in _list_parts(state, each)]


def columns_of(release: Release, entity: EntityType, state: Any) -> list[Part]:
    """Return the parts of an entity with fully qualified names, whatever they are called.

    Args:
        release: the release.
        entity: the entity type.
        state: the entity, as an object or as JSON.
    """
    return parts_of(state, part_lists(release.node(entity.path)))


def column_fields(release: Release, entity: EntityType) -> list[str]:
    """Return the fields of an entity type that its parts are in."""
    lists = part_lists(release.node(entity.path))
    return list(dict.fromkeys(each.path[0] for each in lists))


def find_part(
    parts: Iterable[Part], value: Any, keyword: str = "column", owner: str = ""
) -> Part | Problem:
    """Return the part that a value names, or what is wrong with the value.

    Args:
        parts: the parts of the entity.
        value: a name, or the part itself.
        keyword: the argument that the value belongs to, and the word for a part.
        owner: the name of the entity, for the message.
    """
    parts = list(parts)
    try:
        return _find(parts, keyword, value, owner)
    except BadName as error:
        names = [part.name for part in parts]
        near = nearest(str(value), names)
        return Problem(keyword, value, "argument", str(error), near)


def named_parts(call: str, state: Any, field: str, by_keyword: Mapping[str, Any]) -> list[Any]:
    """Return the parts of an entity that keywords name, or the entity itself without keywords.

    Args:
        call: the call that takes the keywords, ``tables.add_tags``.
        state: the entity.
        field: the field that the parts must have, ``tags``.
        by_keyword: names of parts by keyword.

    Raises:
        BadArguments: there are no such parts; lists all problems.
    """
    if not by_keyword:
        return [state]
    parts, problems = find_parts(state, part_lists(model.schema_of(state), field), by_keyword)
    if problems:
        raise bad_arguments(call, problems)
    return parts


def requesting_fields(
    release: Release, entity: EntityType, field: str, *, in_parts: bool
) -> list[str]:
    """Return the names in ``fields=`` that request a field of an entity.

    Args:
        release: the release.
        entity: the entity type.
        field: the field, ``tags``.
        in_parts: whether the field of the parts is needed too.
    """
    known = requested_fields(release)
    lists = part_lists(release.node(entity.path), field) if in_parts else []
    paths = [field, *(f"{'.'.join(each.path)}[].{field}" for each in lists)]
    names = [name for path in paths for name in known.needed(entity.name, path)]
    return list(dict.fromkeys(names))


def each_part(data: Mapping[str, Any], lists: Iterable[PartList]) -> Iterator[dict[str, Any]]:
    """Yield all parts of an entity as JSON, in no particular order.

    Args:
        data: the JSON of the entity.
        lists: its lists of parts.
    """
    for each in lists:
        value: Any = data
        for name in each.path:
            value = value.get(name) if isinstance(value, Mapping) else None
        rest = list(value or ())
        while rest:
            part = rest.pop()
            yield part
            if each.children is not None:
                rest += part.get(each.children) or ()


def _list_parts(state: Any, listed: PartList) -> Iterator[Part]:
    value = state
    for name in listed.path:
        value = value.get(name) if isinstance(value, Mapping) else value and value[name]
    yield from _walk(value or (), listed, ())


def _walk(items: Any, listed: PartList, above: tuple[str, ...]) -> Iterator[Part]:
    for part in items:
        raw = model.json_of(part)
        names = (*above, str(raw.get("name")))
        yield Part(listed.path[0], names, part)
        if listed.children is not None and raw.get(listed.children):
            yield from _walk(part[listed.children], listed, names)


def _find(parts: list[Part], keyword: str, value: Any, owner: str) -> Part:
    """Return the part that a value names.

    Raises:
        BadName: no part has the name, or several have it.
    """
    raw = model.json_of(value)
    text = raw.get("fullyQualifiedName") or raw.get("name") if isinstance(raw, Mapping) else raw
    if not isinstance(text, str) or not text:
        raise BadName(f"must be the name of a {keyword} or a {keyword}, not {type(value).__name__}")
    try:
        path: list[str] | None = fqn.split(text)
    except BadName:
        path = None
        if all(each.names[-1].casefold() != text.casefold() for each in parts):
            raise
    folded = None if path is None else [name.casefold() for name in path]
    for found in (
        [each for each in parts if _full_name(each) == text],
        [each for each in parts if [*each.names] == path],
        [each for each in parts if each.names == (text,)],
        [each for each in parts if [name.casefold() for name in each.names] == folded],
        [each for each in parts if [n.casefold() for n in each.names] == [text.casefold()]],
        [each for each in parts if str(_full_name(each)).casefold() == text.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = " and ".join(str(_full_name(each) or each.name) for each in found)
            raise BadName(f"{text!r} is the name of {names}; pass one of these")
    known = ", ".join(each.name for each in parts[:_LISTED]) or "none"
    rest = ", …" if len(parts) > _LISTED else ""
    place = f"{owner} has no {keyword}" if owner else f"there is no {keyword}"
    near = nearest(text, [each.name for each in parts])
    raise BadName(f"{place} {text!r}" + ("" if near else f"; it has {known}{rest}"))


def _full_name(part: Part) -> Any:
    return model.json_of(part.value).get("fullyQualifiedName")
