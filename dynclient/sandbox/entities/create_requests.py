"""From a create request to a draft of the entity: references resolved, FQNs made."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.names import join, quote
from dynclient.sandbox.entities.request_parsing import default_of, fill
from dynclient.sandbox.entities.tag_labels import members_at, walk_members
from dynclient.sandbox.http_errors import bad_request, not_found

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels, RefField
    from dynclient.sandbox.storage.store import Head, Transaction
    from dynclient.schema.node import Node

Links = dict[str, list[tuple[str, str]]]
"""Per reference field the (id, type) pairs it names."""


class NewEntity:
    """An entity in the making: ``doc`` without references, ``links``, what was ``given``."""

    def __init__(self, doc: dict[str, Any], links: Links, given: frozenset[str]) -> None:
        self.doc = doc
        self.links = links
        self.given = given


class CreateRequestReader:
    """Makes drafts within one transaction."""

    def __init__(self, tx: Transaction, models: EntityModels) -> None:
        self._tx = tx
        self._models = models

    # from a create request

    def build(
        self, model: EntityModel, body: dict[str, Any], given: frozenset[str] | None = None
    ) -> NewEntity:
        """Return the draft of what a checked create request asks for; raises 404 for unknown names.

        ``given`` are the fields the request itself set, without defaults.
        """
        doc: dict[str, Any] = {}
        links: Links = {}
        given = frozenset(body) if given is None else given
        for name, node in model.node.properties.items():
            if name in model.references:
                if body.get(name) is not None and (name in given or body[name]):
                    links[name] = self.resolve(model, model.references[name], body[name])
                continue
            if name in model.inverse:
                if body.get(name) is not None and (name in given or body[name]):
                    links[name] = self._inverse(model, name, body[name])
                continue
            if body.get(name) is not None:
                doc[name] = fill(node, _wrapped(node, body[name]))
                continue
            default = default_of(node)
            if default is not None:
                doc[name] = default
        self._hand_down(model, doc, links)
        self.set_names(model, doc, links)
        return NewEntity(doc, links, given)

    def resolve(self, model: EntityModel, field: RefField, value: Any) -> list[tuple[str, str]]:
        """Return what a field of a request names, as (id, type) pairs."""
        values = value if isinstance(value, list) else [value]
        return [
            self._pair(self.find_head(model, field.name, field.type, field.reference_in(item)))
            for item in values
        ]

    def _inverse(self, model: EntityModel, name: str, value: Any) -> list[tuple[str, str]]:
        inverse = model.inverse[name]
        type = inverse.types[0] if inverse.types else None
        values = value if isinstance(value, list) else [value]
        return [self._pair(self.find_head(model, name, type, item)) for item in values]

    @staticmethod
    def _pair(head: Head) -> tuple[str, str]:
        return head.id, head.type

    def find_head(self, model: EntityModel, name: str, type: str | None, value: Any) -> Head:
        """Return the entity that a reference, an FQN or an id names; raises the server's 404."""
        if isinstance(value, dict):
            return self._by_reference(value)
        if _is_uuid(value) and _may_be_id(model, name):
            found = self._tx.heads([value]).get(value)
            if found is not None:
                return found
        if type is None:
            raise bad_request(f"{model.type}.{name} can not be resolved")
        head = self._tx.head(type, value)
        if head is None or head.deleted:
            raise not_found(type, value)
        return head

    def _by_reference(self, value: dict[str, Any]) -> Head:
        type = value.get("type")
        id = value.get("id")
        if id is not None:
            found = self._tx.heads([id]).get(id)
            if found is None or (type is not None and found.type != type):
                raise not_found(str(type), id)
            return found
        fqn = value.get("fullyQualifiedName") or value.get("name") or ""
        head = self._tx.head(str(type), fqn)
        if head is None:
            raise not_found(str(type), fqn)
        return head

    def _hand_down(self, model: EntityModel, doc: dict[str, Any], links: Links) -> None:
        """Take over from the parent what a child shows of it: service, database, serviceType."""
        parent = self.parent(model, links)
        if parent is None:
            return
        for name in model.copied_from_parent:
            if name in links:
                continue
            if parent[1] == name:
                links[name] = [parent]
            else:
                links[name] = [
                    (edge.target, edge.target_type)
                    for edge in self._tx.references_from([parent[0]], [name])
                ]
        if "serviceType" in model.node.properties and "serviceType" not in doc:
            row = self._tx.get(parent[0])
            if row is not None and "serviceType" in row.doc:
                doc["serviceType"] = row.doc["serviceType"]

    @staticmethod
    def parent(model: EntityModel, links: Links) -> tuple[str, str] | None:
        """Return the (id, type) of the parent, or None at the top."""
        for name in model.hierarchy:
            if links.get(name):
                return links[name][0]
        return None

    # names

    def set_names(self, model: EntityModel, doc: dict[str, Any], links: Links) -> None:
        """Set the FQN of the draft and of its members."""
        rule = model.rules.table("fqn").get(model.type, {})
        doc["fullyQualifiedName"] = self._fqn(model, doc, links, rule)
        for group in model.members:
            if "fullyQualifiedName" in group.item.properties:
                names = {doc["fullyQualifiedName"]: members_at(doc, group.path)}
                _name_members(names, group.children)
        for told in rule.get("display", ()):
            for group in model.members:
                if group.path == tuple(told["path"]):
                    _display(members_at(doc, group.path), told)

    def _fqn(
        self, model: EntityModel, doc: dict[str, Any], links: Links, rule: dict[str, Any]
    ) -> str:
        name = doc["name"]
        if rule.get("kept"):
            return str(doc.get("fullyQualifiedName") or quote(name))
        if "link" in rule:
            return join(link_fqn(doc[rule["link"]]), name)
        if rule.get("verbatim"):
            return str(name)
        parent = self.parent(model, links)
        if parent is None:
            return quote(name)
        head = self._tx.heads([parent[0]])[parent[0]]
        if head.deleted and not rule.get("deleted_parent"):
            raise not_found(head.type, head.fqn)
        above = head.fqn
        if model.rules.table("fqn").get(head.type, {}).get("verbatim"):
            above = quote(above)
        if "infix" in rule:
            above = join(above, rule["infix"])
        return join(above, name)


