"""What all facades can do: ``Tables.create(…)``, ``Users.retrieve_by_name(…)`` …

A facade is a class that is not instantiated. Its methods call the client of the process, or the one
that ``use_client`` was given.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import EmptyPayloadException, InvalidEntityException
from dynclient.compat.ometa.ometa_api import OpenMetadata as OMeta
from dynclient.compat.sdk.async_variants import with_async_variants
from dynclient.compat.sdk.csv_operations import CsvExportOperation, CsvImportOperation
from dynclient.compat.sdk.default_client import UsesClient
from dynclient.compat.sdk.entity_list import EntityList, list_arguments
from dynclient.compat.sdk.entity_references import to_entity_reference
from dynclient.compat.sdk.facade_names import facade_name
from dynclient.compat.sdk.identifiers import id_of, listed, text_of
from dynclient.compat.sdk.property_updates import CustomPropertyUpdater
from dynclient.compat.sdk.restore_operations import AsyncJobResponse, RestoreOperation
from dynclient.compat.sdk.script_release import find_collection, script_release
from dynclient.compat.sdk.update_patch import fields_to_read, update_patch
from dynclient.errors import Problem
from dynclient.operations.operation import Parameter
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dynclient.operations.catalogue import CollectionSpec

TEntity = TypeVar("TEntity")
TCreate = TypeVar("TCreate")

_REFERENCE = "type/entityReference.json"
_ASYNC = (
    "create", "retrieve", "retrieve_by_name", "update", "patch", "delete", "list", "list_all",
    "search", "get_versions", "get_specific_version", "add_followers", "remove_followers", "vote",
)  # fmt: skip


@with_async_variants(*_ASYNC)
@public_calls
class BaseEntity(UsesClient, Generic[TEntity, TCreate]):
    """The methods of all facades; most have a coroutine with ``_async`` at the end of the name."""

    _kind: ClassVar[str] = ""
    """Name of the entity type, ``table``."""

    @classmethod
    def entity_type(cls) -> Any:
        """Return the class of the entity type, ``metadata.generated…table.Table``.

        Raises:
            MissingEntityTypeException: the release has no such type.
        """
        release = script_release(None if cls._chosen is None else cls._chosen[1])
        return schema_classes.class_at(release, find_collection(release, cls._kind).entity.path)

    # -- one entity --------------------------------------------------------------------------------

    @classmethod
    def create(cls, request: TCreate) -> Any:
        """Create an entity, or update the existing one of that name, and return it.

        Args:
            request: a create request of this type, ``CreateTableRequest``.

        Raises:
            InvalidEntityException: it is not one.
            APIError: the server rejects the request.
        """
        client = cls._get_client()
        if isinstance(client, OMeta):
            created = schema_classes.created_by(type(request)).name
            if created.casefold() != cls._entity_name().casefold():
                raise _wrong_request(cls, request, created)
        return client.create_or_update(request)

    @classmethod
    def retrieve(
        cls, entity_id: Any, *, fields: Sequence[str] | None = None, nullable: bool | None = None
    ) -> Any:
        """Return an entity by its id, or None if it does not exist.

        Args:
            entity_id: the id.
            fields: fields to return in addition to the default ones.
            nullable: False to raise the server's 404 instead of returning None.
        """
        return cls._get_client().get_by_id(
            entity=cls.entity_type(), entity_id=text_of(entity_id), **_reading(fields, nullable)
        )

    @classmethod
    def retrieve_by_name(
        cls, fqn: Any, *, fields: Sequence[str] | None = None, nullable: bool | None = None
    ) -> Any:
        """Return an entity by its fully qualified name, or None; arguments as :meth:`retrieve`."""
        return cls._get_client().get_by_name(
            entity=cls.entity_type(), fqn=fqn, **_reading(fields, nullable)
        )

    @classmethod
    def update(cls, entity_id: Any, entity: Any = None) -> Any:
        """Send what changed in an entity, and return it as the server has it now.

        Args:
            entity_id: the entity; or its id, followed by the entity.
            entity: the entity, if the first argument is its id.

        Raises:
            InvalidEntityException: it is not an entity with an id.
            APIError: the server rejects the patch.
        """
        changed = entity_id if entity is None else entity
        identity = getattr(changed, "id", None)
        if identity is None:
            raise _no_entity(cls, changed)
        client, kind = cls._get_client(), cls.entity_type()
        if not isinstance(client, OMeta):
            current = client.get_by_id(entity=kind, entity_id=text_of(identity), fields=None)
            return client.patch(entity=kind, source=current, destination=changed)
        release, spec = client.gateway.release, client.gateway.spec(kind)
        names = fields_to_read(release, spec, changed)
        current = client.get_by_id(kind, text_of(identity), fields=names, nullable=False)
        operations = update_patch(release, spec, current, changed)
        if operations is None:
            return current
        return client._send_patch(kind, identity, operations, skip_on_failure=False)

    @classmethod
    def patch(cls, entity_id: Any, json_patch: Sequence[Mapping[str, Any]]) -> Any:
        """Change an entity by a JSON Patch, and return it.

        Args:
            entity_id: the id.
            json_patch: the operations: ``[{"op": "add", "path": "/description", "value": "…"}]``.
        """
        client = cls._get_client()
        operations = [dict(each) for each in json_patch]
        return client._send_patch(cls.entity_type(), entity_id, operations, skip_on_failure=False)

    @classmethod
    def delete(cls, entity_id: Any, *, recursive: bool = False, hard_delete: bool = False) -> None:
        """Delete an entity.

        Args:
            entity_id: the id.
            recursive: also delete the entities it contains.
            hard_delete: delete permanently instead of marking as deleted.
        """
        cls._get_client().delete(
            entity=cls.entity_type(),
            entity_id=text_of(entity_id),
            recursive=recursive,
            hard_delete=hard_delete,
        )

    # -- lists -------------------------------------------------------------------------------------

    @classmethod
    def list(
        cls,
        params: Any = None,
        *,
        limit: int = 10,
        after: str | None = None,
        before: str | None = None,
        fields: Sequence[str] | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> EntityList[Any]:
        """Return one page of entities.

        Args:
            params: the other arguments as one object, ``TableListParams``.
            limit: entities of the page.
            after: the cursor ``after`` of the page before.
            before: the cursor ``before`` of the page behind.
            fields: fields to return in addition to the default ones.
            filters: filters, by their names in the REST API.
        """
        given = {"limit": limit, "after": after, "before": before, "fields": fields}
        arguments = list_arguments(params, {**given, "filters": filters})
        more = {name: arguments[name] for name in ("limit", "fields", "filters")
                if name in arguments}  # fmt: skip
        page = cls._get_client().list_entities(
            entity=cls.entity_type(),
            fields=listed(arguments["fields"]) or None,
            after=arguments["after"],
            before=arguments["before"],
            limit=arguments["limit"],
            params=dict(arguments["filters"]) if arguments["filters"] else None,
        )
        return EntityList(
            page.entities,
            page.after,
            page.before,
            getattr(page, "total", None),
            lambda cursor: cls.list(after=cursor, **more),
        )

    @classmethod
    def list_all(
        cls,
        *,
        batch_size: int = 100,
        fields: Sequence[str] | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> Sequence[Any]:
        """Return all entities as a list.

        Args:
            batch_size: entities of one request.
            fields: fields to return in addition to the default ones.
            filters: filters, by their names in the REST API.
        """
        page = cls.list(limit=batch_size, fields=fields, filters=filters)
        return [*page.auto_paging_iterable()]

    @classmethod
    def search(cls, query: str, *, size: int = 10) -> Sequence[Any]:
        """Return the entities whose fully qualified names match a pattern in the search index.

        Args:
            query: a name, in which ``*`` matches any text.
            size: the largest number of entities.
        """
        found = cls._get_client().es_search_from_fqn(
            entity_type=cls.entity_type(), fqn_search_string=query, size=size
        )
        return [*(found or ())]

    # -- versions ----------------------------------------------------------------------------------

    @classmethod
    def get_versions(cls, entity_id: Any) -> Sequence[Any]:
        """Return all versions of an entity, newest first."""
        kind, client, identity = cls.entity_type(), cls._get_client(), text_of(entity_id)
        if isinstance(client, OMeta):
            versions = cls._send("versions", {"id": identity}).get("versions")
        else:
            versions = client.get_list_entity_versions(entity=kind, entity_id=identity).versions
        return [_version(kind, each) for each in versions or ()]

    @classmethod
    def get_specific_version(cls, entity_id: Any, version: Any) -> Any:
        """Return a version of an entity, such as ``"0.2"``, or None if it does not exist."""
        return cls._get_client().get_entity_version(
            entity=cls.entity_type(), entity_id=text_of(entity_id), version=version
        )

    @classmethod
    def restore(cls, entity_id: Any) -> Any:
        """Restore a soft-deleted entity, and return it.

        Raises:
            APIError: the server has no such entity.
            MissingEntityTypeException: entities of this type cannot be restored.
        """
        body = cls._send("restore", {}, {"id": text_of(entity_id)})
        return cls._to_entity(body)

    @classmethod
    def restore_async(cls, entity_id: Any) -> AsyncJobResponse:
        """Restore a soft-deleted entity with all below it as a job of the server.

        Servers without such jobs restore it at once; ``job_id`` is empty then.
        """
        body = cls._send("restore", {}, {"id": text_of(entity_id)}, **{"async": True})
        return AsyncJobResponse.from_response(body)

    @classmethod
    def restore_request(cls, entity_id: Any) -> RestoreOperation[Any]:
        """Return a request to restore an entity, which ``execute()`` sends."""
        return RestoreOperation(cls, text_of(entity_id))

    # -- people ------------------------------------------------------------------------------------

    @classmethod
    def add_followers(cls, entity_id: Any, follower_ids: Any) -> Any:
        """Make users follow an entity; return it with its followers.

        Args:
            entity_id: id of the entity.
            follower_ids: ids of the users.
        """
        for user in listed(follower_ids):
            cls._send("follow", {"id": text_of(entity_id)}, id_of(user))
        return cls.retrieve(entity_id, fields=["followers"])

    @classmethod
    def remove_followers(cls, entity_id: Any, follower_ids: Any) -> Any:
        """Make users stop following an entity; return it with its followers."""
        for user in listed(follower_ids):
            cls._send("unfollow", {"id": text_of(entity_id), "user": id_of(user)})
        return cls.retrieve(entity_id, fields=["followers"])

    @classmethod
    def vote(cls, entity_id: Any, vote: str) -> Any:
        """Vote for an entity as the user of the token; return it with its votes.

        Args:
            entity_id: id of the entity.
            vote: ``votedUp``, ``votedDown`` or ``unVoted``.
        """
        cls._send("vote", {"id": text_of(entity_id)}, {"updatedVoteType": vote})
        return cls.retrieve(entity_id, fields=["votes"])

    # -- CSV, custom properties, references --------------------------------------------------------

    @classmethod
    def export_csv(cls, name: str) -> CsvExportOperation[Any]:
        """Return an export of what is below an entity as CSV; ``execute()`` returns the text."""
        return CsvExportOperation(cls._get_client(), cls.entity_type(), text_of(name))

    @classmethod
    def import_csv(cls, name: str) -> CsvImportOperation[Any]:
        """Return an import of CSV below an entity: ``….with_data(text).execute()``."""
        return CsvImportOperation(cls._get_client(), cls.entity_type(), text_of(name))

    @classmethod
    def update_custom_properties(cls, identifier: Any) -> CustomPropertyUpdater[Any]:
        """Return an update of the custom properties of an entity by its id."""
        updater: CustomPropertyUpdater[Any]
        updater = CustomPropertyUpdater(cls.entity_type(), text_of(identifier))
        return updater.use_client(cls._get_client())

    @classmethod
    def update_custom_properties_by_name(cls, fqn: Any) -> CustomPropertyUpdater[Any]:
        """Return an update of the custom properties of an entity by its name."""
        updater: CustomPropertyUpdater[Any]
        updater = CustomPropertyUpdater(cls.entity_type(), text_of(fqn), is_fqn=True)
        return updater.use_client(cls._get_client())

    to_entity_reference = staticmethod(to_entity_reference)

    # -- for the methods of single types -----------------------------------------------------------

    @classmethod
    def _entity_name(cls) -> str:
        return cls._kind or schema_classes.entity_name(cls.entity_type())

    @classmethod
    def _spec(cls) -> CollectionSpec:
        """Return the collection in the release of the server."""
        return find_collection(cls._get_client().gateway.release, cls._entity_name())

    @classmethod
    def _send(cls, name: str, arguments: Mapping[str, Any], body: Any = None, **flags: bool) -> Any:
        """Call an operation of the collection; return the decoded body of the response.

        Args:
            name: name of the operation, ``restore``.
            arguments: its arguments.
            body: its body as decoded JSON.
            flags: more parameters of the query, which not all servers know; the response may then
                be of any form.
        """
        gateway, spec = cls._get_client().gateway, cls._spec()
        operation = spec.operations.get(name)
        if operation is None:
            return gateway.entity(spec, name, arguments, body)  # which raises the error
        if flags:
            more = tuple(Parameter(flag, "query", type="boolean") for flag in flags)
            parameters = operation.parameters + more
            operation = operation._replace(parameters=parameters, result_kind="any")
        return gateway.call(operation, {**arguments, **flags}, body)

    @classmethod
    def _to_entity(cls, body: Any) -> Any:
        """Return decoded JSON or a native entity as an instance of the class of this type."""
        data = model.asdict(body, secrets=True) if isinstance(body, model.Entity) else body
        kind = cls.entity_type()
        if not data:
            raise EmptyPayloadException(f"the response has no body; expected a {kind.__name__}")
        return schema_classes.wrap(kind, data, cls._get_client().gateway.release)

    @classmethod
    def _native(cls, call: Callable[[Any], Any]) -> Any:
        """Return what a call of the native collection returns; errors are raised as official ones.

        Args:
            call: takes the collection.
        """
        client, name = cls._get_client(), cls._entity_name()
        find_collection(client.gateway.release, name)
        return client.gateway.native(lambda: call(client.native[name]))

    @classmethod
    def _changed(cls, call: Callable[[Any], Any]) -> Any:
        """Return the entity that a call of the native collection returns, as an official model."""
        return cls._to_entity(cls._native(call))

    @classmethod
    def _reference(cls, reference: Any) -> Any:
        """Return a native reference or entity as an ``EntityReference``."""
        kind = schema_classes.class_at(script_release(cls._get_client()), _REFERENCE)
        data = model.asdict(reference) if isinstance(reference, model.Entity) else reference
        return schema_classes.wrap(kind, data)


def _reading(fields: Any, nullable: bool | None) -> dict[str, Any]:
    arguments: dict[str, Any] = {"fields": listed(fields) or None}
    return arguments if nullable is None else {**arguments, "nullable": nullable}


def _version(kind: Any, version: Any) -> Any:
    """Return a version from a history, which has JSON as text."""
    data = json.loads(version) if isinstance(version, str) else version
    return schema_classes.wrap(kind, data) if isinstance(data, dict) else data


def _wrong_request(cls: type, request: Any, created: str) -> InvalidEntityException:
    kind = type(request).__name__
    message = f"{cls.__name__}.create() does not take a {kind}; use {facade_name(created)}.create()"
    return InvalidEntityException(message, problems=(Problem("request", kind, "type", message),))


def _no_entity(cls: type, value: Any) -> InvalidEntityException:
    kind = type(value).__name__
    message = f"{cls.__name__}.update() takes an entity with an id, not {kind}"
    return InvalidEntityException(message, problems=(Problem("entity", kind, "type", message),))
