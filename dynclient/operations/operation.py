"""An operation of a server, its parameters and a planned call, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dynclient.schema import EntityType

INCLUDES = ("non-deleted", "deleted", "all")
"""The allowed values of ``include=``."""
LIMIT_MAX = 1_000_000
"""The largest page that a server returns, in items."""
BODY = "body"
"""The name of the argument that is sent as the request body."""


_HEX = frozenset("0123456789abcdefABCDEF-")


def is_id(text: str) -> bool:
    """Return whether a text has the form of an id, a UUID with dashes."""
    if len(text) != 36 or text.count("-") != 4:
        return False
    parts = [len(part) for part in text.split("-")]
    return parts == [8, 4, 4, 4, 12] and all(c in _HEX for c in text)


class Parameter(NamedTuple):
    """One argument of an operation that is sent in the path, the query or a header."""

    name: str
    """The name in Python and, unless ``wire`` has another, in the request."""
    place: str
    """``path``, ``query`` or ``header``; ``client`` for one that is used here and not sent."""
    required: bool = False
    type: str = "string"
    """``string``, ``uuid``, ``integer``, ``number``, ``boolean``, ``list`` or ``array``; a list is
    sent joined by commas, an array as one parameter for each item."""
    doc: str = ""
    """What it means, in a sentence."""
    choices: tuple[str, ...] = ()
    """The allowed values; empty if any value is allowed."""
    wire: str = ""
    """The name in the request, if it differs."""
    guessed: bool = False
    """Whether it is known of other releases only, so that this one may ignore it."""
    field: str = ""
    """The field of an entity that has its value, if its name differs."""


class Operation(NamedTuple):
    """One operation of a collection, or of the server."""

    name: str
    """The name, ``create`` or ``op.put_sample_data``."""
    entity_type: EntityType | None
    """The collection's entity type; None for operations of the server."""
    method: str
    """The HTTP method."""
    route: str
    """The path below ``/api`` with its parameters in braces: ``/v1/tables/{id}``."""
    parameters: tuple[Parameter, ...] = ()
    """Parameters of the path, the query and headers."""
    body: str | None = None
    """Reference of the request body's schema, ``api/data/createTable.json``, if it has one."""
    body_kind: str | None = None
    """``json``, ``json-list`` (a list of what the schema describes), ``json-patch``, ``text``, or
    the media type of bytes; None if the request has no body."""
    result: str | None = None
    """Reference of the schema of the result, or of the items of a page."""
    result_kind: str = "raw"
    """``entity``, ``page``, ``history``, ``object``, ``raw``, ``text``, or ``any`` (decided by the
    response's media type)."""
    doc: str = ""
    """What it does, in one sentence or more."""
    documented: bool = False
    """Whether its result is known from the server's document only, which is often wrong there."""
    as_json: bool = False
    """Whether the result is the decoded JSON itself instead of entities made from it."""

    def accepted(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the arguments that the operation has a parameter for.

        Args:
            arguments: by the names of parameters; which there are depends on the release.
        """
        known = {each.name for each in self.parameters}
        return {name: value for name, value in arguments.items() if name in known}


class Plan(NamedTuple):
    """One operation with everything it needs."""

    operation: Operation
    arguments: dict[str, Any]
    """By the names of the operation's parameters; None means "not given"."""
    body: Any = None
    """An entity, or what JSON can be made of."""
