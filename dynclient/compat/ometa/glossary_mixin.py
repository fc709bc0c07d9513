"""Reviewers, and the parts of glossary terms: methods that newer official clients dropped.

Each adds what it is called with; without it, it removes the last one. A failure is logged, and None
returned, as the official client does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_mixin import PatchMixin
from dynclient.data import data_file
from dynclient.errors import TransportError
from dynclient.extensions.entity_parts import requesting_fields
from dynclient.extensions.reference_fields import FACTS
from dynclient.extensions.reference_lookup import bare

_TERM = "glossaryTerm"


class GlossaryMixin(PatchMixin):
    """The official client's methods of 1.0 to 1.2 that patch glossaries and their terms."""

    def patch_reviewers(self, entity: type, entity_id: Any, reviewer_id: Any = None) -> Any:
        """Add a reviewer to an entity, or remove the last one.

        Args:
            entity: the entity class, such as ``Glossary``.
            entity_id: id of the entity.
            reviewer_id: id of a user or a team, or a reference; None removes the last reviewer.

        Returns:
            The entity; None if there is no reviewer to remove.
        """
        added = self._reviewer(reviewer_id) if reviewer_id else None
        return self._add_or_remove(entity, entity_id, "reviewers", added, ["reviewers"])

    def _reviewer(self, reviewer: Any) -> dict[str, str]:
        """Return the reference to a reviewer; of an id alone, a user's, or else a team's."""
        known = schema_classes.payload(reviewer)
        if isinstance(known, dict) and known.keys() >= {"id", "type"}:
            return bare(known)
        identity = str(plain(known))
        types = data_file(FACTS)["reviewers"]["types"]
        for kind in types:
            if self.gateway.find(self.gateway.spec(kind), "get", {"id": identity}, nullable=True):
                return {"id": identity, "type": kind}
        return {"id": identity, "type": types[0]}  # the server reports that it does not exist

    def patch_glossary_term_parent(self, entity_id: Any, parent_fqn: Any = None) -> Any:
        """Move a term below another one, or to the top of its glossary.

        Args:
            entity_id: id of the term.
            parent_fqn: fully qualified name of the new parent; None for the top of the glossary.

        Returns:
            The term; None if it has no parent to remove.
        """
        return self._log_failure(entity_id, lambda: self._move(str(plain(entity_id)), parent_fqn))

    def _move(self, identity: str, parent_fqn: Any) -> Any:
        if parent_fqn is not None:
            move, place = self.gateway.client[_TERM].move, str(plain(parent_fqn))
            return self._as_term(self.gateway.native(lambda: move(identity, place)))

        def change(state: dict[str, Any]) -> None:
            state.pop("parent", None)

        entity = self.gateway.spec(_TERM).entity
        names = requesting_fields(self.gateway.release, entity, "parent", in_parts=False)
        return self._read_and_patch(self._class_of(_TERM), identity, [*names], change)

    def patch_glossary_term_related_terms(self, entity_id: Any, related_term_id: Any = None) -> Any:
        """Relate a term to another one, or remove the last relation.

        Args:
            entity_id: id of the term.
            related_term_id: id of the other term; None removes the last relation.

        Returns:
            The term; None if there is no relation to remove.
        """
        if related_term_id is None:
            field = "relatedTerms"
            return self._add_or_remove(self._class_of(_TERM), entity_id, field, None, [field])
        call = self.gateway.client[_TERM].add_relation
        ids = (str(plain(entity_id)), str(plain(related_term_id)))
        return self._log_failure(
            entity_id, lambda: self._as_term(self.gateway.native(lambda: call(*ids)))
        )

    def patch_glossary_term_synonyms(self, entity_id: Any, synonym: str | None = None) -> Any:
        """Add a synonym to a term, or remove the last one.

        Args:
            entity_id: id of the term.
            synonym: the synonym; None removes the last one.

        Returns:
            The term; None if there is no synonym to remove.
        """
        added = None if synonym is None else str(plain(synonym))
        return self._add_or_remove(self._class_of(_TERM), entity_id, "synonyms", added)

    def patch_glossary_term_references(
        self,
        entity_id: Any,
        reference_name: str | None = None,
        reference_endpoint: str | None = None,
    ) -> Any:
        """Add a reference to a source outside to a term, or remove the last one.

        Args:
            entity_id: id of the term.
            reference_name: name of the source; None removes the last reference.
            reference_endpoint: address of the source.

        Returns:
            The term; None if there is no reference to remove.
        """
        fields = {"name": plain(reference_name), "endpoint": plain(reference_endpoint)}
        given = {name: str(value) for name, value in fields.items() if value is not None}
        return self._add_or_remove(self._class_of(_TERM), entity_id, "references", given or None)

    def _add_or_remove(
        self,
        entity: type,
        entity_id: Any,
        field: str,
        added: Any,
        requested: list[str] | None = None,
    ) -> Any:
        """Add an item to a list of an entity that lacks it; without an item, remove the last one.

        Args:
            entity: the entity class.
            entity_id: id of the entity.
            field: the list.
            added: the item, or None.
            requested: the fields to request for it.
        """

        def change(state: dict[str, Any]) -> None:
            items = state.get(field) or []
            if added is None:
                state[field] = items[:-1]
            elif added not in items:
                state[field] = [*items, added]

        def unchanged(found: Any) -> Any:
            return None if added is None else found

        return self._log_failure(
            entity_id,
            lambda: self._read_and_patch(
                entity, plain(entity_id), requested or [], change, unchanged=unchanged
            ),
        )

    @staticmethod
    def _log_failure(entity_id: Any, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (APIError, TransportError) as error:
            log().error("%s could not be patched: %s", plain(entity_id), error)
            return None

    def _as_term(self, term: Any) -> Any:
        return self._to_entity(self._class_of(_TERM), schema_classes.payload(term))
