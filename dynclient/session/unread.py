"""Reading fields that a response left out, because servers return them on request only.

One request reads the field of a single entity. For an entity from a list, its page is requested
again, so that a loop over the list sends one more request for each page at most; later pages ask
for the field from the start.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.errors import (
    BadRequest,
    FieldNotRead,
    NotFound,
    StaleWarning,
    UnknownCollection,
)
from dynclient.model import merge
from dynclient.operations.operation import Plan
from dynclient.session.reference_names import REFERENCE, REFERENCE_NAMES
from dynclient.session.requested_fields import requested_fields
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dynclient.model import Entity
    from dynclient.operations import Operation
    from dynclient.schema import EntityType, Node, Release
    from dynclient.session.session import ResponseOrigin, Session

    Paths = dict[str, dict[str, tuple[str, ...]]]
    """The paths of the fields that a response left out, by the reference of the type that has the
    field, and its name."""

ALL = ""
"""Stands for all fields of a type and of the types in it, beside their names."""
_STATE = ("version", "updatedAt")
"""Fields that every change of an entity alters."""


class LateResponse(NamedTuple):
    """The response to one request for fields that were left out."""

    names: frozenset[str]
    """What it was asked for."""
    rows: dict[str, dict[str, Any]]
    """The JSON of the entities in it, by id."""


@public_call
def read(origin: ResponseOrigin, root: Entity, node: Node, name: str | None) -> list[str]:
    """Read a field that a response left out into the JSON of an entity; else do nothing.

    Args:
        origin: the response.
        root: the entity.
        node: the type that has the field: that of the entity, or of a part of it.
        name: the field; None for all fields of the type and of the types in it.

    Returns:
        The paths of the fields that were read now.

    Raises:
        FieldNotRead: ``unread`` is ``error``, there is no session, the server does not have the
            entity any more, or it does not accept the name in ``fields=``.
        ServerError, TransportError: the request for it failed.

    Warns:
        StaleWarning: the entity was changed since it was read.
    """
    entity = type(root)._node.entity
    names = _paths_of(origin, root).get(node.ref, {})
    missing = _unread_paths(root, names.get(ALL if name is None else name, ()))
    if not missing or entity is None:
        return []
    reading = _Reading(origin, root, entity, missing)
    # In a forked child, the lock of the parent may stay locked for ever.
    with origin.locks.setdefault(os.getpid(), threading.RLock()):
        row = reading.row()
        if row is None:
            return []
        for path in missing:
            if not merge.is_read(root, path):  # by another thread; it may be changed by now
                merge.merge(root, path, row)
    _warn_stale(root, row, reading.label)
    return missing


def unread_names(origin: ResponseOrigin, root: Entity, node: Node) -> list[str]:
    """Return the names of the fields of a type that a response left out; sends nothing.

    Args:
        origin: the response.
        root: the entity.
        node: the type that has the fields: that of the entity, or of a part of it.
    """
    names = _paths_of(origin, root).get(node.target.ref, {})
    return [name for name, paths in names.items() if name and _unread_paths(root, paths)]


def _paths_of(origin: ResponseOrigin, root: Entity) -> Paths:
    """Return the paths of what a response left out, which are found when they are first needed."""
    entity = type(root)._node.entity
    if entity is None:
        return {}
    if origin.paths is None:
        origin.paths = _paths(type(root)._node, entity, origin)
    return origin.paths


def _unread_paths(root: Entity, paths: Iterable[str]) -> list[str]:
    """Return those of some paths that were not read yet."""
    raw = model.raw(root)
    # A path below a field that the entity does not have is not that of any of its parts.
    return [p for p in paths if _first(p) in {p, *raw} and not merge.is_read(root, p)]


class _Reading:
    """Fields of one entity that are missing."""

    def __init__(
        self, origin: ResponseOrigin, root: Entity, entity: EntityType, missing: list[str]
    ) -> None:
        self.origin = origin
        self.root = root
        self.entity = entity
        self.path = min(missing, key=len)
        release = type(root)._node.release
        facts = requested_fields(release)
        self.names = tuple(
            dict.fromkeys(n for path in missing for n in facts.needed(entity.name, path))
        )
        given = facts.given(entity.name, self.names)
        self.kept_names = {*_STATE, *self.names, *map(_first, [*given, *missing])}
        self.label = f"{type(root).__name__} {model.name_of(model.raw(root))}".rstrip()

    def row(self) -> dict[str, Any] | None:
        """Return the JSON of the entity with the fields; None if it can never be requested."""
        identity = merge.returned_state(self.root).get("id")
        if not isinstance(identity, str):
            return None
        names = frozenset(self.names)
        origin = self.origin
        response = next((each for each in origin.late_responses if names <= each.names), None)
        if response is not None and identity in response.rows:
            return response.rows[identity]
        session = self._session()
        if response is None:
            response = LateResponse(names, self._page(session) if origin.kind == "list" else {})
            origin.late_responses.append(response)
        if identity not in response.rows:
            operation = self._get_operation(session)
            if operation is None:
                return None
            response.rows[identity] = self._single(session, Plan(operation, {"id": identity}))
        return response.rows[identity]

    def _get_operation(self, session: Session) -> Operation | None:
        """Return the operation that requests the entity by its id alone, or None."""
        try:
            operation = session.find(self.entity).operations.get("get")
        except UnknownCollection:
            return None
        parameters = () if operation is None else operation.parameters
        required = {each.name for each in parameters if each.required}
        has_fields = any(each.name == "fields" for each in parameters)
        return operation if has_fields and required == {"id"} else None

    def _session(self) -> Session:
        """Return the session, if it may be used."""
        session = self.origin.session
        if session is None:
            raise self._error("a copy from a pickle has no session to read it with")
        if session.settings.unread == "error":
            raise self._error("unread='error' does not read it later")
        if session.is_closed:
            raise self._error("its client is closed")
        return session

    def _page(self, session: Session) -> dict[str, dict[str, Any]]:
        """Request the page of the entity with the fields, and return its rows by id."""
        request = self.origin.request
        if request is None or all(each.name != "fields" for each in request.operation.parameters):
            return {}
        query = [pair for pair in request.query if pair[0] != "fields"]
        query.append(("fields", ",".join(self.names)))
        try:
            page = session.send(request._replace(query=tuple(query)))
        except BadRequest as error:
            raise self._refused(error) from error
        extra = self.origin.extra_fields
        if extra is not None:
            extra.extend(name for name in self.names if name not in extra)
        rows = map(model.raw, page)
        return {row["id"]: self._pruned(row) for row in rows if isinstance(row.get("id"), str)}

    def _single(self, session: Session, plan: Plan) -> dict[str, Any]:
        """Request the entity with the fields, and return its JSON."""
        plan.arguments["fields"] = list(self.names)
        include = self._include()
        if any(each.name == "include" for each in plan.operation.parameters):
            plan.arguments["include"] = include
        try:
            return self._pruned(model.raw(session.call(plan)))
        except NotFound as error:
            reason = "the server does not have the entity any more (404)"
            raise self._error(reason, has_remedy=False) from error
        except BadRequest as error:
            raise self._refused(error) from error

    def _pruned(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what must be kept of a row: all that it was asked for, and its state."""
        return {name: value for name, value in row.items() if name in self.kept_names}

    def _include(self) -> str | None:
        """Return which entities the request must find, so that it finds this one."""
        if model.raw(self.root).get("deleted") is True:
            return "all"
        request = self.origin.request
        return None if request is None else dict(request.query).get("include")

    def _refused(self, error: BadRequest) -> FieldNotRead:
        reason = f"the server refused the request for it: {error.message}"
        return self._error(reason, has_remedy=False)

    def _error(self, reason: str, *, has_remedy: bool = True) -> FieldNotRead:
        fields = list(dict.fromkeys([*asked_fields(self.origin), *self.names]))
        remedy = f"; read the entity with fields={fields!r}" if has_remedy else ""
        message = f"{self.path!r} of {self.label} was not read, and {reason}{remedy}"
        return FieldNotRead(
            message, name=self.path.rpartition(".")[2], fields=tuple(fields), path=self.path
        )


