"""How the command line names an entity: ``table a.b.c.d``, ``table:a.b.c.d``, or ``table ID``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.client.collection import Collection

GRAMMAR = "'TYPE NAME', 'TYPE:NAME' or 'TYPE ID', such as 'table shop.main.public.orders'"
_TYPED = re.compile(r"(?P<type>[A-Za-z_]+):(?P<key>.+)", re.DOTALL)


class WrongWords(UsageError):
    """The words of a command do not name an entity."""


class Target(NamedTuple):
    """An entity that words name."""

    type: str
    """The type as it was written: ``table``, ``tables``, ``Table``."""
    key: str
    """The fully qualified name or the id."""

    def collection(self, om: Client) -> Collection:
        """Return the collection of the entity.

        Raises:
            UnknownCollection: the release has no such type.
        """
        return om[self.type]

    def entity_type(self, om: Client) -> str:
        """Return the name of the entity type as the release has it: ``table``."""
        name: str = om.session.find(self.type).entity.name
        return name


def split_target(words: Sequence[str]) -> tuple[Target, list[str]]:
    """Return the entity that the first words name, and the words after it.

    Args:
        words: the words of a command.

    Raises:
        WrongWords: they do not name an entity.
    """
    if words:
        typed = _TYPED.fullmatch(words[0])
        if typed is not None:
            return Target(typed["type"], typed["key"]), list(words[1:])
        if len(words) > 1 and words[1]:
            return Target(words[0], words[1]), list(words[2:])
    raise WrongWords(f"an entity is named by {GRAMMAR}, not {' '.join(words)!r}")


def only_target(words: Sequence[str]) -> Target:
    """Return the entity that all words name.

    Raises:
        WrongWords: they do not name an entity, or there are more.
    """
    target, rest = split_target(words)
    if rest:
        raise WrongWords(f"an entity is named by {GRAMMAR}; {' '.join(rest)!r} is too much")
    return target


def name_and_type(entity: Any) -> str:
    """Return what messages call an entity: ``table a.b.c.d``."""
    from dynclient import model

    kind = model.type_of(entity) or model.schema_of(entity).type_name
    return f"{kind} {model.name_of(model.raw(entity))}"
