"""Lists of the entities of one service, as far as the filters of a server allow.

Some lists have a filter by service; those of tables are filtered by database, and the list of
databases by service. Which filters there are is a matter of the release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.operations.entity_filters import service_types
from dynclient.operations.name_parents import name_parents
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType
    from dynclient.session.session import Session

SERVICE = "service"
"""The field, and the filter, of the service that an entity belongs to."""


class ServiceLists:
    """The lists of one collection, service by service.

    Args:
        session: the session of the server.
        spec: the collection.
        arguments: arguments of all its lists: ``fields``, ``include``.

    Attributes:
        is_divided: whether the lists can be read service by service; otherwise there is one list.
    """

    def __init__(
        self, session: Session, spec: CollectionSpec, arguments: Mapping[str, Any]
    ) -> None:
        self._session = session
        self._spec = spec
        self._arguments = arguments
        # A service that is deleted has entities that are deleted.
        self._include = None if arguments.get("include") in {None, "non-deleted"} else "all"
        self.is_divided = self._path(spec.entity) is not None

    def listing(self, filters: Mapping[str, str]) -> Listing:
        """Return a list.

        Args:
            filters: what :meth:`of` yields; nothing for all entities.
        """
        return self._listing(self._spec, {**self._arguments, **filters})

    def services(self) -> dict[str, str]:
        """Return the fully qualified names of the services of the type by their names, sorted.

        Services of several types may have one name; their entities are in one list.
        """
        found: dict[str, str] = {}
        for name in service_types(self._spec.entity, self._session.release):
            spec = self._session.find(name)
            if "list" in spec.operations:
                for service in self._listing(spec, {"include": self._include}):
                    raw = model.raw(service)
                    found[raw["name"]] = raw.get("fullyQualifiedName") or raw["name"]
        return dict(sorted(found.items()))

    def of(self, service: str) -> Iterator[Mapping[str, str]]:
        """Yield the filters of the lists that together have the entities of a service.

        Args:
            service: the fully qualified name of the service.
        """
        return self._filters(self._spec.entity, service)

    def _path(self, entity: EntityType) -> tuple[str, EntityType | None] | None:
        """Return the filter by which a list is divided, and the type that it takes.

        The type is None for the service. None is returned if there is no filter that leads to it.
        """
        release = self._session.release
        operations = self._session.find(entity).operations
        if SERVICE not in entity.properties or "list" not in operations:
            return None
        known = {each.name for each in operations["list"].parameters}
        if SERVICE in known:
            return SERVICE, None
        for field, kind in name_parents(release, entity).types:
            parent = release.entities[kind]
            if field in known and parent is not entity and self._path(parent) is not None:
                return field, parent
        return None

    def _filters(self, entity: EntityType, service: str) -> Iterator[dict[str, str]]:
        name, parent = self._path(entity) or (SERVICE, None)
        if parent is None:
            yield {name: service}
            return
        spec = self._session.find(parent)
        for filters in self._filters(parent, service):
            for each in self._listing(spec, {**filters, "include": self._include}):
                yield {name: str(model.raw(each)["fullyQualifiedName"])}

    def _listing(self, spec: CollectionSpec, arguments: Mapping[str, Any]) -> Listing:
        operation = spec.operations["list"]
        given = {"page_size": self._session.settings.page_size, **arguments}
        return self._session.listing(Plan(operation, operation.accepted(given)))
