"""The official client's methods for entities of every type: write, read, list, delete, versions.

Each method calls one operation of the release's catalogue, or a few; see :mod:`.gateway`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import APIError, EmptyPayloadException
from dynclient.compat.ometa.gateway import plain, with_filters
from dynclient.compat.ometa.result_types import EntityList
from dynclient.compat.ometa.server_mixin import ServerMixin
from dynclient.dispatch.pagination import Listing, Page

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec

_BOOLEANS = {"true": True, "false": False}
_HISTORY = "type/entityHistory.json"
_REFERENCE = "type/entityReference.json"


class CrudMixin(ServerMixin):
    """Methods that take an entity class; base of the official client."""

    # -- writing -----------------------------------------------------------------------------------

    def create(self, data: Any) -> Any:
        """Create an entity and return it.

        Args:
            data: a create request.

        Raises:
            APIError: the entity already exists (409), or the server rejects the request.
            InvalidEntityException: ``data`` is not a create request.
        """
        return self._write("create", data)

    def create_or_update(self, data: Any) -> Any:
        """Create or update an entity and return it; arguments and errors as for :meth:`create`."""
        return self._write("upsert", data)

    def _write(self, operation: str, data: Any) -> Any:
        entity = self.get_entity_from_create(type(data))
        spec = self.gateway.spec(entity)
        body = schema_classes.to_send(self.gateway.release.node(spec.entity.create or ""), data)
        return self._to_entity(entity, self.gateway.entity(spec, operation, {}, body))

    def _to_entity(self, entity: type, body: Any) -> Any:
        """Return the body of a response as an instance of an entity class.

        Raises:
            EmptyPayloadException: the body is empty.
        """
        if not body:
            raise EmptyPayloadException(f"the response has no body; expected a {entity.__name__}")
        return schema_classes.wrap(entity, body, self.gateway.release)

    def _class_of(self, kind: str) -> type:
        """Return the class of an entity type, of the release that the script imports."""
        found: type = schema_classes.class_at(self.types, self.gateway.spec(kind).entity.path)
        return found

    # -- reading -----------------------------------------------------------------------------------

    def get_by_name(
        self,
        entity: type,
        fqn: Any,
        fields: list[str] | None = None,
        nullable: bool = True,
        include: str | None = None,
    ) -> Any:
        """Return an entity by its fully qualified name, or None if it does not exist.

        Args:
            entity: the entity class.
            fqn: fully qualified name.
            fields: fields to return in addition to the default ones.
            nullable: False to raise the server's 404 instead of returning None.
            include: ``non-deleted``, ``deleted`` or ``all``.
        """
        arguments = {"fqn": plain(fqn), "fields": fields, "include": plain(include)}
        return self._get_entity(entity, "get_by_name", arguments, nullable)

    def get_by_id(
        self,
        entity: type,
        entity_id: Any,
        fields: list[str] | None = None,
        nullable: bool = True,
        include: str | None = None,
    ) -> Any:
        """Return an entity by its id, or None; arguments as for :meth:`get_by_name`."""
        arguments = {"id": plain(entity_id), "fields": fields, "include": plain(include)}
        return self._get_entity(entity, "get", arguments, nullable)

    def _get_entity(
        self, entity: type, operation: str, arguments: dict[str, Any], nullable: bool
    ) -> Any:
        spec = self.gateway.spec(entity)
        if arguments.get("fields"):
            arguments["fields"] = self.gateway.own_field_names(spec, arguments["fields"])
        body = self.gateway.find(spec, operation, arguments, nullable=nullable)
        return None if body is None else self._to_entity(entity, body)

    def get_entity_reference(self, entity: type, fqn: Any) -> Any:
        """Return a reference to an entity by its fully qualified name, or None."""
        spec = self.gateway.spec(entity)
        body = self.gateway.find(spec, "get_by_name", {"fqn": plain(fqn)}, nullable=True)
        if body is None:
            return None
        known = ("id", "name", "fullyQualifiedName", "description", "displayName", "href")
        fields = {name: body[name] for name in known if name in body}
        reference = schema_classes.class_at(schema_classes.release_of(entity), _REFERENCE)
        return schema_classes.wrap(reference, {**fields, "type": spec.entity.name})

    # -- lists -------------------------------------------------------------------------------------

    def list_entities(
        self,
        entity: type,
        fields: list[str] | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int = 100,
        params: dict[str, Any] | None = None,
        skip_on_failure: bool | None = None,
        include: str | None = None,
    ) -> Any:
        """Return one page of entities, with the cursors of the next and the previous page.

        Args:
            entity: the entity class.
            fields: fields to return in addition to the default ones.
            after: cursor of the previous page's ``after``.
            before: cursor of the next page's ``before``.
            limit: entities per page.
            params: filters, by their names in the REST API.
            skip_on_failure: False raises ``ValidationError`` for the first entity that is not valid
                by its class. By default, and with True, entities are not validated, so none fails
                and none is left out.
            include: ``non-deleted``, ``deleted`` or ``all``.

        Returns:
            An ``EntityList``; decoded JSON if the client was created with ``raw_data``.

        Raises:
            ValidationError: an entity is not valid, and ``skip_on_failure`` is False.
        """
        spec = self.gateway.spec(entity)
        names = self.gateway.own_field_names(spec, fields)
        arguments = _list_arguments(names, limit, params, include)
        body = self._list(spec, {**arguments, **_cursors(spec, after, before)})
        if self._raw_data:
            return body
        page = self._to_page(entity, body, skip_on_failure)
        return EntityList(page.entities, page.total or 0, page.after, page.before)

    def list_all_entities(
        self,
        entity: type,
        fields: list[str] | None = None,
        limit: int = 100,
        params: dict[str, Any] | None = None,
        skip_on_failure: bool | None = None,
        include: str | None = None,
    ) -> Iterator[Any]:
        """Yield all entities, fetched page by page; arguments as for :meth:`list_entities`."""
        spec = self.gateway.spec(entity)
        names = self.gateway.own_field_names(spec, fields)
        arguments = _list_arguments(names, limit, params, include)

        def fetch(cursor: dict[str, Any]) -> Page:
            body = self._list(spec, {**arguments, **cursor})
            return self._to_page(entity, body, skip_on_failure)

        cursors = [name for name in _cursors(spec, "", None) if name != "before"]
        for page in Listing(fetch, cursors[0]).pages():
            yield from page.entities

    def list_services(self, entity: type) -> list[Any]:
        """Return all services of a class, from all pages."""
        return [*self.list_all_entities(entity)]

    def _list(self, spec: CollectionSpec, arguments: dict[str, Any]) -> Any:
        operation = with_filters(spec.operations["list"], arguments)
        return self.gateway.call(operation, _with_parsed_texts(operation, arguments))

    def _to_page(self, entity: Any, body: Any, skip_on_failure: bool | None = None) -> Page:
        """Return the body of a response as a page of instances of an entity class."""
        data, release = body if isinstance(body, dict) else {}, self.gateway.release
        entities = [schema_classes.wrap(entity, each, release) for each in data.get("data") or ()]
        if skip_on_failure is False:
            for each in entities:
                entity.model_validate(schema_classes.payload(each))
        return Page(entities, data.get("paging"))

    # -- versions ----------------------------------------------------------------------------------

    def list_versions(self, entity_id: Any, entity: type) -> Any:
        """Return the history of an entity; its ``versions`` are JSON strings, newest first."""
        spec = self.gateway.spec(entity)
        body = self.gateway.entity(spec, "versions", {"id": plain(entity_id)})
        if self._raw_data:
            return body
        history = schema_classes.class_at(schema_classes.release_of(entity), _HISTORY)
        return schema_classes.wrap(history, body)

    def get_list_entity_versions(self, entity_id: Any, entity: type) -> Any:
        """Return the history of an entity; the same as :meth:`list_versions`."""
        return self.list_versions(entity_id, entity)

    def get_entity_version(
        self, entity: type, entity_id: Any, version: Any, fields: list[str] | None = None
    ) -> Any:
        """Return a version of an entity, or None if there is no such version.

        Args:
            entity: the entity class.
            entity_id: id of the entity.
            version: the version, such as 0.2.
            fields: accepted and ignored; versions contain all fields.
        """
        del fields
        arguments = {"id": plain(entity_id), "version": self.version_to_str(version)}
        return self._get_entity(entity, "version", arguments, nullable=True)

    @staticmethod
    def version_to_str(version: Any) -> str:
        """Return a version as it is written in a path: 0.2 → ``0.2``."""
        return str(plain(version))

    # -- deleting ----------------------------------------------------------------------------------

    def delete(
        self, entity: type, entity_id: Any, recursive: bool = False, hard_delete: bool = False
    ) -> None:
        """Delete an entity.

        Args:
            entity: the entity class.
            entity_id: id of the entity.
            recursive: also delete the entities it contains.
            hard_delete: delete permanently instead of marking as deleted.
        """
        arguments = {"id": plain(entity_id), "recursive": recursive, "hard": hard_delete}
        self.gateway.entity(self.gateway.spec(entity), "delete", arguments)

    def restore(self, entity: type, entity_id: Any) -> Any:
        """Restore a soft-deleted entity and return it; log a refusal and return None."""
        spec = self.gateway.spec(entity)
        try:
            body = self.gateway.entity(spec, "restore", {}, {"id": plain(entity_id)})
        except APIError as error:
            log().warning("%s was not restored: %s", plain(entity_id), error.message)
            return None
        return self._to_entity(entity, body)


def log() -> Any:
    """Return the logger with the name of the official client's."""
    import logging

    return logging.getLogger("metadata.OMetaAPI")


