"""Create and change entities: POST, PUT and PATCH."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, type_rules
from dynclient.sandbox.entities.create_requests import CreateRequestReader, Links, NewEntity, new_id
from dynclient.sandbox.entities.delete import restore_below
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.secret_fields import restore_secrets
from dynclient.sandbox.entities.serializer import GIVEN, LOADED
from dynclient.sandbox.entities.tag_labels import label_carriers, members_at, walk_members
from dynclient.sandbox.entities.version_changes import FIRST_VERSION, Change, Differ, next_version
from dynclient.sandbox.http_errors import (
    ErrorResponse,
    UnhandledServerError,
    already_exists,
    bad_request,
    not_found,
)
from dynclient.sandbox.routing import Result

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Row

_KEPT = ("id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href")
"""Fields that a patch cannot change; changes of them are ignored."""


def _read_request(
    context: RequestContext,
    model: EntityModel,
    raw: Any,
    verb: str,
    values: dict[str, Any] | None = None,
) -> NewEntity:
    """Return the entity that a create request describes; raises the server's errors."""
    if model.create is None:
        raise bad_request(f"{model.type} can not be created")
    if raw is None:
        owner = "getOwners" if "owners" in model.create.properties else "getOwner"
        raise UnhandledServerError(
            f'Cannot invoke "org.openmetadata.schema.CreateEntity.{owner}()"'
            ' because "request" is null'
        )
    body = context.read(model.create, raw)
    body |= values or {}
    type_rules.prepare_request(context, model, body, verb)
    if body.get("name") is None:
        raise bad_request("[name must not be null]")
    given = frozenset(name for name, value in raw.items() if value is not None)
    new_entity = CreateRequestReader(context.tx, context.models).build(model, body, given)
    type_rules.complete_entity(context, model, body, new_entity)
    new_entity.doc.update(values or {})
    return new_entity


def _accept_labels(context: RequestContext, model: EntityModel, doc: dict[str, Any]) -> None:
    for carrier in label_carriers(model, doc):
        if carrier.get("tags"):
            carrier["tags"] = context.serializer.labels.accept(carrier["tags"])


def create(
    context: RequestContext, model: EntityModel, raw: Any, values: dict[str, Any] | None = None
) -> Result:
    """Answer ``POST collection``: 201, or 409 if the FQN exists; ``values`` are set too."""
    new_entity = _read_request(context, model, raw, "create", values)
    if context.tx.head(model.type, new_entity.doc["fullyQualifiedName"]) is not None:
        raise already_exists()
    return insert(context, model, new_entity)


def upsert(
    context: RequestContext, model: EntityModel, raw: Any, values: dict[str, Any] | None = None
) -> Result:
    """Answer ``PUT collection``: 201 for a new entity, 200 for an existing one."""
    new_entity = _read_request(context, model, raw, "upsert", values)
    row = context.tx.find(model.type, new_entity.doc["fullyQualifiedName"])
    if row is None:
        result = insert(context, model, new_entity)
        return result._replace(change="entityCreated", location=None)
    return _replace(context, model, row, new_entity)


def insert(context: RequestContext, model: EntityModel, new_entity: NewEntity) -> Result:
    """Store a complete new entity and return the 201 result."""
    try:
        _accept_labels(context, model, new_entity.doc)
    except ErrorResponse as error:
        if context.rules.flag("failed_label_keeps_entity"):
            _insert_without_labels(context, model, new_entity)
            error.keeping_changes()
        raise
    doc = {
        **new_entity.doc,
        "id": new_id(),
        "version": FIRST_VERSION,
        "updatedAt": context.now,
        "updatedBy": context.caller.name,
    }
    context.store(model, doc)
    copied = type_rules.copy_links(context, model, new_entity.links)
    links = {
        **type_rules.default_links(context, model, new_entity.links),
        **new_entity.links,
        **copied,
    }
    context.link(model, doc["id"], links)
    fields = ((new_entity.given | copied.keys()) & model.on_request) | model.fields_after("create")
    shown_with = context.rules.table("shown_after_create_with").get(model.type, {})
    for field in links.keys() & shown_with.keys():
        fields |= model.on_request.intersection(shown_with[field])
    body = context.serialize(model, doc, fields, members=GIVEN)
    if "votes" in body and "votes" not in new_entity.given:
        body["votes"] = {name: body["votes"][name] for name in ("upVotes", "downVotes")}
    for name in context.rules.table("empty_after_create").get(model.type, ()):
        body[name] = []
    return Result(201, body, location=context.serializer.href(model.type, doc["id"]))


