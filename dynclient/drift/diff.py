"""The differences of two releases, as records that can be filtered, counted and shown.

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
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.drift.change import Change
    from dynclient.schema.release import Release


def scope(old: Release, new: Release, name: str, *, deep: bool) -> Callable[[Change], bool]:
    """Return a predicate for the changes that concern a type or document.

    Args:
        old: one release.
        new: the other one.
        name: an entity type, any type, or the path of a document.
        deep: include everything that it refers to.

    Raises:
        SchemaNotFound: neither release has it; ``nearest`` lists close names of both.
        AmbiguousName: several types have this name.
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
    """Return the documents, or the one definition, that a name refers to in a release."""
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
    close = tuple(dict.fromkeys(name for error in missing for name in error.parts["nearest"]))
    message = (
        f"neither {old.name} nor {new.name} has an entity, type or document {name!r}"
        f"{did_you_mean(close)}"
    )
    return SchemaNotFound(message, name=name, release=new.name, nearest=close)


@dataclass(frozen=True)
class Diff:
    """The changes between two releases; it iterates over them, and is false if there are none."""

    old: Release
    """The release to upgrade from."""
    new: Release
    """The release to upgrade to."""
    changes: tuple[Change, ...]
    """All changes, entities first, then documents in the order of their paths."""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        return f"<Diff of {self.old.name} and {self.new.name}, {len(self)} changes>"

    @property
    def counts(self) -> dict[str, int]:
        """The number of changes by kind; all kinds are included."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in KINDS}

    @property
    def breaking(self) -> Diff:
        """The changes for which the new release may refuse data that the old one accepts."""
        return self._of(change for change in self.changes if change.breaks)

    def of(self, *kinds: str) -> Diff:
        """Return the changes of some kinds.

        Args:
            kinds: ``field_renamed`` …, of ``KINDS``.

        Raises:
            UsageError: there is no such kind.
        """
        from dynclient.errors import UsageError

        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            names = ", ".join(map(repr, unknown))
            raise UsageError(
                f"kinds must be of {', '.join(KINDS)}, not {names}"
                f"{did_you_mean(nearest(unknown[0], KINDS))}"
            )
        return self._of(change for change in self.changes if change.kind in kinds)

    def only(self, name: str, *, deep: bool = False) -> Diff:
        """Return the changes of an entity and its create request, or of a type or document.

        Args:
            name: an entity type or any type (``table``, ``Table``, ``Column``), or the path of a
                document; at least one of the releases must have it.
            deep: include everything that it refers to, directly or not.

        Raises:
            SchemaNotFound: neither release has it; ``nearest`` lists close names.
            AmbiguousName: several types have this name; ``candidates`` lists them.
        """
        wanted = scope(self.old, self.new, name, deep=deep)
        return self._of(change for change in self.changes if wanted(change))

    def _of(self, changes: Iterator[Change]) -> Diff:
        return replace(self, changes=tuple(changes))

    def asdict(self) -> dict[str, Any]:
        """Return plain JSON data: names and digests of the releases, counts, and all changes."""
        return {
            "old": {"name": self.old.name, "digest": self.old.digest},
            "new": {"name": self.new.name, "digest": self.new.digest},
            "counts": self.counts,
            "changes": [change._asdict() for change in self.changes],
        }


@public_call
def diff(old: Release | str | Path, new: Release | str | Path) -> Diff:
    """Return the changes between two releases.

    A document that is renamed according to the drift table is compared with the one it is renamed
    to; a renamed field counts as renamed, not as removed and added.

    Args:
        old: a release, its name in the cache, or the path of its tree.
        new: likewise.

    Raises:
        UnknownRelease: the cache has no release with that name.
        SourceRefused: the path does not contain a schema tree.
    """
    from dynclient.drift.compare import changes

    before, after = release_of(old), release_of(new)
    return Diff(before, after, tuple(changes(before, after)) if before != after else ())


def release_of(given: Release | str | Path) -> Release:
    """Return a release, given as itself, by its name in the cache, or as the path of its tree.

    Raises:
        UnknownRelease: the cache has no release with that name.
        SourceRefused: the path does not contain a schema tree.
    """
    from dynclient.releases.registry import release
    from dynclient.schema.release import Release

    if isinstance(given, Release):
        return given
    return release(source=given) if isinstance(given, Path) else release(given)
