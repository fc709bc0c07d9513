"""The data to measure with: a table of 50 columns, its create request, a page of 1,000 tables.

The two payloads come from the folder the tests use (``DYNCLIENT_SHARED`` or ``shared`` beside the
checkout); without it, payloads of the same size are generated. The release is the real
1.13.0 if its tree is there, else the starter release.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from tests.support import trees

TREE = "1.13.0"
"""The real tree to measure with, if it is there."""


@functools.cache
def release() -> Any:
    """Return the release to measure with."""
    return trees.release_named(TREE if TREE in trees.TREES else "starter")


def decoder() -> Callable[[bytes], Any]:
    """Return the JSON decoder the client uses too: orjson's where installed, else the library's."""
    try:
        import orjson
    except ModuleNotFoundError:
        return json.loads
    return orjson.loads


def create_table() -> dict[str, Any]:
    """Return the body of a create request with 50 columns."""
    return _shared("create_table50.json") or {
        "name": "orders",
        "description": "# Orders\n\nFacts about **orders**.",
        "tableType": "Regular",
        "columns": [_column(number, tags=True) for number in range(50)],
        "databaseSchema": "mysql_prod.shop.public",
        "owners": [{"id": _id(1), "type": "user"}],
    }


def table() -> dict[str, Any]:
    """Return a table of 50 columns as a server returns it, with all its fields."""
    return _shared("table50.json") or _table(0, columns=50, tags=True, name="orders")


def build_table(columns: int) -> dict[str, Any]:
    """Return a table whose fields every release since 1.5 has."""
    return _table(0, columns=columns, tags=True)


def page() -> dict[str, Any]:
    """Return a page of 1,000 tables of 10 columns each."""
    rows = [_table(number, columns=10, tags=False) for number in range(1000)]
    return {"data": rows, "paging": {"total": len(rows)}}


def _shared(name: str) -> Any:
    path = trees.shared(f"openmetadata/payloads/{name}")
    return None if path is None else json.loads(path.read_text("utf-8"))


def _id(number: int) -> str:
    return f"6c4fd3bf-c0af-4331-bf78-{number:012x}"


def _column(number: int, *, tags: bool) -> dict[str, Any]:
    kind = ("BIGINT", "VARCHAR", "TIMESTAMP", "BOOLEAN")[number % 4]
    column: dict[str, Any] = {
        "name": f"column_{number:03}",
        "dataType": kind,
        "dataTypeDisplay": kind.lower(),
        "description": f"Business description of column {number}: a **{kind.lower()}** value.",
        "ordinalPosition": number + 1,
        "constraint": "NULL" if number else "PRIMARY_KEY",
    }
    if kind == "VARCHAR":
        column["dataLength"] = 256
    if tags:
        column["tags"] = [
            {
                "tagFQN": "PII.Sensitive",
                "labelType": "Manual",
                "state": "Confirmed",
                "source": "Classification",
            }
        ]
    return column


def _table(number: int, *, columns: int, tags: bool, name: str = "") -> dict[str, Any]:
    name = name or f"table_{number:04}"
    fqn = f"mysql_prod.shop.public.{name}"
    parents = {"databaseSchema": "mysql_prod.shop.public", "database": "mysql_prod.shop"}
    return {
        "id": _id(number),
        "name": name,
        "fullyQualifiedName": fqn,
        "description": f"Table **{name}**, refreshed hourly.",
        "version": 0.1,
        "updatedAt": 1760000000000,
        "updatedBy": "admin",
        "href": f"http://localhost:8585/api/v1/tables/{_id(number)}",
        "tableType": "Regular",
        "columns": [
            {**_column(place, tags=tags), "fullyQualifiedName": f"{fqn}.column_{place:03}"}
            for place in range(columns)
        ],
        **{
            kind: {
                "id": _id(9000 + len(parent)),
                "type": kind,
                "name": parent.rsplit(".", 1)[-1],
                "fullyQualifiedName": parent,
                "deleted": False,
                "href": f"http://localhost:8585/api/v1/{kind}s/{_id(9000 + len(parent))}",
            }
            for kind, parent in parents.items()
        },
        "serviceType": "Mysql",
        "deleted": False,
    }
