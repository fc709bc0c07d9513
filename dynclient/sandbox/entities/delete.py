"""Delete and restore entities: soft or hard, alone or with everything below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.tag_labels import label_carriers
from dynclient.sandbox.entities.version_changes import Change, next_version
from dynclient.sandbox.http_errors import UnhandledServerError, bad_request, not_found
from dynclient.sandbox.routing import Result

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Row


def delete(
    context: RequestContext, model: EntityModel, row: Row, *, recursive: bool, hard: bool
) -> Result:
    """Answer ``DELETE``; the 400 for system entities, and for children without ``recursive``."""
    if row.doc.get("provider") == "system" and model.type in context.rules.names("protected", "*"):
        raise bad_request(f"System entity [{row.name}] of type {model.type} can not be deleted.")
    for rule in context.rules.table("undeletable").get(model.type, ()):
        if row.doc.get(rule["field"]) == rule["value"]:
            raise bad_request(rule["message"])
    with_children = context.rules.names("removed_with_children", "*")
    first = next(_children(context, row.id), None)
    is_empty = first is None and not any(
        context.tx.latest(row.id, kind)
        for kind in context.rules.table("filled_by_records").get(model.type, ())
    )
    if not is_empty and not recursive and model.type not in with_children:
        raise bad_request(f"{model.type} is not empty")
    is_hard = hard or _is_always_hard(context, model)
    if is_hard and model.type in context.rules.names("children_listed_first", "*"):
        _delete_listed(context, row.id)
    for child in _children(context, row.id):
        _delete_child(context, child, hard=is_hard)
    links = bool(context.rules.flag("links_after_removal")) and not _has_no_links(context, model)
    loaded = context.rules.names("loaded_for_removal", model.type)
    fields = model.for_update | (loaded & model.on_request)
    _delete_dependents(context, model, row, hard=is_hard)
    if is_hard:
        fields |= context.rules.names("loaded_for_hard_delete", model.type) & model.on_request
        body = _without_connection(
            model, context.serialize(model, row.doc, fields, own_link=links, encrypt=True)
        )
        context.tx.remove(row.id)
        return Result(200, body, change="entityDeleted")
    # What is deleted already keeps its version.
    doc = row.doc if row.deleted else _set_deleted(context, model, row, deleted=True)
    body = _without_connection(
        model, context.serialize(model, doc, fields, own_link=links, encrypt=True)
    )
    return Result(200, body, change="entitySoftDeleted")


def restore(context: RequestContext, model: EntityModel, id: str) -> Result:
    """Answer ``PUT restore``; everything below the entity is restored too."""
    row = context.tx.get(id)
    if row is None or row.type != model.type or not row.deleted:
        if context.rules.flag("restore_of_live") == 500:
            raise UnhandledServerError(
                'Cannot invoke "org.openmetadata.service.util.RestUtil$PutResponse.getEntity()"'
                ' because "response" is null'
            )
        raise not_found(model.type, id)
    links = bool(context.rules.flag("links_after_removal")) and not _has_no_links(context, model)
    doc = _set_deleted(context, model, row, deleted=False)
    restore_below(context, row.id)
    loaded = context.rules.names("loaded_for_removal", model.type)
    fields = model.for_update | (loaded & model.on_request)
    body = _without_connection(
        model, context.serialize(model, doc, fields, own_link=links, encrypt=True)
    )
    return Result(200, body, change=context.models.change_header("entityRestored"))


def _delete_dependents(
    context: RequestContext, model: EntityModel, row: Row, *, hard: bool
) -> None:
    """Delete the entities that are deleted together with this one: a bot's user."""
    for field in sorted(context.rules.names("deleted_with", model.type)):
        for edge in context.tx.references_from([row.id], [field]):
            other = context.tx.get(edge.target)
            if other is not None:
                _delete_child(context, other, hard=hard)


def _without_connection(model: EntityModel, body: dict[str, Any]) -> dict[str, Any]:
    """Remove the connection to the server, which responses to deletes do not contain."""
    return {
        name: value for name, value in body.items()
        if (derived_fields.rule_for(model, name) or {}).get("kind") != "server"
    }  # fmt: skip


def _is_always_hard(context: RequestContext, model: EntityModel) -> bool:
    return not model.entity.deleted or model.type in context.rules.names("always_hard", "*")


def _has_no_links(context: RequestContext, model: EntityModel) -> bool:
    return model.type in context.rules.names("unlinked_after_removal", "*")


def _children(context: RequestContext, id: str) -> Iterator[Row]:
    """Yield the children of an entity, deleted or not.

    They are read one at a time, because there may be very many; a yielded row may be deleted
    before the next one is read.
    """
    for field in sorted(context.rules.names("containing_fields", "*")):
        for source, type in context.tx.iter_sources(id, field):
            contained = context.rules.names("contained_by", type)
            if field in context.models[type].hierarchy or field in contained:
                row = context.tx.get(source)
                if row is not None:
                    yield row


def _delete_listed(context: RequestContext, id: str) -> None:
    """Delete children hard, those above others first, as they were listed before.

    Raises the 404 of a server that finds a child gone, because it is also below another one; what
    was deleted by then stays deleted.
    """
    for row in sorted(_children(context, id), key=lambda row: row.fqn):
        if context.tx.get(row.id) is None:
            raise not_found(row.type, row.id).keeping_changes()
        _delete_child(context, row, hard=True)


def _delete_child(context: RequestContext, row: Row, *, hard: bool) -> None:
    model = context.models[row.type]
    # A child of two deleted entities may be deleted already.
    if context.tx.get(row.id) is None:
        return
    for child in _children(context, row.id):
        _delete_child(context, child, hard=hard)
    if hard or _is_always_hard(context, model):
        context.tx.remove(row.id)
    elif not row.deleted:
        _set_deleted(context, model, row, deleted=True)


def restore_below(context: RequestContext, id: str) -> None:
    """Restore everything below an entity."""
    for row in _children(context, id):
        if row.deleted:
            _set_deleted(context, context.models[row.type], row, deleted=False)
        restore_below(context, row.id)


def _set_deleted(
    context: RequestContext, model: EntityModel, row: Row, *, deleted: bool
) -> dict[str, Any]:
    """Set ``deleted`` in a new version."""
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
    if deleted and model.type in context.rules.names("labels_lost_by_soft_delete", "*"):
        _remove_label(context, row.fqn)
    return doc


def _remove_label(context: RequestContext, fqn: str) -> None:
    """Remove the labels that name a tag or term; nothing that had them becomes a new version."""
    for id in context.tx.ids_with_label(fqn):
        row = context.tx.get(id)
        if row is None:
            continue
        model = context.models[row.type]
        for carrier in label_carriers(model, row.doc):
            if carrier.get("tags"):
                carrier["tags"] = [one for one in carrier["tags"] if one["tagFQN"] != fqn]
        context.store(model, row.doc)
