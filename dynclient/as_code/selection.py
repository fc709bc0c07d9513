"""Which entities of a server are selected: all of them, those of a service, or by conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dynclient import fqn, model
from dynclient.as_code.entity_documents import entity_name
from dynclient.as_code.key_index import KeyIndex
from dynclient.as_code.secret_places import Store
from dynclient.as_code.sections import Switches
from dynclient.bulk.order import parents_of, type_level
from dynclient.data import data_file
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadName, Problem
from dynclient.operations.entity_filters import service_types
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType
    from dynclient.session.session import Session


class Options(NamedTuple):
    """What is dumped, and how; see :meth:`dynclient.as_code.files.CatalogueFiles.dump`."""

    types: tuple[str, ...] = ()
    service: str = ""
    where: str = ""
    format: str = "yaml"
    secrets: Store = "env"
    tests: bool = True
    custom_properties: bool = True
    sections: Switches = Switches()

    @property
    def is_partial(self) -> bool:
        """Whether only a part of the catalogue is selected, and what it refers to."""
        return bool(self.types or self.service or self.where)

    def selection(self) -> dict[str, Any]:
        """Return the options that decide what is dumped, for the manifest."""
        defaults = {**Options()._asdict(), **Switches()._asdict()}
        chosen = {**self._asdict(), **self.sections._asdict()}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in chosen.items()
            if name not in {"format", "secrets", "sections"} and value != defaults[name]
        }


def options_of(selection: Mapping[str, Any]) -> Options:
    """Return the options that :meth:`Options.selection` returned as JSON.

    Args:
        selection: what was selected.
    """
    known = {name: value for name, value in selection.items() if name in Options._fields}
    switches = {name: value for name, value in selection.items() if name in Switches._fields}
    known["types"] = tuple(known.get("types", ()))
    return Options(**known, sections=Switches(**switches))


def selection_problems(types: Iterable[Any], service: str, where: str) -> list[Problem]:
    """Return what is wrong with the arguments that select entities.

    Args:
        types: the entity types.
        service: the fully qualified name of a service.
        where: conditions.
    """
    problems = []
    if where and not types:
        message = "needs types=, the entity types to which the conditions apply"
        problems.append(Problem("where", where, "argument", message))
    if service and where:
        message = "cannot be combined with where=; write it as a condition, service:shop"
        problems.append(Problem("service", service, "argument", message))
    return problems


def selected_options(
    session: Session, method: str, types: Iterable[Any] | str, service: str, where: str
) -> Options:
    """Return the options of a selection.

    Args:
        session: the session of the server.
        method: the method that was called, for errors.
        types: the entity types, by any name of their collections.
        service: the fully qualified name of a service.
        where: conditions.

    Raises:
        BadArguments: the arguments contradict each other.
        UnknownCollection: the release does not have a type.
    """
    named = (types,) if isinstance(types, str) else tuple(types)
    problems = selection_problems(named, service, where)
    if problems:
        raise bad_arguments(method, problems)
    return Options(tuple(session.find(each).entity.name for each in named), service, where)


class EntityReader(Protocol):
    """What reads the entities of collections, page by page."""

    def entities(
        self, spec: CollectionSpec, filters: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the JSON of the entities of a collection."""

    def fields(self, spec: CollectionSpec) -> list[str]:
        """Return the names for ``fields=``."""


