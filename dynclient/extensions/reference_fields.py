"""Owners, domains, data products, reviewers, experts, followers and related metrics of entities.

``data/reference_fields.json`` has the field of each and the entity types that it refers to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dynclient import model
from dynclient.data import data_file
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import flat
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.reference_lookup import Reference, bare, named_references
from dynclient.operations.operation import Plan

FACTS = "reference_fields.json"


class ReferenceFields(CollectionExtension):
    """References of entities to people and groups: ``om.tables.add_owners(t, "team:Shop")``.

    All methods take entities, references, ids, names (``"ada"``), names with their type
    (``"user:ada"``) and e-mail addresses of users, also in lists; use only the identity of what
    they are given; send nothing if a name does not exist; and return the entity as the server has
    it now.

    References that an entity inherits are not its own. They are not sent back, so they stay as long
    as it has none of its own, and can only be removed where they come from.
    """

    name = "reference_fields"

    # -- owners ------------------------------------------------------------------------------------

    def add_owners(self, target: Any, *owners: Any) -> CollectionEntity:
        """Add owners to an entity.

        Args:
            target: the entity, by id, name, reference or itself.
            owners: users and teams; a name alone is that of a user, or else of a team.

        Raises:
            BadArguments: one does not exist; or the release knows one owner only, and the entity
                has another.
        """
        return self._add("owners", target, owners)

    def remove_owners(self, target: Any, *owners: Any) -> CollectionEntity:
        """Remove owners from an entity; those that it does not have are ignored.

        Args:
            target: the entity, by id, name, reference or itself.
            owners: as for :meth:`add_owners`.

        Raises:
            BadArguments: one does not exist, or is inherited.
        """
        return self._remove("owners", target, owners)

    def set_owners(self, target: Any, *owners: Any) -> CollectionEntity:
        """Replace the owners of an entity, by none if none are given.

        Args:
            target: the entity, by id, name, reference or itself.
            owners: as for :meth:`add_owners`.

        Raises:
            BadArguments: one does not exist.
        """
        return self._set("owners", target, owners)

    # -- domains -----------------------------------------------------------------------------------

    def set_domain(self, target: Any, domain: Any) -> CollectionEntity:
        """Set the domain of an entity, instead of all that it has; None removes it.

        Args:
            target: the entity, by id, name, reference or itself.
            domain: a domain, or None.

        Raises:
            BadArguments: there is no such domain.
        """
        return self._set("domains", target, () if domain is None else (domain,), "set_domain")

    def add_domains(self, target: Any, *domains: Any) -> CollectionEntity:
        """Add domains to an entity.

        Args:
            target: the entity, by id, name, reference or itself.
            domains: domains.

        Raises:
            BadArguments: one does not exist; or the release knows one domain only, and the entity
                has another.
        """
        return self._add("domains", target, domains)

    def remove_domains(self, target: Any, *domains: Any) -> CollectionEntity:
        """Remove domains from an entity; those that it does not have are ignored.

        Args:
            target: the entity, by id, name, reference or itself.
            domains: domains.

        Raises:
            BadArguments: one does not exist, or is inherited.
        """
        return self._remove("domains", target, domains)

    def set_domains(self, target: Any, *domains: Any) -> CollectionEntity:
        """Replace the domains of an entity, by none if none are given.

        Args:
            target: the entity, by id, name, reference or itself.
            domains: domains; only one where the release knows one.

        Raises:
            BadArguments: one does not exist.
        """
        return self._set("domains", target, domains)

    # -- data products -----------------------------------------------------------------------------

    def add_data_products(self, target: Any, *data_products: Any) -> CollectionEntity:
        """Add an entity to data products.

        Args:
            target: the entity, by id, name, reference or itself.
            data_products: data products.

        Raises:
            BadArguments: one does not exist.
        """
        return self._add("data_products", target, data_products)

    def remove_data_products(self, target: Any, *data_products: Any) -> CollectionEntity:
        """Remove an entity from data products; those that it is not in are ignored.

        Args:
            target: the entity, by id, name, reference or itself.
            data_products: data products.

        Raises:
            BadArguments: one does not exist, or is inherited.
        """
        return self._remove("data_products", target, data_products)

    def set_data_products(self, target: Any, *data_products: Any) -> CollectionEntity:
        """Replace the data products of an entity, by none if none are given.

        Args:
            target: the entity, by id, name, reference or itself.
            data_products: data products.

        Raises:
            BadArguments: one does not exist.
        """
        return self._set("data_products", target, data_products)

    # -- related metrics ---------------------------------------------------------------------------

    def add_related_metrics(self, target: Any, *related_metrics: Any) -> CollectionEntity:
        """Add metrics to the related ones of a metric.

        Args:
            target: the metric, by id, name, reference or itself.
            related_metrics: metrics.

        Raises:
            BadArguments: one does not exist.
        """
        return self._add("related_metrics", target, related_metrics)

    def remove_related_metrics(self, target: Any, *related_metrics: Any) -> CollectionEntity:
        """Remove metrics from the related ones of a metric; others are ignored.

        Args:
            target: the metric, by id, name, reference or itself.
            related_metrics: metrics.

        Raises:
            BadArguments: one does not exist.
        """
        return self._remove("related_metrics", target, related_metrics)

    def set_related_metrics(self, target: Any, *related_metrics: Any) -> CollectionEntity:
        """Replace the related metrics of a metric, by none if none are given.

        Args:
            target: the metric, by id, name, reference or itself.
            related_metrics: metrics.

        Raises:
            BadArguments: one does not exist.
        """
        return self._set("related_metrics", target, related_metrics)

    # -- people ------------------------------------------------------------------------------------

    def add_reviewers(self, target: Any, *reviewers: Any) -> CollectionEntity:
        """Add reviewers to an entity.

        Args:
            target: the entity, by id, name, reference or itself.
            reviewers: users and teams; a name alone is that of a user, or else of a team.

        Raises:
            BadArguments: one does not exist.
        """
        return self._add("reviewers", target, reviewers)

    def remove_reviewers(self, target: Any, *reviewers: Any) -> CollectionEntity:
        """Remove reviewers from an entity; those that it does not have are ignored.

        Args:
            target: the entity, by id, name, reference or itself.
            reviewers: as for :meth:`add_reviewers`.

        Raises:
            BadArguments: one does not exist, or is inherited.
        """
        return self._remove("reviewers", target, reviewers)

    def set_reviewers(self, target: Any, *reviewers: Any) -> CollectionEntity:
        """Replace the reviewers of an entity, by none if none are given.

        Args:
            target: the entity, by id, name, reference or itself.
            reviewers: as for :meth:`add_reviewers`.

        Raises:
            BadArguments: one does not exist.
        """
        return self._set("reviewers", target, reviewers)

    def add_experts(self, target: Any, *experts: Any) -> CollectionEntity:
        """Add experts to an entity.

        Args:
            target: the entity, by id, name, reference or itself.
            experts: users.

        Raises:
            BadArguments: one does not exist.
        """
        return self._add("experts", target, experts)

    def remove_experts(self, target: Any, *experts: Any) -> CollectionEntity:
        """Remove experts from an entity; those that it does not have are ignored.

        Args:
            target: the entity, by id, name, reference or itself.
            experts: users.

        Raises:
            BadArguments: one does not exist, or is inherited.
        """
        return self._remove("experts", target, experts)

    def set_experts(self, target: Any, *experts: Any) -> CollectionEntity:
        """Replace the experts of an entity, by none if none are given.

        Args:
            target: the entity, by id, name, reference or itself.
            experts: users.

        Raises:
            BadArguments: one does not exist.
        """
        return self._set("experts", target, experts)

    def add_followers(self, target: Any, *followers: Any) -> CollectionEntity:
        """Make users follow an entity; return the entity with its followers.

        Args:
            target: the entity, by id, name, reference or itself.
            followers: users.

        Raises:
            BadArguments: one does not exist.
        """
        follow = self.spec.operations["follow"]
        return self._for_each_user(
            "add_followers", target, followers, lambda id, user: Plan(follow, {"id": id}, user)
        )

    def remove_followers(self, target: Any, *followers: Any) -> CollectionEntity:
        """Make users stop following an entity; return the entity with its followers.

        Args:
            target: the entity, by id, name, reference or itself.
            followers: users.

        Raises:
            BadArguments: one does not exist.
        """
        unfollow = self.spec.operations["unfollow"]
        return self._for_each_user(
            "remove_followers",
            target,
            followers,
            lambda id, user: Plan(unfollow, {"id": id, "user": user}),
        )

    def _for_each_user(
        self, method: str, target: Any, users: tuple[Any, ...], plan: Callable[[Any, str], Plan]
    ) -> CollectionEntity:
        """Send a request for each user, and return the entity with its followers."""
        self.check_target(target)
        found = self._references("followers", method, users)
        identity = self.id_of(target)
        for user in found:
            self.session.call(plan(identity, user["id"]))
        return self.read(identity, fields=["followers"])

    # -- changes -----------------------------------------------------------------------------------

    def _add(self, name: str, target: Any, values: tuple[Any, ...]) -> Any:
        method = f"add_{name}"
        self.check_target(target)
        new = self._references(name, method, values)

        def change(current: list[Reference]) -> list[Reference]:
            known = _ids(current)
            return [*_own(current), *(bare(each) for each in new if each["id"] not in known)]

        return self._change(name, method, target, change, new)

    def _remove(self, name: str, target: Any, values: tuple[Any, ...]) -> Any:
        method = f"remove_{name}"
        self.check_target(target)
        unwanted = _ids(self._references(name, method, values))

        def change(current: list[Reference]) -> list[Reference]:
            own = _ids(_own(current))
            inherited = [
                each for each in current if each["id"] in unwanted and each["id"] not in own
            ]
            if inherited:
                raise self._inherited(name, method, inherited)
            return [each for each in _own(current) if each["id"] not in unwanted]

        return self._change(name, method, target, change)

    def _set(self, name: str, target: Any, values: tuple[Any, ...], method: str = "") -> Any:
        method = method or f"set_{name}"
        self.check_target(target)
        new = self._references(name, method, values, is_empty_valid=True)

        def change(current: list[Reference]) -> list[Reference]:
            known = {each["id"]: each for each in _own(current)}
            return [known.get(each["id"]) or bare(each) for each in new]

        return self._change(name, method, target, change, new)

    def _change(
        self,
        name: str,
        method: str,
        target: Any,
        change: Callable[[list[Reference]], list[Reference]],
        known: list[Reference] | None = None,
    ) -> Any:
        properties = self.session.release.node(self.spec.entity.path).properties
        field = field_of(name, properties) or name  # without one, there is no such method
        is_list = properties[field].items is not None

        def apply(state: Any) -> None:
            current = listed_references(model.raw(state).get(field))
            after = change(current)
            if _ids(after) == _ids(_own(current)):
                return
            if not is_list and len(after) > 1:
                raise self._too_many(field, method, after)
            state[field] = (after if is_list else after[0]) if after else None

        return self.edit(target, apply, fields=[field], known=known or ())

    def _references(
        self, name: str, method: str, values: tuple[Any, ...], *, is_empty_valid: bool = False
    ) -> list[Reference]:
        call = f"{self.attribute}.{method}"
        listed = flat(values)
        if not listed and not is_empty_valid:
            problem = Problem(name, None, "argument", "is missing; pass one or more")
            raise bad_arguments(call, [problem])
        types = data_file(FACTS)[name].get("types") or [self.spec.entity.name]
        return named_references(self.session, listed, types, call, name)

    def _too_many(self, field: str, method: str, after: list[Reference]) -> Exception:
        resolve = self.session.resolver.resolve
        names = " and ".join(_name({**model.raw(resolve(each)), **each}) for each in after)
        release = self.session.release.name
        message = (
            f"{self.spec.entity.name} of release {release} has one {field} only, not {names};"
            f" set_{field}s replaces it"
        )
        return self._error(field, method, message)

    def _inherited(self, name: str, method: str, inherited: list[Reference]) -> Exception:
        names = ", ".join(_name(each) for each in inherited)
        message = (
            f"{names} {'is' if len(inherited) == 1 else 'are'} inherited, and can only be removed"
            " from the entity above that has them"
        )
        return self._error(name, method, message)

    def _error(self, path: str, method: str, message: str) -> Exception:
        return bad_arguments(
            f"{self.attribute}.{method}", [Problem(path, None, "argument", message)]
        )


def field_of(name: str, properties: Iterable[str]) -> str | None:
    """Return the field of references of a kind, as a release names it: ``owners`` or ``owner``.

    It is None if there is no such field.

    Args:
        name: the kind, a key of ``data/reference_fields.json``.
        properties: the properties of the entity type.
    """
    return next((each for each in data_file(FACTS)[name]["fields"] if each in properties), None)


def listed_references(value: Any) -> list[Reference]:
    """Return the references in a field as a list, also if the release has one there."""
    return [] if not value else value if isinstance(value, list) else [value]


def _own(current: list[Reference]) -> list[Reference]:
    """Return the references that are not inherited."""
    return [each for each in current if not each.get("inherited")]


def _ids(listed: list[Reference]) -> dict[str, None]:
    """Return the ids of references in their order, as a set."""
    return dict.fromkeys(each["id"] for each in listed)


def _name(reference: Reference) -> str:
    name = reference.get("fullyQualifiedName") or reference.get("name") or reference["id"]
    return f"{reference['type']} {name}"
