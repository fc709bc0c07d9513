"""Which rows are sent first: parents before children, and what is referred to before the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from dynclient import fqn, model
from dynclient.data import data_file
from dynclient.errors import BadName
from dynclient.operations.entity_filters import service_types
from dynclient.operations.name_parents import NameParents, name_parents

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Release

WINDOW = 10_000
"""Rows of an iterator that are read ahead and put in order."""

Level = tuple[int, str, int]
"""The level of the type, the type, and the level of an entity below others of its type."""


def type_level(release: Release, entity: EntityType) -> int:
    """Return how many types must be created one after the other before a type; kept.

    A type comes after the types that its create request names: those of its parents, and those
    whose name is a field or the singular of one. ``data/creation_order.json`` has the exceptions.

    Args:
        release: the release.
        entity: the entity type.
    """
    return release.memo("creation_levels", _Levels).of(entity, ())


class _Levels:
    def __init__(self, release: Release) -> None:
        self._release = release
        self._known: dict[str, int] = {}

    def of(self, entity: EntityType, above: tuple[str, ...]) -> int:
        known = self._known.get(entity.name)
        if known is not None:
            return known
        inner = (*above, entity.name)
        levels = [
            self.of(self._release.entities[name], inner)
            for name in referred_types(self._release, entity)
            if name not in inner
        ]
        level = 1 + max(levels, default=-1)
        if not above:  # within a circle of types, a level depends on where it is entered
            self._known[entity.name] = level
        return level


def referred_types(release: Release, entity: EntityType) -> list[str]:
    """Return the types of the entities that the create request of a type may refer to."""
    if entity.create is None:
        return []
    ignored = data_file("creation_order.json")["ignored"].get(entity.name, ())
    found: dict[str, None] = {}
    for field in release.node(entity.create).properties:
        if field not in ignored:
            found.update(dict.fromkeys(field_types(release, entity, field)))
    found.pop(entity.name, None)
    return list(found)


def field_types(release: Release, entity: EntityType, field: str) -> list[str]:
    """Return the types of the entities that a field of a create request may name.

    Args:
        release: the release.
        entity: the entity type that the request creates.
        field: name of the field.

    Returns:
        The types that the name of the field says; empty if it says none.
    """
    if field == "service":
        names: Iterable[str] = service_types(entity, release)
    else:
        types = data_file("creation_order.json")["types"]
        names = (types.get(field, field), *_singulars(field))
    return [name for name in dict.fromkeys(names) if name in release.entities]


def _singulars(field: str) -> Iterator[str]:
    for ending, singular in (("ies", "y"), ("s", ""), ("es", "")):
        if field.endswith(ending):
            yield field.removesuffix(ending) + singular


def parents_of(release: Release, entity: EntityType) -> NameParents:
    """Return what the fully qualified names of a type consist of; kept with the release."""
    found: dict[str, NameParents] = release.memo("bulk_name_parents", lambda _: {})
    if entity.name not in found:
        found[entity.name] = name_parents(release, entity)
    return found[entity.name]


def request_name(release: Release, entity: EntityType, body: Mapping[str, Any]) -> str:
    """Return the fully qualified name of the entity that a create request creates.

    Of a type whose parents are not known, or a request without one, it is the name alone.

    Args:
        release: the release.
        entity: the entity type.
        body: the request as JSON; entities and references are names, too.
    """
    name = body.get("name")
    if not isinstance(name, str) or not name:
        return ""
    parents = parents_of(release, entity)
    fields = [field for field, _ in parents.types[-1:]]
    if parents.nested:
        fields.insert(0, "parent")
    try:
        quoted = fqn.build(name)
    except BadName:
        return name
    for field in fields:
        above = _name(body.get(field))
        if above:
            return f"{above}.{quoted}"
    return quoted


def _name(value: Any) -> str:
    raw = model.json_of(value)
    if isinstance(raw, Mapping):
        raw = raw.get("fullyQualifiedName") or raw.get("name")
    return raw if isinstance(raw, str) else ""


def row_level(release: Release, entity: EntityType, row: Any) -> Level:
    """Return the level of a row; rows of a lower level are sent first.

    Args:
        release: the release.
        entity: the type of the row.
        row: a create request, an entity or a mapping.
    """
    depth = 0
    if parents_of(release, entity).nested:
        raw = model.json_of(row)
        above = _name(raw.get("parent")) if isinstance(raw, Mapping) else ""
        depth = 1 + above.count(".") if above else 0
    return type_level(release, entity), entity.name, depth


def arranged(
    rows: Iterable[Any], level: Callable[[Any], Level | None], window: int
) -> Iterator[tuple[int, Any, bool]]:
    """Yield the rows in the order in which they are sent.

    Args:
        rows: the rows. A sequence is put in order as a whole, anything else window by window.
        level: returns the level of a row; None for one that is not valid.
        window: the number of rows of a window.

    Yields:
        Number, row, and whether all rows before it must be done first.
    """
    last: Level | None = None
    for numbered in _windows(rows, window):
        levels = [level(row) for _, row in numbered]
        places = range(len(numbered))
        for place in sorted(places, key=lambda place: levels[place] or (0, "", 0)):
            here = levels[place]
            is_deeper = here is not None and last is not None and (here[0], here[2]) != (
                last[0], last[2],
            )  # fmt: skip
            last = here or last
            yield *numbered[place], is_deeper


def _windows(rows: Iterable[Any], window: int) -> Iterator[Sequence[tuple[int, Any]]]:
    if isinstance(rows, (list, tuple)):
        if rows:
            yield list(enumerate(rows))
        return
    numbered = enumerate(rows)
    while part := list(islice(numbered, window)):
        yield part
