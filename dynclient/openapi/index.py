"""What one server's OpenAPI document tells of its operations, compact and quick to read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dynclient.openapi.digest import Digest

FORMAT = 1
"""Version of what :meth:`Index.parts` gives; part of the name of the files it is kept in."""


class OperationInfo(NamedTuple):
    """One operation as a server's OpenAPI document tells of it; fields as there."""

    method: str
    """In capitals: ``GET``."""
    path: str
    """Below ``/api``: ``/v1/tables/{id}/sampleData``."""
    identity: str | None
    """Its ``operationId``, which may be missing, and may be another operation's as well."""
    tag: str | None
    parameters: list[list[Any]]
    """Of each ``[name, place, required, type, choices, doc]``, the path's first and in order."""
    body: list[Any] | None
    """``[media type, component or None, whether it is a list of these]``."""
    result: list[str] | None
    """``[page, history or object, component]``."""
    doc: str

    @property
    def key(self) -> str:
        """What it is known by: ``PUT /v1/tables/{id}/sampleData``."""
        return f"{self.method} {self.path}"


class CollectionPath(NamedTuple):
    """One path that looks like a collection."""

    path: str
    taken: str | None
    """Component that a POST or PUT to it takes; ``CreateTable``."""
    given: str | None
    """Component that ``GET {path}/{id}`` gives, which some documents name wrongly."""


class Index:
    """The operations and collections of one server.

    Attributes:
        version: of the server, as it tells it.
        revision: of its build; empty where it does not tell.
        collections: paths that look like collections, sorted.
    """

    def __init__(
        self,
        version: str,
        revision: str,
        collections: list[list[Any]],
        operations: list[list[Any]] | bytes,
    ) -> None:
        self.version = version
        self.revision = revision
        self.collections = tuple(CollectionPath(*each) for each in collections)
        self._operations = operations
        self._decoded: tuple[OperationInfo, ...] | None = None

    @classmethod
    def of_digest(cls, digest: Digest, version: str, revision: str) -> Index:
        """Return the index of a document's digest."""
        return cls(version, revision, digest["collections"], digest["operations"])

    @classmethod
    def of_parts(cls, head: Any, body: bytes) -> Index:
        """Return an index again from its parts.

        Raises:
            LookupError, TypeError, ValueError: they are no parts of one.
        """
        return cls(str(head["version"]), str(head["revision"]), head["collections"], body)

    def parts(self) -> tuple[dict[str, Any], bytes]:
        """Return it as a head in plain JSON, and a body with each operation as JSON on one line."""
        head = {"version": self.version, "revision": self.revision}
        body = self._operations
        if not isinstance(body, bytes):
            body = b"\n".join(map(_line, body))
        return {**head, "collections": [list(each) for each in self.collections]}, body

    @property
    def operations(self) -> tuple[OperationInfo, ...]:
        """All operations, sorted by path and method."""
        if self._decoded is None:
            told = self._operations
            if isinstance(told, bytes):
                told = json.loads(b"[%s]" % told.replace(b"\n", b","))
            self._decoded = tuple(OperationInfo(*each) for each in told)
        return self._decoded

    def __repr__(self) -> str:
        return f"<Index of {self.version}: {len(self.operations)} operations>"

    def operation(self, method: str, path: str) -> OperationInfo | None:
        """Return one operation, whatever its path calls the parameters; None where there is none.

        Args:
            method: ``GET``.
            path: ``/v1/tables/{id}``.
        """
        if self._decoded is None and isinstance(self._operations, bytes) and "{" not in path:
            return self._looked_up(self._operations, method, path)
        wanted = shape(path)
        for each in self.operations:
            if each.method == method and shape(each.path) == wanted:
                return each
        return None

    @staticmethod
    def _looked_up(body: bytes, method: str, path: str) -> OperationInfo | None:
        """Find one operation without reading the others, as the first list of a process does."""
        begins = _line([method, path])[:-1] + b","
        start = 0 if body.startswith(begins) else body.find(b"\n" + begins) + 1
        if start == 0 and not body.startswith(begins):
            return None
        line, _, _ = body[start:].partition(b"\n")
        return OperationInfo(*json.loads(line))

    def places(self, *names: str) -> list[str]:
        """Return the paths that are collections of an entity type, the surest ones only.

        What a create request is sent to counts before what a GET is said to give.

        Args:
            names: of the entity type and of its class; case does not matter.
        """
        wanted = {name.casefold() for name in names}
        taking = [each.path for each in self.collections if _created(each.taken) in wanted]
        if taking:
            return taking
        given = [each for each in self.collections if (each.given or "").casefold() in wanted]
        # What takes another type's request is that type's collection, whatever it is said to give.
        return [each.path for each in given if _created(each.taken) is None]

    def below(
        self, route: str, others: Iterator[str] | tuple[str, ...] = ()
    ) -> list[OperationInfo]:
        """Return the operations at a path and below it, but for those of other collections.

        Args:
            route: ``/v1/apps``.
            others: routes of all collections; ``/v1/apps/marketplace`` is not below ``/v1/apps``.
        """
        own = shape(route)
        nested = [each for each in map(shape, others) if is_below(each, own) and each != own]
        found = []
        for told in self.operations:
            path = shape(told.path)
            if is_below(path, own) and not any(is_below(path, each) for each in nested):
                found.append(told)
        return found

    def beside(self, routes: tuple[str, ...]) -> list[OperationInfo]:
        """Return the operations of none of these collections."""
        own = [shape(route) for route in routes]
        return [
            told
            for told in self.operations
            if not any(is_below(shape(told.path), each) for each in own)
        ]


def _line(row: list[Any]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode("ascii")


def shape(path: str) -> str:
    """Return a path with its parameters unnamed: ``/v1/tables/{}``."""
    if "{" not in path:
        return path
    return "/".join("{}" if part[:1] == "{" else part for part in path.split("/"))


def is_below(path: str, route: str) -> bool:
    """Tell whether a path is a route, or below it."""
    return path == route or path.startswith(f"{route}/")


def _created(component: str | None) -> str | None:
    """Return the type that a create request is for, in lower case; None where it is no such."""
    name = component or ""
    if not name.startswith("Create"):
        return None
    return name[len("Create") :].removesuffix("Request").removesuffix("Req").casefold()
