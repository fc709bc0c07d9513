"""Methods that patch tags, descriptions of columns, owners and domains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import InvalidEntityException
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_builder import PatchOperation
from dynclient.compat.ometa.patch_mixin import PatchMixin
from dynclient.compat.ometa.result_types import ColumnDescription, ColumnTag
from dynclient.errors import Problem
from dynclient.extensions.reference_fields import field_of, listed_references
from dynclient.extensions.reference_lookup import bare
from dynclient.extensions.tag_labels import labels_of, set_labels, with_labels, without_labels

State = dict[str, Any]


class PatchHelpersMixin(PatchMixin):
    """The official client's methods that patch one aspect of an entity."""

    # -- tags --------------------------------------------------------------------------------------

    def patch_tags(
        self,
        entity: type,
        source: Any,
        tag_labels: list[Any],
        operation: Any = PatchOperation.ADD,
        skip_on_failure: bool = True,
    ) -> Any:
        """Add or remove tags of an entity.

        Args:
            entity: the entity class.
            source: the entity.
            tag_labels: the tags.
            operation: ``PatchOperation.ADD`` or ``REMOVE``.
            skip_on_failure: log a failure and return None; False to raise it.

        Returns:
            The patched entity; as it is if nothing changes.
        """
        labels = schema_classes.payload(tag_labels)

        def change(state: State) -> None:
            _tag(state, labels, operation)

        return self._read_and_patch(
            entity, source.id, ["tags"], change, skip_on_failure, unchanged=lambda found: found
        )

    def patch_tag(
        self,
        entity: type,
        source: Any,
        tag_label: Any,
        operation: Any = PatchOperation.ADD,
        skip_on_failure: bool = True,
    ) -> Any:
        """Add or remove one tag of an entity; see :meth:`patch_tags`."""
        return self.patch_tags(entity, source, [tag_label], operation, skip_on_failure)

    # -- columns -----------------------------------------------------------------------------------

    def patch_column_tags(
        self,
        table: Any = None,
        column_tags: Sequence[ColumnTag] = (),
        operation: Any = PatchOperation.ADD,
        *,
        entity: Any = None,
    ) -> Any:
        """Add or remove tags of columns of a table.

        Args:
            table: the table.
            column_tags: ``ColumnTag(column_fqn=…, tag_label=…)``; names are compared without case.
            operation: ``PatchOperation.ADD`` or ``REMOVE``.
            entity: the table, as this argument is called since 1.9.

        Returns:
            The table, also if the columns have the tags already; None if there is no such column,
            or no such tag to remove.
        """
        found: list[State] = []
        table = entity if table is None else table

        def change(state: State) -> None:
            for each in column_tags:
                labels = [schema_classes.payload(each.tag_label)]
                for column in _columns_named(state, each.column_fqn):
                    _tag(column, labels, operation)
                    found.append(column)

        def unchanged(same: Any) -> Any:
            return same if found and not _is_removal(operation) else None

        fields = ["tags", "columns"]
        return self._read_and_patch(type(table), table.id, fields, change, unchanged=unchanged)

    def patch_column_tag(
        self, table: Any, column_fqn: str, tag_label: Any, operation: Any = PatchOperation.ADD
    ) -> Any:
        """Add or remove one tag of a column; see :meth:`patch_column_tags`."""
        return self.patch_column_tags(table, [ColumnTag(column_fqn, tag_label)], operation)

    def patch_column_descriptions(
        self, table: Any, column_descriptions: list[ColumnDescription], force: bool = False
    ) -> Any:
        """Set descriptions of columns of a table.

        Args:
            table: the table.
            column_descriptions: ``ColumnDescription(column_fqn=…, description=…)``.
            force: replace existing descriptions too.

        Returns:
            The table; None if nothing changes.
        """

        def change(state: State) -> None:
            for each in column_descriptions:
                for column in _columns_named(state, each.column_fqn):
                    if force or not column.get("description"):
                        column["description"] = plain(each.description)

        return self._read_and_patch(type(table), table.id, ["tags", "columns"], change)

    def patch_column_description(
        self, table: Any, column_fqn: str, description: str, force: bool = False
    ) -> Any:
        """Set the description of a column; ``force`` replaces an existing one."""
        descriptions = [ColumnDescription(column_fqn, description)]
        return self.patch_column_descriptions(table, descriptions, force)

    # -- owners and domains ------------------------------------------------------------------------

    def patch_owner(
        self,
        entity: type,
        source: Any,
        owners: Any = None,
        force: bool = False,
        *,
        owner: Any = None,
    ) -> Any:
        """Set the owners of an entity; existing owners are kept unless ``force``.

        Args:
            entity: the entity class.
            source: the entity.
            owners: a list of references, an ``EntityReferenceList`` or one reference; None removes
                the owners.
            force: replace existing owners.
            owner: one reference, as this argument is called before 1.5.

        Returns:
            The entity; None if nothing changes.
        """
        references = _references(owner if owners is None else owners, "user")
        return self._set_references(entity, source.id, "owners", references, keep=not force)

    def patch_domain(
        self, entity: Any, source: Any = None, domains: Any = None, *, domain: Any = None
    ) -> Any:
        """Set the domains of an entity.

        Args:
            entity: the entity, followed by the domain; or the entity class, followed by the entity.
            source: the entity if ``entity`` is its class; else the domain.
            domains: domains, or references to them.
            domain: a single domain, as a keyword.

        Returns:
            The entity; None if nothing changes.
        """
        if not isinstance(entity, type):
            entity, source, domains = type(entity), entity, source
        references = _references(domain if domains is None else domains, "domain")
        return self._set_references(entity, source.id, "domains", references)

    def _set_references(
        self, entity: type, entity_id: Any, name: str, new: list[State], keep: bool = False
    ) -> Any:
        """Set references of an entity, in the field and the form that the release has for them.

        Args:
            entity: the entity class.
            entity_id: id of the entity.
            name: the kind of references, a key of ``reference_fields.json``.
            new: the references.
            keep: leave the entity as it is if it has some.

        Raises:
            InvalidEntityException: such entities have no such references.
        """
        known = self.gateway.spec(entity).entity
        field = field_of(name, known.properties)
        if field is None:
            message = f"{entity.__name__} has no {name}"
            problem = Problem("entity", entity.__name__, "argument", message)
            raise InvalidEntityException(message, problems=(problem,))
        is_list = self.gateway.release.node(known.path).properties[field].items is not None

        def change(state: State) -> None:
            current = listed_references(state.get(field))
            if (keep and current) or [each["id"] for each in current] == [e["id"] for e in new]:
                return
            if new:
                state[field] = new if is_list else new[0]
            else:
                del state[field]

        return self._read_and_patch(entity, entity_id, [field], change)

    # -- roles and policies ------------------------------------------------------------------------

    def patch_role_policy(
        self, entity_id: Any, policy_id: Any, operation: Any = PatchOperation.ADD
    ) -> Any:
        """Add a policy to a role, or remove it; None if nothing changes.

        Args:
            entity_id: id of the role.
            policy_id: id of the policy.
            operation: ``PatchOperation.ADD`` or ``REMOVE``.
        """
        identity = str(plain(policy_id))

        def change(state: State) -> None:
            others = [each for each in state.get("policies") or () if each["id"] != identity]
            added = [] if _is_removal(operation) else [{"id": identity, "type": "policy"}]
            if added and len(others) < len(state.get("policies") or ()):
                return
            state["policies"] = [*others, *added]

        role = self._class_of("role")
        return self._read_and_patch(role, plain(entity_id), ["policies"], change)

    def patch_policy_rule(
        self, entity_id: Any, rule: Any = None, operation: Any = PatchOperation.ADD
    ) -> Any:
        """Add a rule to a policy, or remove it; None if nothing changes.

        Args:
            entity_id: id of the policy.
            rule: the rule, which replaces one of the same name; to remove one, its name is enough,
                and None removes the last one.
            operation: ``PatchOperation.ADD`` or ``REMOVE``.
        """
        removal = _is_removal(operation)
        value = None if rule is None else schema_classes.payload(rule)
        name = value.get("name") if isinstance(value, dict) else value

        def change(state: State) -> None:
            rules = list(state.get("rules") or ())
            if removal:
                kept = rules[:-1] if name is None else [r for r in rules if r["name"] != name]
                state["rules"] = kept
            elif isinstance(value, dict):
                state["rules"] = [*(each for each in rules if each["name"] != name), value]

        policy = self._class_of("policy")
        return self._read_and_patch(policy, plain(entity_id), ["rules"], change)


