"""A change between two releases, and its text."""

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

A moved field became part of an object beside it. ``required`` and ``optional`` concern fields of
both releases, limits are keywords such as ``maxLength``, values are those of enumerations, and
alternatives those of ``oneOf`` and ``anyOf``.
"""


_SIGNS = {"added": "+", "removed": "-", "renamed": "→", "moved": "→", "retyped": "~"}


_LONG = 40
"""Characters of a limit in a text, at most; patterns may be longer than a line."""


class Change(NamedTuple):
    """A change between two releases."""

    kind: str
    """One of ``KINDS``."""
    name: str
    """What changed: an entity type, the path of a document, the name of a definition, or a field:
    ``tasks[].owner``. Empty where a definition itself changed, such as an enumeration."""
    place: str
    """Where it is: the path of the document, with ``#`` and a pointer for a definition."""
    type_name: str
    """Class name of the document or definition: ``Table``, ``CreateTableRequest``, ``Column``."""
    to: str | None = None
    """The new name of what was renamed or moved: ``authType.password``."""
    old: str | None = None
    """The old type, limit or value; None where there was none."""
    new: str | None = None
    """The new type, limit or value; None where there is none."""
    required: bool = False
    """Whether an added or removed field is required."""
    breaks: bool = False
    """Whether the new release may refuse data that the old one accepts."""
    limit: str = ""
    """The keyword of a limit: ``maxLength``. ``additionalProperties`` is one where it is false."""
    way: str = ""
    """What to do instead of using a removed field, where that is known."""

    @property
    def path(self) -> str:
        """Path of the document it is in."""
        return self.place.partition("#")[0]

    def __str__(self) -> str:
        return (
            f"{self.type_name}: {change_text(self)}"
            if self.name != self.path
            else change_text(self)
        )


def change_text(change: Change) -> str:
    """Return the text of a change without its place."""
    what, _, how = change.kind.partition("_")
    sign = _SIGNS.get(how, "!")
    name = change.name
    if how in {"renamed", "moved"}:
        types = "" if change.old == change.new else f": {change.old} → {change.new}"
        return f"{sign} {name} is {how} to {change.to}{types}"
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
