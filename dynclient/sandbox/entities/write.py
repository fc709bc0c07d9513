"""Creating and changing entities: POST, PUT and PATCH."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, type_rules
from dynclient.sandbox.entities.create_requests import CreateRequestReader, Links, NewEntity, new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.secret_fields import restore_secrets
from dynclient.sandbox.entities.serializer import GIVEN, LOADED
from dynclient.sandbox.entities.tag_labels import label_carriers, members_at, walk_members
from dynclient.sandbox.entities.version_changes import FIRST_VERSION, Change, Differ, next_version
from dynclient.sandbox.http_errors import (
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
"""What a patch cannot change; attempts are ignored."""


def _draft(
    context: RequestContext,
    model: EntityModel,
    raw: Any,
    verb: str,
    values: dict[str, Any] | None = None,
) -> NewEntity:
    """Read a create request and prepare what it asks for; raises every refusal of the server."""
    if model.create is None:
        raise bad_request(f"{model.type} can not be created")
    if raw is None:
        owner = "getOwners" if "owners" in model.create.properties else "getOwner"
        raise UnhandledServerError(
            f'Cannot invoke "org.openmetadata.schema.CreateEntity.{owner}()"'
            ' because "request" is null'
        )
    body = context.read(model.create, raw)
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
    """Answer ``POST collection``: 201, or 409 where the FQN is taken; ``values`` are set, too."""
    new_entity = _draft(context, model, raw, "create", values)
    if context.tx.head(model.type, new_entity.doc["fullyQualifiedName"]) is not None:
        raise already_exists()
    return insert(context, model, new_entity)


def upsert(
    context: RequestContext, model: EntityModel, raw: Any, values: dict[str, Any] | None = None
) -> Result:
    """Answer ``PUT collection``: 201 for a new entity, 200 for one that is there."""
    new_entity = _draft(context, model, raw, "upsert", values)
    row = context.tx.find(model.type, new_entity.doc["fullyQualifiedName"])
    if row is None:
        made = insert(context, model, new_entity)
        return made._replace(change="entityCreated", location=None)
    return _replace(context, model, row, new_entity)


def insert(context: RequestContext, model: EntityModel, new_entity: NewEntity) -> Result:
    """Store a draft that is complete, and answer with what it became."""
    _accept_labels(context, model, new_entity.doc)
    doc = {
        **new_entity.doc,
        "id": new_id(),
        "version": FIRST_VERSION,
        "updatedAt": context.now,
        "updatedBy": context.caller.name,
    }
    context.store(model, doc)
    taken = type_rules.links_taken_over(context, model, new_entity.links)
    links = {
        **type_rules.default_links(context, model, new_entity.links),
        **new_entity.links,
        **taken,
    }
    context.link(model, doc["id"], links)
    fields = ((new_entity.given | taken.keys()) & model.on_request) | model.fields_after("create")
    body = context.serialize(model, doc, fields, members=GIVEN)
    if "votes" in body and "votes" not in new_entity.given:
        body["votes"] = {name: body["votes"][name] for name in ("upVotes", "downVotes")}
    return Result(201, body, location=context.serializer.href(model.type, doc["id"]))


# PUT on what is there


def _replace(
    context: RequestContext, model: EntityModel, row: Row, new_entity: NewEntity
) -> Result:
    for name, message in context.rules.table("needed_by_put").get("*", {}).items():
        if row.doc.get(name) and name in model.creatable_fields and not new_entity.doc.get(name):
            raise bad_request(message)
    before = context.load_entity(model, row.doc)
    doc = _merged(context, model, row.doc, new_entity)
    _accept_labels(context, model, doc)
    shown = copy.deepcopy(doc)
    _merge_labels(context, model, row.doc, doc)
    if doc.get("tags") and "tags" in new_entity.given:
        shown["tags"] = doc["tags"]
    context.store(model, doc)
    context.link(model, row.id, _links_by_put(context, model, new_entity))
    after = context.load_entity(model, doc, members=LOADED)
    after = _as_given(model, new_entity.doc, before, after)
    change = Differ(model, context.rules).compare(before, after)
    save_new_version(context, model, row.doc, doc, before, change)
    for name in ("version", "updatedAt", "updatedBy", "changeDescription", "deleted"):
        if name in doc:
            shown[name] = doc[name]
        else:
            shown.pop(name, None)
    fields = (new_entity.given & model.on_request) | model.fields_after("put")
    body = context.serialize(model, shown, fields, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def _merged(
    context: RequestContext, model: EntityModel, stored: dict[str, Any], new_entity: NewEntity
) -> dict[str, Any]:
    """Return the document a PUT makes of a stored one: the request says all it can say."""
    creatable_fields = model.creatable_fields
    kept = context.rules.names("kept_by_put", model.type)
    doc: dict[str, Any] = dict(new_entity.doc)
    doc |= {
        name: value
        for name, value in stored.items()
        if name not in creatable_fields or (name in kept and name not in new_entity.given)
    }
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
    """Add the labels that are there: a PUT never removes one."""
    accept = context.serializer.labels.accept
    if model.has_labels and stored.get("tags"):
        doc["tags"] = accept([*(doc.get("tags") or []), *stored["tags"]])
    for group in model.members:
        known = {
            member.get("fullyQualifiedName", member.get("name")): member
            for member, _ in walk_members(group, members_at(stored, group.path))
        }
        for member, _ in walk_members(group, members_at(doc, group.path)):
            held = known.get(member.get("fullyQualifiedName", member.get("name")), {}).get("tags")
            if held:
                member["tags"] = accept([*(member.get("tags") or []), *held])


def _as_given(
    model: EntityModel, given: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """Drop the empty label lists of new members, which the server does not have at that point."""
    for group in model.members:
        known = {
            member.get("fullyQualifiedName")
            for member, _ in walk_members(group, members_at(before, group.path))
        }
        told = {
            member.get("fullyQualifiedName"): member
            for member, _ in walk_members(group, members_at(given, group.path))
        }
        for member, _ in walk_members(group, members_at(after, group.path)):
            fqn = member.get("fullyQualifiedName")
            new = fqn is None or fqn not in known
            if new and member.get("tags") == [] and "tags" not in told.get(fqn, {}):
                del member["tags"]
    return after


def _links_by_put(context: RequestContext, model: EntityModel, new_entity: NewEntity) -> Links:
    """Return the references a PUT sets: those given, and none where a missing field means none."""
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


# one change by another way than a create request or a patch


def update(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    fields: dict[str, Any],
    links: Links | None = None,
    *,
    fold: bool = False,
) -> Result:
    """Set fields and references of an entity and answer with it; None takes a field away.

    That makes a version, or with ``fold`` is folded into the last one as a patch is.
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
    """Set fields of an entity that the server itself notes; None takes one away.

    What is tracked makes a version, or is folded into the last one as a patch is; the time of the
    last change stays.
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
    """Give the document its next version and keep the state before, or keep the version it has."""
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
    """Answer ``PATCH``: the operations are applied to the entity as the server loads it."""
    before = context.load_entity(model, row.doc)
    if isinstance(operations, list):
        operations = [one for one in operations if not _on_link(one)]
    patched = patch_apply.apply(before, operations)
    read = context.read_entity(model, patched, before)
    _check_untouchable(context, model, before, read)
    renamed = _renamed(context, model, row, read)
    for name in (*_KEPT, *context.rules.names("ignored_in_patches", model.type)):
        if name == "name" and renamed:
            continue
        if name in row.doc:
            read[name] = row.doc[name]
    doc, links = _taken_apart(context, model, row.doc, read)
    type_rules.check_patched(context, model, doc, links)
    reader = CreateRequestReader(context.tx, context.models)
    context.link(model, row.id, links)
    if renamed or _moved(model, row, links, context):
        _rename(context, model, row, doc, reader)
    else:
        reader.set_names(model, doc, _parents(context, model, row.id))
    _accept_labels(context, model, doc)
    if not context.caller.bot:
        doc = restore_secrets(model, doc, row.doc)
    context.store(model, doc)
    after = context.load_entity(model, doc, GIVEN)
    change = _compare_folding(context, model, row, before, after, doc)
    body = context.serialize(model, doc, model.for_update, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def _compare_folding(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    before: dict[str, Any],
    after: dict[str, Any],
    doc: dict[str, Any],
) -> Change:
    """Compare with the state before; newer servers fold one user's patches into one version."""
    differ = Differ(model, context.rules, patched=True)
    base = _folds_into(context, row)
    if base is None:
        change = differ.compare(before, after)
        save_new_version(context, model, row.doc, doc, before, change)
        return change
    change = differ.compare(base, after)
    # The server first takes its last version back, and what that breaks counts too.
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


