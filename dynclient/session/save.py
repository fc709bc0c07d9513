"""Saving an entity: its changes as a patch, guarded against concurrent changes by other users."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.drift.translate import is_accepted, translate
from dynclient.errors import (
    LostUpdate,
    PreconditionFailed,
    RequestInvalid,
    ServerError,
    UsageError,
)
from dynclient.operations.operation import Plan
from dynclient.session.reference_names import add_names
from dynclient.validation import validator

if TYPE_CHECKING:
    from dynclient.errors import Problem
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Node
    from dynclient.session.session import Session

_GUARDS = ("/updatedAt", "/version")
"""Places that every change of an entity alters. The version alone is not enough: some servers
combine several changes by one user into one version."""

_TEST_FAILED = re.compile(r"json ?patch\b.{0,20}\btest\b\W{0,2}fail", re.IGNORECASE)
"""How servers say, with 500 or 400, that a ``test`` operation of a JSON Patch failed."""
_CUSTOM = "extension"
"""The field of custom properties, which only the definitions on the server can validate."""
_INDEX = re.compile(r"\[\d+\]")


class Change(NamedTuple):
    """What a user changed of an entity."""

    spec: CollectionSpec
    node: Node
    before: dict[str, Any]
    """The JSON of the entity as the server returned it."""
    after: dict[str, Any]
    """The JSON that is intended: valid, and without masks."""

    @property
    def label(self) -> str:
        """The type and the name of the entity."""
        return f"{self.node.type_name} {model.name_of(self.before)}"


def save(session: Session, entity: Any) -> Any:
    """Send the changes of an entity and return it as the server has it now.

    Args:
        session: the session of the server that returned the entity.
        entity: an entity that a server returned; it is not changed.

    Returns:
        The saved entity; the same object if nothing was changed.

    Raises:
        LostUpdate: another user or process changed it since it was read; nothing was written.
        UsageError, RequestInvalid: as for :func:`change_of`.
    """
    change = change_of(session, entity)
    return entity if change is None else send(session, change)


def change_of(session: Session, entity: Any) -> Change | None:
    """Return what was changed of an entity; None if nothing was.

    Raises:
        UsageError: it is not an entity that this server returned, or its type has no PATCH.
        RequestInvalid: the changes break the schema; what was invalid before does not count. Or a
            mask was set where there was no secret before; elsewhere it keeps that secret. Or
            a changed custom property is not valid by its definition on the server.
    """
    if not isinstance(entity, model.Entity):
        raise UsageError(
            f"om.save must be called with an entity that a server returned, not"
            f" {type(entity).__name__}"
        )
    node = model.schema_of(entity)
    if node.entity is None:
        raise UsageError(
            f"om.save sends changes of entities, and {node.type_name} is not an entity type;"
            " send create requests with om.create_or_update(…)"
        )
    from dynclient.session.same_server import check_same_server

    check_same_server(session, entity)
    spec = session.find(node.entity)
    if "patch" not in spec.operations:
        raise UsageError(f"{spec.attribute} of release {session.release.name} cannot be patched")
    from dynclient.model.masking import patch_mask_paths, without_masks

    before, after = model.original(entity), model.raw(entity)
    changes = model.difference(before, after)
    if not changes:
        return None
    valid = validated(node, before, after)
    if valid is not after:
        after, changes = valid, model.difference(before, valid)
    if patch_mask_paths(node, changes):
        # What is masked stands for the secret that is stored, so it is not part of the changes.
        after = without_masks(node, before, after)
        changes = model.difference(before, after)
    if before.get(_CUSTOM) != after.get(_CUSTOM):
        from dynclient.session.property_values import check_changes

        check_changes(session, node, before, after)
    return Change(spec, node, before, after) if changes else None


def send(session: Session, change: Change) -> Any:
    """Send a change as a patch that the server refuses if it has another state by now.

    Raises:
        LostUpdate: it has; nothing was written.
    """
    before = change.before
    guards = [
        {"op": "test", "path": path, "value": before[path[1:]]}
        for path in _GUARDS
        if path[1:] in before
    ]
    patch = change.spec.operations["patch"]
    names = {each.name: each.field or each.name for each in patch.parameters}
    arguments = {name: before.get(field) for name, field in names.items()}
    plan = Plan(patch, arguments, [*guards, *model.difference(before, change.after)])
    try:
        saved = session.call(plan)
        if isinstance(saved, model.Entity):
            _name_references(saved, change)
        return saved
    except ServerError as error:
        if not _is_lost_update(error):
            raise
        parts = {**error.parts, "code": 409}
    parts["message"] = f"{change.label} was changed since it was read; nothing was written"
    parts["hint"] = (
        "Read it again, change and save that; or save with on_conflict='rebase'. After a save,"
        " continue with the entity that om.save returns."
    )
    raise LostUpdate(**parts)


def _name_references(saved: Any, change: Change) -> None:
    """Put the names of references that were sent into those of the response."""
    before, after = change.before, change.after
    fields = [name for name in after if after[name] != before.get(name)]
    add_names(model.raw(saved), fields, [state.get(f) for f in fields for state in (before, after)])


def validated(node: Node, before: Any, after: Any) -> Any:
    """Return the changed entity, with fields of other releases translated.

    An entity of a newer server may break the schema already; it can be saved all the same.

    Raises:
        RequestInvalid: the changes break the schema.
    """
    if is_accepted(node, after):
        return after
    what = f"the changed {node.type_name}"
    try:
        return translate(node, after, what)
    except RequestInvalid as error:
        known = validator(node.release).problems(node, before)
        problems = _new_problems(known, error.problems)
    if problems:
        raise RequestInvalid(what=what, problems=problems)
    return after


def _is_lost_update(error: ServerError) -> bool:
    """Return whether an error says that a guard failed: as 412, or in the words of a 500 or 400."""
    if isinstance(error, PreconditionFailed):
        return True
    return _TEST_FAILED.search(error.message) is not None


def _new_problems(before: Iterable[Problem], after: Iterable[Problem]) -> list[Problem]:
    """Return the problems of a changed entity that it did not have before.

    A problem whose item merely has another index now, because others were added to or removed from
    the list, is not new.
    """
    known = {str(problem) for problem in before}
    left = Counter(_INDEX.sub("[]", text) for text in known)
    others = []
    for problem in after:
        if str(problem) in known:
            left[_INDEX.sub("[]", str(problem))] -= 1
        else:
            others.append(problem)
    found = []
    for problem in others:
        place = _INDEX.sub("[]", str(problem))
        if left[place] > 0:
            left[place] -= 1
        else:
            found.append(problem)
    return found
