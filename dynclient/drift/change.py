"""One difference between two releases, and its words."""

from __future__ import annotations

from typing import NamedTuple

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