def _is_removal(operation: Any) -> bool:
    return bool(plain(operation) == PatchOperation.REMOVE.value)


def _tag(state: State, labels: list[State], operation: Any) -> None:
    """Add or remove tags of an entity or column."""
    if _is_removal(operation):
        names = {label["tagFQN"] for label in labels}
        kept = without_labels(labels_of(state), lambda name: name in names)
    else:
        kept = with_labels(labels_of(state), labels)
    set_labels(state, kept)


def _columns_named(state: State, fqn: Any) -> list[State]:
    """Return the columns with a name, also nested ones; case does not matter."""
    name = str(plain(fqn)).casefold()
    return [
        column
        for column in _columns(state)
        if column.get("fullyQualifiedName", "").casefold() == name
    ]


def _columns(state: State) -> Iterator[State]:
    inner = state.get("dataModel") or {}
    for column in [*(state.get("columns") or ()), *(inner.get("columns") or ())]:
        yield column
        yield from _columns({"columns": column.get("children")})


def _references(value: Any, kind: str) -> list[State]:
    """Return the references in a list, in a model with a list, or of a single entity.

    Args:
        value: references or entities.
        kind: the entity type of what has no type itself, such as an entity.
    """
    listed = listed_references(schema_classes.payload(value))
    return [bare({"type": kind, **each}) for each in listed]
