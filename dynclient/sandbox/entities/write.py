"""Creating and changing entities: POST, PUT and PATCH."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, type_rules
from dynclient.sandbox.entities.create_requests import CreateRequestReader, Links, NewEntity, new_id
from dynclient.sandbox.entities.request_context import FIRST, RequestContext
from dynclient.sandbox.entities.secret_fields import unmasked
from dynclient.sandbox.entities.serializer import GIVEN, LOADED
from dynclient.sandbox.entities.tag_labels import carriers, each_list, walk_members
from dynclient.sandbox.entities.version_changes import Change, Differ, next_version
from dynclient.sandbox.http_errors import UnhandledServerError, bad_request, exists, not_found
from dynclient.sandbox.routing import Result

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Row

_KEPT = ("id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href")
"""What a patch cannot change; attempts are ignored."""


def _draft(
    context: RequestContext,
    shape: EntityModel,
    raw: Any,
    verb: str,
    values: dict[str, Any] | None = None,
) -> NewEntity:
    """Read a create request and prepare what it asks for; raises every refusal of the server."""
    if shape.create is None:
        raise bad_request(f"{shape.type} can not be created")
    if raw is None:
        owner = "getOwners" if "owners" in shape.create.properties else "getOwner"
        raise UnhandledServerError(
            f'Cannot invoke "org.openmetadata.schema.CreateEntity.{owner}()"'
            ' because "request" is null'
        )
    body = context.read(shape.create, raw)
    type_rules.before(context, shape, body, verb)
    if body.get("name") is None:
        raise bad_request("[name must not be null]")
    given = frozenset(name for name, value in raw.items() if value is not None)
    draft = CreateRequestReader(context.tx, context.shapes).from_request(shape, body, given)
    type_rules.after(context, shape, body, draft)
    draft.doc.update(values or {})
    return draft


def _accept_labels(context: RequestContext, shape: EntityModel, doc: dict[str, Any]) -> None:
    for carrier in carriers(shape, doc):
        if carrier.get("tags"):
            carrier["tags"] = context.linked.labels.accepted(carrier["tags"])


def create(
    context: RequestContext, shape: EntityModel, raw: Any, values: dict[str, Any] | None = None
) -> Result:
    """Answer ``POST collection``: 201, or 409 where the FQN is taken; ``values`` are set, too."""
    draft = _draft(context, shape, raw, "create", values)
    if context.tx.head(shape.type, draft.doc["fullyQualifiedName"]) is not None:
        raise exists()
    return insert(context, shape, draft)


def upsert(
    context: RequestContext, shape: EntityModel, raw: Any, values: dict[str, Any] | None = None
) -> Result:
    """Answer ``PUT collection``: 201 for a new entity, 200 for one that is there."""
    draft = _draft(context, shape, raw, "upsert", values)
    row = context.tx.find(shape.type, draft.doc["fullyQualifiedName"])
    if row is None:
        made = insert(context, shape, draft)
        return made._replace(change="entityCreated", location=None)
    return _replace(context, shape, row, draft)


def insert(context: RequestContext, shape: EntityModel, draft: NewEntity) -> Result:
    """Store a draft that is complete, and answer with what it became."""
    _accept_labels(context, shape, draft.doc)
    doc = {
        **draft.doc,
        "id": new_id(),
        "version": FIRST,
        "updatedAt": context.now,
        "updatedBy": context.caller.name,
    }
    context.store(shape, doc)
    taken = type_rules.links_taken_over(context, shape, draft.links)
    links = {**type_rules.default_links(context, shape, draft.links), **draft.links, **taken}
    context.link(shape, doc["id"], links)
    fields = ((draft.given | taken.keys()) & shape.on_request) | shape.shown_after("create")
    body = context.answer(shape, doc, fields, members=GIVEN)
    if "votes" in body and "votes" not in draft.given:
        body["votes"] = {name: body["votes"][name] for name in ("upVotes", "downVotes")}
    return Result(201, body, location=context.linked.href(shape.type, doc["id"]))


# PUT on what is there


def _replace(context: RequestContext, shape: EntityModel, row: Row, draft: NewEntity) -> Result:
    for name, message in context.rules.table("needed_by_put").get("*", {}).items():
        if row.doc.get(name) and name in shape.sayable and not draft.doc.get(name):
            raise bad_request(message)
    before = context.whole(shape, row.doc)
    doc = _merged(context, shape, row.doc, draft)
    _accept_labels(context, shape, doc)
    shown = copy.deepcopy(doc)
    _merge_labels(context, shape, row.doc, doc)
    if doc.get("tags") and "tags" in draft.given:
        shown["tags"] = doc["tags"]
    context.store(shape, doc)
    context.link(shape, row.id, _links_by_put(context, shape, draft))
    after = context.whole(shape, doc, members=LOADED)
    after = _as_given(shape, draft.doc, before, after)
    change = Differ(shape, context.rules).compare(before, after)
    advance(context, shape, row.doc, doc, before, change)
    for name in ("version", "updatedAt", "updatedBy", "changeDescription", "deleted"):
        if name in doc:
            shown[name] = doc[name]
        else:
            shown.pop(name, None)
    fields = (draft.given & shape.on_request) | shape.shown_after("put")
    body = context.answer(shape, shown, fields, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def _merged(
    context: RequestContext, shape: EntityModel, stored: dict[str, Any], draft: NewEntity
) -> dict[str, Any]:
    """Return the document a PUT makes of a stored one: the request says all it can say."""
    sayable = shape.sayable
    kept = context.rules.names("kept_by_put", shape.type)
    doc: dict[str, Any] = dict(draft.doc)
    doc |= {
        name: value
        for name, value in stored.items()
        if name not in sayable or (name in kept and name not in draft.given)
    }
    doc["id"] = stored["id"]
    if "deleted" in stored:
        doc["deleted"] = False
    if context.caller.bot:
        for name in ("description", "displayName"):
            if stored.get(name):
                doc[name] = stored[name]
    if context.rules.flag("mask_keeps_secret"):
        doc = unmasked(shape, doc, stored)
    return doc


def _merge_labels(
    context: RequestContext, shape: EntityModel, stored: dict[str, Any], doc: dict[str, Any]
) -> None:
    """Add the labels that are there: a PUT never removes one."""
    accepted = context.linked.labels.accepted
    if shape.labelled and stored.get("tags"):
        doc["tags"] = accepted([*(doc.get("tags") or []), *stored["tags"]])
    for group in shape.members:
        known = {
            member.get("fullyQualifiedName", member.get("name")): member
            for member, _ in walk_members(group, each_list(stored, group.path))
        }
        for member, _ in walk_members(group, each_list(doc, group.path)):
            held = known.get(member.get("fullyQualifiedName", member.get("name")), {}).get("tags")
            if held:
                member["tags"] = accepted([*(member.get("tags") or []), *held])


def _as_given(
    shape: EntityModel, given: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """Drop the empty label lists of new members, which the server does not have at that point."""
    for group in shape.members:
        known = {
            member.get("fullyQualifiedName")
            for member, _ in walk_members(group, each_list(before, group.path))
        }
        told = {
            member.get("fullyQualifiedName"): member
            for member, _ in walk_members(group, each_list(given, group.path))
        }
        for member, _ in walk_members(group, each_list(after, group.path)):
            fqn = member.get("fullyQualifiedName")
            new = fqn is None or fqn not in known
            if new and member.get("tags") == [] and "tags" not in told.get(fqn, {}):
                del member["tags"]
    return after


def _links_by_put(context: RequestContext, shape: EntityModel, draft: NewEntity) -> Links:
    """Return the references a PUT sets: those given, and none where a missing field means none."""
    links = dict(draft.links)
    kept = context.rules.names("references_kept_by_put", shape.type)
    for name in (*shape.references, *shape.inverse):
        if name in links or name in kept or name not in shape.sayable:
            continue
        links[name] = []
    return {**links, **{
        name: pairs
        for name, pairs in type_rules.default_links(context, shape, draft.links).items()
        if not links.get(name)
    }}  # fmt: skip


# one change by another way than a create request or a patch


def change(
    context: RequestContext,
    shape: EntityModel,
    row: Row,
    fields: dict[str, Any],
    links: Links | None = None,
    *,
    fold: bool = False,
) -> Result:
    """Set fields and references of an entity and answer with it; None takes a field away.

    That makes a version, or with ``fold`` is folded into the last one as a patch is.
    """
    before = context.whole(shape, row.doc)
    doc = {name: value for name, value in {**row.doc, **fields}.items() if value is not None}
    _accept_labels(context, shape, doc)
    context.store(shape, doc)
    context.link(shape, row.id, links or {})
    after = context.whole(shape, doc)
    if fold:
        change = _compare_folding(context, shape, row, before, after, doc)
    else:
        change = Differ(shape, context.rules).compare(before, after)
        advance(context, shape, row.doc, doc, before, change)
    body = context.answer(shape, doc, shape.for_update, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def note(context: RequestContext, shape: EntityModel, row: Row, fields: dict[str, Any]) -> None:
    """Set fields of an entity that the server itself notes; None takes one away.

    What is tracked makes a version, or is folded into the last one as a patch is; the time of the
    last change stays.
    """
    before = context.whole(shape, row.doc)
    doc = {**row.doc, **fields}
    doc = {name: value for name, value in doc.items() if value is not None}
    if not fields or doc == row.doc:
        return
    context.store(shape, doc)
    _compare_folding(context, shape, row, before, context.whole(shape, doc), doc)
    for name in ("updatedAt", "updatedBy"):
        doc[name] = row.doc[name]
    context.store(shape, doc)


# versions


def advance(
    context: RequestContext,
    shape: EntityModel,
    stored: dict[str, Any],
    doc: dict[str, Any],
    before: dict[str, Any],
    change: Change,
) -> None:
    """Give the document its next version and keep the state before, or keep the version it has."""
    if change:
        context.remember(shape, stored, before)
        doc["version"] = next_version(stored["version"], major=change.major)
        doc["changeDescription"] = change.description(stored["version"])
        doc["updatedAt"] = context.now
        doc["updatedBy"] = context.caller.name
    else:
        for name in ("version", "updatedAt", "updatedBy", "changeDescription"):
            if name in stored:
                doc[name] = stored[name]
    context.store(shape, doc)


# PATCH


def patch(context: RequestContext, shape: EntityModel, row: Row, operations: Any) -> Result:
    """Answer ``PATCH``: the operations are applied to the entity as the server loads it."""
    before = context.whole(shape, row.doc)
    if isinstance(operations, list):
        operations = [one for one in operations if not _on_link(one)]
    patched = patch_apply.apply(before, operations)
    read = context.read_entity(shape, patched, before)
    _check_untouchable(context, shape, before, read)
    renamed = _renamed(context, shape, row, read)
    for name in (*_KEPT, *context.rules.names("ignored_in_patches", shape.type)):
        if name == "name" and renamed:
            continue
        if name in row.doc:
            read[name] = row.doc[name]
    doc, links = _taken_apart(context, shape, row.doc, read)
    type_rules.after_patch(context, shape, doc, links)
    drafter = CreateRequestReader(context.tx, context.shapes)
    context.link(shape, row.id, links)
    if renamed or _moved(shape, row, links, context):
        _rename(context, shape, row, doc, drafter)
    else:
        drafter.name(shape, doc, _parents(context, shape, row.id))
    _accept_labels(context, shape, doc)
    if not context.caller.bot:
        doc = unmasked(shape, doc, row.doc)
    context.store(shape, doc)
    after = context.whole(shape, doc, GIVEN)
    change = _compare_folding(context, shape, row, before, after, doc)
    body = context.answer(shape, doc, shape.for_update, members=GIVEN)
    return Result(200, body, change="entityUpdated" if change else "entityNoChange")


def _compare_folding(
    context: RequestContext,
    shape: EntityModel,
    row: Row,
    before: dict[str, Any],
    after: dict[str, Any],
    doc: dict[str, Any],
) -> Change:
    """Compare with the state before; newer servers fold one user's patches into one version."""
    differ = Differ(shape, context.rules, patched=True)
    base = _folds_into(context, row)
    if base is None:
        change = differ.compare(before, after)
        advance(context, shape, row.doc, doc, before, change)
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
    context.store(shape, doc)
    return change


