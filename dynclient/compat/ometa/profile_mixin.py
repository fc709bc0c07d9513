"""Table profiles and queries: methods that are more than one request."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.query_mask import masked_query
from dynclient.compat.ometa.request_methods import RequestMethods
from dynclient.compat.ometa.result_types import EntityList
from dynclient.errors import BadArguments, Problem
from dynclient.extensions.profiles import Profiles, checksum, cost_record
from dynclient.operations import Operation, Parameter

_TABLE = "entity/data/table.json"
_QUERY = "entity/data/query.json"
_PEOPLE_OF_QUERY = {"users": "add_query_users", "usedBy": "add_query_used_by"}
"""Fields of a request for a query, and the native operations that add them."""
_KINDS = {
    "TableProfile": "profile",
    "ColumnProfile": "column_profile",
    "SystemProfile": "system_profile",
}
"""The native operations that list profiles, by the official classes."""


class ProfileMixin(RequestMethods):
    """The official client's methods for profiles, and for queries that use an entity."""

    def get_profile_data(
        self,
        fqn: Any,
        start_ts: int,
        end_ts: int,
        limit: int = 100,
        after: str | None = None,
        profile_type: type | None = None,
    ) -> Any:
        """Return the profiles of a table or column in a period.

        Args:
            fqn: fully qualified name of the table; of the column for a ``ColumnProfile``.
            start_ts: start of the period, in milliseconds since 1970.
            end_ts: end of the period, in milliseconds since 1970.
            limit: profiles per page; servers ignore it and return all.
            after: cursor of the next page, which servers ignore too.
            profile_type: ``TableProfile`` (the default), ``ColumnProfile`` or ``SystemProfile``.

        Returns:
            An ``EntityList`` with the total and the cursor of the next page; servers respond with
            a cursor of the page before too, which the official client leaves out.

        Raises:
            BadArguments: ``profile_type`` is another class.
        """
        kind = "TableProfile" if profile_type is None else profile_type.__name__
        if kind not in _KINDS:
            *others, last = _KINDS
            message = f"profile_type= must be {', '.join(others)} or {last}, not {kind}"
            problem = Problem("profile_type", kind, "argument", message, tuple(_KINDS))
            raise BadArguments(message, problems=(problem,))
        span = {"fqn": plain(fqn), "startTs": plain(start_ts), "endTs": plain(end_ts)}
        pages = {"limit": plain(limit), "after": plain(after)}
        operation = self._profile_operation(_KINDS[kind])
        known = {parameter.name for parameter in operation.parameters}
        more = tuple(Parameter(name, "query") for name in pages if name not in known)
        operation = operation._replace(parameters=operation.parameters + more)
        body = self.gateway.call(operation, {**span, **pages})
        cls = profile_type or schema_classes.class_at(
            self.types, f"{_TABLE}#/definitions/tableProfile"
        )
        listed = [schema_classes.wrap(cls, each) for each in body["data"]]
        paging = body.get("paging") or {}
        return EntityList(listed, paging.get("total") or 0, paging.get("after"))

    def create_or_update_table_profiler_config(self, fqn: Any, table_profiler_config: Any) -> Any:
        """Set how a table is profiled and return the table, or None if it does not exist.

        Args:
            fqn: fully qualified name of the table.
            table_profiler_config: a ``TableProfilerConfig``.
        """
        entity = schema_classes.class_at(self.types, _TABLE)
        table = self.get_by_name(entity, fqn)
        if table is None:
            return None
        return self._create_or_update_table_profiler_config(table.id, table_profiler_config)

    def _create_or_update_table_profiler_config(
        self, table_id: Any, table_profiler_config: Any
    ) -> Any:
        """Set how a table is profiled, by its id; scripts use it despite its underscore."""
        body = schema_classes.payload(table_profiler_config)
        found = self._call_profiles("set_profiler_config", {"id": plain(table_id)}, body)
        return self._to_entity(schema_classes.class_at(self.types, _TABLE), found)

    def ingest_entity_queries_data(self, entity: Any, queries: list[Any]) -> None:
        """Create queries that use an entity, without their literals.

        Args:
            entity: the entity that was queried.
            queries: create requests; those with ``exclude_usage`` are ignored.
        """
        used = [{"id": plain(entity.id), "type": self.gateway.spec(type(entity)).entity.name}]
        for request in queries:
            if getattr(request, "exclude_usage", False):
                continue
            masked = {"query": masked_query(str(plain(request.query)))}
            sent = type(request).model_validate({**schema_classes.payload(request), **masked})
            query = {"id": plain(self.create_or_update(sent).id)}
            self._call_profiles("add_query_usage", query, used)
            for name, operation in _PEOPLE_OF_QUERY.items():
                people = schema_classes.payload(getattr(request, name, None))
                if people and self._profiles.has_operation(operation):
                    self._call_profiles(operation, query, people)

    def publish_query_cost(self, query_cost_data: Any, service_name: str) -> Any:
        """Record what a query cost on a day, and return the record; None if it is not known.

        Args:
            query_cost_data: has ``query``, ``date``, ``cost``, ``count`` and ``totalDuration``.
            service_name: the service of the query.
        """
        query = schema_classes.class_at(self.types, _QUERY)
        name = checksum(masked_query(str(plain(query_cost_data.query))))
        found = self.get_by_name(query, f"{service_name}.{name}")
        if found is None:
            return None
        body = cost_record(
            str(plain(found.id)),
            cost=plain(query_cost_data.cost),
            count=plain(query_cost_data.count),
            timestamp=int(plain(query_cost_data.date)),
            total_duration=plain(query_cost_data.totalDuration),
        )
        return self._call_profiles("add_query_cost", {}, body)

    def _call_profiles(self, name: str, arguments: dict[str, Any], body: Any = None) -> Any:
        return self.gateway.call(self._profile_operation(name), arguments, body)

    def _profile_operation(self, name: str) -> Operation:
        found: Operation = self.gateway.native(lambda: self._profiles.operation(name))
        return found

    @property
    def _profiles(self) -> Profiles:
        return Profiles(self.gateway.client.session, "tables")
