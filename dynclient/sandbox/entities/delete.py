"""Deleting and restoring entities: softly or for good, alone or with everything below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.version_changes import Change, next_version
from dynclient.sandbox.http_errors import UnhandledServerError, bad_request, not_found
from dynclient.sandbox.routing import Result

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Row


def delete(
    context: RequestContext, model: EntityModel, row: Row, *, recursive: bool, hard: bool
) -> Result:
    """Answer ``DELETE``: 400 where something is below and ``recursive`` was not asked for."""
    whole = context.rules.names("removed_with_children", "*") | frozenset()
    first = next(_below(context, row.id), None)
    if first is not None and not recursive and model.type not in whole:
        raise bad_request(f"{model.type} is not empty")
    for_good = hard or _always_hard(context, model)
    for child in _below(context, row.id):
        _delete_child(context, child, hard=for_good)
    links = bool(context.rules.flag("links_after_removal")) and not _unlinked(context, model)
    loaded = context.rules.names("loaded_for_removal", model.type)
    fields = model.for_update | (loaded & model.on_request)
    _take_along(context, model, row, hard=for_good)
    if for_good:
        fields |= context.rules.names("loaded_for_hard_delete", model.type) & model.on_request
        body = _without_server(model, context.serialize(model, row.doc, fields, own_link=links))
        context.tx.remove(row.id)
        return Result(200, body, change="entityDeleted")
    doc = _flip(context, model, row, deleted=True)
    body = _without_server(model, context.serialize(model, doc, fields, own_link=links))
    return Result(200, body, change="entitySoftDeleted")


def restore(context: RequestContext, model: EntityModel, id: str) -> Result:
    """Answer ``PUT restore``; entities that were deleted with this one come back with it."""
    row = context.tx.get(id)
    if row is None or row.type != model.type or not row.deleted:
        if context.rules.flag("restore_of_live") == 500:
            raise UnhandledServerError(
                'Cannot invoke "org.openmetadata.service.util.RestUtil$PutResponse.getEntity()"'
                ' because "response" is null'
            )
        raise not_found(model.type, id)
    links = bool(context.rules.flag("links_after_removal")) and not _unlinked(context, model)
    doc = _flip(context, model, row, deleted=False)
    _restore_below(context, row.id)
    loaded = context.rules.names("loaded_for_removal", model.type)
    fields = model.for_update | (loaded & model.on_request)
    body = _without_server(model, context.serialize(model, doc, fields, own_link=links))
    return Result(200, body, change="entityRestored")


def _take_along(context: RequestContext, model: EntityModel, row: Row, *, hard: bool) -> None:
    """Delete what lives and dies with an entity: a bot's user."""
    for field in sorted(context.rules.names("deleted_with", model.type)):
        for edge in context.tx.references_from([row.id], [field]):
            other = context.tx.get(edge.target)
            if other is not None:
                _delete_child(context, other, hard=hard)


def _without_server(model: EntityModel, body: dict[str, Any]) -> dict[str, Any]:
    """Leave out how to reach the server, which only reading and writing tell."""
    return {
        name: value for name, value in body.items()
        if (derived_fields.rule_for(model, name) or {}).get("kind") != "server"
    }  # fmt: skip


def _always_hard(context: RequestContext, model: EntityModel) -> bool:
    return not model.entity.deleted or model.type in context.rules.names("always_hard", "*")


def _unlinked(context: RequestContext, model: EntityModel) -> bool:
    return model.type in context.rules.names("unlinked_after_removal", "*")


def _below(context: RequestContext, id: str) -> Iterator[Row]:
    """Yield what an entity contains: everything whose parent it is, deleted or not.

    One at a time, and none is held while the next is found: there may be very many, and what is
    yielded may be gone by then.
    """
    for field in sorted(context.rules.names("containing_fields", "*")):
        for source, type in context.tx.iter_sources(id, field):
            contained = context.rules.names("contained_by", type)
            if field in context.models[type].hierarchy or field in contained:
                row = context.tx.get(source)
                if row is not None:
                    yield row


def _delete_child(context: RequestContext, row: Row, *, hard: bool) -> None:
    model = context.models[row.type]
    # A child may hang on two of the entities that go, so it may be gone already.
    if context.tx.get(row.id) is None:
        return
    for child in _below(context, row.id):
        _delete_child(context, child, hard=hard)
    if hard or _always_hard(context, model):
        context.tx.remove(row.id)
    elif not row.deleted:
        _flip(context, model, row, deleted=True)


def _restore_below(context: RequestContext, id: str) -> None:
    for row in _below(context, id):
        if row.deleted:
            _flip(context, context.models[row.type], row, deleted=False)
        _restore_below(context, row.id)


def _flip(
    context: RequestContext, model: EntityModel, row: Row, *, deleted: bool
) -> dict[str, Any]:
    """Change ``deleted`` as a version of its own."""
    context.save_version(model, row.doc, context.load_entity(model, row.doc))
    change = Change()
    change.record("deleted", not deleted, deleted)
    doc = {
        **row.doc,
        "deleted": deleted,
        "version": next_version(row.doc["version"], major=False),
        "changeDescription": change.description(row.doc["version"]),
        "updatedAt": context.now,
        "updatedBy": context.caller.name,
    }
    context.store(model, doc)
    return doc
