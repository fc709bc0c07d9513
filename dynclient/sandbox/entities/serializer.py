"""Serialize entities: select fields, resolve references, add labels and links, mask secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.entity_model import MEMBER_EXTRAS
from dynclient.sandbox.entities.request_parsing import fill
from dynclient.sandbox.entities.secret_fields import encrypt_secrets, mask_secrets
from dynclient.sandbox.entities.tag_labels import Labels

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels, Members
    from dynclient.sandbox.storage.store import Head, Transaction

GIVEN = "given"
"""Members have the labels of the document; empty lists are left out."""
LOADED = "loaded"
"""Members have their labels, an empty list if there are none."""
HIDDEN = "hidden"
"""Members have no labels."""

UP, DOWN = "votes.up", "votes.down"
"""The reference fields that store votes."""

Linked = dict[str, list[tuple[str, str]]]
"""The (id, type) pairs that one field names, by entity id."""


class EntitySerializer:
    """Serializes entities of one transaction; links start with ``base``, None for no links.

    References that replace an empty field start with ``default_base`` without ``base``: the
    server keeps them, links included, from the responses in which they are.
    """

    def __init__(
        self,
        tx: Transaction,
        models: EntityModels,
        routes: dict[str, str],
        base: str | None,
        default_base: str | None = None,
    ) -> None:
        self._tx = tx
        self._models = models
        self._routes = routes
        self._base = base
        self._default_base = default_base if base is None else base
        self.labels = Labels(tx, models.rules)
        self._href_routes = {**routes, **models.rules.table("href_routes")}
        self._name_for_display = bool(models.rules.flag("display_name_in_references"))
        # What is loaded for a change is always marked, since inherited references do not change.
        self._marks_inherited = base is None or bool(models.rules.flag("inherited_marked"))
        self._lists_empty_voters = bool(models.rules.flag("voters_listed"))

    def href(self, type: str, id: str) -> str | None:
        """Return the link of an entity; None without links or without a collection."""
        return self._link(self._base, type, id)

    def _link(self, base: str | None, type: str, id: str) -> str | None:
        route = self._href_routes.get(type)
        return None if base is None or route is None else f"{base}{route}/{id}"

    def reference(
        self, head: Head, *, inherited: bool = False, style: str = "full", default: bool = False
    ) -> dict[str, Any]:
        """Return the EntityReference of an entity.

        ``style`` is the form in the field: ``full``, ``unlinked`` (no link), ``short`` (names
        only) or ``key`` (id and type). ``default`` is whether it replaces an empty field.
        """
        if style == "key":
            return {"id": head.id, "type": head.type}
        out: dict[str, Any] = {
            "id": head.id,
            "type": head.type,
            "name": head.name,
            "fullyQualifiedName": head.fqn,
        }
        if style == "short":
            return out
        if head.description:
            out["description"] = head.description
        display = head.display or (head.name if self._name_for_display else None)
        if display:
            out["displayName"] = display
        if head.type not in self._models or self._models[head.type].entity.deleted:
            out["deleted"] = head.deleted
        if inherited and self._marks_inherited:
            out["inherited"] = True
        base = self._default_base if default else self._base
        link = self._link(base, head.type, head.id) if style == "full" else None
        if link is not None:
            out["href"] = link
        return out

    def serialize(
        self,
        model: EntityModel,
        docs: Sequence[dict[str, Any]],
        fields: Collection[str],
        *,
        members: str = HIDDEN,
        own_link: bool = True,
        mask: bool = True,
        encrypt: bool = False,
    ) -> list[dict[str, Any]]:
        """Return stored documents of one type as response bodies.

        Args:
            model: of the entities.
            docs: the stored documents.
            fields: the fields to include of those that are returned on request only.
            members: how labels of members are included: ``GIVEN``, ``LOADED`` or ``HIDDEN``.
            own_link: whether to include ``href`` of the entities themselves.
            mask: whether to mask secrets.
            encrypt: whether to encrypt secrets instead, in the fields where servers do.
        """
        fields = frozenset(fields)
        linked, inherited, defaults = self._links(model, docs, fields)
        heads = self._tx.heads(
            target for per in linked.values() for pairs in per.values() for target, _ in pairs
        )
        out = []
        styles = model.rules.table("reference_styles")
        for doc in docs:
            body = self._serialize_one(model, doc, fields, members)
            for name, per in linked.items():
                many = model.inverse[name].many if name in model.inverse else name not in (
                    model.references
                ) or model.references[name].many  # fmt: skip
                style = styles.get(f"{model.type}.{name}", "full")
                found = [
                    self.reference(
                        heads[id],
                        inherited=(doc["id"], name) in inherited,
                        style=style,
                        default=(doc["id"], name) in defaults,
                    )
                    for id, _ in per.get(doc["id"], ())
                    if id in heads
                ]
                if name in model.references and model.references[name].inside is not None:
                    body[name] = _with_details(model, name, doc, found)
                elif many:
                    body[name] = found
                elif found:
                    body[name] = found[0]
            link = self.href(model.type, doc["id"]) if own_link else None
            if link is not None:
                body["href"] = link
            ordered = {name: body[name] for name in model.fields if body.get(name) is not None}
            if encrypt:
                encrypted = model.rules.names("encrypted_after_changes", model.type)
                ordered = encrypt_secrets(model, ordered, encrypted)
            out.append(mask_secrets(model, ordered) if mask and not encrypt else ordered)
        return out

    # references

    def _links(
        self, model: EntityModel, docs: Sequence[dict[str, Any]], fields: Collection[str]
    ) -> tuple[dict[str, Linked], set[tuple[str, str]], set[tuple[str, str]]]:
        """Return what each field names, and where that is inherited or replaces nothing."""
        ids = [doc["id"] for doc in docs]
        wanted = [
            name for name in model.references
            if (name not in model.on_request or name in fields)
            and derived_fields.rule_for(model, name) is None
        ]  # fmt: skip
        linked: dict[str, Linked] = {name: {} for name in wanted}
        for edge in self._tx.references_from(ids, wanted):
            linked[edge.field].setdefault(edge.source, []).append((edge.target, edge.target_type))
        self._add_symmetric(model, ids, linked)
        defaults = self._add_defaults(model, ids, linked)
        for name, inverse in model.inverse.items():
            if name in model.on_request and name not in fields:
                continue
            per: Linked = {}
            for edge in self._tx.references_to(ids, inverse.fields, inverse.types):
                pairs = per.setdefault(edge.target, [])
                if (edge.source, edge.source_type) not in pairs:
                    pairs.append((edge.source, edge.source_type))
            linked[name] = per
        for name in model.fields:
            rule = derived_fields.rule_for(model, name)
            if rule is None or rule["kind"] != "roles" or name not in fields:
                continue
            linked[name] = {
                doc["id"]: derived_fields.compute(self._tx, model, rule, doc) for doc in docs
            }
        inherited = self._inherit(model, ids, linked)
        return linked, inherited, defaults

    def _add_symmetric(
        self, model: EntityModel, ids: Sequence[str], linked: dict[str, Linked]
    ) -> None:
        """Add the other side of symmetric relations such as "related to"."""
        for name in model.rules.names("symmetric", model.type) & set(linked):
            for edge in self._tx.references_to(ids, [name], [model.type]):
                pairs = linked[name].setdefault(edge.target, [])
                if (edge.source, edge.source_type) not in pairs:
                    pairs.append((edge.source, edge.source_type))

    def _add_defaults(
        self, model: EntityModel, ids: Sequence[str], linked: dict[str, Linked]
    ) -> set[tuple[str, str]]:
        """Add the meaning of an empty field: a user without a team is in the organization.

        Returns the ids of the entities and the names of their empty fields.
        """
        out: set[tuple[str, str]] = set()
        for name, target in model.rules.table("empty_means").get(model.type, {}).items():
            if name not in linked:
                continue
            head = self._tx.head(target["type"], target["fqn"])
            for id in ids:
                if head is not None and not linked[name].get(id):
                    linked[name][id] = [(head.id, head.type)]
                    out.add((id, name))
        return out

    def _inherit(
        self, model: EntityModel, ids: Sequence[str], linked: dict[str, Linked]
    ) -> set[tuple[str, str]]:
        """Fill empty owners, domains … from the nearest parent that has them."""
        if self._base is None and not self._marks_inherited:
            # Where a reference does not say that it is inherited, a change is not about it.
            return set()
        fields = model.rules.names("inherited", model.type)
        out: set[tuple[str, str]] = set()
        for name in sorted(fields & set(linked)):
            per = linked[name]
            climbing = {id: id for id in ids if not per.get(id)}
            current = model
            while climbing and current.hierarchy:
                climbing, current = self._step_up(current, climbing)
                if current is None:
                    break
                found: Linked = {}
                for edge in self._tx.references_from(list(set(climbing.values())), [name]):
                    found.setdefault(edge.source, []).append((edge.target, edge.target_type))
                for id, above in list(climbing.items()):
                    if above in found:
                        per[id] = found[above]
                        out.add((id, name))
                        del climbing[id]
        return out

    def _step_up(self, model: EntityModel, climbing: dict[str, str]) -> tuple[dict[str, str], Any]:
        """Replace every id by its parent's; all parents have one type, as rows of a page have."""
        parents: dict[str, tuple[str, str]] = {}
        order = {name: place for place, name in enumerate(model.hierarchy)}
        edges = self._tx.references_from(list(set(climbing.values())), model.hierarchy)
        for edge in sorted(edges, key=lambda edge: -order[edge.field]):
            parents[edge.source] = (edge.target, edge.target_type)
        climbed = {id: parents[now][0] for id, now in climbing.items() if now in parents}
        types = [type for _, type in parents.values()]
        return climbed, self._models[types[0]] if types and types[0] in self._models else None

    # other fields

    def _serialize_one(
        self, model: EntityModel, doc: dict[str, Any], fields: frozenset[str], members: str
    ) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for name in model.fields:
            if name in model.references or name in model.inverse or name == "href":
                continue
            if name in model.on_request and name not in fields:
                continue
            if name == "tags" and model.has_labels:
                body[name] = self.labels.serialize(doc.get(name) or [])
                continue
            if name == "votes":
                body[name] = self._votes(doc["id"])
                continue
            self._add_field(model, name, doc, body)
        for group in model.members:
            self._add_members(group, body, members)
            if fields & MEMBER_EXTRAS & set(group.item.properties) and len(group.path) == 1:
                found = derived_fields.metrics(self._tx, doc["id"])
                for member in body.get(group.path[0]) or ():
                    member["customMetrics"] = found.get(member["name"], [])
        return body

    def _add_field(
        self, model: EntityModel, name: str, doc: dict[str, Any], body: dict[str, Any]
    ) -> None:
        """Add a field: computed if a rule says so, otherwise as it is stored."""
        rule = derived_fields.rule_for(model, name)
        if rule is not None and rule["kind"] == "server":
            if self._base is not None:
                body[name] = self._connection(model, name, rule)
        elif rule is not None and rule["kind"] == "embedded":
            body[name] = self._embedded_entities(rule, doc)
        elif rule is not None and rule["kind"] == "properties":
            definitions = doc.get(name) or ()
            if definitions or self._base is not None:
                body[name] = [self._property_definition(each) for each in definitions]
        elif rule is not None and rule["kind"] != "roles":
            body[name] = derived_fields.compute(self._tx, model, rule, doc)
        elif name in doc:
            body[name] = doc[name]

    def _connection(self, model: EntityModel, name: str, rule: dict[str, Any]) -> Any:
        """Return the connection to this server, for what runs elsewhere."""
        return fill(model.node.properties[name], {"hostPort": self._base, **rule["values"]})

    def add_connections(self, model: EntityModel, body: dict[str, Any]) -> dict[str, Any]:
        """Return a past version of an entity with its connections to the server, as of now."""
        rules = {name: derived_fields.rule_for(model, name) for name in model.fields}
        more = {
            name: self._connection(model, name, rule)
            for name, rule in rules.items()
            if rule is not None and rule["kind"] == "server"
        }
        merged = {**body, **more}
        return {name: merged[name] for name in model.fields if name in merged} if more else body

    def _embedded_entities(self, rule: dict[str, Any], doc: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the entities that some fields name as whole bodies, without links."""
        out = []
        bare = EntitySerializer(self._tx, self._models, self._routes, None)
        for edge in self._tx.references_from([doc["id"]], rule["fields"]):
            row = self._tx.get(edge.target)
            if row is not None:
                fields = {"owner", "owners"} & self._models[row.type].on_request
                found = bare.serialize(self._models[row.type], [row.doc], fields, own_link=False)
                marks = rule.get("marked", {}).get(edge.field, {})
                out += [{**body, **marks} for body in found]
        return out

    def _property_definition(self, definition: dict[str, Any]) -> dict[str, Any]:
        """Return the definition of a custom property with a link to the type of its values."""
        kind = definition["propertyType"]
        link = self.href(kind["type"], kind["id"])
        return (
            definition if link is None else {**definition, "propertyType": {**kind, "href": link}}
        )

    def _add_members(self, group: Members, body: dict[str, Any], mode: str) -> None:
        holder = body
        for step in group.path[:-1]:
            below = holder.get(step)
            if not isinstance(below, dict):
                return
            holder[step] = dict(below)
            holder = holder[step]
        listed = holder.get(group.path[-1])
        if isinstance(listed, list):
            holder[group.path[-1]] = self._members(group, listed, mode)

    def _members(self, group: Members, listed: Iterable[Any], mode: str) -> list[Any]:
        out = []
        labelled = "tags" in group.item.properties
        for member in listed:
            if not isinstance(member, dict):
                out.append(member)
                continue
            own = {name: value for name, value in member.items() if name != "tags"}
            tags = member.get("tags")
            if labelled and (mode == LOADED or (mode == GIVEN and tags is not None)):
                own["tags"] = self.labels.serialize(tags or [])
            if group.children is not None and isinstance(own.get(group.children), list):
                own[group.children] = self._members(group, own[group.children], mode)
            out.append(own)
        return out

    def _votes(self, id: str) -> dict[str, Any]:
        edges = self._tx.references_from([id], [UP, DOWN])
        heads = self._tx.heads(edge.target for edge in edges)
        voters: dict[str, list[dict[str, Any]]] = {UP: [], DOWN: []}
        for edge in edges:
            if edge.target in heads:
                voters[edge.field].append(self.reference(heads[edge.target], style="unlinked"))
        up, down = voters[UP], voters[DOWN]
        out: dict[str, Any] = {"upVotes": len(up), "downVotes": len(down)}
        if self._lists_empty_voters or up:
            out["upVoters"] = up
        if self._lists_empty_voters or down:
            out["downVoters"] = down
        return out


def _with_details(
    model: EntityModel, name: str, doc: dict[str, Any], references: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return references with the stored details of each: ``{"relationType": …, "term": …}``."""
    node, inside = model.node.properties[name].items, model.references[name].inside
    details = doc.get(name) or {}
    out = []
    for reference in references:
        if node is None or inside is None:
            continue
        more = fill(node, {**details.get(reference["id"], {}), inside: None})
        item = {**more, inside: reference}
        out.append({key: item[key] for key in node.properties if key in item})
    return out
