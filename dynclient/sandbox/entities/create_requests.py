"""Turn a create request into a new entity: resolve its references, set its FQNs."""

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
"""The (id, type) pairs that each reference field names."""


class NewEntity:
    """An entity that is not stored yet.

    Args:
        doc: its document, without references.
        links: its references.
        given: the fields that the request itself sets, without defaults.
    """

    def __init__(self, doc: dict[str, Any], links: Links, given: frozenset[str]) -> None:
        self.doc = doc
        self.links = links
        self.given = given


class CreateRequestReader:
    """Builds new entities from create requests, within one transaction."""

    def __init__(self, tx: Transaction, models: EntityModels) -> None:
        self._tx = tx
        self._models = models

    # from a create request

    def build(
        self, model: EntityModel, body: dict[str, Any], given: frozenset[str] | None = None
    ) -> NewEntity:
        """Return the entity that a valid create request describes.

        Args:
            model: of the entity.
            body: the request, with defaults.
            given: the fields that the request itself sets; None: all of ``body``.

        Raises the server's 404 for a name that does not exist.
        """
        doc: dict[str, Any] = {}
        links: Links = {}
        given = frozenset(body) if given is None else given
        not_copied = model.rules.names("not_copied", model.type)
        for name, node in model.node.properties.items():
            if name in not_copied:
                continue
            if name in model.references:
                if body.get(name) is not None and (name in given or body[name]):
                    links[name] = self.resolve(model, model.references[name], body[name])
                continue
            if name in model.inverse:
                if body.get(name) is not None and (name in given or body[name]):
                    links[name] = self._resolve_inverse(model, name, body[name])
                continue
            if body.get(name) is not None:
                doc[name] = fill(node, _as_object(node, body[name]))
                continue
            default = default_of(node)
            if default is not None:
                doc[name] = default
        self._copy_from_parent(model, doc, links)
        self.set_names(model, doc, links)
        return NewEntity(doc, links, given)

    def resolve(self, model: EntityModel, field: RefField, value: Any) -> list[tuple[str, str]]:
        """Return the (id, type) pairs that a field of a request names."""
        values = value if isinstance(value, list) else [value]
        return [self._pair(self._find(model, field, field.reference_in(item))) for item in values]

    def _find(self, model: EntityModel, field: RefField, value: Any) -> Head:
        """Return the entity that an item of a field names; raises the server's 404."""
        is_name = isinstance(value, str) and not _is_uuid(value)
        if field.type is not None or not is_name:
            return self.find_head(model, field.name, field.type, value)
        for type in field.choices or self._models.nearest_types(model.type):
            head = self._tx.head(type, value)
            if head is not None and not head.deleted:
                return head
        raise not_found(field.choices[0] if field.choices else field.name, value)

    def _resolve_inverse(self, model: EntityModel, name: str, value: Any) -> list[tuple[str, str]]:
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
        if _is_uuid(value) and _accepts_ids(model, name):
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

    def _copy_from_parent(self, model: EntityModel, doc: dict[str, Any], links: Links) -> None:
        """Copy the fields that a child has from its parent: service, database, serviceType."""
        parent = self.find_parent(model, links)
        if parent is None:
            return
        for name in model.copied_from_parent:
            if name in links:
                continue
            if parent[1] in {name, model.references[name].type}:
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
    def find_parent(model: EntityModel, links: Links) -> tuple[str, str] | None:
        """Return the (id, type) of the parent, or None for a top-level entity."""
        for name in model.hierarchy:
            if links.get(name):
                return links[name][0]
        return None

    # names

    def set_names(self, model: EntityModel, doc: dict[str, Any], links: Links) -> None:
        """Set the FQN of an entity and of its members."""
        rule = model.rules.table("fqn").get(model.type, {})
        doc["fullyQualifiedName"] = self._fqn(model, doc, links, rule)
        for group in model.members:
            if "fullyQualifiedName" in group.item.properties:
                names = {doc["fullyQualifiedName"]: members_at(doc, group.path)}
                _name_members(names, group.children)
        for display in rule.get("display", ()):
            for group in model.members:
                if group.path == tuple(display["path"]):
                    _set_display_types(members_at(doc, group.path), display)

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
        parent = self.find_parent(model, links)
        if parent is None:
            return quote(name)
        head = self._tx.heads([parent[0]])[parent[0]]
        if head.deleted and not rule.get("deleted_parent"):
            raise not_found(head.type, head.fqn)
        parent_fqn = head.fqn
        if model.rules.table("fqn").get(head.type, {}).get("verbatim"):
            parent_fqn = quote(parent_fqn)
        if "infix" in rule:
            parent_fqn = join(parent_fqn, rule["infix"])
        return join(parent_fqn, name)


def _as_object(node: Node, value: Any) -> Any:
    """Return a string of a request as the object that the entity has in its place."""
    if node.kind != "object" or not isinstance(value, str):
        return value
    text = next((name for name, child in node.properties.items() if child.kind == "string"), None)
    return value if text is None else {text: value}


def link_fqn(link: str) -> str:
    """Return the FQN of an entity link: ``<#E::table::a.b.c::columns::id>`` → ``a.b.c.id``."""
    parts = link.strip("<>").split("::")
    if len(parts) < 3:
        raise bad_request(f"Entity link was not found in {link}")
    fqn = parts[2]
    return join(fqn, parts[4]) if len(parts) > 4 else fqn


def _name_members(by_parent: dict[str, list[dict[str, Any]]], children: str | None) -> None:
    for parent, members in by_parent.items():
        for member in members:
            if member.get("name") is None:
                continue
            member["fullyQualifiedName"] = join(parent, str(member["name"]))
            below = member.get(children) if children else None
            if isinstance(below, list):
                _name_members({member["fullyQualifiedName"]: below}, children)


def _set_display_types(members: list[dict[str, Any]], rule: dict[str, Any]) -> None:
    """Fill in ``dataTypeDisplay`` where the server does."""
    for member in members:
        if member.get(rule["to"]) is None and member.get(rule["take"]) is not None:
            member[rule["to"]] = str(member[rule["take"]]).lower()


def new_id() -> str:
    """Return a new entity id."""
    return str(uuid.uuid4())


def _accepts_ids(model: EntityModel, name: str) -> bool:
    """Return whether a field of a create request accepts ids and not only names."""
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
