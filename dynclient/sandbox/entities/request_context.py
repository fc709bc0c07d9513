"""The context of one request: its transaction, its caller, and what every operation needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.entities.create_requests import Links
from dynclient.sandbox.entities.request_parsing import Reader, check, nameless, violations
from dynclient.sandbox.entities.serializer import LOADED, EntitySerializer
from dynclient.sandbox.entities.tag_labels import label_uses
from dynclient.sandbox.entities.version_changes import FIRST_VERSION
from dynclient.sandbox.http_errors import (
    ErrorResponse,
    UnhandledServerError,
    bad_request,
    not_found,
)
from dynclient.sandbox.runner import DEFAULT_RUNNER, Runner
from dynclient.sandbox.storage.store import Reference, Row

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.rules import Rules
    from dynclient.sandbox.storage.store import Head, Transaction
    from dynclient.schema.node import Node


class Clock:
    """The time in ms since the epoch, strictly increasing.

    Clients detect a lost update by ``updatedAt``, which must differ even between two changes
    within one millisecond.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """Return the time in ms; each call returns a later one."""
        with self._lock:
            self._last = max(self._last + 1, int(time.time() * 1000))
            return self._last


class Caller(NamedTuple):
    """The user who sends a request."""

    name: str
    id: str | None = None
    bot: bool = False
    """Bots see secrets, and do not overwrite descriptions that people wrote."""
    admin: bool = True

    @classmethod
    def of_user(cls, row: Row) -> Caller:
        """Return the caller that a stored user is."""
        bot, admin = bool(row.doc.get("isBot")), bool(row.doc.get("isAdmin"))
        return cls(row.name, row.id, bot=bot, admin=admin)


