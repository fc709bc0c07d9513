"""What belongs to a domain, data product, user or team, or has a tag or glossary term.

Servers that have no list of assets, or no bulk change of them, get the same from the lists and the
patches of the entities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.data import data_file
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.pagination import Listing, Page
from dynclient.dispatch.responses import is_route
from dynclient.documentation import document_fields
from dynclient.drift.labels import label_entities, named_label
from dynclient.errors import (
    BadArguments,
    MethodNotAllowed,
    NotFound,
    Problem,
    ServerError,
    ServerFault,
)
from dynclient.extensions.arguments import flat
from dynclient.extensions.base import CollectionExtension, Extension
from dynclient.extensions.entity_parts import each_part, part_lists, requesting_fields
from dynclient.extensions.offset_pages import offset_listing, offset_page, page_size
from dynclient.extensions.reference_fields import FACTS
from dynclient.extensions.tag_labels import FIELD as LABELS
from dynclient.extensions.tag_labels import labels_of, with_labels, without_labels
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec

Reference = dict[str, Any]

_TAGS = "glossaryTags"
_UNUSABLE = "HV000151"
"""How the message begins of collections whose class the server's validator does not accept."""
_REFERENCE = "type/entityReference.json"


@document_fields
class AssetChange(NamedTuple):
    """What became of the assets that were added or removed.

    Attributes:
        passed: References to the assets that were changed, or that needed no change.
        failed: Each other reference with what the server said.
    """

    passed: list[Reference]
    failed: list[tuple[Reference, str]]


