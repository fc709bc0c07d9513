"""Records that describe requests: a parameter, and an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dynclient.schema import EntityType

INCLUDES = ("non-deleted", "deleted", "all")
"""What ``include=`` takes."""
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
    """``string``, ``integer``, ``number``, ``boolean``, ``list`` or ``array``; a list goes out
    joined by commas, an array as one parameter for each."""
    doc: str = ""
    choices: tuple[str, ...] = ()
    """The only values taken; empty where any will do."""
    wire: str = ""
    """The server's name for it, where that differs."""
    guessed: bool = False
    """Whether this release takes it is not known for certain, only of others."""


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
    """``json``, ``json-list`` (a list of what the schema describes), ``json-patch``, ``text``, or
    the media type of bytes; None where nothing is sent."""
    result: str | None = None
    """Reference of the schema of the answer, or of what a page holds."""
    result_kind: str = "raw"
    """``entity``, ``page``, ``history``, ``object``, ``raw``, ``text``, or ``any``: as its media
    type says."""
    doc: str = ""