class RequestContext:
    """What the handlers of one request share.

    Args:
        tx: the transaction of the request.
        models: the entity models of the release.
        routes: the path of each entity type's collection.
        caller: the user who sends the request.
        base: the URL that links start with, ``http://host/api``.
        now: the time of the request, in ms since the epoch.
        runner: how apps and ingestion pipelines run.
    """

    def __init__(
        self,
        tx: Transaction,
        models: EntityModels,
        routes: dict[str, str],
        caller: Caller,
        base: str,
        now: int,
        runner: Runner = DEFAULT_RUNNER,
    ) -> None:
        self.tx = tx
        self.models = models
        self.routes = routes
        self.caller = caller
        self.base = base
        self.serializer = EntitySerializer(tx, models, routes, base)
        self.plain_serializer = EntitySerializer(tx, models, routes, None)
        self.now = now
        self.runner = runner

    def as_caller(self, name: str) -> RequestContext:
        """Return a context of the same transaction with another caller, who is an administrator."""
        return self._copy(Caller(name, self.caller.id, admin=True))

    def with_new_caches(self) -> RequestContext:
        """Return a context of the same request whose caches are empty."""
        return self._copy(self.caller)

    def _copy(self, caller: Caller) -> RequestContext:
        return RequestContext(
            self.tx, self.models, self.routes, caller, self.base, self.now, self.runner
        )

    @property
    def rules(self) -> Rules:
        """The rules of the served release."""
        return self.models.rules

    def read(self, node: Node, raw: Any) -> Any:
        """Return a request body read by a schema; raises the server's 400."""
        if raw is None:
            raise UnhandledServerError(
                'Cannot invoke "java.lang.Object.getClass()" because "request" is null'
            )
        body = Reader(node, self.rules.flag("source_in_messages")).read(raw)
        check(node, body)
        return body

    def read_entity(self, model: EntityModel, raw: Any, before: Any) -> Any:
        """Return a whole entity read by its schema; raises the server's 400.

        Missing fields are checked by the caller. A constraint that ``before`` violates too is not
        an error, such as a list that the server itself emptied.
        """
        body = Reader(model.node, self.rules.flag("source_in_messages")).read(raw)
        found = [text for text in violations(model.node, body) if "must not be null" not in text]
        found += nameless(model.node, body)
        if found:
            known = violations(model.node, before)
            found = [text for text in found if text not in known]
        if found:
            raise bad_request(f"[{', '.join(found)}]")
        return body

    # reading

    def get_row(
        self, model: EntityModel, key: str, include: str = "non-deleted", *, by_name: bool = False
    ) -> Row:
        """Return a stored entity by id or FQN; raises the server's 404."""
        if by_name and model.type in self.rules.names("case_insensitive", "*"):
            key = key.lower()
        row = self.tx.find(model.type, key) if by_name else self.tx.get(key)
        if row is None or row.type != model.type or not is_visible(row.deleted, include):
            raise not_found(self.type_label(model), key)
        return row

    def type_label(self, model: EntityModel) -> str:
        """Return the name of an entity type in messages."""
        return str(self.rules.table("type_labels").get(model.type, model.type))

    # serializing

    def load_entity(
        self,
        model: EntityModel,
        doc: dict[str, Any],
        members: str = LOADED,
        more: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """Return an entity as the server loads it for a change: no links, secrets in clear."""
        return self.plain_serializer.serialize(
            model, [doc], model.for_update | more, members=members, own_link=False, mask=False
        )[0]

    def save_version(self, model: EntityModel, doc: dict[str, Any], state: dict[str, Any]) -> None:
        """Store the state of a past version."""
        more = self.rules.names("in_history", model.type) & model.on_request
        if more and doc["version"] == FIRST_VERSION:
            extra = self.plain_serializer.serialize(model, [doc], more, own_link=False, mask=False)[
                0
            ]
            merged = {**{name: extra[name] for name in more if name in extra}, **state}
            state = {name: merged[name] for name in model.fields if name in merged}
        self.tx.add_version(doc["id"], doc["version"], state)

    def serialize(
        self,
        model: EntityModel,
        doc: dict[str, Any],
        fields: Collection[str],
        *,
        members: str = LOADED,
        own_link: bool = True,
        encrypt: bool = False,
    ) -> dict[str, Any]:
        """Return an entity as a response body."""
        return self.serializer.serialize(
            model, [doc], fields, members=members, own_link=own_link,
            mask=not self.caller.bot, encrypt=encrypt,
        )[0]  # fmt: skip

    # storing

    def store(self, model: EntityModel, doc: dict[str, Any]) -> None:
        """Store a document and its labels."""
        self.tx.put(model.type, doc)
        self.tx.set_labels(doc["id"], label_uses(model, doc))

    def link(self, model: EntityModel, id: str, links: Links) -> None:
        """Set reference fields to ``links``, on the side where each relation is stored.

        Raises the server's 400 if an entity would contain itself.
        """
        for name, pairs in links.items():
            if name in model.inverse:
                self._link_others(model, id, name, pairs)
            else:
                if name in model.containers:
                    self._refuse_cycle(model, id, pairs)
                self.tx.link(id, model.type, name, pairs)
                if name in self.rules.names("symmetric", model.type):
                    self._unlink_others(model, id, name, {target for target, _ in pairs})

    def _refuse_cycle(self, model: EntityModel, id: str, parents: list[tuple[str, str]]) -> None:
        """Raise the server's 400 for a parent that is the entity itself or below it."""
        for parent, type in parents:
            level, seen = [parent] if type == model.type else [], {parent}
            while level:
                if id in seen:
                    raise _below_itself(model, self.tx.heads([id, parent]), id, parent)
                above = self.tx.references_from(level, sorted(model.containers))
                level = [edge.target for edge in above if edge.target not in seen]
                seen.update(level)

    def _unlink_others(self, model: EntityModel, id: str, name: str, wanted: set[str]) -> None:
        """Remove a symmetric relation from the entities that are not named any more."""
        for edge in self.tx.references_to([id], [name], [model.type]):
            if edge.source not in wanted:
                self.tx.remove_reference(edge.source, name, id)

    def _link_others(
        self, model: EntityModel, id: str, name: str, pairs: list[tuple[str, str]]
    ) -> None:
        inverse = model.inverse[name]
        current = self.tx.references_to([id], inverse.fields, inverse.types)
        wanted = {target for target, _ in pairs}
        for edge in current:
            if edge.source not in wanted:
                self.tx.remove_reference(edge.source, edge.field, id)
        for other, type in pairs:
            other_model = self.models[type]
            other_references = other_model.references
            field = next((field for field in inverse.fields if field in other_references), None)
            if field is None:
                continue
            if field in other_model.containers:
                self._refuse_cycle(other_model, other, [(id, model.type)])
            if other_references[field].many:
                self.tx.add_reference(Reference(other, field, id, type, model.type))
            else:
                self.tx.link(other, type, field, [(id, model.type)])


def _below_itself(
    model: EntityModel, heads: dict[str, Head], id: str, parent: str
) -> ErrorResponse:
    label = "".join(f" {c.lower()}" if c.isupper() else c for c in model.type).capitalize()
    own, below = (heads[each].fqn if each in heads else each for each in (id, parent))
    return bad_request(f"Can't move {label} {own} to its child {label} {below}")


def is_visible(deleted: bool, include: str) -> bool:
    """Return whether ``include=`` selects an entity."""
    return include == "all" or deleted == (include == "deleted")
