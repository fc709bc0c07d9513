"""Saving an entity: a patch of what changed, guarded against changes that others made meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.drift.translate import is_accepted, translate
from dynclient.errors import (
    LostUpdate,
    PreconditionFailed,
    RequestInvalid,
    ServerError,
    UsageError,
)
from dynclient.validation import validator

if TYPE_CHECKING:
    from dynclient.dispatch.dispatcher import Dispatcher
    from dynclient.session.contract import Contract

_GUARDS = ("/updatedAt", "/version")
"""Places that every change by anybody alters. Some servers fold several changes by one user into
one version, so the version alone would not do."""


def save(dispatcher: Dispatcher, contract: Contract, entity: Any) -> Any:
    """Send the changes of an entity and return it as the server has it now.

    Raises:
        UsageError: it is no entity that a server gave, or of a kind that cannot be changed so.
        RequestInvalid: the changes break the schema; what was wrong before does not count.
        LostUpdate: somebody else changed it since it was read.
    """
    node = model.schema_of(entity)
    if node.entity is None:
        raise UsageError(
            f"om.save sends changes of entities, and {node.type_name} is none;"
            " requests are sent by om.create_or_update(…)"
        )
    spec = contract.find(node.entity)
    if "patch" not in spec.operations:
        raise UsageError(f"{spec.attribute} of release {contract.release.name} take no patches")
    changes = model.changes(entity)
    if not changes:
        return entity
    before = model.original(entity)
    after = _validated(node, before, model.raw(entity))
    if after is not model.raw(entity):
        changes = model.difference(before, after)
    guards = [
        {"op": "test", "path": path, "value": before[path[1:]]}
        for path in _GUARDS
        if path[1:] in before
    ]
    arguments = {"id": before.get("id")}
    try:
        return dispatcher.call(spec.operations["patch"], arguments, [*guards, *changes])
    except ServerError as error:
        if not _lost(error):
            raise
        parts = {**error.parts, "code": 409}
    name = before.get("fullyQualifiedName") or before.get("name") or before.get("id")
    parts["message"] = f"{node.type_name} {name} was changed since it was read; nothing was written"
    parts["hint"] = (
        "Read it again, change that and save it; after saving, go on with what om.save returned."
    )
    raise LostUpdate(**parts)


def _validated(node: Any, before: Any, after: Any) -> Any:
    """Return what an entity shall be, as the release has it.

    What a newer server gave may break its schema already; that must not keep anybody from saving.

    Raises:
        RequestInvalid: the changes break the schema.
    """
    if is_accepted(node, after):
        return after
    what = f"the changed {node.type_name}"
    try:
        return translate(node, after, what)
    except RequestInvalid as error:
        checker = validator(node.release)
        known = {*map(str, checker.problems(node, before))}
        problems = [each for each in error.problems if str(each) not in known]
    if problems:
        raise RequestInvalid(what=what, problems=problems)
    return after


def _lost(error: ServerError) -> bool:
    """Tell whether an error says that a guard failed: as 412, or in the words of a 500 or 400."""
    if isinstance(error, PreconditionFailed):
        return True
    words = error.message.lower()
    return "test" in words and ("fail" in words or "not equal" in words)