def asked_fields(origin: ResponseOrigin) -> tuple[str, ...]:
    """Return the names that the request of a response asked for with ``fields=``."""
    if origin.fields is None:
        query = () if origin.request is None else origin.request.query
        listed = ",".join(value for name, value in query if name == "fields")
        origin.fields = tuple(name for word in listed.split(",") if (name := word.strip()))
    return origin.fields


def _paths(node: Node, entity: EntityType, origin: ResponseOrigin) -> Paths:
    """Return the paths of the fields that a response left out; kept with the release."""
    key = (entity.name, origin.kind, asked_fields(origin))
    known: dict[Any, Paths] = node.release.memo("unread_paths", lambda _: {})
    found = known.get(key)
    if found is None:
        found = known[key] = _left_out(node.release, node, *key)
    return found


def _left_out(
    release: Release, node: Node, entity: str, kind: Any, fields: tuple[str, ...]
) -> Paths:
    found: Paths = {}
    if "*" in fields:
        return found
    facts = requested_fields(release)
    # Most servers return "tags" where it was asked for, even if an entity has none.
    given = {*fields, *facts.given(entity, fields)}
    for path in sorted(facts.absent(entity, kind) - given):
        *steps, name = path.split(".")
        owners = _owners(node, steps)
        if owners and name in owners[-1].properties:
            for owner in owners:
                _add(found, owner, ALL, path)
            _add(found, owners[-1], name, path)
    if kind == "write":
        for path, reference in _references(node):
            for name in REFERENCE_NAMES[:2]:
                _add(found, reference, name, f"{path}.{name}")
    return found


def _references(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the paths of the references in an entity, and their type.

    Servers return references that a patch changed as the patch had them: with an id and a type.
    """
    for name, below in node.target.properties.items():
        if below.target.type_name == REFERENCE:
            yield name, below.target
        elif below.items is not None and below.items.target.type_name == REFERENCE:
            yield f"{name}[]", below.items.target


def _first(path: str) -> str:
    """Return the field of the entity that a path begins with."""
    return path.partition(".")[0].removesuffix("[]")


def _add(paths: Paths, node: Node, name: str, path: str) -> None:
    names = paths.setdefault(node.ref, {})
    names[name] = (*names.get(name, ()), path)


def _owners(node: Node, steps: list[str]) -> list[Node]:
    """Return the types along a path, from that of the entity on; none if the path is unknown."""
    owners = [node.target]
    for step in steps:
        below = owners[-1].properties.get(step.removesuffix("[]"))
        if below is not None and step.endswith("[]"):
            below = below.items
        if below is None:
            return []
        owners.append(below.target)
    return owners


def _warn_stale(root: Entity, row: dict[str, Any], label: str) -> None:
    """Warn, once for an entity, where a row is of another state than was read first."""
    first = merge.returned_state(root)
    if all(first[key] == row[key] for key in _STATE if key in first and key in row):
        return
    if merge.note_stale(root):
        from dynclient.warn import warn_user

        message = (
            f"{label} was changed since it was read; fields that are read later are those of the"
            " new state, and om.save refuses to overwrite it. Read the entity again"
        )
        warn_user(message, StaleWarning)
