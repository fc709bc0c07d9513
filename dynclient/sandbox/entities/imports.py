"""Entities of a server, put into a data file as they are: with their ids, versions and references.

Nothing is created by a request, so nothing is checked, and no version or event is added. What is
derived from other entities is left out: it follows from them here as well.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.secret_fields import mask_secrets
from dynclient.sandbox.entities.serializer import DOWN, UP
from dynclient.sandbox.entities.tag_labels import label_carriers, label_uses, without_details
from dynclient.sandbox.entities.version_changes import FIRST_VERSION
from dynclient.sandbox.storage.store import LineageEdge

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Transaction

_STORED_RULES = {"properties", "embedded"}
"""Kinds of computed fields whose values come from what is stored with the entity."""
_VOTES = {"upVoters": UP, "downVoters": DOWN}
_KEPT = ("isAdmin", "isBot")
"""Fields of accounts of the sandbox that stay, so that its tokens do what they are for."""


def stored_fields(model: EntityModel) -> frozenset[str]:
    """Return the fields of an entity that the store has, and does not derive from others.

    Args:
        model: of the entity.
    """
    return frozenset(
        name
        for name in model.fields
        if name != "href" and name not in model.inverse and _is_stored(model, name)
    )


def _is_stored(model: EntityModel, name: str) -> bool:
    rule = derived_fields.rule_for(model, name)
    return rule is None or rule["kind"] in _STORED_RULES


def _embeds(model: EntityModel, name: str) -> bool:
    """Return whether a field has whole entities, which are stored as references to them."""
    rule = derived_fields.rule_for(model, name)
    return rule is not None and rule["kind"] == "embedded"


class EntityImport:
    """Puts entities of a server into a data file.

    Args:
        tx: the transaction.
        models: the entity models of the release.
    """

    def __init__(self, tx: Transaction, models: EntityModels) -> None:
        self._tx = tx
        self._models = models

    def add(self, entity_type: str, raw: dict[str, Any]) -> None:
        """Store an entity as a server returned it; an entity of the same name is replaced.

        Labels name their tags, and references the ids of what they refer to: these can be added
        later. Secrets are masked.

        Args:
            entity_type: name of the entity type.
            raw: the JSON of the entity.
        """
        model = self._models[entity_type]
        doc = self._document(model, copy.deepcopy(raw))
        links = {name: [*self._pairs(model, name, raw)] for name in model.references}
        links.update(self._embedded(model, raw, links))
        for name, field in _VOTES.items():
            voters = (raw.get("votes") or {}).get(name) or ()
            links[field] = [(each["id"], each["type"]) for each in voters]
        self._replace_own(model, doc)
        self._tx.put(model.type, doc)
        self._tx.set_labels(doc["id"], label_uses(model, doc))
        for name, pairs in links.items():
            self._tx.link(doc["id"], model.type, name, pairs)

    def _document(self, model: EntityModel, raw: dict[str, Any]) -> dict[str, Any]:
        kept = stored_fields(model) - model.references.keys() - {"votes"}
        kept -= {name for name in kept if _embeds(model, name)}
        doc = {name: raw[name] for name in model.fields if name in kept and name in raw}
        doc = {name: value for name, value in doc.items() if value is not None}
        doc["name"] = raw["name"]
        for name, field in model.references.items():
            if field.inside is not None:
                doc[name] = {
                    field.reference_in(item)["id"]: {
                        key: value for key, value in item.items() if key != field.inside
                    }
                    for item in raw.get(name) or ()
                    if field.inside in item
                }
        for carrier in label_carriers(model, doc):
            if carrier.get("tags"):
                carrier["tags"] = [
                    without_details(label, label["tagFQN"]) for label in carrier["tags"]
                ]
        return mask_secrets(model, doc)

    def _pairs(
        self, model: EntityModel, name: str, raw: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """Yield id and type of what a field refers to; not what is inherited from a parent."""
        field, value = model.references[name], raw.get(name)
        if derived_fields.rule_for(model, name) is not None or not value:
            return
        for item in value if isinstance(value, list) else [value]:
            reference = field.reference_in(item)
            if not reference.get("inherited"):
                yield reference["id"], reference["type"]

    def _embedded(
        self, model: EntityModel, raw: dict[str, Any], links: dict[str, Any]
    ) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Yield the references that a field has as whole entities: the suites of a test case."""
        for name in model.fields:
            rule = derived_fields.rule_for(model, name)
            item = model.node.properties[name].items
            if rule is None or item is None or not _embeds(model, name):
                continue
            found = self._models.release.entity_of(item.target.path)
            known = {id for field in rule["fields"] for id, _ in links.get(field, ())}
            if found is not None:
                listed = (each["id"] for each in raw.get(name) or ())
                yield name, [(id, found.name) for id in listed if id not in known]

    def _replace_own(self, model: EntityModel, doc: dict[str, Any]) -> None:
        """Give an entity that the sandbox created itself the id of the server's."""
        fqn = doc.get("fullyQualifiedName", doc["name"])
        own = self._tx.find(model.type, fqn)
        if own is None:
            return
        doc.update({name: own.doc[name] for name in _KEPT if name in own.doc})
        if own.id != doc["id"]:
            self._tx.replace_id(own.id, doc["id"])

    def add_head(self, entity_type: str, head: dict[str, Any]) -> None:
        """Store as much of an entity as a reference to it says.

        An entity of the same name that the sandbox created itself gets the id of the server's.

        Args:
            entity_type: name of the entity type.
            head: id, names, description, and whether it is deleted.
        """
        own = self._tx.find(entity_type, head.get("fullyQualifiedName", head["name"]))
        doc = {**head, "version": FIRST_VERSION, "updatedAt": 0}
        if own is not None:
            doc = {**own.doc, "id": head["id"]}
            self._tx.replace_id(own.id, head["id"])
        self._tx.put(entity_type, doc)

    def add_version(self, entity_type: str, raw: dict[str, Any]) -> None:
        """Store a past version of an entity, with its secrets masked.

        Args:
            entity_type: name of the entity type.
            raw: the JSON of the version.
        """
        masked = mask_secrets(self._models[entity_type], raw)
        self._tx.add_version(raw["id"], float(raw["version"]), masked)

    def add_edge(
        self,
        source: dict[str, Any],
        target: dict[str, Any],
        details: dict[str, Any] | None,
        pipeline: str | None,
    ) -> None:
        """Store an edge of lineage; its ends can be added later.

        Args:
            source: reference to the entity whose data flow.
            target: reference to the entity that they flow into.
            details: the details of the edge.
            pipeline: id of the pipeline that moves the data, if there is one.
        """
        edge = LineageEdge(source["id"], source["type"], target["id"], target["type"], details)
        self._tx.put_lineage(edge, pipeline)

    def remove_loose_ends(self) -> None:
        """Remove the edges and references whose ends were not added."""
        for table in ("lineage", "refs"):
            self._tx.query(
                f"delete from {table} where source not in (select id from entities)"  # noqa: S608
                " or target not in (select id from entities)"
            )
