"""Many entities in one call, and entities that a source lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import official
from dynclient.compat.ometa.gateway import plain
from dynclient.errors import DynclientError

if TYPE_CHECKING:
    from dynclient.bulk import BulkResult

_RESULT = "type/bulkOperationResult.json"
_OVERRIDE_SINCE = (2, 0)
"""The first release whose ``PUT …/bulk`` has ``overrideMetadata``."""


class BulkMixin(CrudMixin):
    """The official client's methods for many entities, by ``om.upsert_many``."""

    def bulk_create_or_update(
        self, entities: Iterable[Any], use_async: bool = False, override_metadata: bool = False
    ) -> Any:
        """Create or update entities of any types, parents before children.

        Servers without ``PUT …/bulk`` get single requests, so that it works with every release.

        Args:
            entities: create requests.
            use_async: accepted and ignored: the result is complete when the method returns.
            override_metadata: whether a bot overwrites what people wrote; servers before 2.0 do not
                have it, which is logged.

        Returns:
            A ``BulkOperationResult``. Entities that fail have the server's own message and status.

        Raises:
            InvalidEntityException: one of them is not a create request.
            APIError: the server accepts nothing any more, such as a token that has expired.
        """
        del use_async
        rows = [self._row(each) for each in entities]
        version = self.gateway.release.version
        if override_metadata and version and version < _OVERRIDE_SINCE:
            log().warning("override_metadata is ignored: the server has it since 2.0")
            override_metadata = False
        try:
            result = self.gateway.client.upsert_many(
                rows, progress=False, override_metadata=override_metadata or None
            )
        except DynclientError as error:
            official_error = official(error)
        else:
            return self._to_result(result)
        raise official_error

    def bulk_create_or_update_tables(self, bulk_request: Any, use_async: bool = False) -> Any:
        """Create or update tables; see :meth:`bulk_create_or_update`.

        Args:
            bulk_request: a ``BulkCreateTable``, or a list of ``CreateTableRequest``.
            use_async: accepted and ignored.
        """
        tables = bulk_request if isinstance(bulk_request, list) else bulk_request.tables
        return self.bulk_create_or_update(tables, use_async)

    def delete_stale_entities(
        self,
        entity: type,
        scope_params: Mapping[str, Any],
        live_fqns: Iterable[Any],
        recursive: bool = True,
    ) -> Any:
        """Mark the entities of a scope as deleted whose names are not listed.

        Args:
            entity: the entity class.
            scope_params: filters of the collection's list that choose the entities, such as
                ``{"service": "mysql"}``.
            live_fqns: fully qualified names of the entities that stay. If there are none, nothing
                is deleted, which is logged: a source that could not be read has none either.
            recursive: delete what is below them too.

        Returns:
            A ``BulkOperationResult`` with the deleted entities.

        Raises:
            APIError: the server rejects a filter, or the list.
        """
        from dynclient.bulk import BulkResult

        keep = [plain(each) for each in live_fqns]
        scope = {name: plain(value) for name, value in scope_params.items()}
        if not keep:
            log().warning("nothing is deleted in %s: no entity of it is live", scope)
            return self._to_result(BulkResult())
        collection = self.gateway.client[self.gateway.spec(entity).entity.name]
        try:
            result = collection.delete_stale(keep, scope, recursive=recursive, progress=False)
        except DynclientError as error:
            official_error = official(error)
        else:
            return self._to_result(result)
        raise official_error

    def _row(self, request: Any) -> tuple[str, Any]:
        kind = schema_classes.created_by(type(request)).name
        spec = self.gateway.spec(kind)
        node = self.gateway.release.node(spec.entity.create or "")
        return spec.entity.name, schema_classes.to_send(node, request)

    def _to_result(self, result: BulkResult) -> Any:
        """Return a ``BulkOperationResult``; decoded JSON if the release does not have it."""
        from dynclient.model.masking import masked

        done = [
            {"request": name, "status": status}
            for names, status in (
                (result.created, 201), (result.updated, 200), (result.unchanged, 200),
                (result.written, 200), (result.deleted, 200),
            )
            for name in names
        ]  # fmt: skip
        failed = []
        for each in result.failed:
            row = each.row[1] if isinstance(each.row, tuple) else each.row
            status = getattr(each.error, "status", 400)
            request = masked(None, row) if isinstance(row, dict) else each.name
            message = getattr(each.error, "message", str(each.error))
            failed.append(
                {"request": request, "message": message or str(each.error), "status": status}
            )
        state = "success" if not failed else "partialSuccess" if done else "failure"
        body = {
            "dryRun": False,
            "status": state,
            "numberOfRowsProcessed": len(done) + len(failed),
            "numberOfRowsPassed": len(done),
            "numberOfRowsFailed": len(failed),
            "successRequest": done,
            "failedRequest": failed,
        }
        release = self.gateway.release
        if _RESULT not in release.paths:
            return body
        return schema_classes.wrap(schema_classes.class_at(release, _RESULT), body)
