"""Links to entities and their parts, ``<#E::table::svc.db.schema.orders::columns::id>``."""

from __future__ import annotations

from typing import NamedTuple

_BEGIN, _END, _BETWEEN = "<#E::", ">", "::"


class EntityLink(NamedTuple):
    """A link to an entity, or to a part or a field of it; ``str()`` is its text."""

    type: str
    """The type of the entity."""
    name: str
    """The fully qualified name of the entity."""
    parts: tuple[str, ...] = ()
    """What follows: ``("columns", "id", "description")``."""

    @property
    def column(self) -> str | None:
        """The column, field or task that it names; None if it names none."""
        return self.parts[1] if len(self.parts) > 1 else None

    def __str__(self) -> str:
        return f"{_BEGIN}{_BETWEEN.join((self.type, self.name, *self.parts))}{_END}"


def parse_entity_link(text: str) -> EntityLink | None:
    """Return the link that a text is; None if it is not one."""
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        return None
    kind, *rest = text[len(_BEGIN) : -len(_END)].split(_BETWEEN)
    return EntityLink(kind, rest[0], tuple(rest[1:])) if kind and rest and rest[0] else None
