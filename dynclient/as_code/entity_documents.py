"""Entities of a server as documents: what a dump writes, and what a plan compares files with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.create_requests import create_request
from dynclient.as_code.documents import Document
from dynclient.as_code.references import NAME_PATH, named_references
from dynclient.as_code.request_fields import LeftOut, Reference, RequestFields
from dynclient.as_code.secret_places import SecretPlaces, Store
from dynclient.as_code.sections import FOLLOWERS, PATCHED, SectionReader, Switches
from dynclient.data import data_file
from dynclient.operations.operation import Plan
from dynclient.session.property_values import DEFINITIONS
from dynclient.session.requested_fields import requested_fields

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType
    from dynclient.session.session import Session

_SYSTEM = "system"
"""The provider of what servers have from the start."""


_PLAIN = Switches()


class Found(NamedTuple):
    """The document of an entity."""

    document: Document
    references: tuple[Reference, ...]
    """The entities that it refers to."""
    left_out: tuple[LeftOut, ...]
    """What the entity has and the document does not say."""


class EntityDocuments:
    """Reads entities of a server, page by page, and returns their documents.

    Args:
        session: the session of the server.
        switches: which sections documents have.
        store: where the places in documents say that secrets are.
    """

    def __init__(self, session: Session, switches: Switches = _PLAIN, store: Store = "env") -> None:
        self._session = session
        self._release = session.release
        self._switches = switches
        self._reader = SectionReader(session, switches)
        self._secrets = SecretPlaces(store)

    def entities(
        self, spec: CollectionSpec, filters: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the JSON of the entities of a collection, with all that documents have.

        Args:
            spec: the collection.
            filters: arguments of its list; those that the list does not take are left out.
        """
        operation = spec.operations["list"]
        given = {"fields": self.fields(spec), "page_size": self._session.settings.page_size}
        plan = Plan(operation, operation.accepted({**given, **(filters or {})}))
        for entity in self._session.listing(plan):
            yield model.raw(entity)

    def fields(self, spec: CollectionSpec) -> list[str]:
        """Return the names for ``fields=`` of all that documents have."""
        entity, facts = spec.entity, requested_fields(self._release)
        table = data_file("create_requests.json")
        create = () if entity.create is None else self._release.node(entity.create).properties
        needed = {*create, *table["patched"], DEFINITIONS}
        needed.update(row["from"].partition(".")[0] for row in table["sources"])
        if self._switches.followers:
            needed.add(FOLLOWERS)
        names: dict[str, None] = {}
        for path in sorted(facts.absent(entity.name, "list")):
            first = path.partition(".")[0].removesuffix("[]")
            last = path.rpartition(".")[2]
            if first in needed and last not in table["nested_results"]:
                names.update(dict.fromkeys(facts.needed(entity.name, path)))
        return [*names]

    def document(
        self, spec: CollectionSpec, raw: dict[str, Any], *, referenced: bool = False
    ) -> Found:
        """Return the document of an entity.

        Args:
            spec: its collection.
            raw: its JSON, with all that documents have.
            referenced: whether it is only there because others refer to it; it has no sections.
        """
        entity = spec.entity
        key = (entity.name, entity_name(raw))
        made = create_request(entity, self._release, raw, portable=True)
        node = self._release.node(entity.create or "")
        request = self._secrets.replaced(node, made.request, *key)
        references: Iterable[Reference] = ()
        sections: dict[str, Any] = {}
        if not referenced:
            sections, references = self._reader.sections(spec, raw)
            if PATCHED in sections:
                own = self._release.node(entity.path)
                sections[PATCHED] = self._secrets.replaced(own, sections[PATCHED], *key)
        said = {*sections.get(PATCHED, ()), *sections}
        left_out = [each for each in made.left_out if each.path.partition(".")[0] not in said]
        named = self._named(entity, request)
        return Found(
            Document(*key, self._release.name, request, sections, referenced),
            (*made.references, *named, *references), tuple(left_out),
        )  # fmt: skip

    def _named(self, entity: EntityType, request: Mapping[str, Any]) -> Iterator[Reference]:
        """Yield what a request names in texts: the table in the entity link of a test case."""
        for path, types, fqn in named_references(self._release, entity, request):
            if len(types) == 1 and path != NAME_PATH:
                yield Reference(path, types[0], fqn)

    def types(self, category: str) -> Iterator[tuple[CollectionSpec, dict[str, Any]]]:
        """Yield the JSON of the types, which have the custom properties, with their collection.

        Args:
            category: ``entity`` for types of entities, ``field`` for types of values.
        """
        for entity in self._release.entities.values():
            if DEFINITIONS in entity.properties and entity.create is not None:
                spec = self._session.find(entity)
                for raw in self.entities(spec, {"category": category}):
                    yield spec, raw

    def definitions(self, entity: EntityType, raw: Mapping[str, Any]) -> Document | None:
        """Return the document of a type with its custom properties; None if it has none.

        Args:
            entity: the entity type of types.
            raw: the JSON of the type.
        """
        defined = raw.get(DEFINITIONS)
        if not defined:
            return None
        fields = RequestFields(self._release, entity, entity.create or "", portable=True)
        value = fields.own_value(DEFINITIONS, defined)
        sections = {DEFINITIONS: sorted(value, key=lambda each: str(each["name"]))}
        return Document(entity.name, entity_name(raw), self._release.name, {}, sections)


def entity_name(raw: Mapping[str, Any]) -> str:
    """Return the fully qualified name in the JSON of an entity, or the name if it has none."""
    return str(raw.get("fullyQualifiedName") or raw.get("name"))


def is_provided(entity_type: str, raw: Mapping[str, Any]) -> bool:
    """Return whether servers have an entity from the start."""
    if raw.get("provider") == _SYSTEM:
        return True
    return any(
        all(raw.get(name) == value for name, value in row.items())
        for row in data_file("create_requests.json")["provided"].get(entity_type, ())
    )
