"""Records with a time: typed by a schema of the release, sorted, and named by their time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch.entity_list import EntityList
from dynclient.extensions.times import timestamp
from dynclient.schema import Release


def load_record(release: Release, reference: str, raw: Any) -> Any:
    """Return decoded JSON as an instance of a class; None for None, an empty response.

    Args:
        release: the release of the server.
        reference: the schema, ``dataInsight/kpi/basic.json#/definitions/kpiResult``.
        raw: the JSON.
    """
    if raw is None:
        return None
    return model.load(release.node(reference), raw)


def newest_first(records: Iterable[Any]) -> list[Any]:
    """Return records by their ``timestamp``, newest first."""
    return EntityList(sorted(records, key=lambda each: -(model.raw(each).get("timestamp") or 0)))


def time_of_record(value: Any, call: str) -> int:
    """Return the time of a record, or a time itself, in milliseconds since 1970.

    Args:
        value: the record, or a time as for :func:`dynclient.extensions.times.timestamp`.
        call: the call that takes it, for errors.

    Raises:
        BadArguments: the value is not a time.
    """
    raw = model.json_of(value)
    found = raw.get("timestamp") if isinstance(raw, Mapping) else None
    return found if isinstance(found, int) else timestamp(raw, call)
