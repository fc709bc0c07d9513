"""Parts of an entity that have a field of their own, found by its schema: columns, tasks, fields.

A part is named by a keyword, the singular of the list that it is in, ``column="email"``. Parts in
parts are named through their parents, ``column="address.city"``.
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

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class PartList(NamedTuple):
    """A list of parts in an entity."""

    path: tuple[str, ...]
    """The fields that lead to it: ``("messageSchema", "schemaFields")``."""
    keywords: tuple[str, ...]
    """The names of one part, ``("schema_field", "field")``."""
    children: str | None
    """The field of a part that contains parts of the same type, if any."""


def part_lists(node: Node, field: str) -> list[PartList]:
    """Return the lists of an entity type whose items have a field.

    Of lists with the same keyword, those in an object of the entity are left out: the columns of
    a table's data model repeat those of the table.

    Args:
        node: the schema node of the entity type.
        field: the field that the items must have, ``tags``.
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
        named = list(_named(state, [each for each in lists if keyword in each.keywords]))
        for one in value if isinstance(value, (list, tuple, set)) else [value]:
            try:
                parts.append(_find(named, keyword, one))
            except BadName as error:
                near = nearest(str(one), [fqn.build(*path) for path, _ in named])
                problems.append(Problem(keyword, one, "argument", str(error), near))
    return parts, problems


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


def _named(state: Any, lists: Iterable[PartList]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield all parts of some lists, with their names from the outermost on."""
    for each in lists:
        listed = state
        for name in each.path:
            listed = None if listed is None else listed[name]
        yield from _walk(listed or (), each.children, ())


def _walk(
    listed: Any, children: str | None, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for part in listed:
        path = (*above, str(model.raw(part).get("name")))
        yield path, part
        if children is not None and model.raw(part).get(children):
            yield from _walk(part[children], children, path)


def _find(named: list[tuple[tuple[str, ...], Any]], keyword: str, value: Any) -> Any:
    """Return the part that a value names.

    Raises:
        BadName: no part has the name, or several have it.
    """
    raw = model.json_of(value)
    text = raw.get("fullyQualifiedName") or raw.get("name") if isinstance(raw, Mapping) else raw
    if not isinstance(text, str) or not text:
        raise BadName(f"must be the name of a {keyword} or a {keyword}, not {type(value).__name__}")
    path = fqn.split(text)
    folded = [name.casefold() for name in path]
    for found in (
        [part for _, part in named if model.raw(part).get("fullyQualifiedName") == text],
        [part for known, part in named if [*known] == path],
        [part for known, part in named if [name.casefold() for name in known] == folded],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = " and ".join(str(model.raw(part).get("fullyQualifiedName")) for part in found)
            raise BadName(f"{text!r} is the name of {names}; pass one of these")
    raise BadName(f"there is no {keyword} {text!r}")