class Selection:
    """Reads the selected entities of a server, page by page.

    Args:
        session: the session of the server.
        reader: reads the entities of collections.
        options: what is selected.
        read: the types and names of the entities that were read; what is below a service is found
            by those above it, so the caller adds each entity to it.
    """

    def __init__(
        self, session: Session, reader: EntityReader, options: Options, read: KeyIndex
    ) -> None:
        self._session = session
        self._release = session.release
        self._reader = reader
        self._options = options
        self._read = read

    def collections(self) -> list[CollectionSpec]:
        """Return the selected collections, those first whose entities others refer to."""
        named = {self._session.find(each).entity.name for each in self._options.types}
        tests = data_file("create_requests.json")["tests"]
        found = []
        for spec in self._session.catalogue:
            name = spec.entity.name
            is_wanted = name in named if named else self._options.tests or name not in tests
            if is_wanted and self.is_documented(spec.entity):
                found.append(self._session.find(spec.entity))
        return sorted(
            found, key=lambda spec: (type_level(self._release, spec.entity), spec.attribute)
        )

    def is_documented(self, entity: EntityType) -> bool:
        """Return whether entities of a type can be listed and created."""
        if entity.kind != "entity" or entity.create is None:
            return False
        rows = data_file("create_requests.json")["not_dumped"]
        if any(row["entity"] == entity.name for row in rows):
            return False
        operations = self._session.find(entity).operations
        return "list" in operations and "create" in operations

    def entities(self, spec: CollectionSpec) -> Iterator[dict[str, Any]]:
        """Yield the JSON of the selected entities of a collection."""
        options = self._options
        if options.where:
            from dynclient.extensions.search import Search

            found: Iterable[Any] = Search(self._session).find(
                spec.entity.name, options.where, fields=self._reader.fields(spec)
            )
            rows: Iterator[dict[str, Any]] = (model.raw(each) for each in found)
        elif options.service:
            rows = self._of_service(spec)
        else:
            rows = self._reader.entities(spec)
        for raw in rows:
            if not options.service or self._is_of_service(raw):
                yield raw

    def _of_service(self, spec: CollectionSpec) -> Iterator[dict[str, Any]]:
        """Yield the entities of a collection that may be of the selected service.

        Lists are filtered by the service where they can be, else by the entities below it that
        were dumped before, such as databases.
        """
        entity, service = spec.entity, self._options.service
        if self._is_service(entity):
            return self.by_name(spec, [service])
        types = [each for _, each in parents_of(self._release, entity).types]
        is_below = any(self._is_service(self._release.entities[each]) for each in types)
        if not is_below and "service" not in self._create_fields(entity):
            return self._reader.entities(spec) if self._is_of_anything(entity) else iter(())
        known = {each.name for each in spec.operations["list"].parameters}
        if "service" in known:
            return self._reader.entities(spec, {"service": service})
        return self._below(spec, types, known)

    def _below(
        self, spec: CollectionSpec, types: list[str], known: set[str]
    ) -> Iterator[dict[str, Any]]:
        for field, kind in parents_of(self._release, spec.entity).types:
            is_read = not self._options.types or kind in self._options.types
            if field in known and kind in types and is_read:
                for name in self._read.names(kind):
                    yield from self._reader.entities(spec, {field: name})
                return
        yield from self._reader.entities(spec)

    def _create_fields(self, entity: EntityType) -> Iterable[str]:
        return () if entity.create is None else self._release.node(entity.create).properties

    def _is_service(self, entity: EntityType) -> bool:
        return entity.name in service_types(None, self._release)

    def _is_of_anything(self, entity: EntityType) -> bool:
        """Return whether entities of a type are parts of others of any type: test cases."""
        return entity.name in data_file("create_requests.json")["tests"]

    def _is_of_service(self, raw: Mapping[str, Any]) -> bool:
        name = str(raw.get("fullyQualifiedName") or raw.get("name"))
        try:
            return fqn.split(name)[0] == fqn.split(self._options.service)[0]
        except BadName:
            return False

    def by_name(self, spec: CollectionSpec, names: list[str]) -> Iterator[dict[str, Any]]:
        """Yield entities by their names, with one request for each or for each page of the list.

        The list is read where that takes fewer requests.

        Args:
            spec: their collection.
            names: their fully qualified names.
        """
        size = self._session.settings.page_size
        get = spec.operations.get("get_by_name")
        total = None
        if get is None or len(names) > 1:
            page = self._session.listing(Plan(spec.operations["list"], {"page_size": 1})).page()
            total = page.total
        remaining = dict.fromkeys(names)
        if get is None or (total is not None and total / size < len(names)):
            for raw in self._reader.entities(spec):
                if entity_name(raw) in remaining:
                    del remaining[entity_name(raw)]
                    yield raw
        if get is None:
            return
        # Some lists leave out entities that can be read: the executable suites of tables.
        for name in remaining:
            fields = self._reader.fields(spec)
            entity = self._session.find_one(Plan(get, {"fqn": name, "fields": fields}))
            if entity is not None:
                yield model.raw(entity)
