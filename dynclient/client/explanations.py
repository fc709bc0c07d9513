"""Errors of servers with what a user needs next: which part of a name is missing, what exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient import fqn as names
from dynclient import model
from dynclient.errors import BadName, Conflict, DynclientError, NotFound
from dynclient.operations.name_parents import name_parents
from dynclient.operations.operation import Plan
from dynclient.operations.standard import entity_label
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release
    from dynclient.session.session import Session

_FQN = "fullyQualifiedName"
_SIBLINGS = 100
"""Entities beside the missing one whose names are compared with its name."""
_EFFECTS = (
    ("upsert", "creates it or updates it"),
    ("restore", "restores it if it is soft-deleted"),
)
"""What methods do with an entity that exists."""


def conflict(error: Conflict, release: Release, spec: CollectionSpec, body: Any) -> Conflict:
    """Return the error for a create request with the name of the entity that exists.

    Args:
        error: the error of the server.
        release: the release.
        spec: the collection.
        body: the create request.
    """
    attribute, entity = spec.attribute, spec.entity
    effects = _EFFECTS if entity.deleted else _EFFECTS[:1]
    hint = "; ".join(
        f"om.{attribute}.{method}(…) {effect}"
        for method, effect in effects
        if method in spec.operations
    )
    request = model.json_of(body)
    what = entity_label(entity)
    name = request.get("name") if isinstance(request, Mapping) else None
    if isinstance(name, str):
        try:
            fields = [field for field, _ in name_parents(release, entity).types[-1:]]
        except DynclientError:  # the release lacks the schema of the request
            fields = []
        values = [request.get(field) for field in ("parent", *fields)]
        above = [model.raw(v).get(_FQN) if isinstance(v, model.Entity) else v for v in values]
        what += f" {name!r}" + next((f" of {v!r}" for v in above if isinstance(v, str)), "")
    message = f"{error.parts['message']}: {what}"
    parts = {"hint": f"{hint}."} if hint else {}
    return type(error)(**{**parts, **error.parts, "message": message})


def not_found(error: NotFound, session: Session, spec: CollectionSpec, fqn: str) -> NotFound:
    """Return the error for a fully qualified name with the part of it that is missing.

    Looks for the parents that the name names, in at most two requests for a name of four parts, and
    for close names beside the missing one in another. Where a request fails, the error stays as it
    is.

    Args:
        error: the error of the server.
        session: the session of the server.
        spec: the collection.
        fqn: the name.
    """
    try:
        hint = _missing_part(session, spec, fqn)
    except DynclientError:
        hint = None
    return error if hint is None else NotFound(**{**error.parts, "hint": hint})


def _missing_part(session: Session, spec: CollectionSpec, fqn: str) -> str | None:
    try:
        parts = names.split(fqn)
    except BadName as error:
        return f"{error}."
    release, entity = session.release, spec.entity
    parents = name_parents(release, entity)
    label = entity_label(entity)
    if len(parts) <= len(parents.types):
        form = ".".join([*(field for field, _ in parents.types), entity.name])
        return f"The name of a {label} has {len(parents.types) + 1} parts at least: {form}."
    # The type of each beginning of the name; None for one that no entity has.
    types = [kind for _, kind in parents.types]
    types += [entity.name if parents.nested else ""] * (len(parts) - 1 - len(types))
    above = [(n + 1, kind) for n, kind in enumerate(types) if _has(session, kind, "get_by_name")]
    low, high, found = 0, len(above), None
    while low < high:
        middle = (low + high) // 2
        count, kind = above[middle]
        existing = _find(session, kind, names.build(*parts[:count]))
        if existing is None:
            high = middle
        else:
            low, found = middle + 1, existing
    if high < len(above):
        count, kind = above[high]
        missing = names.build(*parts[:count])
        text = f"There is no {entity_label(release.entities[kind])} {missing!r}"
        return text + (_suggestion(session, kind, found, missing) or ".")
    text = f"There is no {label} {fqn!r}"
    if above:
        text = f"{names.build(*parts[: above[-1][0]])!r} exists, and has no {label} {parts[-1]!r}"
    near = _suggestion(session, entity.name, found, fqn)
    if not near and entity.deleted:
        near = "; get(…, include='all') finds it if it is soft-deleted."
    return text + (near or ".")


def _has(session: Session, kind: str, operation: str) -> bool:
    """Return whether entities of a type have an operation; no type has none."""
    return bool(kind) and operation in session.find(kind).operations


def _find(session: Session, kind: str, fqn: str) -> Any:
    """Return an entity by its name, or None."""
    return session.find_one(Plan(session.find(kind).operations["get_by_name"], {"fqn": fqn}))


def _suggestion(session: Session, kind: str, parent: Any, fqn: str) -> str:
    """Return the end of a sentence that suggests names beside a missing one."""
    if not _has(session, kind, "list"):
        return ""
    operation = session.find(kind).operations["list"]
    filters: dict[str, Any] = {}
    above = ""
    if parent is not None:
        own = model.schema_of(parent).entity
        known = {each.name for each in operation.parameters}
        fields = [own.name, "service", "parent"] if own is not None else []
        field = next((each for each in fields if each in known), None)
        if field is None:
            return ""
        filters = {field: parent}
        above = f"{model.raw(parent).get(_FQN)}."
    page = session.call(Plan(operation, {"page_size": _SIBLINGS, **filters}))
    listed = [str(model.raw(each).get(_FQN, "")) for each in page]
    # A server may ignore the filter.
    beside = {each.removeprefix(above): each for each in listed if each.startswith(above)}
    return did_you_mean([beside[near] for near in nearest(fqn.removeprefix(above), beside)])
