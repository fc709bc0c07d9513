"""What is sent for the actions of a plan, by the engine for many entities."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.as_code.applied_state import stamp_of
from dynclient.as_code.entity_documents import EntityDocuments
from dynclient.as_code.entity_values import EntityValues
from dynclient.as_code.key_index import KeyIndex
from dynclient.as_code.merged_fields import merge_fields
from dynclient.as_code.plan_actions import CREATE, DELETE, RESTORE, Action
from dynclient.as_code.references import with_ids
from dynclient.as_code.secret_places import is_place, resolve_secrets
from dynclient.as_code.sections import PATCHED
from dynclient.as_code.unordered_lists import UnorderedLists
from dynclient.bulk.order import parents_of
from dynclient.bulk.result import DELETED, UNCHANGED, UPDATED, Outcome
from dynclient.bulk.writes import Creates, Deletes, Prepared, Saves
from dynclient.data import data_file
from dynclient.errors import BadRequest, NotFound, PlanOutdated, UsageError
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.bulk.concurrency import Concurrency
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

IdOf = Callable[[tuple[str, ...], str], tuple[str, str]]


class Identities:
    """The ids of entities by type and fully qualified name, from one apply or the server.

    Args:
        session: the session of the server.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known = KeyIndex()

    def add(self, entity_type: str, fqn: str, id: str) -> None:
        """Note the id of an entity that was created."""
        self._known[entity_type, fqn] = id

    def find(self, types: tuple[str, ...], fqn: str) -> tuple[str, str]:
        """Return type and id of the first entity of a name that exists.

        Raises:
            UsageError: it does not exist.
        """
        for entity_type in types:
            id = self._known.get((entity_type, fqn))
            if id is not None:
                return entity_type, id
        for entity_type in types:
            spec = self._session.find(entity_type)
            operation = spec.operations.get("get_by_name")
            found = operation and self._session.find_one(Plan(operation, {"fqn": fqn}))
            if found is not None:
                id = self._known[entity_type, fqn] = str(model.raw(found)["id"])
                return entity_type, id
        raise UsageError(f"{' or '.join(types)} {fqn} does not exist on {self._session.host}")


def _row(number: int, action: Action, operation: Any) -> Prepared:
    """Return an action as a row; its request depends on what is sent before it."""
    return Prepared(number, action, action.fqn, 0, Plan(operation, {}))


def without_places(value: Any) -> Any:
    """Return JSON without the places of secrets that could not be resolved."""
    if isinstance(value, dict):
        return {name: without_places(inner) for name, inner in value.items() if not is_place(inner)}
    return [*map(without_places, value)] if isinstance(value, list) else value


class ActionCreates(Creates):
    """Creations, by POST."""

    identities: Identities

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return an action as a row; see the base class."""
        return _row(number, row, self.operation)

    def _sent(self, prepared: Prepared) -> Outcome:
        action: Action = prepared.row
        create = self.session.release.node(self.spec.entity.create or "")
        request, missing = resolve_secrets(create, action.content["request"])
        if missing:
            request = without_places(request)
        for row in data_file("create_requests.json")["needed"]:
            is_meant = row["entity"] == action.type and row["where"].items() <= request.items()
            if is_meant and row["field"] in create.properties:
                request.setdefault(row["field"], row["value"])
        request = with_ids(create, request, lambda kind, fqn: self.identities.find((kind,), fqn)[1])
        outcome = super()._sent(super().prepare(prepared.number, request))
        return outcome._replace(row=action, name=action.fqn)


class ActionChanges(Saves):
    """Changes, by guarded PATCH; what was deleted is restored first."""

    identities: Identities

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return an action as a row; see the base class."""
        return _row(number, row, self.operation)

    def _sent(self, prepared: Prepared) -> Outcome:
        action: Action = prepared.row
        if action.kind == RESTORE and model.raw(self._read(action)).get("deleted"):
            restore = self.spec.operations["restore"]  # unless that of its parent did it
            self.patiently(lambda: self.session.call(Plan(restore, {}, {"id": action.id})))
        content = action.content
        values = {**content.get("values", {})}
        if not values:
            entity = self._read(action)
            return Outcome(UPDATED, action.fqn, prepared.number, action, entity)
        entity = self._read(action)
        saved = self._save(action, entity, values, content.get("old", {}))
        kind = UNCHANGED if saved is entity else UPDATED
        return Outcome(kind, action.fqn, prepared.number, action, saved)

    def _read(self, action: Action) -> Any:
        reader = EntityDocuments(self.session)
        get = self.spec.operations["get"]
        given = get.accepted({"fields": reader.fields(self.spec) or None, "include": "all"})
        return self.session.call(Plan(get, {"id": action.id, **given}))

    def _save(
        self, action: Action, entity: Any, values: dict[str, Any], planned: dict[str, Any]
    ) -> Any:
        """Set fields of an entity and save it.

        Raises:
            LostUpdate: one of them is neither as it was when the plan was made, nor as planned.
        """
        raw = model.original(entity)
        found = EntityDocuments(self.session).document(self.spec, raw).document
        current = {**found.request, **(found.sections.get(PATCHED) or {})}
        release, kind = self.session.release, self.spec.entity
        node, create = release.node(kind.path), release.node(kind.create or "")
        setter = EntityValues(release, kind, self.identities.find)
        unordered = UnorderedLists.of(release, kind)
        for name, value in values.items():
            there = current.get(name)
            merged = merge_fields({name: value}, {name: there}, None, unordered=unordered)
            if not merged.values and value is not None:
                continue
            if action.stamp and stamp_of(raw) != action.stamp and there != planned.get(name):
                raise _differs(action, name)
            resolved, missing = resolve_secrets(create, {name: value})
            if name not in create.properties:
                resolved, missing = resolve_secrets(node, {name: value})
            # A place that is unchanged is a mask in the entity, which the server keeps.
            new = setter.value(name, value, there, raw.get(name))
            new = _with_secrets(new, value, resolved[name], there)
            if missing:
                new = without_places(new)
            setattr(entity, name, new)
        return self.patiently(lambda: self.session.save(entity))


