"""What the requests of a run wrote: which entities they created, changed, deleted or named."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from dynclient.bulk.order import request_name
from dynclient.dispatch.responses import is_route
from dynclient.secrets import printable

if TYPE_CHECKING:
    from dynclient.operations.operation import Operation
    from dynclient.schema import Release
    from dynclient.transport.request import Request, Response

is_unobserved: ContextVar[bool] = ContextVar("is_unobserved", default=False)
"""Whether the requests of this thread are those of a manifest, which no run counts."""

_CREATES = frozenset({"create", "upsert"})
_DELETES = frozenset({"delete", "delete_by_name"})
_CHANGE = "X-OpenMetadata-Change"
_CREATED, _NOT_FOUND = 201, 404
_HARMLESS = frozenset({405, 409, 412, 415})
"""Statuses that say that an entity exists, or that the request has to be another one."""


class Tracked(NamedTuple):
    """An entity that a run created or wrote."""

    type: str
    """Name of the entity type, ``table``."""
    fqn: str
    """Its fully qualified name when it was written last."""
    id: str

    def __str__(self) -> str:
        return printable(f"{self.type} {self.fqn}")


class ObservedWrites:
    """Collects what the requests of a client write; may be called by several threads.

    An entity of an earlier run counts as used if a request wrote it, read it by itself, or named it
    in its body, by id or by fully qualified name. What only appears in a list does not.

    Args:
        release: the release of the server.
        known: the entities that earlier runs created, by id.

    Attributes:
        made: the entities that were created, by id.
        unidentified: type and fully qualified name of entities that were written by requests whose
            responses do not say whether they were created.
        begin: when the first response of the run was sent, in milliseconds since 1970 by the clock
            of the server, without the fraction of the second; None if it does not say.
        seen: the entities that existed before and were written, by id.
        used: ids of the entities of earlier runs that were used.
        deleted: ids of the entities that were deleted.
        failed: the requests that failed and were not repeated with success, by path and name.
    """

    def __init__(self, release: Release, known: Mapping[str, Tracked]) -> None:
        self._release = release
        self.known = known
        self._ids: dict[str, list[str]] = {}
        for each in known.values():
            self._ids.setdefault(each.fqn, []).append(each.id)
        self._lock = threading.Lock()
        self.made: dict[str, Tracked] = {}
        self.unidentified: dict[tuple[str, str], None] = {}
        self.seen: dict[str, Tracked] = {}
        self.used: set[str] = set()
        self.deleted: set[str] = set()
        self.failed: dict[tuple[str, str], str] = {}
        self.begin: int | None = None

    def __call__(self, request: Request, response: Response | None) -> None:
        """Note what a request did.

        Args:
            request: the request.
            response: the response; None if there was none.
        """
        operation: Operation | None = request.operation
        if is_unobserved.get() or request.web or operation is None:
            return
        is_done = response is not None and response.status < 300
        if response is not None and self.begin is None:
            self.begin = _sent_at(response)
        if not request.is_write:
            if is_done:
                with self._lock:
                    self._use(_steps(request.path))
            return
        body = _decoded(request.body)
        with self._lock:
            self._use(_steps(request.path))
            self._use(_texts(body))
            names = [*self._names(operation, body)]
            self._use(names)
            if operation.body_kind == "text" and not isinstance(body, (dict, list)):
                self._use_below(_steps(request.path))  # a CSV: its rows are below the entity
            is_rows = _has_rows(operation, body)
            if operation.entity_type is not None and (
                is_rows or response is None or response.may_be_done
            ):
                kind = operation.entity_type.name
                self.unidentified.update(dict.fromkeys((kind, name) for name in names))
            if is_done and response is not None:
                self._take(operation, request, response, names)
            elif not is_rows:  # which are sent again one by one
                self._note_failure(operation, request, response, names)

    # -- requests ----------------------------------------------------------------------------------

    def _names(self, operation: Operation, body: Any) -> Iterator[str]:
        """Yield the fully qualified names of the entities that a request creates or replaces."""
        entity, is_rows = operation.entity_type, _has_rows(operation, body)
        if entity is None or not (is_rows or operation.name in _CREATES):
            return
        for each in body if is_rows else [body]:
            if isinstance(each, dict):
                yield request_name(self._release, entity, each)

    def _use(self, texts: Iterable[str]) -> None:
        for text in texts:
            if text in self.known:
                self.used.add(text)
            else:
                self.used.update(self._ids.get(text, ()))

    def _use_below(self, steps: Iterable[str]) -> None:
        above = {*steps} & self._ids.keys()
        for each in self.known.values() if above else ():
            if any(each.fqn == name or each.fqn.startswith(f"{name}.") for name in above):
                self.used.add(each.id)

    def _note_failure(
        self, operation: Operation, request: Request, response: Response | None, names: list[str]
    ) -> None:
        if response is not None and _is_harmless(operation, response):
            return
        why = "no response" if response is None else f"status {response.status}"
        self.failed[_place(request, names)] = printable(f"{request.method} {request.path}: {why}")

    # -- responses ---------------------------------------------------------------------------------

    def _take(
        self, operation: Operation, request: Request, response: Response, names: list[str]
    ) -> None:
        self.failed.pop(_place(request, names), None)
        found = _decoded(response.body)
        entity = operation.entity_type
        if not isinstance(found, dict) or entity is None or entity.kind != "entity":
            return
        id, name = found.get("id"), found.get("fullyQualifiedName") or found.get("name")
        if operation.name in _DELETES:
            id = id if isinstance(id, str) else _steps(request.path)[-1]
            self.deleted.add(id)
            self.made.pop(id, None)
            return
        if operation.result_kind != "entity" or not (isinstance(id, str) and isinstance(name, str)):
            return
        tracked = Tracked(entity.name, name, id)
        is_new = response.status == _CREATED or response.headers.get(_CHANGE) == "entityCreated"
        self.deleted.discard(id)
        if id in self.known:
            self.used.add(id)
        if id in self.made or (is_new and operation.name in _CREATES and id not in self.known):
            self.made[id] = tracked
        else:
            self.seen[id] = tracked


def _has_rows(operation: Operation, body: Any) -> bool:
    """Return whether the body of a request is a list of create requests."""
    return isinstance(body, list) and operation.body_kind != "json-patch"


def _is_harmless(operation: Operation, response: Response) -> bool:
    """Return whether an error says that nothing had to be done, or that there is no such route."""
    if response.status in _HARMLESS:
        return True
    found = _decoded(response.body)
    message = found.get("message") if isinstance(found, dict) else None
    is_missing = operation.name in _DELETES or is_route(str(message))
    return response.status == _NOT_FOUND and is_missing


def _sent_at(response: Response) -> int | None:
    """Return when a server sent a response, in milliseconds; None if it does not say."""
    try:
        sent = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return int(sent.timestamp() * 1000)


def _place(request: Request, names: list[str]) -> tuple[str, str]:
    """Return what a request and its repetition have in common."""
    return request.path, names[0] if len(names) == 1 else ""


def _steps(path: str) -> list[str]:
    return [*map(unquote, path.split("/"))]


def _decoded(body: bytes | None) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in JSON."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
