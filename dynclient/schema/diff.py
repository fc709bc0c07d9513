"""What differs between two releases, as records: found once, then narrowed, counted and shown.

::

    found = dynclient.diff("1.6.0", "1.13.0")
    found.counts["field_renamed"]
    for change in found.only("Table").breaking: print(change)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dynclient.schema.release import Release

KINDS = (
    "entity_added",
    "entity_removed",
    "document_added",
    "document_removed",
    "document_renamed",
    "definition_added",
    "definition_removed",
    "field_added",
    "field_removed",
    "field_renamed",
    "field_moved",
    "field_retyped",
    "required",
    "optional",
    "limit_changed",
    "value_added",
    "value_removed",
    "alternative_added",
    "alternative_removed",
)
"""All kinds of changes.

A field moves into an object beside it. ``required`` and ``optional`` are of fields that both
releases have, limits are keywords such as ``maxLength``, values are of enumerations, alternatives
of places that take one of several types.
"""

_SIGNS = {"added": "+", "removed": "-", "renamed": "→", "moved": "→", "retyped": "~"}
_LONG = 40
"""Characters of a limit that are shown; patterns may be longer than any line."""


class Change(NamedTuple):
    """One difference."""

    kind: str
    """One of ``KINDS``."""
    name: str
    """What changed: an entity type, the path of a document, the name of a definition, a field as
    ``tasks[].owner``; empty for the values of a definition that is an enumeration itself."""
    place: str
    """Where: the path of the document, with ``#`` and a pointer where it is in a definition."""
    type_name: str
    """Class name of that place: ``Table``, ``CreateTableRequest``, ``Column``."""
    to: str | None = None
    """What it is called now, where it was renamed or moved: ``authType.password``."""
    old: str | None = None
    """What the field took, the value that is gone; None where there was nothing."""
    new: str | None = None
    """What the field takes, the value that came; None where there is nothing."""
    required: bool = False
    """Whether the field has to be given, where it was added or removed."""
    breaks: bool = False
    """Whether data that fit the old release may be refused by the new one for it."""
    limit: str = ""
    """The keyword of a limit: ``maxLength``; of ``additionalProperties`` only ``false`` counts."""
    way: str = ""
    """What to do instead, where that is known of what was removed."""

    @property
    def path(self) -> str:
        """Path of the document it is in."""
        return self.place.partition("#")[0]

    def __str__(self) -> str:
        return f"{self.type_name}: {worded(self)}" if self.name != self.path else worded(self)


def worded(change: Change) -> str:
    """Return a change in words, its place left out."""
    what, _, how = change.kind.partition("_")
    sign = _SIGNS.get(how, "!")
    name = change.name
    if how in {"renamed", "moved"}:
        types = "" if change.old == change.new else f": {change.old} → {change.new}"
        return f"{sign} {name} is {change.to} now{types}"
    if what == "field" and how == "retyped":
        return f"{sign} {name}: {change.old} → {change.new}"
    if what == "field":
        needed = ", required" if change.required else ""
        way = f"; {change.way}" if change.way else ""
        return f"{sign} {name}: {change.new or change.old}{needed}{way}"
    if what == "limit":
        of = f"{name}: " if name else ""
        return f"~ {of}{change.limit} {_short(change.old)} → {_short(change.new)}"
    if what in {"value", "alternative"}:
        of = f" of {name}" if name else ""
        return f"{sign} {what} {change.new or change.old}{of}"
    if how:
        return f"{sign} {what} {name}"
    return f"! {name} is required now" if what == "required" else f"~ {name} is optional now"


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    return value if len(value) <= _LONG else f"{value[:_LONG]}…"


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
        from dynclient.schema.scope import scope

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
    from dynclient.schema.compare import changes

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
