"""What differs between two releases, as records: found once, then narrowed, counted and shown.

::

    found = dynclient.diff("1.6.0", "1.13.0")
    found.counts["field_renamed"]
    for change in found.only("Table").breaking: print(change)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.drift.change import KINDS, Change
from dynclient.errors import SchemaNotFound
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    from dynclient.drift.change import Change
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
    message = (
        f"neither {old.name} nor {new.name} has an entity, type or document {name!r}"
        f"{did_you_mean(nearest)}"
    )
    return SchemaNotFound(message, name=name, release=new.name, nearest=nearest)


@dataclass(frozen=True)
class Diff:
    """What differs between two releases; it iterates over its changes, and is false without any."""

    old: Release
    """The release that is left."""
    new: Release
    """The release that is gone to."""
    changes: tuple[Change, ...]
    """Entities first, then documents in order of their paths."""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        return f"<Diff of {self.old.name} and {self.new.name}, {len(self)} changes>"

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind; every kind is there."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in KINDS}

    @property
    def breaking(self) -> Diff:
        """The changes that may make data of the old release unfit for the new one."""
        return self._of(change for change in self.changes if change.breaks)

    def of(self, *kinds: str) -> Diff:
        """Return the changes of some kinds alone.

        Args:
            kinds: of ``KINDS``.

        Raises:
            UsageError: there is no such kind.
        """
        from dynclient.errors import UsageError

        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            known = ", ".join(KINDS)
            raise UsageError(f"no kind of change: {', '.join(unknown)}; known are {known}")
        return self._of(change for change in self.changes if change.kind in kinds)

    def only(self, name: str, *, deep: bool = False) -> Diff:
        """Return what changed in one entity with its create request, or in one type or document.

        Args:
            name: an entity type or any type (``table``, ``Table``, ``Column``), or a document's
                path; one of the two releases has to have it.
            deep: all that these refer to as well, over as many steps as there are.

        Raises:
            SchemaNotFound: neither release has it; ``nearest`` tells close names.
            AmbiguousName: several types are called so; ``candidates`` lists them.
        """
        wanted = scope(self.old, self.new, name, deep=deep)
        return self._of(change for change in self.changes if wanted(change))

    def _of(self, changes: Iterator[Change]) -> Diff:
        return replace(self, changes=tuple(changes))

    def asdict(self) -> dict[str, Any]:
        """Return all of it as plain JSON data: names of the releases, counts, and the changes."""
        return {
            "old": {"name": self.old.name, "digest": self.old.digest},
            "new": {"name": self.new.name, "digest": self.new.digest},
            "counts": self.counts,
            "changes": [change._asdict() for change in self.changes],
        }


def diff(old: Release | str | Path, new: Release | str | Path) -> Diff:
    """Return what differs between two releases.

    Documents that the drift table knows under another path are compared with that one, and fields
    that it knows under another name count as renamed, not as removed and added.

    Args:
        old: a release, its name in the cache, or the path of its tree.
        new: likewise.

    Raises:
        UnknownRelease: the cache has no release of that name.
        SourceRefused: there is no schema tree at that path.
    """
    from dynclient.drift.compare import changes

    before, after = release_of(old), release_of(new)
    return Diff(before, after, tuple(changes(before, after)) if before != after else ())


def release_of(given: Release | str | Path) -> Release:
    """Return a release, given as itself, by its name in the cache, or as the path of its tree.

    Raises:
        UnknownRelease: the cache has no release of that name.
        SourceRefused: there is no schema tree at that path.
    """
    from dynclient.releases.registry import release
    from dynclient.schema.release import Release

    if isinstance(given, Release):
        return given
    return release(source=given) if isinstance(given, Path) else release(given)
