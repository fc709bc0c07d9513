"""Operations that the schemas do not describe, as rows of data.

A row has a ``name``, a ``method`` and a ``path`` below ``/api/v1``. A path that begins with
``{collection}`` belongs to collections; ``collections`` then lists their entity types, each with
the release that has it first. Several rows of one name are the forms of one operation in different
releases: the first one that the release has is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.data import data_file
from dynclient.operations.operation import Operation, Parameter
from dynclient.operations.routes import placeholders
from dynclient.schema.versions import Period, numbers

if TYPE_CHECKING:
    from dynclient.openapi.index import Index
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release

Row = Mapping[str, Any]

_COLLECTION = "{collection}"


def rows(feature: str) -> list[Row]:
    """Return the rows of a file of ``data/operations``, such as ``lineage``."""
    found: list[Row] = data_file(f"operations/{feature}.json")
    return found


def find_operation(
    rows: Iterable[Row],
    name: str,
    release: Release,
    spec: CollectionSpec | None = None,
    index: Index | None = None,
) -> Operation | None:
    """Return an operation as a release has it; None if it does not.

    Args:
        rows: the rows of a feature.
        name: the operation's name.
        release: the release.
        spec: the collection, for operations of collections.
        index: the index of the server's OpenAPI document, if it is known. What it lists exists,
            whatever the rows say; documents leave routes out, so the reverse does not hold.
    """
    for row in rows:
        if row["name"] != name:
            continue
        route = route_of(row, spec)
        if route is None:
            continue
        documented = index is not None and index.operation(row["method"], route) is not None
        period = period_of(row, spec)
        if documented or (period is not None and period.includes(release.version)):
            return _operation(row, route, release, spec)
    return None


def first_period(rows: Iterable[Row], name: str, spec: CollectionSpec | None = None) -> Period:
    """Return which releases have an operation, over all its rows; empty if that is not known."""
    periods = [period for row in rows if row["name"] == name and (period := period_of(row, spec))]
    if not periods:
        return Period()
    since = min((period.since for period in periods), key=numbers)
    is_open = any(not period.until for period in periods)
    until = "" if is_open else max((period.until for period in periods), key=numbers)
    return Period(since, until)


def route_of(row: Row, spec: CollectionSpec | None) -> str | None:
    """Return the path of a row below ``/api``; None if it needs a collection and has none."""
    path = str(row["path"])
    if not path.startswith(_COLLECTION):
        return f"/v1{path}"
    return None if spec is None else spec.route + path.removeprefix(_COLLECTION)


def period_of(row: Row, spec: CollectionSpec | None) -> Period | None:
    """Return which releases have a row; None if it is not known for the collection."""
    period = Period(row.get("since", ""), row.get("until", ""))
    if not str(row["path"]).startswith(_COLLECTION) or "collections" not in row:
        return period
    since = None if spec is None else row["collections"].get(spec.entity.name)
    if since is None:
        return None
    return period._replace(since=max(period.since, since, key=numbers))


def _operation(row: Row, route: str, release: Release, spec: CollectionSpec | None) -> Operation:
    parameters = [Parameter(name, "path", required=True) for name in placeholders(route)]
    for name, kind in row.get("query", {}).items():
        parameters.append(_query_parameter(name, kind))
    result, kind = row.get("result"), row.get("result_kind", "raw")
    if result == "entity" and spec is not None:
        result, kind = spec.entity.path, row.get("result_kind", "entity")
    elif result is not None:
        kind = row.get("result_kind", "object")
    if result is not None and not release.has_document(result):
        result, kind = None, "raw" if kind in {"object", "entity"} else kind
    body = row.get("body")
    if body is not None and not release.has_document(body):
        body = None
    is_collection = str(row["path"]).startswith(_COLLECTION)
    return Operation(
        name=row["name"],
        entity_type=spec.entity if is_collection and spec is not None else None,
        method=row["method"],
        route=route,
        parameters=tuple(parameters),
        body=body,
        body_kind=row.get("body_kind", "json" if "body" in row else None),
        result=result,
        result_kind=kind,
        doc=row.get("doc", ""),
    )


def _query_parameter(name: str, kind: str) -> Parameter:
    """Return the parameter of an entry of ``query``: ``{"page_size": "integer limit"}``."""
    kind, _, wire = kind.partition(" ")
    return Parameter(name, "query", type=kind, wire=wire)