def _folds_into(context: RequestContext, row: Row) -> dict[str, Any] | None:
    """Return the state a patch is counted from, where it is folded into the last version."""
    stored = row.doc
    told = stored.get("changeDescription")
    if (
        not context.rules.flag("patches_fold")
        or told is None
        or stored["version"] <= FIRST_VERSION
        or stored.get("updatedBy") != context.caller.name
        or context.now - stored.get("updatedAt", 0) > context.rules.flag("fold_within_ms")
    ):
        return None
    return context.tx.find_version(row.id, told["previousVersion"])


def _on_link(operation: Any) -> bool:
    """Tell whether a patch is about ``href``, which is not stored: such a patch does nothing."""
    return isinstance(operation, dict) and operation.get("path") == "/href"


def _check_untouchable(
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


def _renamed(context: RequestContext, model: EntityModel, row: Row, read: dict[str, Any]) -> bool:
    allowed = model.type in context.rules.table("renameable")["types"]
    renamed = allowed and read.get("name") not in (None, row.name)
    if renamed and row.doc.get("provider") == "system":
        raise bad_request(f"System entity [{row.name}] of type {model.type} can not be renamed.")
    return renamed


def _taken_apart(
    context: RequestContext, model: EntityModel, stored: dict[str, Any], read: dict[str, Any]
) -> tuple[dict[str, Any], Links]:
    """Split a patched entity into its document and what its reference fields name."""
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
                held = [item for item in _listed(read.get(name)) if not item.get("inherited")]
                if movable and name in model.hierarchy:
                    _check_named(context, held)
                field = model.references.get(name)
                named = [item if field is None else field.reference_in(item) for item in held]
                links[name] = [
                    (head.id, head.type)
                    for head in (reader.find_head(model, name, None, item) for item in named)
                ]
                if field is not None and field.inside is not None:
                    doc[name] = _told_of(field.inside, links[name], held)
        elif name in read and name not in {"votes", "href"}:
            doc[name] = read[name]
    return doc, links


def _check_named(context: RequestContext, parents: list[dict[str, Any]]) -> None:
    """Refuse a new parent that is named by its id alone, where the server looks for its FQN."""
    for parent in parents if context.rules.flag("moved_by_fqn") else ():
        if parent.get("fullyQualifiedName") is None:
            raise not_found(str(parent.get("type")), "null")


def _told_of(
    inside: str, pairs: list[tuple[str, str]], items: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return by id what is told of the entities that a list names, beside the reference."""
    return {
        id: {name: value for name, value in item.items() if name != inside}
        for (id, _), item in zip(pairs, items, strict=True)
    }


def _listed(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parents(context: RequestContext, model: EntityModel, id: str) -> Links:
    links: Links = {}
    for edge in context.tx.references_from([id], model.hierarchy):
        links.setdefault(edge.field, []).append((edge.target, edge.target_type))
    return links


def _moved(model: EntityModel, row: Row, links: Links, context: RequestContext) -> bool:
    """Tell whether a patch gave the entity another parent, which renames it too."""
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
    """Give the entity its new FQN and carry it on to everything below and to every label."""
    old = row.fqn
    reader.set_names(model, doc, _parents(context, model, row.id))
    new = doc["fullyQualifiedName"]
    if context.tx.head(model.type, new) is not None and new != old:
        raise already_exists()

    def moved(fqn: str) -> str:
        return new + fqn[len(old) :] if fqn == old or fqn.startswith(f"{old}.") else fqn

    context.tx.put(model.type, {**row.doc, "fullyQualifiedName": new, "name": doc["name"]})
    for below in context.tx.rows_below(old, context.rules.table("renameable")["types"]):
        below.doc["fullyQualifiedName"] = moved(below.fqn)
        context.tx.put(below.type, below.doc)
    for id in context.tx.ids_with_label(old):
        if id != row.id:
            _relabel(context, id, moved)


def _relabel(context: RequestContext, id: str, moved: Callable[[str], str]) -> None:
    held = context.tx.get(id)
    if held is None:
        return
    model = context.models[held.type]
    for carrier in label_carriers(model, held.doc):
        for label in carrier.get("tags") or ():
            label["tagFQN"] = moved(label["tagFQN"])
    context.store(model, held.doc)