def _folds_into(context: RequestContext, row: Row) -> dict[str, Any] | None:
    """Return the state a patch is counted from, where it is folded into the last version."""
    stored = row.doc
    told = stored.get("changeDescription")
    if (
        not context.rules.flag("patches_fold")
        or told is None
        or stored["version"] <= FIRST
        or stored.get("updatedBy") != context.caller.name
        or context.now - stored.get("updatedAt", 0) > context.rules.flag("fold_within_ms")
    ):
        return None
    return context.tx.past(row.id, told["previousVersion"])


def _on_link(operation: Any) -> bool:
    """Tell whether a patch is about ``href``, which is not stored: such a patch does nothing."""
    return isinstance(operation, dict) and operation.get("path") == "/href"


def _check_untouchable(
    context: RequestContext, shape: EntityModel, before: dict[str, Any], read: dict[str, Any]
) -> None:
    if read.get("name") is None:
        raise UnhandledServerError("null")
    if any(before.get(name) for name in shape.hierarchy) and not any(
        read.get(name) for name in shape.hierarchy
    ):
        raise UnhandledServerError(
            'Cannot invoke "org.openmetadata.schema.type.EntityReference.getId()"'
            ' because "ref" is null'
        )
    for name in sorted(shape.node.required):
        if before.get(name) is not None and read.get(name) is None and name != "id":
            raise UnhandledServerError(f'Cannot invoke "java.lang.Object" because "{name}" is null')
    fixed = context.rules.table("fixed_by_patches").get(shape.type, {})
    for name, message in fixed.items():
        if before.get(name) != read.get(name):
            raise bad_request(message.format(**before))
    if bool(before.get("deleted")) != bool(read.get("deleted")):
        raise bad_request(f"{shape.type} attribute deleted can't be modified")


