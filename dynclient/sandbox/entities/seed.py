"""What a fresh data file is filled with: people, roles, policies, tags, types, by ``seed.json``."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import CreateRequestReader, new_id
from dynclient.sandbox.entities.request_parsing import fill
from dynclient.sandbox.entities.tag_labels import label_uses
from dynclient.sandbox.rules import Version, is_for_release

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.schema.node import Node

ADMIN = "admin"
BOT = "ingestion-bot"


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the whole file."""
    text = resources.files("dynclient.sandbox").joinpath("seed.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def plant(context: RequestContext) -> None:
    """Make everything a fresh server has, in the session's transaction."""
    reader = CreateRequestReader(context.tx, context.models)
    for entry in document()["entities"]:
        if entry["type"] in context.models:
            _plant_one(context, reader, entry)
    if "type" in context.models:
        _plant_types(context)


def _plant_one(context: RequestContext, reader: CreateRequestReader, entry: dict[str, Any]) -> None:
    model = context.models[entry["type"]]
    if model.create is None:
        return
    given = _of_release(entry["create"], context.rules.version)
    body = fill(model.create, fit(model.create, given))
    new_entity = reader.build(model, body)
    forced = {name: value for name, value in entry.get("set", {}).items() if name in model.fields}
    doc = {**new_entity.doc, **forced, "id": new_id(), "version": 0.1}
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


def _of_release(value: Any, version: Version) -> Any:
    """Leave out the items of lists that are for other releases (``from``, ``until``)."""
    if isinstance(value, dict):
        return {name: _of_release(inner, version) for name, inner in value.items()}
    if isinstance(value, list):
        return [
            _of_release(item, version) for item in value
            if not isinstance(item, dict) or is_for_release(item, version)
        ]  # fmt: skip
    return value


def fit(node: Node, value: Any) -> Any:
    """Cut a value down to what a release knows: its fields, and its values of enumerations."""
    if isinstance(value, dict) and node.kind == "object":
        known = node.properties
        return {name: fit(known[name], inner) for name, inner in value.items() if name in known}
    if isinstance(value, list) and node.items is not None:
        items = node.items
        allowed = items.enum
        if allowed is not None:
            # An operation that a release does not know yet is none it could refuse.
            return [inner for inner in value if inner in allowed] or [allowed[0]]
        return [fit(items, inner) for inner in value]
    return value


ENTITY_MARK, FIELD_MARK = "@om-entity-type", "@om-field-type"
"""What schemas say of themselves that types are made of."""


def _plant_types(context: RequestContext) -> None:
    """Make the type entities: what the tree marks as types of entities and of fields."""
    release = context.models.release
    for path in release.paths:
        if path.startswith("entity/") and path.count("/") <= _DEEPEST:
            found = release.document(path)
            if ENTITY_MARK in str(found.get("$comment", "")):
                _plant_type(context, path, _stem(path), "entity", found)
        elif path.startswith("type/"):
            for name, found in (release.document(path).get("definitions") or {}).items():
                if isinstance(found, dict) and FIELD_MARK in str(found.get("$comment", "")):
                    _plant_type(context, path, name, "field", found)


_DEEPEST = 4
"""No entity lies further down; connectors do."""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _plant_type(
    context: RequestContext, path: str, name: str, category: str, schema: dict[str, Any]
) -> None:
    if context.tx.head("type", name) is not None:
        return
    space = path.rpartition("/")[0] if category == "entity" else path.removesuffix(".json")
    described = schema.get("description")
    doc = {
        "id": new_id(),
        "name": name,
        "fullyQualifiedName": name,
        "displayName": name,
        # Servers write the JSON of the text.
        "description": json.dumps(described, ensure_ascii=False) if described else name,
        "category": category,
        "nameSpace": space.rpartition("/")[2],
        "schema": json.dumps(schema, indent=2, separators=(",", " : "), ensure_ascii=False),
        "version": 0.1,
        "updatedAt": context.now,
        "updatedBy": ADMIN,
    }
    context.tx.put("type", doc)
