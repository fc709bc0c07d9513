"""Saving onto a state that another user changed, and reading back what was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import LostUpdate, OutcomeUnknown, Problem, UsageError
from dynclient.operations.operation import Plan
from dynclient.session.rebase import missing_places, rebase
from dynclient.session.requested_fields import requested_fields
from dynclient.session.save import Change, change_of, send, validated

if TYPE_CHECKING:
    from dynclient.session.session import Session

_ATTEMPTS = 10
"""How often a save is tried while other users change the entity, too."""


def conflict_problems(on_conflict: Any) -> list[Problem]:
    """Return what is wrong with the argument ``on_conflict=`` of a save."""
    if on_conflict in ("error", "rebase"):
        return []
    message = f"must be 'error' or 'rebase', not {on_conflict!r}"
    return [Problem("on_conflict", on_conflict, "argument", message)]


def save_and_check(session: Session, entity: Any, *, read_back: bool, on_conflict: str) -> Any:
    """Send the changes of an entity and return it as the server has it now.

    Args:
        session: the session of the server that returned the entity.
        entity: an entity that a server returned; it is not changed.
        read_back: read the entity again after the save, and compare it with the changes.
        on_conflict: what happens if another user or process changed the entity since it was read:
            ``error`` raises LostUpdate, ``rebase`` applies the changes to the new state.

    Raises:
        BadArguments: ``on_conflict`` is neither ``error`` nor ``rebase``.
        LostUpdate: both users changed the same places; or the changes are not there.
        UsageError, RequestInvalid: see :func:`dynclient.session.save.change_of`.
    """
    problems = conflict_problems(on_conflict)
    if problems:
        raise bad_arguments("save", problems)
    change = change_of(session, entity)
    if change is None:
        return entity
    if "get" not in change.spec.operations:
        raise UsageError(
            f"{change.spec.attribute} of release {session.release.name} cannot be read by id, so"
            " read_back= and on_conflict='rebase' are not possible"
        )
    return _CheckedSave(session, change, read_back, on_conflict == "rebase").save()


class _CheckedSave:
    """One save that reads the entity again, before it is repeated or afterwards."""

    def __init__(
        self, session: Session, change: Change, read_back: bool, is_rebasing: bool
    ) -> None:
        self._session = session
        self._change = change
        self._read_back = read_back
        self._is_rebasing = is_rebasing
        self._fields = _fields(change)

    def save(self) -> Any:
        """Send the change and return the entity; raise LostUpdate if that is not possible."""
        next_change, error, places = self._change, None, []
        for number in range(1, _ATTEMPTS + 1):
            is_accepted = True
            try:
                saved = self._sent(next_change)
            except LostUpdate as lost:
                if not self._is_rebasing:
                    raise
                is_accepted, error = False, lost
            else:
                if not self._read_back:
                    return saved
            if number > 1:  # several clients that save at once would keep refusing each other
                self._pause()
            fresh = self._current()
            current = model.original(fresh)
            merged = rebase(self._change.before, self._change.after, current)
            places = merged.conflicts or missing_places(current, merged.value)
            if not places:
                return fresh
            if merged.conflicts or not self._is_rebasing:
                raise self._lost(places, error, is_accepted=is_accepted)
            after = validated(self._change.node, current, merged.value)
            next_change = self._change._replace(before=current, after=after)
        what = self._change.label
        message = f"{what} was changed by others during each of {_ATTEMPTS} attempts to save it"
        raise self._lost_update(message, places, error, "Save it again later.")

    def _pause(self) -> None:
        pause = getattr(self._session.transport, "pause", None)
        if pause is not None:
            pause()

    def _sent(self, change: Change) -> Any:
        """Send a change and return the entity; a lost response is decided by reading it."""
        try:
            return send(self._session, change)
        except OutcomeUnknown:
            if not self._read_back:
                raise
            fresh = self._current()
            current = model.original(fresh)
            if missing_places(current, rebase(change.before, change.after, current).value):
                raise
            return fresh

    def _current(self) -> Any:
        """Return the entity as the server has it now, with all that was changed."""
        before = self._change.before
        operation = self._change.spec.operations["get"]
        options = {
            "fields": self._fields or None,
            "include": "all" if before.get("deleted") else None,
        }
        arguments = {
            each.name: before.get(each.field or each.name)
            if each.place == "path"
            else options.get(each.name)
            for each in operation.parameters
        }
        return self._session.call(Plan(operation, arguments))

    def _lost(
        self, places: list[str], error: LostUpdate | None, *, is_accepted: bool
    ) -> LostUpdate:
        """Return the error for changes that cannot be made, or that were made and lost."""
        what, listed = self._change.label, ", ".join(places)
        if is_accepted:
            message = (
                f"the server accepted the changes of {what}, but they are not there when it is read"
                f" back: {listed}; another change overwrote them, or the server ignores them"
            )
        else:
            message = (
                f"{what} was changed since it was read, at the same places: {listed}; nothing was"
                " written"
            )
        hint = "Read it again, decide what these places are to contain, and save that."
        return self._lost_update(message, places, error, hint)

    def _lost_update(
        self, message: str, places: list[str], error: LostUpdate | None, hint: str
    ) -> LostUpdate:
        route = f"{self._change.spec.route}/{self._change.before.get('id')}"
        parts: dict[str, Any] = {
            "status": 200, "method": "PATCH", "url": f"{self._session.host}/api{route}",
            "request_id": None,
        }  # fmt: skip
        parts |= {} if error is None else error.parts
        parts |= {"message": message, "code": 409, "places": tuple(places), "hint": hint}
        return LostUpdate(**parts)


def _fields(change: Change) -> list[str]:
    """Return the names for ``fields=`` that return all that was changed."""
    entity = change.node.entity
    if entity is None:
        return []
    facts = requested_fields(change.node.release)
    before, after = change.before, change.after
    changed = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    paths = [
        path
        for path in sorted(facts.absent(entity.name, "get"))
        if path.partition(".")[0].removesuffix("[]") in changed
    ]
    return list(dict.fromkeys(name for path in paths for name in facts.needed(entity.name, path)))