def _renamed(context: RequestContext, shape: EntityModel, row: Row, read: dict[str, Any]) -> bool:
    allowed = shape.type in context.rules.table("renameable")["types"]
    renamed = allowed and read.get("name") not in (None, row.name)
    if renamed and row.doc.get("provider") == "system":
        raise bad_request(f"System entity [{row.name}] of type {shape.type} can not be renamed.")
    return renamed


def _taken_apart(
    context: RequestContext, shape: EntityModel, stored: dict[str, Any], read: dict[str, Any]
) -> tuple[dict[str, Any], Links]:
    """Split a patched entity into its document and what its reference fields name."""
    drafter = CreateRequestReader(context.tx, context.shapes)
    doc = {
        name: value
        for name, value in stored.items()
        if name in shape.on_request and name not in shape.for_update
    }
    movable = shape.type in context.rules.table("renameable")["types"]
    links: Links = {}
    for name in shape.fields:
        if name in shape.references or name in shape.inverse:
            if (
                name in shape.for_update
                or (movable and name in shape.hierarchy)
                or (
                    name not in shape.on_request
                    and name not in shape.hierarchy
                    and name not in shape.handed_down
                )
            ):
                held = [item for item in _listed(read.get(name)) if not item.get("inherited")]
                if movable and name in shape.hierarchy:
                    _check_named(context, held)
                field = shape.references.get(name)
                named = [item if field is None else field.reference_in(item) for item in held]
                links[name] = [
                    (head.id, head.type)
                    for head in (drafter.head_of(shape, name, None, item) for item in named)
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


def _parents(context: RequestContext, shape: EntityModel, id: str) -> Links:
    links: Links = {}
    for edge in context.tx.edges([id], shape.hierarchy):
        links.setdefault(edge.field, []).append((edge.target, edge.target_type))
    return links


def _moved(shape: EntityModel, row: Row, links: Links, context: RequestContext) -> bool:
    """Tell whether a patch gave the entity another parent, which renames it too."""
    if shape.type not in context.rules.table("renameable")["types"]:
        return False
    doc = dict(row.doc)
    CreateRequestReader(context.tx, context.shapes).name(
        shape, doc, _parents(context, shape, row.id)
    )
    return bool(doc["fullyQualifiedName"] != row.fqn) and any(links.get(n) for n in shape.hierarchy)


def _rename(
    context: RequestContext,
    shape: EntityModel,
    row: Row,
    doc: dict[str, Any],
    drafter: CreateRequestReader,
) -> None:
    """Give the entity its new FQN and carry it on to everything below and to every label."""
    old = row.fqn
    drafter.name(shape, doc, _parents(context, shape, row.id))
    new = doc["fullyQualifiedName"]
    if context.tx.head(shape.type, new) is not None and new != old:
        raise exists()

    def moved(fqn: str) -> str:
        return new + fqn[len(old) :] if fqn == old or fqn.startswith(f"{old}.") else fqn

    context.tx.put(shape.type, {**row.doc, "fullyQualifiedName": new, "name": doc["name"]})
    for below in context.tx.below(old, context.rules.table("renameable")["types"]):
        below.doc["fullyQualifiedName"] = moved(below.fqn)
        context.tx.put(below.type, below.doc)
    for id in context.tx.labelled(old):
        if id != row.id:
            _relabel(context, id, moved)


def _relabel(context: RequestContext, id: str, moved: Callable[[str], str]) -> None:
    held = context.tx.get(id)
    if held is None:
        return
    shape = context.shapes[held.type]
    for carrier in carriers(shape, held.doc):
        for label in carrier.get("tags") or ():
            label["tagFQN"] = moved(label["tagFQN"])
    context.store(shape, held.doc)
