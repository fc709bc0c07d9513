"""A transport to tables that has the fields of servers: some are returned on request only."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from dynclient.schema import Release
from dynclient.session.session import Session
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response

ON_REQUEST = ("tags", "owners", "owner", "followers", "votes", "joins", "extension", "domain")
"""Fields of a table that ``fields=`` must name."""


def label(fqn: str) -> dict[str, Any]:
    return {
        "tagFQN": fqn,
        "source": "Classification",
        "labelType": "Manual",
        "state": "Confirmed",
    }


def reference(name: str, kind: str = "user") -> dict[str, Any]:
    return {"id": str(UUID(int=sum(name.encode()))), "type": kind, "name": name}


def column(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "dataType": "INT", **fields}


def table(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "name": f"t{number}",
        "fullyQualifiedName": f"s.d.c.t{number}",
        "version": 0.1,
        "updatedAt": 5,
        "columns": [column("a"), column("b")],
        **fields,
    }


class ProjectingServer:
    """Answers like a server of release 1.6: ``fields=tags`` leaves the columns without theirs.

    Args:
        tables: the tables, with all fields.

    Attributes:
        tables: the tables by id; tests may change them.
        sent: all requests.
        closed: whether it was closed.
    """

    def __init__(self, *tables: dict[str, Any]) -> None:
        self.tables = {each["id"]: each for each in tables}
        self.sent: list[Request] = []
        self.closed = False

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        status, body = self._answer(request)
        return Response(status, {}, json.dumps(body).encode(), "http://server/api" + request.path)

    def close(self) -> None:
        self.closed = True

    @property
    def targets(self) -> list[str]:
        """Method and target of all requests."""
        return [f"{each.method} {unquote(each.target)}" for each in self.sent]

    def _answer(self, request: Request) -> tuple[int, Any]:
        query = dict(request.query)
        fields = set(query.get("fields", "").split(","))
        key = request.path.removeprefix("/v1/tables").strip("/")
        include = query.get("include", "non-deleted")
        shown = [
            each
            for each in self.tables.values()
            if include == "all" or each.get("deleted", False) == (include == "deleted")
        ]
        if request.method == "GET" and not key:
            return self._page(shown, query, fields)
        key = unquote(key.removeprefix("name/"))
        found = next((t for t in shown if key in {t["id"], t["fullyQualifiedName"]}), None)
        if request.method in {"POST", "PUT"}:
            found = table(999, **json.loads(request.body or b""))
            self.tables[found["id"]] = found
        if found is None:
            return 404, {"code": 404, "message": f"table instance for {key} not found"}
        if request.method == "PATCH":
            found["version"] = round(found["version"] + 0.1, 1)
        if request.method == "DELETE":
            found["deleted"] = True
        return 200, project(found, fields)

    def _page(
        self, shown: list[dict[str, Any]], query: dict[str, str], fields: set[str]
    ) -> tuple[int, Any]:
        begin, size = int(query.get("after", 0)), int(query.get("limit", 10))
        rows = [project(each, fields) for each in shown[begin : begin + size]]
        paging: dict[str, Any] = {"total": len(shown)}
        if begin + size < len(shown):
            paging["after"] = str(begin + size)
        return 200, {"data": rows, "paging": paging}


def project(table: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    """Return a table with those fields only that a request asks for."""
    shown = {
        name: deepcopy(value)
        for name, value in table.items()
        if name not in ON_REQUEST or name in fields
    }
    for name, holder in (("columns", shown), ("dataModel", shown.get("dataModel", {}))):
        if not {name, "tags"} <= fields:
            for each in holder.get("columns", ()):
                _without_tags(each)
    return shown


def _without_tags(column: dict[str, Any]) -> None:
    column.pop("tags", None)
    for child in column.get("children", ()):
        _without_tags(child)


def session_to(server: ProjectingServer, release: Release, **settings: Any) -> Session:
    """Return a session with a server."""
    return Session("http://server/api", server, Settings(**settings), release)  # type: ignore[arg-type]