def _wrapped(node: Node, value: Any) -> Any:
    """Return what a request tells in one text as the object that the entity has there."""
    if node.kind != "object" or not isinstance(value, str):
        return value
    text = next((name for name, child in node.properties.items() if child.kind == "string"), None)
    return value if text is None else {text: value}


def link_fqn(link: str) -> str:
    """Return the FQN a link points at: ``<#E::table::a.b.c::columns::id>`` → ``a.b.c.id``."""
    parts = link.strip("<>").split("::")
    if len(parts) < 3:
        raise bad_request(f"Entity link was not found in {link}")
    fqn = parts[2]
    return join(fqn, parts[4]) if len(parts) > 4 else fqn


def _name_members(named: dict[str, list[dict[str, Any]]], children: str | None) -> None:
    for parent, listed in named.items():
        for member in listed:
            if member.get("name") is None:
                continue
            member["fullyQualifiedName"] = join(parent, str(member["name"]))
            below = member.get(children) if children else None
            if isinstance(below, list):
                _name_members({member["fullyQualifiedName"]: below}, children)


def _display(listed: list[dict[str, Any]], told: dict[str, Any]) -> None:
    """Fill in ``dataTypeDisplay`` where the server does."""
    for member in listed:
        if member.get(told["to"]) is None and member.get(told["take"]) is not None:
            member[told["to"]] = str(member[told["take"]]).lower()


def new_id() -> str:
    """Return a fresh entity id."""
    return str(uuid.uuid4())


def _may_be_id(model: EntityModel, name: str) -> bool:
    """Tell whether a field of a create request may hold ids, rather than names alone."""
    node = None if model.create is None else model.create.properties.get(name)
    if node is not None and node.kind == "array":
        node = node.items
    return node is None or node.kind != "string" or node.format == "uuid"


def _is_uuid(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 36:
        return False
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


__all__ = ["CreateRequestReader", "Links", "NewEntity", "link_fqn", "new_id", "walk_members"]