class Assets(CollectionExtension):
    """Assets of domains, data products, people, tags and glossary terms."""

    name = "assets"
    operations = "assets"

    def assets(self, target: Any, *, types: str | Sequence[str] | None = None) -> Listing:
        """Return a lazy list of references to what belongs to an entity or has its label.

        Assets of a user or team are those that it owns; of a tag or term also the entities with a
        column, task or field that has it, where the server has no list of its own. Such a server
        is asked for all entities that may be assets, so ``types`` saves much.

        Args:
            target: the domain, data product, user, team, tag or term, by id, name or itself.
            types: the entity types to list: ``["table", "topic"]``; None lists all. They are taken
                from the lists of these types.

        Raises:
            NotFound: the entity does not exist.
            UnknownCollection: the release does not have one of the types.
        """
        specs = self._asset_specs([types] if isinstance(types, str) else types)
        name = self.name_of(target)
        holders: list[Any] = []

        def from_lists(more: dict[str, Any]) -> Page:
            if not holders:
                holders.append(self._as_holder(name))
            return self._listed_page(holders[0], specs, more)

        operation = self.operation("assets") if self.has_operation("assets") else None
        if types is not None:  # the server's list has all types
            operation = None
        return offset_listing(self.session, operation, {"fqn": name}, from_lists)

    def add_assets(self, target: Any, *assets: Any) -> AssetChange:
        """Add assets to a domain or data product, or label them with a tag or glossary term.

        Args:
            target: the domain, data product, tag or term, by id, name or itself.
            assets: entities, references, or ``"table:a.b.c.d"``; also in lists.

        Returns:
            The references that passed and those that failed. Nothing is sent if an asset does not
            exist.

        Raises:
            NotFound: an entity does not exist.
            BadArguments: a value does not say which entity it is; lists all problems.
        """
        return self._change("add_assets", target, assets)

    def remove_assets(self, target: Any, *assets: Any) -> AssetChange:
        """Remove assets from a domain or data product, or a tag or term from them.

        Args:
            target: as for :meth:`add_assets`.
            assets: as for :meth:`add_assets`.
        """
        return self._change("remove_assets", target, assets)

    # -- ports of data products --------------------------------------------------------------------

    def input_ports(self, target: Any) -> Listing:
        """Return a lazy list of the entities that a data product consumes.

        Args:
            target: the data product, by id, name, reference or itself.
        """
        return self._ports(target, "inputPorts")

    def output_ports(self, target: Any) -> Listing:
        """Return a lazy list of the entities that a data product provides.

        Args:
            target: the data product, by id, name, reference or itself.
        """
        return self._ports(target, "outputPorts")

    def add_input_ports(self, target: Any, *ports: Any) -> AssetChange:
        """Add assets that a data product consumes.

        Args:
            target: the data product, by id, name, reference or itself.
            ports: the assets: entities, references, ``"table:a.b.c.d"``.
        """
        return self._change_ports("add_input_ports", target, ports)

    def remove_input_ports(self, target: Any, *ports: Any) -> AssetChange:
        """Remove assets that a data product consumes.

        Args:
            target: the data product, by id, name, reference or itself.
            ports: the assets: entities, references, ``"table:a.b.c.d"``.
        """
        return self._change_ports("remove_input_ports", target, ports)

    def add_output_ports(self, target: Any, *ports: Any) -> AssetChange:
        """Add assets that a data product provides.

        Args:
            target: the data product, by id, name, reference or itself.
            ports: the assets: entities, references, ``"table:a.b.c.d"``.
        """
        return self._change_ports("add_output_ports", target, ports)

    def remove_output_ports(self, target: Any, *ports: Any) -> AssetChange:
        """Remove assets that a data product provides.

        Args:
            target: the data product, by id, name, reference or itself.
            ports: the assets: entities, references, ``"table:a.b.c.d"``.
        """
        return self._change_ports("remove_output_ports", target, ports)

    def _ports(self, target: Any, kind: str) -> Listing:
        arguments = {"fqn": self.name_of(target), "port_type": kind}
        operation = self.operation("ports")

        def fetch(more: dict[str, Any]) -> Page:
            page = offset_page(self.session, operation, arguments, more)
            page.entities = [self._as_entity(one) for one in page]
            return page

        return Listing(fetch, page_size=page_size(self.session))

    def _as_entity(self, raw: Any) -> Any:
        """Return JSON as an entity of the type whose collection its address is in."""
        path = str(raw.get("href")).partition("/api")[2].rpartition("/")[0]
        session = self.session
        for name in session.catalogue.collections:
            spec = session.contract.spec(name)
            if spec.route == path:
                return model.load(session.release.node(spec.entity.path), raw)
        return raw

    def _change_ports(self, method: str, target: Any, ports: tuple[Any, ...]) -> AssetChange:
        change, side, _ = method.split("_")
        arguments = {
            "name": self.name_of(target), "port_type": f"{side}Ports", "change": change
        }  # fmt: skip
        body = {"assets": self._references(method, ports)}
        return _result(self.call("change_ports", arguments, body))

    # -- a server without them ---------------------------------------------------------------------

    def _as_holder(self, name: str) -> tuple[list[str], str, str]:
        """Return the fields of assets that name an entity, its id, and its name."""
        holder = model.raw(self.call("holder", {"fqn": name}))
        return self._fields(), str(holder["id"]), str(holder["fullyQualifiedName"])

    def _fields(self) -> list[str]:
        """Return the names of the fields in which assets name entities of this collection."""
        kind = self.spec.entity.name
        if kind in label_entities():
            return [LABELS]
        rows = data_file(FACTS).values()
        return [
            field
            for row in rows
            if row.get("are_assets") and kind in row["types"]
            for field in row["fields"]
        ]

    def _asset_specs(self, types: Any) -> list[CollectionSpec]:
        """Return the collections of entities that may be assets."""
        session = self.session
        if types is not None and (not isinstance(types, Iterable) or isinstance(types, Mapping)):
            message = f"must be names of entity types, such as 'table', not {types!r}"
            problem = Problem("types", types, "argument", message)
            raise bad_arguments(f"{self.attribute}.assets", [problem])
        specs = (
            [session.contract.spec(name) for name in session.catalogue.collections]
            if types is None
            else [session.find(each) for each in types]
        )
        fields = self._fields()
        return [
            spec
            for spec in specs
            if "list" in spec.operations and set(fields) & {*spec.entity.properties}
        ]

    def _listed_page(
        self, holder: tuple[list[str], str, str], specs: list[CollectionSpec], more: dict[str, Any]
    ) -> Page:
        """Return a page with the assets on the next page of a list that has some."""
        position, _, cursor = str(more.get("after") or "0:").partition(":")
        number = int(position)
        size = more.get("page_size", self.session.settings.page_size)
        if size == 0:  # their number is not known before all are read
            return Page([])
        while number < len(specs):
            spec = specs[number]
            plan = Plan(
                spec.operations["list"],
                {"page_size": size, "after": cursor or None, "fields": self._requested(spec)},
            )
            page = self._listed(plan)
            found = [self._as_reference(spec, one) for one in page if _belongs(one, *holder)]
            number, cursor = (number, page.after) if page.after else (number + 1, "")
            if found:
                after = f"{number}:{cursor}" if number < len(specs) else None
                return Page(found, {"after": after})
        return Page([])

    def _listed(self, plan: Plan) -> Page:
        """Return a page of a list; an empty one of a collection that answers no request at all.

        Releases up to 1.6 have two such collections, into which nothing can be written either.
        """
        try:
            page: Page = self.session.call(plan)
        except ServerFault as error:
            if not error.message.startswith(_UNUSABLE):
                raise
            return Page([])
        return page

    def _requested(self, spec: CollectionSpec) -> list[str] | None:
        """Return the names in ``fields=`` of a list for what says whose asset an entity is."""
        release, entity = self.session.release, spec.entity
        names = [name for name in self._fields() if name in entity.properties]
        listed = [
            requesting_fields(release, entity, each, in_parts=each == LABELS) for each in names
        ]
        return list(dict.fromkeys(name for each in listed for name in each)) or None

    def _as_reference(self, spec: CollectionSpec, entity: Any) -> Any:
        raw = model.raw(entity)
        names = ("id", "name", "fullyQualifiedName", "displayName", "description")
        reference = {name: raw[name] for name in names if name in raw}
        node = self.session.release.node(_REFERENCE)
        return model.load(node, {**reference, "type": spec.entity.name})

    # -- changes -----------------------------------------------------------------------------------

    def _references(self, method: str, assets: Iterable[Any]) -> list[Reference]:
        found, problems = [], []
        for position, one in enumerate(flat(assets)):
            try:
                found.append(Extension.reference(self, one))
            except BadArguments as error:
                problems += [
                    each._replace(path=f"assets[{position}]{each.path and '.'}{each.path}")
                    for each in error.problems
                ]
        if not found and not problems:
            problems.append(Problem("assets", None, "argument", "is missing; pass one or more"))
        if problems:
            raise bad_arguments(f"{self.attribute}.{method}", problems)
        return [*{each["id"]: each for each in found}.values()]

    def _change(self, method: str, target: Any, assets: tuple[Any, ...]) -> AssetChange:
        references = self._references(method, assets)
        holder = self.read(target)
        raw = model.raw(holder)
        if self.has_operation(method):
            operation = self.operation(method)
            names = {each.name for each in operation.parameters}
            arguments = {"id": raw["id"], "name": raw["fullyQualifiedName"]}
            body: dict[str, Any] = {"assets": references}
            if "id" in names:  # a dry run is the default; some releases require the list
                body["dryRun"] = False
                node = self.session.node(operation.body)
                if node is not None and _TAGS in node.properties:
                    body[_TAGS] = []
            try:
                sent = {name: arguments[name] for name in arguments if name in names}
                return _result(self.call(method, sent, body))
            except (NotFound, MethodNotAllowed) as error:
                if not is_route(error.message):
                    raise
        change = self._change_of_one(method, raw)
        return self._change_each(references, change)

    def _change_each(
        self, references: list[Reference], change: Callable[[Any], None]
    ) -> AssetChange:
        result = AssetChange([], [])
        for reference in references:
            spec = self.session.find(reference["type"])
            fields = [name for name in self._fields() if name in spec.entity.properties]
            if not fields:
                message = f"a {reference['type']} cannot have a {self.spec.entity.name}"
                result.failed.append((reference, message))
                continue
            try:
                self.edit(reference, change, reference["type"], fields)
            except ServerError as error:
                result.failed.append((reference, error.message))
            else:
                result.passed.append(reference)
        return result

    def _change_of_one(self, method: str, holder: Mapping[str, Any]) -> Callable[[Any], None]:
        """Return what changes one asset."""
        adds = method.startswith("add")
        kind = self.spec.entity.name
        fields = self._fields()

        def label(state: Any) -> None:
            node = model.schema_of(state).properties[LABELS].items
            name = holder["fullyQualifiedName"]
            labels = labels_of(state)
            if adds and node is not None:
                after = with_labels(labels, [named_label(node.target, name, kind)])
            else:
                after = without_labels(labels, lambda other: other == name)
            if after != labels:
                state[LABELS] = after

        def refer(state: Any) -> None:
            properties = model.schema_of(state).properties
            field = next(name for name in fields if name in properties)
            value = model.raw(state).get(field) or []
            current = value if isinstance(value, list) else [value]
            own = [each for each in current if not each.get("inherited")]
            others = [each for each in own if each["id"] != holder["id"]]
            if (len(others) == len(own)) != adds:
                return
            is_list = properties[field].items is not None
            if adds:
                new = {"id": holder["id"], "type": kind}
                state[field] = [*own, new] if is_list else new
            else:
                state[field] = others if is_list else None

        return label if fields == [LABELS] else refer


def _belongs(asset: Any, fields: list[str], identity: str, name: str) -> bool:
    """Return whether an entity names another in some fields, or has it as a label."""
    raw = model.raw(asset)
    if fields == [LABELS]:
        node = model.schema_of(asset)
        parts = each_part(raw, part_lists(node, LABELS))
        return any(
            label.get("tagFQN") == name for part in (raw, *parts) for label in labels_of(part)
        )
    for field in fields:
        value = raw.get(field) or []
        listed = value if isinstance(value, list) else [value]
        if any(each.get("id") == identity for each in listed):
            return True
    return False


def _result(response: Any) -> AssetChange:
    """Return what a server says of a bulk change."""
    raw = model.json_of(response)
    passed = [one.get("request") for one in raw.get("successRequest") or ()]
    failed = [
        (one.get("request") or {}, str(one.get("message")))
        for one in raw.get("failedRequest") or ()
    ]
    return AssetChange([one for one in passed if isinstance(one, dict)], failed)
