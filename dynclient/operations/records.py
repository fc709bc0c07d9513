"""Records that describe requests: a parameter, and an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dynclient.schema import EntityType

INCLUDES = ("non-deleted", "deleted", "all")
"""What ``include=`` takes."""
VOTES = ("votedUp", "votedDown", "unVoted")
"""What a vote can be."""
LIMIT_MAX = 1_000_000
"""The most a server gives in one page."""


class Parameter(NamedTuple):
    """One argument of an operation that travels in the path, the query or a header."""

    name: str
    """As Python takes it and, unless ``wire`` says otherwise, as the server does."""
    place: str
    """``path``, ``query`` or ``header``."""
    required: bool = False
    type: str = "string"
    """``string``, ``integer``, ``boolean`` or ``list``; a list goes out joined by commas."""
    doc: str = ""
    choices: tuple[str, ...] = ()
    """The only values taken; empty where any will do."""
    wire: str = ""
    """The server's name for it, where that differs."""


class Operation(NamedTuple):
    """One verb of a collection, or of the server."""

    name: str
    entity_type: EntityType | None
    method: str
    route: str
    """Path below ``/api`` with its parameters in braces: ``/v1/tables/{id}``."""
    parameters: tuple[Parameter, ...] = ()
    body: str | None = None
    """Reference of the body's schema (``api/data/createTable.json``), where it has one."""
    body_kind: str | None = None
    """``json``, ``json-patch`` or ``text``; None where nothing is sent."""
    result: str | None = None
    """Reference of the schema of the answer, or of what a page holds."""
    result_kind: str = "raw"
    """``entity``, ``page``, ``history``, ``object`` or ``raw``."""
    doc: str = ""
