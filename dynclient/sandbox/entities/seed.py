"""The content of a new data file: users, roles, policies, tags and types, by ``seed.json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import type_rules, write
from dynclient.sandbox.entities.create_requests import CreateRequestReader, new_id
from dynclient.sandbox.entities.request_parsing import fill
from dynclient.sandbox.entities.tag_labels import label_uses
from dynclient.sandbox.entities.version_changes import FIRST_VERSION
from dynclient.sandbox.json_codec import packaged_document
from dynclient.sandbox.rules import Version, is_for_release

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.schema.node import Node

ADMIN = "admin"
BOT = "ingestion-bot"


def fill_data_file(context: RequestContext) -> None:
    """Create the entities that a new server has, in the context's transaction."""
    reader = CreateRequestReader(context.tx, context.models)
    for entry in packaged_document("seed.json")["entities"]:
        if entry["type"] in context.models and is_for_release(entry, context.rules.version):
            create = _install if entry.get("installed") else _create_entity
            create(context, reader, entry)
    if "type" in context.models:
        _create_types(context)


def _create_entity(
    context: RequestContext, reader: CreateRequestReader, entry: dict[str, Any]
) -> None:
    model = context.models[entry["type"]]
    if model.create is None:
        return
    body = _body(model.create, entry, context.rules.version)
    new_entity = reader.build(model, body)
    fixed = {name: value for name, value in entry.get("set", {}).items() if name in model.fields}
    doc = {**new_entity.doc, **fixed, "id": new_id(), "version": FIRST_VERSION}
    doc["updatedAt"] = context.now
    doc["updatedBy"] = ADMIN
    context.tx.put(model.type, doc)
    context.tx.set_labels(doc["id"], label_uses(model, doc))
    links = dict(new_entity.links)
    for field, names in entry.get("links", {}).items():
        reference = model.references.get(field)
        if reference is not None:
            links[field] = reader.resolve(model, reference, names)
    for field, target in context.rules.table("default_links").get(model.type, {}).items():
        head = context.tx.head(target["type"], target["fqn"])
        if head is not None and head.id != doc["id"]:
            links.setdefault(field, [(head.id, head.type)])
    context.link(model, doc["id"], links)


def _install(context: RequestContext, reader: CreateRequestReader, entry: dict[str, Any]) -> None:
    """Create an entity with all that a server creates along with it: an app and its bot."""
    model = context.models[entry["type"]]
    body = _body(model.create or model.node, entry, context.rules.version)
    new_entity = reader.build(model, body, frozenset(entry["create"]))
    type_rules.complete_entity(context, model, body, new_entity)
    write.insert(context, model, new_entity)


def _body(node: Node, entry: dict[str, Any], version: Version) -> dict[str, Any]:
    body: dict[str, Any] = fill(node, fit(node, _for_release(entry["create"], version)))
    return body


def _for_release(value: Any, version: Version) -> Any:
    """Leave out list items that are limited to other releases (``from``, ``until``)."""
    if isinstance(value, dict):
        return {name: _for_release(inner, version) for name, inner in value.items()}
    if isinstance(value, list):
        return [
            _for_release(item, version) for item in value
            if not isinstance(item, dict) or is_for_release(item, version)
        ]  # fmt: skip
    return value


def fit(node: Node, value: Any) -> Any:
    """Reduce a value to the fields and enumeration values that a release has."""
    if isinstance(value, dict) and node.kind == "object":
        known = node.properties
        return {name: fit(known[name], inner) for name, inner in value.items() if name in known}
    if isinstance(value, list) and node.items is not None:
        items = node.items
        allowed = items.enum
        if allowed is not None:
            # A rule must not be empty where the release has none of its operations.
            return [inner for inner in value if inner in allowed] or [allowed[0]]
        return [fit(items, inner) for inner in value]
    return value


ENTITY_MARK, FIELD_MARK = "@om-entity-type", "@om-field-type"
"""Marks in ``$comment`` of the schemas that become type entities."""


def _create_types(context: RequestContext) -> None:
    """Create the type entities: schemas that are marked as entity types or field types."""
    release = context.models.release
    for path in release.paths:
        if path.startswith("entity/") and path.count("/") <= _DEEPEST:
            schema = release.document(path)
            if ENTITY_MARK in str(schema.get("$comment", "")):
                _create_type(context, path, _stem(path), "entity", schema)
        elif path.startswith("type/"):
            for name, schema in (release.document(path).get("definitions") or {}).items():
                if isinstance(schema, dict) and FIELD_MARK in str(schema.get("$comment", "")):
                    _create_type(context, path, name, "field", schema)


_DEEPEST = 4
"""Schemas in deeper folders are those of connectors, not of entities."""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _create_type(
    context: RequestContext, path: str, name: str, category: str, schema: dict[str, Any]
) -> None:
    if context.tx.head("type", name) is not None:
        return
    space = path.rpartition("/")[0] if category == "entity" else path.removesuffix(".json")
    description = schema.get("description")
    doc = {
        "id": new_id(),
        "name": name,
        "fullyQualifiedName": name,
        "displayName": name,
        # Servers store the description as a JSON string.
        "description": json.dumps(description, ensure_ascii=False) if description else name,
        "category": category,
        "nameSpace": space.rpartition("/")[2],
        "schema": json.dumps(schema, indent=2, separators=(",", " : "), ensure_ascii=False),
        "version": FIRST_VERSION,
        "updatedAt": context.now,
        "updatedBy": ADMIN,
    }
    context.tx.put("type", doc)