def _insert_without_labels(
    context: RequestContext, model: EntityModel, new_entity: NewEntity
) -> None:
    """Store an entity whose labels were refused; old servers keep it."""
    for carrier in label_carriers(model, new_entity.doc):
        carrier.pop("tags", None)
    insert(context, model, new_entity)


# PUT on an existing entity


def _replace(
    context: RequestContext, model: EntityModel, row: Row, new_entity: NewEntity
) -> Result:
    # What a deleted entity lacks is not missed, and what is below it comes back with it.
    needed = {} if row.deleted else context.rules.table("needed_by_put").get("*", {})
    if row.deleted:
        restore_below(context, row.id)
    for name, message in needed.items():
        if row.doc.get(name) and name in model.creatable_fields and not new_entity.doc.get(name):
            raise bad_request(message)
    before = context.load_entity(model, row.doc)
    doc = _merge_stored(context, model, row.doc, new_entity)
    _accept_labels(context, model, doc)
    response_doc = copy.deepcopy(doc)
    _merge_labels(context, model, row.doc, doc)
    if doc.get("tags") and "tags" in new_entity.given:
        response_doc["tags"] = doc["tags"]
    context.store(model, doc)
    context.link(model, row.id, _links_by_put(context, model, new_entity))
    after = context.load_entity(model, doc, members=LOADED)
    after = _without_empty_labels(model, new_entity.doc, before, after)
    for name in context.rules.table("shown_and_kept_if").get(model.type, {}):
        if name not in doc:
            before.pop(name, None)
    # Changes contain defaults as responses do.
    defaults = type_rules.default_links(context, model, new_entity.links)
    after |= _with_links(context, {name: after[name] for name in defaults if name in after})
    change = Differ(model, context.rules).compare(before, after)
    save_new_version(context, model, row.doc, doc, before, change)
    for name in ("version", "updatedAt", "updatedBy", "changeDescription", "deleted"):
        if name in doc:
            response_doc[name] = doc[name]
        else:
            response_doc.pop(name, None)
    response_doc = _with_empty_change(context, response_doc, change)
    fields = (new_entity.given & model.on_request) | model.fields_after("put")
    body = context.serialize(model, response_doc, fields, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def _merge_stored(
    context: RequestContext, model: EntityModel, stored: dict[str, Any], new_entity: NewEntity
) -> dict[str, Any]:
    """Return the document after a PUT: the request sets every field that it can contain."""
    creatable_fields = model.creatable_fields
    kept = context.rules.names("kept_by_put", model.type)
    doc: dict[str, Any] = dict(new_entity.doc)
    doc |= {
        name: value
        for name, value in stored.items()
        if name not in creatable_fields or (name in kept and name not in new_entity.given)
    }
    for name, condition in context.rules.table("shown_and_kept_if").get(model.type, {}).items():
        if not doc.get(condition) and name not in new_entity.given:
            doc.pop(name, None)
    doc["id"] = stored["id"]
    if "deleted" in stored:
        doc["deleted"] = False
    if context.caller.bot:
        for name in ("description", "displayName"):
            if stored.get(name):
                doc[name] = stored[name]
    if context.rules.flag("mask_keeps_secret"):
        doc = restore_secrets(model, doc, stored)
    return doc


def _merge_labels(
    context: RequestContext, model: EntityModel, stored: dict[str, Any], doc: dict[str, Any]
) -> None:
    """Add the stored labels to a document: a PUT never removes a label."""
    accept = context.serializer.labels.accept
    if model.has_labels and stored.get("tags"):
        doc["tags"] = accept([*(doc.get("tags") or []), *stored["tags"]])
    for group in model.members:
        known = {
            member.get("fullyQualifiedName", member.get("name")): member
            for member, _ in walk_members(group, members_at(stored, group.path))
        }
        for member, _ in walk_members(group, members_at(doc, group.path)):
            current = known.get(member.get("fullyQualifiedName", member.get("name")), {}).get(
                "tags"
            )
            if current:
                member["tags"] = accept([*(member.get("tags") or []), *current])


def _without_empty_labels(
    model: EntityModel, request: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """Remove empty label lists of new members that the request did not set."""
    for group in model.members:
        known = {
            member.get("fullyQualifiedName")
            for member, _ in walk_members(group, members_at(before, group.path))
        }
        requested = {
            member.get("fullyQualifiedName"): member
            for member, _ in walk_members(group, members_at(request, group.path))
        }
        for member, _ in walk_members(group, members_at(after, group.path)):
            fqn = member.get("fullyQualifiedName")
            new = fqn is None or fqn not in known
            if new and member.get("tags") == [] and "tags" not in requested.get(fqn, {}):
                del member["tags"]
    return after


def _links_by_put(context: RequestContext, model: EntityModel, new_entity: NewEntity) -> Links:
    """Return the references that a PUT sets; a missing field is emptied unless a rule keeps it."""
    links = dict(new_entity.links)
    kept = context.rules.names("references_kept_by_put", model.type)
    for name in (*model.references, *model.inverse):
        if name in links or name in kept or name not in model.creatable_fields:
            continue
        links[name] = []
    return {**links, **{
        name: pairs
        for name, pairs in type_rules.default_links(context, model, new_entity.links).items()
        if not links.get(name)
    }}  # fmt: skip


# changes by other requests


def update(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    fields: dict[str, Any],
    links: Links | None = None,
    *,
    fold: bool = False,
) -> Result:
    """Set fields and references of an entity and return the 200 result.

    Args:
        context: of the request.
        model: of the entity.
        row: the stored entity.
        fields: the new values; None removes a field.
        links: the new references.
        fold: whether to fold the change into the last version as patches are; otherwise it is a
            version of its own.
    """
    before = context.load_entity(model, row.doc)
    doc = {name: value for name, value in {**row.doc, **fields}.items() if value is not None}
    _accept_labels(context, model, doc)
    context.store(model, doc)
    context.link(model, row.id, links or {})
    after = context.load_entity(model, doc)
    if fold:
        change = _compare_folding(context, model, row, before, after, doc)
    else:
        change = Differ(model, context.rules).compare(before, after)
        save_new_version(context, model, row.doc, doc, before, change)
    body = context.serialize(model, doc, model.for_update, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def update_by_server(
    context: RequestContext, model: EntityModel, row: Row, fields: dict[str, Any]
) -> None:
    """Set fields that the server itself updates; None removes a field.

    Tracked fields make a version, or are folded into the last one as patches are. ``updatedAt``
    and ``updatedBy`` are kept.
    """
    before = context.load_entity(model, row.doc)
    doc = {**row.doc, **fields}
    doc = {name: value for name, value in doc.items() if value is not None}
    if not fields or doc == row.doc:
        return
    context.store(model, doc)
    _compare_folding(context, model, row, before, context.load_entity(model, doc), doc)
    for name in ("updatedAt", "updatedBy"):
        doc[name] = row.doc[name]
    context.store(model, doc)


# versions


def save_new_version(
    context: RequestContext,
    model: EntityModel,
    stored: dict[str, Any],
    doc: dict[str, Any],
    before: dict[str, Any],
    change: Change,
) -> None:
    """Store a document: as the next version with the state before in the history, if it changed."""
    if change:
        context.save_version(model, stored, before)
        doc["version"] = next_version(stored["version"], major=change.major)
        doc["changeDescription"] = change.description(stored["version"])
        doc["updatedAt"] = context.now
        doc["updatedBy"] = context.caller.name
    else:
        for name in ("version", "updatedAt", "updatedBy", "changeDescription"):
            if name in stored:
                doc[name] = stored[name]
    context.store(model, doc)


# PATCH


def patch(context: RequestContext, model: EntityModel, row: Row, operations: Any) -> Result:
    """Answer ``PATCH``; the operations are applied to the entity as the server loads it."""
    before = context.load_entity(model, row.doc)
    if isinstance(operations, list):
        operations = [each for each in operations if not _is_about_link(each)]
    patched = patch_apply.apply(before, operations)
    read = context.read_entity(model, patched, before)
    _check_fixed_fields(context, model, before, read)
    renamed = _is_renamed(context, model, row, read)
    for name in (*_KEPT, *context.rules.names("ignored_in_patches", model.type)):
        if name == "name" and renamed:
            continue
        if name in row.doc:
            read[name] = row.doc[name]
    doc, links = _split(context, model, row.doc, read)
    type_rules.check_patched(context, model, doc, links)
    reader = CreateRequestReader(context.tx, context.models)
    context.link(model, row.id, links)
    if renamed or _is_moved(model, row, links, context):
        _rename(context, model, row, doc, reader)
    else:
        reader.set_names(model, doc, _parents(context, model, row.id))
    _accept_labels(context, model, doc)
    if not context.caller.bot:
        doc = restore_secrets(model, doc, row.doc)
    context.store(model, doc)
    after = context.load_entity(model, doc, GIVEN)
    patched_references = _patched_references(context, model, before, read)
    after.update(patched_references)
    change = _compare_folding(context, model, row, before, after, doc)
    doc = _with_empty_change(context, doc, change)
    body = context.serialize(model, doc, model.for_update, members=GIVEN, encrypt=True)
    if renamed:
        # References to what is below are those that the server read before it renamed them.
        names = model.references.keys() - {*model.hierarchy}
        patched_references |= {name: read[name] for name in names.intersection(read, body)}
    body.update(_with_links(context, patched_references))
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def _patched_references(
    context: RequestContext, model: EntityModel, before: dict[str, Any], read: dict[str, Any]
) -> dict[str, Any]:
    """Return the changed references that servers keep and show as a patch contains them."""
    names = context.rules.names("references_as_patched", model.type).intersection(read)
    return {name: read[name] for name in names if read[name] != before.get(name)}


def _with_links(context: RequestContext, references: dict[str, Any]) -> dict[str, Any]:
    """Return fields with references, each with its link."""
    out: dict[str, Any] = {}
    for name, value in references.items():
        linked = [
            {**item, "href": context.serializer.href(item["type"], item["id"])}
            for item in _as_list(value)
        ]
        out[name] = linked if isinstance(value, list) else linked[0]
    return out


def _with_empty_change(
    context: RequestContext, doc: dict[str, Any], change: Change
) -> dict[str, Any]:
    """Return a document for a response, which on old releases describes even an empty change."""
    if change or not context.rules.flag("unchanged_described"):
        return doc
    return {**doc, "changeDescription": change.description(doc["version"])}


def _compare_folding(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    before: dict[str, Any],
    after: dict[str, Any],
    doc: dict[str, Any],
) -> Change:
    """Compare with the state before, and store the version; patches of one user are folded."""
    differ = Differ(model, context.rules, patched=True)
    base = _base_to_fold(context, row)
    if base is None:
        change = differ.compare(before, after)
        save_new_version(context, model, row.doc, doc, before, change)
        return change
    change = differ.compare(base, after)
    # The server first reverts its last version; if that is a major change, so is this one.
    change.major = change.major or differ.compare(before, base).major
    doc["updatedAt"] = context.now
    doc["updatedBy"] = context.caller.name
    if change:
        doc["version"] = next_version(base["version"], major=change.major)
        doc["changeDescription"] = change.description(base["version"])
    else:
        doc["version"] = base["version"]
        doc.pop("changeDescription", None)
    context.store(model, doc)
    return change


def _base_to_fold(context: RequestContext, row: Row) -> dict[str, Any] | None:
    """Return the state before the last version if a patch is folded into it, or None."""
    stored = row.doc
    change = stored.get("changeDescription")
    if (
        not context.rules.flag("patches_fold")
        or change is None
        or stored["version"] <= FIRST_VERSION
        or stored.get("updatedBy") != context.caller.name
        or context.now - stored.get("updatedAt", 0) > context.rules.flag("fold_within_ms")
    ):
        return None
    return context.tx.find_version(row.id, change["previousVersion"])


def _is_about_link(operation: Any) -> bool:
    """Return whether an operation is about ``href``, which is not stored; it is ignored."""
    return isinstance(operation, dict) and operation.get("path") == "/href"


def _check_fixed_fields(
    context: RequestContext, model: EntityModel, before: dict[str, Any], read: dict[str, Any]
) -> None:
    if read.get("name") is None:
        raise UnhandledServerError("null")
    if any(before.get(name) for name in model.hierarchy) and not any(
        read.get(name) for name in model.hierarchy
    ):
        raise UnhandledServerError(
            'Cannot invoke "org.openmetadata.schema.type.EntityReference.getId()"'
            ' because "ref" is null'
        )
    for name in sorted(model.node.required):
        if before.get(name) is not None and read.get(name) is None and name != "id":
            raise UnhandledServerError(f'Cannot invoke "java.lang.Object" because "{name}" is null')
    fixed = context.rules.table("fixed_by_patches").get(model.type, {})
    for name, message in fixed.items():
        if before.get(name) != read.get(name):
            raise bad_request(message.format(**before))
    if bool(before.get("deleted")) != bool(read.get("deleted")):
        raise bad_request(f"{model.type} attribute deleted can't be modified")


def _is_renamed(
    context: RequestContext, model: EntityModel, row: Row, read: dict[str, Any]
) -> bool:
    allowed = model.type in context.rules.table("renameable")["types"]
    renamed = allowed and read.get("name") not in (None, row.name)
    if renamed and row.doc.get("provider") == "system":
        raise bad_request(f"System entity [{row.name}] of type {model.type} can not be renamed.")
    return renamed


def _split(
    context: RequestContext, model: EntityModel, stored: dict[str, Any], read: dict[str, Any]
) -> tuple[dict[str, Any], Links]:
    """Split a patched entity into its document and its references."""
    reader = CreateRequestReader(context.tx, context.models)
    doc = {
        name: value
        for name, value in stored.items()
        if name in model.on_request and name not in model.for_update
    }
    movable = model.type in context.rules.table("renameable")["types"]
    links: Links = {}
    for name in model.fields:
        if name in model.references or name in model.inverse:
            if (
                name in model.for_update
                or (movable and name in model.hierarchy)
                or (
                    name not in model.on_request
                    and name not in model.hierarchy
                    and name not in model.copied_from_parent
                )
            ):
                items = [item for item in _as_list(read.get(name)) if not item.get("inherited")]
                if movable and name in model.hierarchy:
                    _check_parents(context, items)
                field = model.references.get(name)
                named = [item if field is None else field.reference_in(item) for item in items]
                links[name] = [
                    (head.id, head.type)
                    for head in (reader.find_head(model, name, None, item) for item in named)
                ]
                if field is not None and field.inside is not None:
                    doc[name] = _details_by_id(field.inside, links[name], items)
        elif name in read and name not in {"votes", "href"}:
            doc[name] = read[name]
    return doc, links


def _check_parents(context: RequestContext, parents: list[dict[str, Any]]) -> None:
    """Raise the server's 404 for a parent without an FQN, by which some releases find it."""
    for parent in parents if context.rules.flag("moved_by_fqn") else ():
        if parent.get("fullyQualifiedName") is None:
            raise not_found(str(parent.get("type")), "null")


def _details_by_id(
    inside: str, pairs: list[tuple[str, str]], items: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the other properties of list items by the id of the entity that they name."""
    return {
        id: {name: value for name, value in item.items() if name != inside}
        for (id, _), item in zip(pairs, items, strict=True)
    }


def _as_list(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parents(context: RequestContext, model: EntityModel, id: str) -> Links:
    links: Links = {}
    for edge in context.tx.references_from([id], model.hierarchy):
        links.setdefault(edge.field, []).append((edge.target, edge.target_type))
    return links


def _is_moved(model: EntityModel, row: Row, links: Links, context: RequestContext) -> bool:
    """Return whether a patch sets another parent, which changes the FQN."""
    if model.type not in context.rules.table("renameable")["types"]:
        return False
    doc = dict(row.doc)
    CreateRequestReader(context.tx, context.models).set_names(
        model, doc, _parents(context, model, row.id)
    )
    return bool(doc["fullyQualifiedName"] != row.fqn) and any(links.get(n) for n in model.hierarchy)


def _rename(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    doc: dict[str, Any],
    reader: CreateRequestReader,
) -> None:
    """Set the new FQN of an entity, of everything below it, and of labels with it."""
    old = row.fqn
    reader.set_names(model, doc, _parents(context, model, row.id))
    new = doc["fullyQualifiedName"]
    if context.tx.head(model.type, new) is not None and new != old:
        raise already_exists()

    def rename(fqn: str) -> str:
        return new + fqn[len(old) :] if fqn == old or fqn.startswith(f"{old}.") else fqn

    context.tx.put(model.type, {**row.doc, "fullyQualifiedName": new, "name": doc["name"]})
    for child in context.tx.rows_below(old, context.rules.table("renameable")["types"]):
        child.doc["fullyQualifiedName"] = rename(child.fqn)
        context.tx.put(child.type, child.doc)
    for id in context.tx.ids_with_label(old):
        if id != row.id:
            _relabel(context, id, rename)


def _relabel(context: RequestContext, id: str, rename: Callable[[str], str]) -> None:
    row = context.tx.get(id)
    if row is None:
        return
    model = context.models[row.type]
    for carrier in label_carriers(model, row.doc):
        for label in carrier.get("tags") or ():
            label["tagFQN"] = rename(label["tagFQN"])
    context.store(model, row.doc)
