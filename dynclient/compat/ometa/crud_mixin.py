"""What the official client does with entities of every kind: write, read, list, delete, versions.

Each method is one operation of the release's catalogue, or a few; see :mod:`.gateway`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import APIError, EmptyPayloadException
from dynclient.compat.ometa.gateway import filtered, plain
from dynclient.compat.ometa.result_types import EntityList
from dynclient.compat.ometa.server_mixin import ServerMixin
from dynclient.dispatch import Listing, Page

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec

_HISTORY = "type/entityHistory.json"
_REFERENCE = "type/entityReference.json"


class CrudMixin(ServerMixin):
    """The methods that take the class of an entity; base of the official client."""

    # -- writing -----------------------------------------------------------------------------------

    def create(self, data: Any) -> Any:
        """Make an entity from its create request and return it.

        Raises:
            APIError: it exists already (409), or the server refuses it.
            InvalidEntityException: ``data`` is no create request.
        """
        return self._written("create", data)

    def create_or_update(self, data: Any) -> Any:
        """Make or update an entity from its create request and return it; errors as for create."""
        return self._written("upsert", data)

    def _written(self, verb: str, data: Any) -> Any:
        kind = self.get_entity_from_create(type(data))
        spec = self.gateway.spec(kind)
        body = schema_classes.to_send(self.gateway.release.node(spec.entity.create or ""), data)
        return self._loaded(kind, self.gateway.entity(spec, verb, {}, body))

    def _loaded(self, kind: type, answer: Any) -> Any:
        """Return the entity that an answer holds.

        Raises:
            EmptyPayloadException: it holds none.
        """
        if not answer:
            raise EmptyPayloadException(f"the server answered without a {kind.__name__}")
        return schema_classes.wrap(kind, answer, self.gateway.release)

    # -- reading -----------------------------------------------------------------------------------

    def get_by_name(
        self,
        entity: type,
        fqn: Any,
        fields: list[str] | None = None,
        nullable: bool = True,
        include: str | None = None,
    ) -> Any:
        """Return an entity by its fully qualified name; None where there is none.

        Args:
            entity: its class.
            fqn: its fully qualified name.
            fields: fields beyond the usual ones.
            nullable: False to have the server's 404 raised.
            include: ``non-deleted``, ``deleted`` or ``all``.
        """
        asked = {"fqn": plain(fqn), "fields": fields, "include": plain(include)}
        return self._got(entity, "get_by_name", asked, nullable)

    def get_by_id(
        self,
        entity: type,
        entity_id: Any,
        fields: list[str] | None = None,
        nullable: bool = True,
        include: str | None = None,
    ) -> Any:
        """Return an entity by its id; None where there is none. Arguments as for a name."""
        asked = {"id": plain(entity_id), "fields": fields, "include": plain(include)}
        return self._got(entity, "get", asked, nullable)

    def _got(self, entity: type, verb: str, asked: dict[str, Any], nullable: bool) -> Any:
        spec = self.gateway.spec(entity)
        if asked.get("fields"):
            asked["fields"] = self.gateway.own_field_names(spec, asked["fields"])
        answer = self.gateway.found(spec, verb, asked, nullable=nullable)
        return None if answer is None else self._loaded(entity, answer)

    def get_entity_reference(self, entity: type, fqn: Any) -> Any:
        """Return a reference to an entity, found by its name; None where there is none."""
        spec = self.gateway.spec(entity)
        answer = self.gateway.found(spec, "get_by_name", {"fqn": plain(fqn)}, nullable=True)
        if answer is None:
            return None
        known = ("id", "name", "fullyQualifiedName", "description", "displayName", "href")
        told = {name: answer[name] for name in known if name in answer}
        reference = schema_classes.class_at(schema_classes.release_of(entity), _REFERENCE)
        return schema_classes.wrap(reference, {**told, "type": spec.entity.name})

    # -- lists -------------------------------------------------------------------------------------

    def list_entities(
        self,
        entity: type,
        fields: list[str] | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int = 100,
        params: dict[str, Any] | None = None,
        skip_on_failure: bool = False,
        include: str | None = None,
    ) -> Any:
        """Return one page of entities, with the cursors of its neighbours.

        Args:
            entity: their class.
            fields: fields beyond the usual ones.
            after: cursor that a page before gave.
            before: cursor that a page behind gave.
            limit: entities in the page.
            params: filters, by the server's names.
            skip_on_failure: accepted; no entity fails to load here.
            include: ``non-deleted``, ``deleted`` or ``all``.
        """
        del skip_on_failure
        spec = self.gateway.spec(entity)
        asked = _asked(self.gateway.own_field_names(spec, fields), limit, params, include)
        answer = self._page(spec, {**asked, **_cursors(spec, after, before)})
        if self._raw_data:
            return answer
        page = self._loaded_page(entity, answer)
        return EntityList(page.entities, page.total or 0, page.after, page.before)

    def list_all_entities(
        self,
        entity: type,
        fields: list[str] | None = None,
        limit: int = 100,
        params: dict[str, Any] | None = None,
        skip_on_failure: bool = False,
        include: str | None = None,
    ) -> Iterator[Any]:
        """Give all entities, fetched page by page as they are needed; arguments as for one page."""
        del skip_on_failure
        spec = self.gateway.spec(entity)
        asked = _asked(self.gateway.own_field_names(spec, fields), limit, params, include)

        def fetch(more: dict[str, Any]) -> Page:
            return self._loaded_page(entity, self._page(spec, {**asked, **more}))

        cursors = [name for name in _cursors(spec, "", None) if name != "before"]
        for page in Listing(fetch, cursors[0]).pages():
            yield from page.entities

    def list_services(self, entity: type) -> list[Any]:
        """Return all services of a kind, those of later pages included."""
        return [*self.list_all_entities(entity)]

    def _page(self, spec: CollectionSpec, asked: dict[str, Any]) -> Any:
        return self.gateway.call(filtered(spec.operations["list"], asked), asked)

    def _loaded_page(self, kind: type, answer: Any) -> Page:
        """Return the page that an answer holds, its entities as objects of a class."""
        told, spoken = answer if isinstance(answer, dict) else {}, self.gateway.release
        listed = [schema_classes.wrap(kind, each, spoken) for each in told.get("data") or ()]
        return Page(listed, told.get("paging"))

    # -- versions ----------------------------------------------------------------------------------

    def list_versions(self, entity_id: Any, entity: type) -> Any:
        """Return the history of an entity; its ``versions`` are JSON texts, newest first."""
        answer = self.gateway.entity(
            self.gateway.spec(entity), "versions", {"id": plain(entity_id)}
        )
        if self._raw_data:
            return answer
        return schema_classes.wrap(
            schema_classes.class_at(schema_classes.release_of(entity), _HISTORY), answer
        )

    def get_list_entity_versions(self, entity_id: Any, entity: type) -> Any:
        """Return the history of an entity; the same as :meth:`list_versions`."""
        return self.list_versions(entity_id, entity)

    def get_entity_version(
        self, entity: type, entity_id: Any, version: Any, fields: list[str] | None = None
    ) -> Any:
        """Return an entity as it was in a version; None where it has no such version.

        Args:
            entity: its class.
            entity_id: its id.
            version: such as 0.2.
            fields: accepted; versions hold all their fields.
        """
        del fields
        asked = {"id": plain(entity_id), "version": self.version_to_str(version)}
        return self._got(entity, "version", asked, nullable=True)

    @staticmethod
    def version_to_str(version: Any) -> str:
        """Return a version as paths hold it: 0.2 → ``0.2``."""
        return str(plain(version))

    # -- deleting ----------------------------------------------------------------------------------

    def delete(
        self, entity: type, entity_id: Any, recursive: bool = False, hard_delete: bool = False
    ) -> None:
        """Delete an entity.

        Args:
            entity: its class.
            entity_id: its id.
            recursive: delete everything below it, too.
            hard_delete: for good, not softly.
        """
        asked = {"id": plain(entity_id), "recursive": recursive, "hard": hard_delete}
        self.gateway.entity(self.gateway.spec(entity), "delete", asked)

    def restore(self, entity: type, entity_id: Any) -> Any:
        """Bring a softly deleted entity back and return it; None where the server refuses."""
        spec = self.gateway.spec(entity)
        try:
            answer = self.gateway.entity(spec, "restore", {}, {"id": plain(entity_id)})
        except APIError as error:
            log().warning("%s was not restored: %s", plain(entity_id), error.message)
            return None
        return self._loaded(entity, answer)


def log() -> Any:
    """Return the logger of the official client's name."""
    import logging

    return logging.getLogger("metadata.OMetaAPI")


def _asked(
    fields: list[str] | None, limit: int, params: dict[str, Any] | None, include: str | None
) -> dict[str, Any]:
    given = {name: plain(value) for name, value in (params or {}).items()}
    named = {"fields": fields, "limit": limit, "include": plain(include)}
    return {**given, **{name: value for name, value in named.items() if value is not None}}


def _cursors(spec: CollectionSpec, after: Any, before: Any) -> dict[str, Any]:
    """Return the cursors by the names this collection has for them."""
    known = {parameter.name for parameter in spec.operations["list"].parameters}
    forward = "offset" if "offset" in known and "after" not in known else "after"
    given = {forward: plain(after), "before": plain(before)}
    return {name: value for name, value in given.items() if value is not None}
