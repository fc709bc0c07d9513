"""Places in a release by dotted names: ``table.columns.dataType``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.drift.aliases import aliases_of, removed_field_message
from dynclient.errors import AmbiguousName, SchemaNotFound, UnknownField, UsageError
from dynclient.operations.catalogue import CollectionSpec, catalogue
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynclient.schema import Node, Release

_DOCUMENT = re.compile(r"(?P<document>[^#]+\.json(?:#[^.]*)?)(?:\.(?P<rest>.*))?")
_INDEX = re.compile(r"\[[^\]]*\]$")


class Place(NamedTuple):
    """A type, or a field of one."""

    node: Node
    """The schema of the place."""
    owner: Node | None
    """The schema of the object whose field it is; None for a type."""
    name: str
    """The field, or the name of the type."""


def steps_of(path: Any) -> list[str]:
    """Return the names in a path; ``columns[0]`` and ``columns[]`` are ``columns``.

    Raises:
        UsageError: it is not a path such as ``table.columns``.
    """
    if not isinstance(path, str) or not path.strip():
        raise UsageError(
            f"path must be a name such as 'table.columns.dataType' or 'tables.list', not {path!r}"
        )
    match = _DOCUMENT.fullmatch(path.strip())
    if match is not None:
        rest = match["rest"]
        return [match["document"], *(steps_of(rest) if rest else ())]
    steps = [_INDEX.sub("", step.strip()) for step in path.strip().split(".")]
    if not all(steps):
        raise UsageError(f"path must be names separated by single dots, not {path!r}")
    return steps


def find_place(release: Release, steps: Sequence[str]) -> Place | None:
    """Return the place of a path in a release, or None if the release does not have it.

    Args:
        release: the release.
        steps: an entity type, a collection, a type or the path of a document; then fields.
    """
    first, *rest = steps
    node = _type(release, first)
    if node is None:
        return None
    place = Place(node, None, first)
    for name in rest:
        found = _field(place.node, name)
        if found is None:
            return None
        place = found
    return place


def _type(release: Release, name: str) -> Node | None:
    entity = release.entities.get(name) or release.time_series.get(name)
    if entity is None and name in release.type_names:
        return release.find(name)
    if entity is None:
        spec = find_spec(release, name)
        entity = None if spec is None else spec.entity
    if entity is not None:
        return release.node(entity.path)
    if ".json" in name:
        try:
            return release.find(name)
        except SchemaNotFound:
            return None
    documents = [path for path in release.paths if path.endswith(f"/{name}.json")]
    return release.node(documents[0]) if len(documents) == 1 else None


def find_spec(release: Release, name: str) -> CollectionSpec | None:
    """Return the collection of a name or of an entity type, or None."""
    found = catalogue(release)
    if name in found.collections:
        return found.collections[name]
    return next((spec for spec in found if spec.entity.name == name), None)


def _field(node: Node, name: str) -> Place | None:
    """Return a field of a place: of its items, of its values, or of any branch."""
    for owner in owners(node):
        if name in owner.properties:
            return Place(owner.properties[name], owner, name)
        if owner.kind == "map" and owner.values is not None:
            return Place(owner.values, None, name)
    return None


def owners(node: Node) -> Iterator[Node]:
    """Yield the objects that a value of a place is or contains: itself, its items, its branches."""
    seen: set[str] = set()
    waiting = [node.target]
    while waiting:
        each = waiting.pop(0)
        if each.ref in seen:
            continue
        seen.add(each.ref)
        if each.kind == "array":
            waiting += [each.items.target] if each.items is not None else []
        elif each.kind == "union":
            waiting += [branch.target for branch in each.branches]
        elif each.kind in {"object", "map"}:
            yield each


# -- what is not found -----------------------------------------------------------------------------


def unknown_name(
    release: Release, name: str, more: Iterable[str] = ()
) -> SchemaNotFound | AmbiguousName:
    """Return the error for a name that a release does not have, or that several types have.

    Args:
        release: the release.
        name: the name.
        more: other close names.
    """
    if name in release.ambiguous_names:
        try:
            release.find(name)
        except AmbiguousName as error:
            return error
    known = [*release.entities, *catalogue(release).collections, *release.type_names, *more]
    near = nearest(name, dict.fromkeys(known))
    message = f"release {release.name} has no type or collection {name!r}{did_you_mean(near)}"
    return SchemaNotFound(message, name=name, release=release.name, nearest=near)


def unknown_field(
    release: Release, steps: Sequence[str], more: Iterable[str] = ()
) -> SchemaNotFound | AmbiguousName | UnknownField:
    """Return the error for a path that a release does not have.

    Args:
        release: the release.
        steps: the path.
        more: other close names for the first or the last step.
    """
    place: Place | None = None
    count = 0
    while count < len(steps) and (deeper := find_place(release, steps[: count + 1])) is not None:
        place, count = deeper, count + 1
    if place is None:
        return unknown_name(release, steps[0], more)
    name = steps[count]
    found = list(owners(place.node))
    above = ".".join(steps[:count])
    for owner in found:
        alias = aliases_of(owner).get(name)
        if alias is not None:
            message = f"{above}.{name} {alias.place_in_release}"
            return UnknownField(message, name=name, nearest=alias.own_names)
        removed = removed_field_message(owner, name)
        if removed is not None:
            return UnknownField(f"{above}.{name} {removed}", name=name, nearest=())
    names = [field for owner in found for field in owner.properties]
    near = nearest(name, [*names, *more])
    if names:
        listed = f"; it has {', '.join(sorted(dict.fromkeys(names))[:20])}"
    else:
        listed = f"; it has no fields, its type is {place.node.kind}"
    message = f"{above} of release {release.name} has no field {name!r}"
    return UnknownField(f"{message}{did_you_mean(near, listed)}", name=name, nearest=near)
