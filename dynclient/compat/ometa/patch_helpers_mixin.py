"""Helpers that mark entities and columns: tags, descriptions of columns, owners, domains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_builder import PatchOperation
from dynclient.compat.ometa.patch_mixin import PatchMixin
from dynclient.compat.ometa.result_types import ColumnDescription, ColumnTag

State = dict[str, Any]


class PatchHelpersMixin(PatchMixin):
    """The methods of the official client that mark what is there already."""

    # -- tags --------------------------------------------------------------------------------------

    def patch_tags(
        self,
        entity: type,
        source: Any,
        tag_labels: list[Any],
        operation: Any = PatchOperation.ADD,
        skip_on_failure: bool = True,
    ) -> Any:
        """Add tags to an entity, or remove them.

        Args:
            entity: its class.
            source: the entity.
            tag_labels: the tags.
            operation: ``PatchOperation.ADD`` or ``REMOVE``.
            skip_on_failure: log a refusal and return None; with False it is raised.

        Returns:
            The entity as it is now; None where nothing had to change.
        """
        labels = schema_classes.payload(tag_labels)

        def change(state: State) -> None:
            _tag(state, labels, operation)

        return self._read_and_patch(entity, source.id, ["tags"], change, skip_on_failure)

    def patch_tag(
        self,
        entity: type,
        source: Any,
        tag_label: Any,
        operation: Any = PatchOperation.ADD,
        skip_on_failure: bool = True,
    ) -> Any:
        """Add one tag to an entity, or remove it."""
        return self.patch_tags(entity, source, [tag_label], operation, skip_on_failure)

    # -- columns -----------------------------------------------------------------------------------

    def patch_column_tags(
        self, table: Any, column_tags: list[ColumnTag], operation: Any = PatchOperation.ADD
    ) -> Any:
        """Add tags to columns of a table, or remove them.

        Args:
            table: the table.
            column_tags: ``ColumnTag(column_fqn=…, tag_label=…)``; case does not matter in names.
            operation: ``PatchOperation.ADD`` or ``REMOVE``.
        """

        def change(state: State) -> None:
            for each in column_tags:
                labels = [schema_classes.payload(each.tag_label)]
                for column in _named(state, each.column_fqn):
                    _tag(column, labels, operation)

        return self._read_and_patch(type(table), table.id, ["tags", "columns"], change)

    def patch_column_tag(
        self, table: Any, column_fqn: str, tag_label: Any, operation: Any = PatchOperation.ADD
    ) -> Any:
        """Add one tag to a column of a table, or remove it."""
        return self.patch_column_tags(table, [ColumnTag(column_fqn, tag_label)], operation)

    def patch_column_descriptions(
        self, table: Any, column_descriptions: list[ColumnDescription], force: bool = False
    ) -> Any:
        """Describe columns of a table; those that are described stay so unless ``force``."""

        def change(state: State) -> None:
            for each in column_descriptions:
                for column in _named(state, each.column_fqn):
                    if force or not column.get("description"):
                        column["description"] = plain(each.description)

        return self._read_and_patch(type(table), table.id, ["tags", "columns"], change)

    def patch_column_description(
        self, table: Any, column_fqn: str, description: str, force: bool = False
    ) -> Any:
        """Describe one column of a table, unless it is described already and not ``force``."""
        described = [ColumnDescription(column_fqn, description)]
        return self.patch_column_descriptions(table, described, force)

    # -- owners and domains ------------------------------------------------------------------------

    def patch_owner(
        self, entity: type, source: Any, owners: Any = None, force: bool = False
    ) -> Any:
        """Give an entity owners; those that it has stay unless ``force``.

        Args:
            entity: its class.
            source: the entity.
            owners: references: a list, an ``EntityReferenceList``, or one; None removes them.
            force: replace those that it has.
        """
        references = _references(owners)

        def change(state: State) -> None:
            held = "owners" if "owners" in known else "owner"
            if not state.get(held) or force:
                _refer(state, held, references)

        known = self.gateway.spec(entity).entity.properties
        return self._read_and_patch(entity, source.id, ["owners", "owner"], change)

    def patch_domain(
        self, entity: Any, source: Any = None, domains: Any = None, *, domain: Any = None
    ) -> Any:
        """Put an entity into domains.

        Args:
            entity: the entity, with the domain behind it; or its class, with the entity behind it.
            source: the entity, where ``entity`` is its class; else the domain.
            domains: references, or domains.
            domain: one domain, by keyword.
        """
        if not isinstance(entity, type):
            entity, source, domains = type(entity), entity, source
        references = _references(domain if domains is None else domains)
        known = self.gateway.spec(entity).entity.properties

        def change(state: State) -> None:
            _refer(state, "domains" if "domains" in known else "domain", references)

        for reference in references:
            reference.setdefault("type", "domain")
        return self._read_and_patch(entity, source.id, ["domains", "domain"], change)


def _tag(state: State, labels: list[State], operation: Any) -> None:
    """Add tags to what has tags, or remove them."""
    names = {label["tagFQN"] for label in labels}
    held = state.get("tags") or []
    if plain(operation) == PatchOperation.REMOVE.value:
        kept = [label for label in held if label["tagFQN"] not in names]
    else:
        there = {label["tagFQN"] for label in held}
        kept = held + [label for label in labels if label["tagFQN"] not in there]
    if kept != held:
        state["tags"] = kept


def _named(state: State, fqn: Any) -> list[State]:
    """Return the column of a name, whatever it lies in; case does not matter."""
    wanted = str(plain(fqn)).casefold()
    return [
        column
        for column in _columns(state)
        if column.get("fullyQualifiedName", "").casefold() == wanted
    ]


def _columns(state: State) -> Iterator[State]:
    inner = state.get("dataModel") or {}
    for column in [*(state.get("columns") or ()), *(inner.get("columns") or ())]:
        yield column
        yield from _columns({"columns": column.get("children")})


def _references(given: Any) -> list[State]:
    """Return references of a list, of a model that holds one, or of a single thing."""
    listed = schema_classes.payload(given)
    if listed is None:
        return []
    return [
        {name: each[name] for name in ("id", "type") if each.get(name) is not None}
        for each in (listed if isinstance(listed, list) else [listed])
    ]


def _refer(state: State, field: str, references: list[State]) -> None:
    """Set references where the release has a list of them, or one."""
    many = field.endswith("s")
    held = state.get(field) or []
    before = [each["id"] for each in (held if isinstance(held, list) else [held])]
    if before == [each["id"] for each in references]:
        return
    if references:
        state[field] = references if many else references[0]
    else:
        state.pop(field, None)
