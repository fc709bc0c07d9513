"""Which changes concern one entity, type or document: what a diff is narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dynclient.errors import SchemaNotFound

if TYPE_CHECKING:
    from dynclient.schema.diff import Change
    from dynclient.schema.release import Release


def scope(old: Release, new: Release, name: str, *, deep: bool) -> Callable[[Change], bool]:
    """Return what tells whether a change concerns a name.

    Args:
        old: one release.
        new: the other one.
        name: an entity type, a type, or the path of a document.
        deep: whether all that it refers to counts, too.

    Raises:
        SchemaNotFound: neither release has it; ``nearest`` tells close names of both.
        AmbiguousName: several types are called so.
    """
    missing: list[SchemaNotFound] = []
    places: set[str] = set()
    for release in (old, new):
        try:
            places |= _places(release, name, deep=deep)
        except SchemaNotFound as error:
            missing.append(error)
    if len(missing) == 2:
        raise _neither(old, new, name, missing)
    paths = {place for place in places if "#" not in place}
    return lambda change: change.path in paths or change.place in places


def _places(release: Release, name: str, *, deep: bool) -> set[str]:
    """Return the documents (or the one definition) that a name means in a release."""
    entity = release.entities.get(name) or release.time_series.get(name)
    if entity is None:
        node = release.find(name)
        entity = release.entity_of(node.ref if node.pointer else node.path)
        found = {node.ref if node.pointer else node.path}
    else:
        found = {entity.path}
    if entity is not None and entity.create is not None:
        found |= {entity.path, entity.create}
    if deep:
        found = {other for place in found for other in release.closure(place.partition("#")[0])}
    return found


def _neither(
    old: Release, new: Release, name: str, missing: list[SchemaNotFound]
) -> SchemaNotFound:
    nearest = tuple(dict.fromkeys(near for error in missing for near in error.parts["nearest"]))
    near = f"; nearest: {', '.join(nearest)}" if nearest else ""
    message = f"neither {old.name} nor {new.name} has an entity, type or document {name!r}{near}"
    return SchemaNotFound(message, name=name, release=new.name, nearest=nearest)
