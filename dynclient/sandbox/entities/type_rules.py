"""Checks and completions beyond the schema: named steps that ``rules.json`` lists per type."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import custom_property_values, event_filters
from dynclient.sandbox.entities.create_requests import (
    CreateRequestReader,
    Links,
    NewEntity,
    link_fqn,
    new_id,
)
from dynclient.sandbox.entities.request_parsing import fill
from dynclient.sandbox.entities.version_changes import FIRST_VERSION
from dynclient.sandbox.http_errors import (
    UnhandledServerError,
    already_exists,
    bad_request,
    not_found,
)

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.sandbox.storage.store import Head

Rule = dict[str, Any]


def prepare_request(
    context: RequestContext, model: EntityModel, body: dict[str, Any], verb: str
) -> None:
    """Validate and complete a create request, in place.

    Args:
        context: of the request.
        model: of the entity.
        body: the request body.
        verb: ``create`` or ``upsert``; a rule may apply to one of them only.
    """
    for name in ("owner", "owners"):
        if body.get(name):
            check_owners(context, body[name] if isinstance(body[name], list) else [body[name]])
    custom_property_values.check(context, model.type, body.get("extension"))
    _drop_plain_extension(body)
    for rule in _rules(context, model):
        step = _REQUEST_STEPS.get(rule["step"])
        if step is not None and rule.get("verb", verb) == verb:
            step(context, model, body, rule)


def complete_entity(
    context: RequestContext, model: EntityModel, body: dict[str, Any], new_entity: NewEntity
) -> None:
    """Complete a new entity, in place."""
    for rule in _rules(context, model):
        step = _ENTITY_STEPS.get(rule["step"])
        if step is not None:
            step(context, model, body, new_entity, rule)


def check_patched(
    context: RequestContext, model: EntityModel, doc: dict[str, Any], links: Links
) -> None:
    """Validate an entity after a patch."""
    heads = context.tx.heads(id for name in ("owner", "owners") for id, _ in links.get(name, ()))
    check_owners(context, [{"id": head.id, "type": head.type} for head in heads.values()])
    custom_property_values.check(context, model.type, doc.get("extension"))
    _drop_plain_extension(doc)
    for rule in _rules(context, model):
        message = context.rules.flag("connection_removed")
        if rule["step"] == "connection" and message and "connection" not in doc:
            raise UnhandledServerError(message)
        if rule["step"] in _PATCH_STEPS:
            _REQUEST_STEPS[rule["step"]](context, model, doc, rule)


def _drop_plain_extension(doc: dict[str, Any]) -> None:
    """Remove an extension that is not an object; servers store its properties one by one."""
    if not isinstance(doc.get("extension", {}), dict):
        del doc["extension"]


def default_links(context: RequestContext, model: EntityModel, links: Links) -> Links:
    """Return the references of an entity that sets none: a user's team, a team's parent."""
    out: Links = {}
    defaults = context.rules.table("default_links").get(model.type, {})
    for field, target in defaults.items():
        if links.get(field):
            continue
        head = context.tx.head(target["type"], target["fqn"])
        if head is not None:
            out[field] = [(head.id, head.type)]
    return out


def copy_links(context: RequestContext, model: EntityModel, links: Links) -> Links:
    """Return the references that a new entity copies from its parent, by release.

    Unlike inherited references they are the entity's own from then on.
    """
    out: Links = {}
    for field, above in context.rules.table("links_taken_over").get(model.type, {}).items():
        edges = context.tx.references_from([id for id, _ in links.get(above, ())], [field])
        if edges and not links.get(field):
            out[field] = [(edge.target, edge.target_type) for edge in edges]
    return out


def _rules(context: RequestContext, model: EntityModel) -> list[Rule]:
    table = context.rules.table("preparations")
    return [*table.get("*", ()), *table.get(model.type, ())]


# owners


def check_owners(context: RequestContext, owners: list[dict[str, Any]]) -> None:
    """Raise the server's 400 for invalid owners: a team that is not a group; more by release."""
    if context.rules.flag("owner_types_checked"):
        _check_owner_types([owner.get("type") for owner in owners])
    for owner in owners:
        row = context.tx.get(str(owner.get("id")))
        kind = row.doc.get("teamType") if row is not None and row.type == "team" else "Group"
        if kind != "Group":
            raise bad_request(
                f"Team of type {kind} can't own entities. Only Team of type Group can own entities."
            )


