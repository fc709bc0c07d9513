"""The index of a server's OpenAPI document: its operations and collections, in a compact form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import PackCorrupt
from dynclient.openapi.components import created_type

if TYPE_CHECKING:
    from dynclient.openapi.digest import Digest

FORMAT = 1
"""Version of the format of :meth:`Index.parts`; part of the names of the files it is kept in."""


class OperationInfo(NamedTuple):
    """One operation of a server's OpenAPI document."""

    method: str
    """The HTTP method in capitals: ``GET``."""
    path: str
    """The path below ``/api``: ``/v1/tables/{id}/sampleData``."""
    operation_id: str | None
    """The ``operationId``; it may be missing, and several operations may share one."""
    tag: str | None
    """The first tag."""
    parameters: list[list[Any]]
    """``[name, location, required, type, choices, doc]`` of each, path parameters first."""
    body: list[Any] | None
    """``[media type, component or None, whether it is a list of these]``."""
    result: list[str] | None
    """``[kind, component]``; the kind is ``page``, ``history`` or ``object``."""
    doc: str
    """Summary and description, in paragraphs."""

    @property
    def key(self) -> str:
        """Method and path, which identify the operation: ``PUT /v1/tables/{id}/sampleData``."""
        return f"{self.method} {self.path}"


_TEXT: set[type] = {str}
_OPTIONAL: set[type] = {str, type(None)}
_TYPES: tuple[set[type], ...] = (
    _TEXT,
    _TEXT,
    _OPTIONAL,
    _OPTIONAL,
    {list},
    {list, type(None)},
    {list, type(None)},
    _TEXT,
)
"""The types of the fields of an ``OperationInfo``."""


def _operation_info(row: Any) -> OperationInfo:
    """Return the operation of a row.

    Raises:
        PackCorrupt: it is not one; the file was changed by another program.
    """
    if (
        type(row) is list
        and len(row) == len(_TYPES)
        and all(type(value) in types for value, types in zip(row, _TYPES, strict=True))
    ):
        return OperationInfo(*row)
    raise _corrupt()


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _corrupt() from None


def _corrupt() -> PackCorrupt:
    return PackCorrupt("the index of the server's operations is not valid; delete *.facts files")


class CollectionPath(NamedTuple):
    """One path that is or may be a collection."""

    path: str
    """The path below ``/api``: ``/v1/tables``."""
    request: str | None
    """Component of the body of a POST or PUT: ``CreateTable``."""
    entity: str | None
    """Component of the result of ``GET {path}/{id}``, which some documents declare wrongly."""


class Index:
    """The operations and collections of one server.

    Attributes:
        version: the server's version, as it reports it.
        revision: the revision of its build; empty if it reports none.
        collections: the paths that may be collections, sorted.
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
        """Return the index that :meth:`parts` was called on.

        Raises:
            LookupError, TypeError, ValueError: these are not the parts of an index.
        """
        collections = head["collections"]
        if not all(type(text) in _OPTIONAL for each in collections for text in each):
            raise TypeError("collections")
        return cls(str(head["version"]), str(head["revision"]), collections, body)

    def parts(self) -> tuple[dict[str, Any], bytes]:
        """Return the index as a head of plain JSON, and a body with one operation per line."""
        head = {"version": self.version, "revision": self.revision}
        body = self._operations
        if not isinstance(body, bytes):
            body = b"\n".join(map(_line, body))
        return {**head, "collections": [list(each) for each in self.collections]}, body

    @property
    def operations(self) -> tuple[OperationInfo, ...]:
        """All operations, sorted by path and method."""
        if self._decoded is None:
            rows = self._operations
            if isinstance(rows, bytes):
                rows = _decoded(b"[%s]" % rows.replace(b"\n", b","))
            self._decoded = tuple(map(_operation_info, rows))
        return self._decoded

    def __repr__(self) -> str:
        return f"<Index of {self.version}: {len(self.operations)} operations>"

    def operation(self, method: str, path: str) -> OperationInfo | None:
        """Return the operation of a method and path, or None.

        Args:
            method: the HTTP method, ``GET``.
            path: the path, ``/v1/tables/{id}``; the names of its parameters do not matter.
        """
        if self._decoded is None and isinstance(self._operations, bytes) and "{" not in path:
            return self._look_up(self._operations, method, path)
        wanted = shape(path)
        for each in self.operations:
            if each.method == method and shape(each.path) == wanted:
                return each
        return None

    @staticmethod
    def _look_up(body: bytes, method: str, path: str) -> OperationInfo | None:
        """Return one operation without decoding the others; the first list of a process does so."""
        prefix = _line([method, path])[:-1] + b","
        start = 0 if body.startswith(prefix) else body.find(b"\n" + prefix) + 1
        if start == 0 and not body.startswith(prefix):
            return None
        line, _, _ = body[start:].partition(b"\n")
        return _operation_info(_decoded(line))

    def collection_paths(self, *names: str) -> list[str]:
        """Return the paths that are collections of an entity type.

        Paths that accept its create request take precedence over those whose GET is declared to
        return it.

        Args:
            names: names of the entity type and of its class; case does not matter.
        """
        wanted = {name.casefold() for name in names}
        creating = [
            each.path
            for each in self.collections
            if (created_type(each.request) or "").casefold() in wanted
        ]
        if creating:
            return creating
        returning = [each for each in self.collections if (each.entity or "").casefold() in wanted]
        # A path that accepts another type's request is that type's, whatever result is declared.
        return [each.path for each in returning if created_type(each.request) is None]

    def below(
        self, route: str, others: Iterator[str] | tuple[str, ...] = ()
    ) -> list[OperationInfo]:
        """Return the operations at a path and below it, without those of other collections.

        Args:
            route: the path of a collection, ``/v1/apps``.
            others: the paths of all collections; one of them, such as ``/v1/apps/marketplace``,
                is not below ``/v1/apps``.
        """
        own = shape(route)
        nested = [each for each in map(shape, others) if is_below(each, own) and each != own]
        found = []
        for info in self.operations:
            path = shape(info.path)
            if is_below(path, own) and not any(is_below(path, each) for each in nested):
                found.append(info)
        return found

    def outside(self, routes: tuple[str, ...]) -> list[OperationInfo]:
        """Return the operations that are not at or below any of these paths."""
        shapes = [shape(route) for route in routes]
        return [
            info
            for info in self.operations
            if not any(is_below(shape(info.path), each) for each in shapes)
        ]


def _line(row: list[Any]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode("ascii")


def shape(path: str) -> str:
    """Return a path without the names of its parameters: ``/v1/tables/{}``."""
    if "{" not in path:
        return path
    return "/".join("{}" if part[:1] == "{" else part for part in path.split("/"))


def is_below(path: str, route: str) -> bool:
    """Return whether a path equals a route or is below it."""
    return path == route or path.startswith(f"{route}/")