def _list_arguments(
    fields: list[str] | None, limit: int, params: dict[str, Any] | None, include: str | None
) -> dict[str, Any]:
    filters = {name: plain(value) for name, value in (params or {}).items() if name != "limit"}
    others = {"fields": fields, "page_size": limit, "include": plain(include)}
    return {**filters, **{name: value for name, value in others.items() if value is not None}}


def _with_parsed_texts(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with the texts of booleans and integers parsed, as scripts pass them."""
    types = {parameter.name: parameter.type for parameter in operation.parameters}
    return {name: _parsed(value, types.get(name)) for name, value in arguments.items()}


def _parsed(value: Any, kind: str | None) -> Any:
    """Return the value of a text; a text of anything else as it is, which is then refused."""
    if not isinstance(value, str):
        return value
    if kind == "boolean":
        return _BOOLEANS.get(value.lower(), value)
    if kind == "integer" and value.removeprefix("-").isdecimal():
        return int(value)
    return value


def _cursors(spec: CollectionSpec, after: Any, before: Any) -> dict[str, Any]:
    """Return the cursors by their parameter names in this collection."""
    known = {parameter.name for parameter in spec.operations["list"].parameters}
    forward = "offset" if "offset" in known and "after" not in known else "after"
    cursors = {forward: plain(after), "before": plain(before)}
    return {name: value for name, value in cursors.items() if value is not None}