def _check_owner_types(types: list[Any]) -> None:
    """Raise the server's 400 unless the owners are users or one team."""
    for type in types:
        if type not in {"user", "team"}:
            raise bad_request(
                f"Entity of type {type} can't be the owner. Only Team of type Group or a User can"
                " own entities."
            )
    if "team" in types:
        if "user" in types:
            raise bad_request(
                "Data Assets can have up to 5 users or a Team but not both as owners."
            )
        if len(types) > 1:
            raise bad_request("Only One Team is allowed to own Data Assets.")


# steps that validate or complete the request


def _name_by_email(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    body["name"] = str(body["email"]).partition("@")[0]


def _lower(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    for name in rule["fields"]:
        if isinstance(body.get(name), str):
            body[name] = body[name].lower()


def _unique(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    """Raise the server's 409 for a second entity with the same value of a field."""
    field = rule["field"]
    where = f"e.type = ? and json_extract(e.doc, '$.{field}') = ? and e.name <> ?"
    if context.tx.count(where, (model.type, body[field], body["name"])):
        raise already_exists()


def _columns(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    columns: Any = body
    for step in rule["path"]:
        columns = columns.get(step) if isinstance(columns, dict) else None
    if isinstance(columns, list):
        _check_columns(columns)


_WITH_LENGTH = {"CHAR", "VARCHAR", "BINARY", "VARBINARY"}


def _check_columns(columns: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for column in columns:
        kind = column.get("dataType")
        if kind in _WITH_LENGTH and column.get("dataLength") is None:
            raise bad_request(
                "For column data types char, varchar, binary, varbinary dataLength must not be null"
            )
        if kind == "ARRAY" and column.get("arrayDataType") is None:
            raise bad_request("For column data type array, arrayDataType must not be null")
        if kind == "STRUCT" and not column.get("children"):
            raise bad_request("For column data type struct, children must not be null")
        name = str(column.get("name"))
        if name in seen:
            raise bad_request(f"Column name {name} is repeated")
        seen.add(name)
        if column.get("children"):
            _check_columns(column["children"])


def _constraints(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    known = {column.get("name") for column in body.get("columns") or ()}
    for constraint in body.get("tableConstraints") or ():
        for name in constraint.get("columns") or ():
            if name not in known:
                raise bad_request("Invalid column name found in table constraint")


def _not_empty(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Raise the server's 400, or its 500 for a check that the server forgot."""
    if body.get(rule["field"]) or not body.get(rule.get("if", "name")):
        return
    message = rule["message"].format(**body)
    raise UnhandledServerError(message) if rule.get("unhandled") else bad_request(message)


def _connection(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Read ``connection.config`` by ``serviceType``; raise the server's 400 if it does not fit."""
    connection = body.get("connection")
    if not isinstance(connection, dict) or not isinstance(connection.get("config"), dict):
        return
    kind = body.get("serviceType")
    config = connection["config"]
    node = model.node.properties["connection"].properties.get("config")
    branches = node.branches if node is not None else ()
    for branch in branches:
        tag = branch.properties.get("type")
        if tag is None or not tag.enum or kind not in tag.enum:
            continue
        unknown = [name for name in config if name not in branch.properties]
        if (unknown and branch.closed) or config.get("type") not in (None, *tag.enum):
            field = unknown[0] if unknown else "type"
            message = context.rules.flag("connection_unfit")
            raise bad_request(message.format(name=body["name"], type=kind, field=field))
        connection["config"] = fill(branch, config, unions=True)
        return


def _connection_below(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Fill in defaults of the connection that a workflow tests."""
    node = model.node.properties.get(rule["field"])
    if node is not None and isinstance(body.get(rule["field"]), dict):
        body[rule["field"]] = fill(node, body[rule["field"]], unions=True)


def _conditions(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Raise the server's 400 for rules whose conditions call unknown functions."""
    for each in body.get(rule["list"]) or ():
        condition = str(each.get("condition") or "")
        if condition.count("(") > condition.count(")"):
            raise bad_request(
                f"Failed to parse - Expression [{condition}] @{condition.rindex('(')}: EL1051E:"
                " Unexpectedly ran out of arguments"
            )
        for name in re.findall(r"(\w+)\s*\(", condition):
            if name not in rule["functions"]:
                raise bad_request(
                    f"Failed to evaluate - EL1004E: Method call: Method {name}() cannot be found"
                )


def _team(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    """Raise the server's 400 for a second organization and for parents of the wrong type."""
    kind = body.get("teamType", "Group")
    if kind == "Organization":
        raise bad_request(
            "Only one Organization is allowed. New Organization type can't be created"
        )
    for id in body.get("parents") or ():
        row = context.tx.get(id) if isinstance(id, str) else None
        above = row.doc.get("teamType") if row is not None else None
        if row is not None and kind not in rule["below"].get(above, (kind,)):
            raise bad_request(
                f"Team {row.name} of type {above} can't be of parent of team {body['name']} of type"
                f" {kind}"
            )


def _bot_user(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    name = body["botUser"]
    user = context.tx.find("user", name) if isinstance(name, str) else None
    if user is None:
        return
    if not user.doc.get("isBot"):
        raise bad_request(f"User [{user.name}] is not a bot user")
    for edge in context.tx.references_to([user.id], ["botUser"], [model.type]):
        bot = context.tx.get(edge.source)
        if bot is not None and bot.name != body["name"]:
            raise bad_request(f"Bot user [{user.name}] is already used by [{bot.name}] bot")


def _linked(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    """Raise the server's 404 for a link to a missing entity: ``<#E::table::a.b.c>``."""
    parts = str(body.get(rule["field"]) or "").strip("<>").split("::")
    if len(parts) > 2 and parts[1] in context.models:
        head = context.tx.head(parts[1], parts[2])
        if head is None or head.deleted:
            raise not_found(parts[1], parts[2])


def _parameters(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Raise the server's 400 for a test without the parameters that its definition requires."""
    named = body.get(rule["definition"])
    key = named.get("fullyQualifiedName") if isinstance(named, dict) else named
    row = context.tx.find(rule["definition"], str(key))
    given = {one.get("name") for one in body.get("parameterValues") or ()}
    for parameter in (row.doc.get("parameterDefinition") or ()) if row is not None else ():
        if parameter.get("required") and parameter.get("name") not in given:
            raise bad_request("Required parameter value is not passed in parameterValues")


def _named_by_digest(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Name an entity without a name by the digest of its text, which must be unique then."""
    if not body.get("name") and body.get(rule["take"]):
        text = str(body[rule["take"]])
        body["name"] = _digest_of(text)
        where = f"e.type = ? and json_extract(e.doc, '$.{rule['take']}') = ? and e.name <> ?"
        if context.tx.count(where, (model.type, text, body["name"])):
            raise already_exists()


def _named_after(
    context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule
) -> None:
    """Name an entity after the entity that it belongs to; the requested name is ignored."""
    named = next((body[field] for field in rule["fields"] if body.get(field)), None)
    if isinstance(named, dict):
        named = named.get("fullyQualifiedName")
    head = context.tx.head(rule["type"], named) if isinstance(named, str) else None
    if head is not None:
        body["name"] = f"{head.fqn}.{rule['suffix']}"


def _among(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    """Raise the server's 400 for list items that the entity in another field does not define."""
    field = model.references.get(rule["of"])
    named = body.get(rule["of"])
    row = context.tx.find(str(field.type), named) if field and isinstance(named, str) else None
    if row is None:
        return
    known = {one.get("name") for one in row.doc.get(rule["in"]) or ()}
    for one in body.get(rule["list"]) or ():
        if one.get("name") not in known:
            raise bad_request(rule["message"].format(**one))


def _values(context: RequestContext, model: EntityModel, body: dict[str, Any], rule: Rule) -> None:
    """Delete the values of custom properties that are removed from a type."""
    row = context.tx.find(model.type, str(body["name"]))
    before = (row.doc.get(custom_property_values.FIELD) or ()) if row is not None else ()
    kept = {one["name"] for one in body.get(custom_property_values.FIELD) or ()}
    custom_property_values.remove_values(
        context, str(body["name"]), {one["name"] for one in before} - kept
    )


_REQUEST_STEPS: dict[str, Callable[[Any, Any, dict[str, Any], Rule], None]] = {
    "name_by_email": _name_by_email,
    "lower": _lower,
    "unique": _unique,
    "columns": _columns,
    "constraints": _constraints,
    "not_empty": _not_empty,
    "connection": _connection,
    "team": _team,
    "connection_below": _connection_below,
    "conditions": _conditions,
    "bot_user": _bot_user,
    "values": _values,
    "linked": _linked,
    "parameters": _parameters,
    "named_by_digest": _named_by_digest,
    "named_after": _named_after,
    "among": _among,
}
_PATCH_STEPS = {"columns", "connection", "constraints", "values"}


# steps that complete the new entity


def _set(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    for name, value in rule["values"].items():
        new_entity.doc.setdefault(name, value)


def _spell(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Spell the values of a field in list items as the server does."""
    for member in new_entity.doc.get(rule["list"]) or ():
        if isinstance(member.get(rule["field"]), list):
            member[rule["field"]] = [rule["words"].get(one, one) for one in member[rule["field"]]]


def _sort(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Sort lists of scalars in list items, as the server stores them."""
    for member in new_entity.doc.get(rule["list"]) or ():
        for field in rule["fields"]:
            if isinstance(member.get(field), list):
                member[field] = sorted(member[field])


def _digest(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    if new_entity.doc.get(rule["take"]) is not None:
        text = str(new_entity.doc[rule["take"]])
        new_entity.doc[rule["to"]] = _digest_of(text)


def _ids(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Add an id to list items without one."""
    for item in new_entity.doc.get(rule["list"]) or ():
        item.setdefault("id", new_id())


def _take_from(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Copy fields from the entity with the same name and another type: an app's definition."""
    row = context.tx.find(rule["type"], str(new_entity.doc["fullyQualifiedName"]))
    if row is None:
        raise not_found(rule["type"], str(new_entity.doc["name"]))
    for name in model.fields:
        if name in row.doc and name not in new_entity.given and name not in rule["but"]:
            new_entity.doc[name] = row.doc[name]


def _unset(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Remove fields that only have a default of the schema, which the server does not set."""
    for name in rule["fields"]:
        if name not in new_entity.given:
            new_entity.doc.pop(name, None)


def _own_bot(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Refer to the bot that acts for the entity; create it and its user if they do not exist."""
    if rule["field"] in new_entity.links:
        return
    name = f"{new_entity.doc['name']}Bot"
    user = _find_or_create(context, "user", {
        "name": name, "displayName": new_entity.doc.get("displayName"), "isBot": True,
        "email": f"{name}@openmetadata.org",
        "authenticationMechanism": {"authType": "JWT", "config": {"JWTTokenExpiry": "Unlimited"}},
    })  # fmt: skip
    bot = _find_or_create(context, "bot", {"name": name, "botUser": user.fqn})
    new_entity.links[rule["field"]] = [(bot.id, bot.type)]


def _find_or_create(context: RequestContext, type: str, body: dict[str, Any]) -> Head:
    """Return an entity that the server itself needs; create it if it does not exist."""
    model = context.models[type]
    for rule in _rules(context, model):
        if rule["step"] in _NAMING_STEPS:
            _REQUEST_STEPS[rule["step"]](context, model, body, rule)
    new_entity = CreateRequestReader(context.tx, context.models).build(model, body)
    existing = context.tx.head(type, new_entity.doc["fullyQualifiedName"])
    if existing is not None:
        return existing
    doc = {
        **new_entity.doc, "id": new_id(), "version": FIRST_VERSION, "updatedAt": context.now,
        "updatedBy": context.caller.name,
    }  # fmt: skip
    context.store(model, doc)
    context.link(model, doc["id"], default_links(context, model, {}) | new_entity.links)
    return context.tx.heads([doc["id"]])[doc["id"]]


def _link_fqn(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    new_entity.doc[rule["to"]] = link_fqn(str(new_entity.doc[rule["take"]]))


def _copy(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Copy a value of the request to another field."""
    if body.get(rule["take"]) is not None:
        value = body[rule["take"]]
        new_entity.doc[rule["to"]] = (
            {rule["key"]: value, **rule["into"]} if "into" in rule else value
        )


def _event_filters(
    context: RequestContext,
    model: EntityModel,
    body: dict[str, Any],
    new_entity: NewEntity,
    rule: Rule,
) -> None:
    """Set the rules that the filters of a subscription become, for the known types of alerts."""
    resources = body.get("resources")
    if not resources or body.get("alertType") not in rule["alerts"]:
        return
    filters = (body.get("input") or {}).get("filters") or ()
    new_entity.doc[rule["to"]]["rules"] = [
        event_filters.filtering_rule(context.rules, resources[0], each) for each in filters
    ]


def _digest_of(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_NAMING_STEPS = ("name_by_email", "lower")
"""The steps that name an entity."""

_ENTITY_STEPS: dict[str, Callable[[Any, Any, dict[str, Any], NewEntity, Rule], None]] = {
    "own_bot": _own_bot,
    "unset": _unset,
    "set": _set,
    "event_filters": _event_filters,
    "sort": _sort,
    "spell": _spell,
    "copy": _copy,
    "digest": _digest,
    "ids": _ids,
    "take_from": _take_from,
    "link_fqn": _link_fqn,
}
