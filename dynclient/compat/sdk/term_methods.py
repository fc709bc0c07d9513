"""Methods of ``GlossaryTerms``: relations between terms, and assets of a term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.sdk.asset_methods import bulk_result
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import id_of, listed, text_of
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_RELATION_TYPE = "relatedTo"
TermRef = Any


@public_calls
class TermMethods(BaseEntity[Any, Any]):
    """What glossary terms have in addition to the methods of all entities.

    Terms are named by their fully qualified name, by their id, or by themselves.
    """

    @classmethod
    def add_relation(
        cls, from_term: Any, to_term: Any, relation_type: str = DEFAULT_RELATION_TYPE
    ) -> Any:
        """Relate a term to another one, and return the first with its relations.

        Args:
            from_term: the term.
            to_term: the other term.
            relation_type: the type of the relation; releases without types know ``relatedTo``.

        Raises:
            APIError: there is no such term; nothing is sent then.
            NotSupported: relations of the release have no types.
        """
        kind = None if relation_type == DEFAULT_RELATION_TYPE else relation_type
        return cls._changed(
            lambda terms: terms.add_relation(_target(from_term), _target(to_term), type=kind)
        )

    @classmethod
    def remove_relation(cls, from_term: Any, to_term: Any, relation_type: str | None = None) -> Any:
        """Remove the relations of a term to another one, and return the first.

        Args:
            from_term: the term.
            to_term: the other term.
            relation_type: the type of the relations to remove; None removes those of all types.
        """
        return cls._changed(
            lambda terms: terms.remove_relation(
                _target(from_term), _target(to_term), type=relation_type
            )
        )

    @classmethod
    def relations_graph(
        cls, term: Any, *, depth: int = 1, relation_types: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the terms around a term, as ``{"nodes": […], "edges": […]}``.

        Args:
            term: the term.
            depth: how many relations away the terms may be.
            relation_types: the types of relations to follow; None follows all.
        """
        found: dict[str, Any] = cls._native(
            lambda terms: terms.relations_graph(_target(term), depth=depth, types=relation_types)
        )
        return found

    @classmethod
    def relation_type_usage(cls) -> dict[str, int]:
        """Return the number of relations of each type."""
        found: dict[str, int] = cls._native(lambda terms: terms.relation_type_usage())
        return found

    @classmethod
    def add_assets(cls, term_id: Any, asset_ids: Any, asset_types: Any) -> dict[str, Any]:
        """Attach a term to entities; return a ``BulkOperationResult`` as JSON.

        Args:
            term_id: id of the term.
            asset_ids: ids of the entities.
            asset_types: the entity type of each, ``table``.
        """
        pairs = zip(listed(asset_ids), listed(asset_types), strict=True)
        assets = [{"id": text_of(identity), "type": text_of(kind)} for identity, kind in pairs]
        return bulk_result(cls._native(lambda terms: terms.add_assets(text_of(term_id), *assets)))


def _target(term: Any) -> str:
    return id_of(term)
