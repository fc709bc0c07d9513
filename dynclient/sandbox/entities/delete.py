"""Deleting and restoring entities: softly or for good, alone or with everything below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.entities.version_changes import Change, next_version
from dynclient.sandbox.http_errors import Escaped, bad_request, not_found
from dynclient.sandbox.routing import Answer

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shape
    from dynclient.sandbox.storage.store import Row


def delete(session: Session, shape: Shape, row: Row, *, recursive: bool, hard: bool) -> Answer:
    """Answer ``DELETE``: 400 where something is below and ``recursive`` was not asked for."""
    whole = session.rules.names("removed_with_children", "*") | frozenset()
    first = next(_below(session, row.id), None)
    if first is not None and not recursive and shape.type not in whole:
        raise bad_request(f"{shape.type} is not empty")
    for_good = hard or _always_hard(session, shape)
    for child in _below(session, row.id):
        _delete_child(session, child, hard=for_good)
    links = bool(session.rules.flag("links_after_removal")) and not _unlinked(session, shape)
    loaded = session.rules.names("loaded_for_removal", shape.type)
    fields = shape.for_update | (loaded & shape.on_request)
    _take_along(session, shape, row, hard=for_good)
    if for_good:
        fields |= session.rules.names("loaded_for_hard_delete", shape.type) & shape.on_request
        body = _without_server(shape, session.answer(shape, row.doc, fields, own_link=links))
        session.tx.remove(row.id)
        return Answer(200, body, change="entityDeleted")
    doc = _flip(session, shape, row, deleted=True)
    body = _without_server(shape, session.answer(shape, doc, fields, own_link=links))
    return Answer(200, body, change="entitySoftDeleted")


def restore(session: Session, shape: Shape, id: str) -> Answer:
    """Answer ``PUT restore``; entities that were deleted with this one come back with it."""
    row = session.tx.get(id)
    if row is None or row.type != shape.type or not row.deleted:
        if session.rules.flag("restore_of_live") == 500:
            raise Escaped(
                'Cannot invoke "org.openmetadata.service.util.RestUtil$PutResponse.getEntity()"'
                ' because "response" is null'
            )
        raise not_found(shape.type, id)
    links = bool(session.rules.flag("links_after_removal")) and not _unlinked(session, shape)
    doc = _flip(session, shape, row, deleted=False)
    _restore_below(session, row.id)
    loaded = session.rules.names("loaded_for_removal", shape.type)
    fields = shape.for_update | (loaded & shape.on_request)
    body = _without_server(shape, session.answer(shape, doc, fields, own_link=links))
    return Answer(200, body, change="entityRestored")


def _take_along(session: Session, shape: Shape, row: Row, *, hard: bool) -> None:
    """Delete what lives and dies with an entity: a bot's user."""
    for field in sorted(session.rules.names("deleted_with", shape.type)):
        for edge in session.tx.edges([row.id], [field]):
            other = session.tx.get(edge.target)
            if other is not None:
                _delete_child(session, other, hard=hard)


def _without_server(shape: Shape, body: dict[str, Any]) -> dict[str, Any]:
    """Leave out how to reach the server, which only reading and writing tell."""
    return {
        name: value for name, value in body.items()
        if (derived_fields.rule_for(shape, name) or {}).get("kind") != "server"
    }  # fmt: skip


def _always_hard(session: Session, shape: Shape) -> bool:
    return not shape.entity.deleted or shape.type in session.rules.names("always_hard", "*")


def _unlinked(session: Session, shape: Shape) -> bool:
    return shape.type in session.rules.names("unlinked_after_removal", "*")


def _below(session: Session, id: str) -> Iterator[Row]:
    """Yield what an entity contains: everything whose parent it is, deleted or not.

    One at a time, and none is held while the next is found: there may be very many, and what is
    yielded may be gone by then.
    """
    for field in sorted(session.rules.names("containing_fields", "*")):
        for source, type in session.tx.sources(id, field):
            contained = session.rules.names("contained_by", type)
            if field in session.shapes[type].hierarchy or field in contained:
                row = session.tx.get(source)
                if row is not None:
                    yield row


def _delete_child(session: Session, row: Row, *, hard: bool) -> None:
    shape = session.shapes[row.type]
    # A child may hang on two of the entities that go, so it may be gone already.
    if session.tx.get(row.id) is None:
        return
    for child in _below(session, row.id):
        _delete_child(session, child, hard=hard)
    if hard or _always_hard(session, shape):
        session.tx.remove(row.id)
    elif not row.deleted:
        _flip(session, shape, row, deleted=True)


def _restore_below(session: Session, id: str) -> None:
    for row in _below(session, id):
        if row.deleted:
            _flip(session, session.shapes[row.type], row, deleted=False)
        _restore_below(session, row.id)


def _flip(session: Session, shape: Shape, row: Row, *, deleted: bool) -> dict[str, Any]:
    """Change ``deleted`` as a version of its own."""
    session.remember(shape, row.doc, session.whole(shape, row.doc))
    change = Change()
    change.record("deleted", not deleted, deleted)
    doc = {
        **row.doc,
        "deleted": deleted,
        "version": next_version(row.doc["version"], major=False),
        "changeDescription": change.description(row.doc["version"]),
        "updatedAt": session.now,
        "updatedBy": session.caller.name,
    }
    session.store(shape, doc)
    return doc
