"""What a fresh data file is filled with: people, roles, policies, tags, types, by ``seed.json``."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.bodies import fill
from dynclient.sandbox.drafts import Drafter, new_id
from dynclient.sandbox.labels import used

if TYPE_CHECKING:
    from dynclient.sandbox.session import Session
    from dynclient.schema.node import Node

ADMIN = "admin"
BOT = "ingestion-bot"


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the whole file."""
    text = resources.files("dynclient.sandbox").joinpath("seed.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def plant(session: Session) -> None:
    """Make everything a fresh server has, in the session's transaction."""
    drafter = Drafter(session.tx, session.shapes)
    for entry in document()["entities"]:
        if entry["type"] in session.shapes:
            _plant_one(session, drafter, entry)
    if "type" in session.shapes:
        _plant_types(session)


def _plant_one(session: Session, drafter: Drafter, entry: dict[str, Any]) -> None:
    shape = session.shapes[entry["type"]]
    if shape.create is None:
        return
    body = fill(shape.create, fit(shape.create, entry["create"]))
    draft = drafter.from_request(shape, body)
    forced = {name: value for name, value in entry.get("set", {}).items() if name in shape.fields}
    doc = {**draft.doc, **forced, "id": new_id(), "version": 0.1}
    doc["updatedAt"] = session.now
    doc["updatedBy"] = ADMIN
    session.tx.put(shape.type, doc)
    session.tx.set_labels(doc["id"], used(shape, doc))
    links = dict(draft.links)
    for field, names in entry.get("links", {}).items():
        reference = shape.references.get(field)
        if reference is not None:
            links[field] = drafter.resolve(shape, reference, names)
    for field, target in session.rules.table("default_links").get(shape.type, {}).items():
        head = session.tx.head(target["type"], target["fqn"])
        if head is not None and head.id != doc["id"]:
            links.setdefault(field, [(head.id, head.type)])
    session.link(shape, doc["id"], links)


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


def _plant_types(session: Session) -> None:
    """Make the type entities: the field types, and one per type with custom properties."""
    shape = session.shapes["type"]
    release = session.shapes.release
    for name, entity in release.entities.items():
        document_ = release.document(entity.path)
        if "@om-entity-type" in str(document_.get("$comment", "")):
            space = entity.path.rpartition("/")[0].rpartition("/")[2]
            _plant_type(session, name, "entity", space, document_)
    for entry in document()["field_types"]:
        _plant_type(session, entry["name"], "field", "type", {}, entry["displayName"])
    del shape


def _plant_type(
    session: Session,
    name: str,
    category: str,
    space: str,
    schema: dict[str, Any],
    display: str | None = None,
) -> None:
    doc = {
        "id": new_id(),
        "name": name,
        "fullyQualifiedName": name,
        "displayName": display or str(schema.get("title", name)),
        "description": str(schema.get("description", name)),
        "category": category,
        "nameSpace": space,
        "schema": json.dumps(schema),
        "version": 0.1,
        "updatedAt": session.now,
        "updatedBy": ADMIN,
    }
    session.tx.put("type", doc)
