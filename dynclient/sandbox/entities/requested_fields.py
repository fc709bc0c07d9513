"""Which fields servers return only on request: ``data/requested_fields.json``, by entity type.

A release that the file does not have follows the nearest one that has the entity type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dynclient.data import data_file
from dynclient.sandbox.rules import Version, parse_version


class RequestedFields(NamedTuple):
    """Fields of one entity type; a release need not have all of them."""

    on_request: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    """Fields that are always returned, though their schemas say otherwise."""


def requested_fields(entity_type: str, version: Version) -> RequestedFields:
    """Return what the recorded server that is nearest to a release does for an entity type."""
    releases: Mapping[str, Mapping[str, Any]] = data_file("requested_fields.json")["releases"]
    known = {name: rows[entity_type] for name, rows in releases.items() if entity_type in rows}
    if not known:
        return RequestedFields()
    own = _number(version) if version else max(_number(parse_version(name)) for name in known)
    nearest = min(known, key=lambda name: abs(_number(parse_version(name)) - own))
    row = known[nearest]
    return RequestedFields(frozenset(row.get("on_request", ())), frozenset(row.get("plain", ())))


def _number(version: Version) -> int:
    major, minor = (*version, 0)[:2]
    return major * 1000 + minor
