"""Relations between glossary terms, and terms moved to another place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import flat
from dynclient.extensions.base import CollectionEntity, CollectionExtension, not_supported
from dynclient.extensions.entity_parts import requesting_fields
from dynclient.extensions.reference_lookup import Reference, reference, references

_RELATED, _PARENT = "relatedTerms", "parent"
_TERM, _TYPE = "term", "relationType"
_DEFAULT_TYPE = "relatedTo"
_TYPED_SINCE = "1.13"
_PLACES = ("glossaryTerm", "glossary")
"""What a term may be moved to, in the order in which a name is looked up."""


class GlossaryTerms(CollectionExtension):
    """Relations and places of glossary terms: ``om.glossary_terms.move(term, "Sales")``."""

    name = "terms"
    operations = "glossary_terms"

    def add_relation(self, target: Any, *terms: Any, type: str | None = None) -> CollectionEntity:
        """Relate a term to others; relations that it has stay.

        Args:
            target: the term, by id, name or itself; only its identity is used.
            terms: the other terms, by id, name or themselves.
            type: the type of the relation, such as ``synonym``; ``relatedTo`` by default.

        Returns:
            The term as the server has it now.

        Raises:
            BadArguments: a term does not exist. Nothing is sent.
            NotSupported: relations of the release have no types.
        """
        kind = self._relation_type(type)
        new = self._terms("add_relation", terms)

        def change(state: Any) -> None:
            current = model.raw(state).get(_RELATED) or []
            known = {(_term(each)["id"], each.get(_TYPE)) for each in current}
            added = [
                {_TERM: each, _TYPE: kind} if kind else each
                for each in new
                if (each["id"], kind) not in known
            ]
            if added:
                state[_RELATED] = [*current, *added]

        return self.edit(target, change, fields=[_RELATED])

    def remove_relation(
        self, target: Any, *terms: Any, type: str | None = None
    ) -> CollectionEntity:
        """Remove the relations of a term to others.

        Args:
            target: the term, by id, name or itself.
            terms: the other terms.
            type: the type of the relations to remove; None removes those of all types.

        Returns:
            The term as the server has it now.
        """
        kind = None if type is None else self._relation_type(type)
        unwanted = {each["id"] for each in self._terms("remove_relation", terms)}

        def change(state: Any) -> None:
            current = model.raw(state).get(_RELATED) or []
            kept = [
                each
                for each in current
                if _term(each)["id"] not in unwanted or (kind and each.get(_TYPE) != kind)
            ]
            if len(kept) != len(current):
                state[_RELATED] = kept

        return self.edit(target, change, fields=[_RELATED])

    def relations_graph(
        self, target: Any, depth: int = 1, types: str | Sequence[str] | None = None
    ) -> Any:
        """Return the terms around a term as JSON, ``{"nodes": […], "edges": […]}``.

        Args:
            target: the term, by id, name or itself.
            depth: how many relations away the terms may be.
            types: the types of relations to follow; None follows all.

        Raises:
            NotFound: the term does not exist.
            NotSupported: relations of the release have no types.
        """
        arguments = {"id": self.id_of(target), "depth": depth, "types": types}
        return self.call("relations_graph", arguments)

    def relation_type_usage(self) -> dict[str, int]:
        """Return the number of relations of each type, over all terms."""
        found = self.call("relation_type_usage")
        return {str(name): int(count) for name, count in found.items()}

    def move(self, target: Any, to: Any) -> CollectionEntity:
        """Move a term below another one, or to the top of a glossary, with all below it.

        Args:
            target: the term, by id, name or itself.
            to: a term or a glossary; a name is that of a term, or else of a glossary.

        Returns:
            The term as the server has it now, with another fully qualified name.

        Raises:
            BadArguments: there is no such term or glossary. Nothing is sent.
            BadRequest: the server refuses to move a term below itself.
        """
        call = f"{self.attribute}.move"
        place = reference(self.session, to, _PLACES, call, "to")
        above = model.raw(self.session.resolver.resolve(place))
        # Some servers look the parent up by its name.
        place |= {name: above[name] for name in ("name", "fullyQualifiedName") if name in above}
        glossary = _key(above["glossary"]) if "glossary" in above else place
        parent = None if place is glossary else place

        def change(state: Any) -> None:
            raw = model.raw(state)
            if (raw.get(_PARENT) or {}).get("id") != (parent or {}).get("id"):
                state[_PARENT] = parent
            if raw["glossary"]["id"] != glossary["id"]:
                state["glossary"] = glossary

        names = requesting_fields(self.session.release, self.spec.entity, _PARENT, in_parts=False)
        return self.edit(target, change, fields=names)

    def _terms(self, method: str, terms: tuple[Any, ...]) -> list[Reference]:
        call = f"{self.attribute}.{method}"
        if not flat(terms):
            problem = Problem("terms", None, "argument", "is missing; pass one term or more")
            raise bad_arguments(call, [problem])
        return references(self.session, flat(terms), [self.spec.entity.name], call, "terms")

    def _relation_type(self, type: str | None) -> str | None:
        """Return the type of a new relation; None if relations of the release have none."""
        node = self.session.release.node(self.spec.entity.path).properties[_RELATED]
        if node.items is not None and _TYPE in node.items.properties:
            return type or _DEFAULT_TYPE
        if type is not None:
            what = "types of relations between terms"
            raise not_supported(what, self.session.release.name, _TYPED_SINCE)
        return None


def _term(relation: Any) -> Any:
    """Return the reference of a relation, which is the relation itself in older releases."""
    return relation.get(_TERM) or relation


def _key(reference: Any) -> Reference:
    names = ("id", "type", "name", "fullyQualifiedName")
    return {name: reference[name] for name in names if name in reference}