class ActionDeletes(Deletes):
    """Soft deletions."""

    identities: Identities

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return an action as a row; see the base class."""
        return _row(number, row, self.operation)

    def _sent(self, prepared: Prepared) -> Outcome:
        action: Action = prepared.row
        get = self.spec.operations["get"]
        entity = self.session.find_one(Plan(get, {"id": action.id}))
        if entity is not None:
            if stamp_of(model.raw(entity)) != action.stamp:
                raise _differs(action, "the entity")
            self._delete_action(action)
        return Outcome(DELETED, action.fqn, prepared.number, action, entity)

    def _delete_action(self, action: Action) -> None:
        """Delete an entity. Below it may be entities that were deleted before, and no others."""
        plan = Plan(self.operation, {"id": action.id})
        try:
            self.patiently(lambda: self.session.call(plan))
        except NotFound:
            return  # somebody else deleted it meanwhile
        except BadRequest:
            known = {each.name for each in self.operation.parameters}
            if "recursive" not in known or self._has_children(action):
                raise
            plan = plan._replace(arguments={"id": action.id, "recursive": True})
            self.patiently(lambda: self.session.call(plan))

    def _has_children(self, action: Action) -> bool:
        """Return whether anything below an entity is not deleted, as far as lists say."""
        release = self.session.release
        for entity in release.entities.values():
            parents = parents_of(release, entity)
            fields = [field for field, kind in parents.types[-1:] if kind == action.type]
            if parents.nested and entity.name == action.type:
                fields.append("parent")
            for field in fields:
                listing = self.session.find(entity).operations.get("list")
                known = () if listing is None else {each.name for each in listing.parameters}
                if listing is None or field not in known:
                    return True
                arguments = {field: action.fqn, "page_size": 1}
                if len(self.session.listing(Plan(listing, arguments)).page()):
                    return True
        return False


def _differs(action: Action, what: str) -> PlanOutdated:
    message = f"{what} was changed since the plan was made; nothing was written. Plan again"
    return PlanOutdated(f"{action.type} {action.fqn}: {message}")


def _with_secrets(new: Any, value: Any, resolved: Any, there: Any) -> Any:
    """Return a value with the secrets in place of their places, where they are new."""
    if isinstance(new, dict) and isinstance(value, dict):
        known = there if isinstance(there, dict) else {}
        return {
            name: _with_secrets(inner, value[name], resolved[name], known.get(name))
            if name in value
            else inner
            for name, inner in new.items()
        }
    if is_place(value) and value != there:
        return resolved
    return new


def writes_of(
    session: Session, spec: CollectionSpec, kind: str, concurrency: Concurrency
) -> ActionCreates | ActionChanges | ActionDeletes:
    """Return what sends the actions of one kind.

    Args:
        session: the session of the server.
        spec: the collection.
        kind: the kind of actions.
        concurrency: is updated by how the server responds.
    """
    if kind == CREATE:
        return ActionCreates(session, spec, "apply", concurrency)
    if kind == DELETE:
        return ActionDeletes(session, spec, "apply", concurrency)
    return ActionChanges(session, spec, "apply", concurrency)
