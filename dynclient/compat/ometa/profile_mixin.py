"""Table profiles and queries: methods that are more than one request."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.request_methods import RequestMethods
from dynclient.compat.ometa.result_types import EntityList
from dynclient.errors import BadArguments, Problem
from dynclient.operations import Operation, Parameter

_TABLE = "entity/data/table.json"
_KINDS = ("TableProfile", "ColumnProfile", "SystemProfile")
_ID = Parameter("id", "path", required=True)


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
            limit: accepted and ignored; servers return all profiles.
            after: accepted and ignored.
            profile_type: ``TableProfile`` (the default), ``ColumnProfile`` or ``SystemProfile``.

        Raises:
            BadArguments: ``profile_type`` is another class.
        """
        del limit, after
        kind = "TableProfile" if profile_type is None else profile_type.__name__
        if kind not in _KINDS:
            message = f"profile_type= must be {', '.join(_KINDS[:-1])} or {_KINDS[-1]}, not {kind}"
            problem = Problem("profile_type", kind, "argument", message, _KINDS)
            raise BadArguments(message, problems=(problem,))
        route = f"{self.gateway.spec('table').route}/{{fqn}}/{kind[0].lower()}{kind[1:]}"
        times = tuple(Parameter(name, "query", type="integer") for name in ("startTs", "endTs"))
        parameters = (Parameter("fqn", "path"), *times)
        read = Operation("profiles", None, "GET", route, parameters, result_kind="page")
        arguments = {"fqn": plain(fqn), "startTs": plain(start_ts), "endTs": plain(end_ts)}
        body = self.gateway.call(read, arguments)
        cls = profile_type or schema_classes.class_at(
            self.types, f"{_TABLE}#/definitions/tableProfile"
        )
        listed = [schema_classes.wrap(cls, each) for each in body["data"]]
        return EntityList(listed, (body.get("paging") or {}).get("total") or 0, None, None)

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
        route = f"{self.gateway.spec(entity).route}/{{id}}/tableProfilerConfig"
        write = Operation("configure", None, "PUT", route, (_ID,), body_kind="json")
        body = schema_classes.payload(table_profiler_config)
        return self._to_entity(entity, self.gateway.call(write, {"id": plain(table.id)}, body))

    def ingest_entity_queries_data(self, entity: Any, queries: list[Any]) -> None:
        """Create queries that use an entity.

        Args:
            entity: the entity that was queried.
            queries: create requests; those with ``exclude_usage`` are ignored.
        """
        used = [{"id": plain(entity.id), "type": self.gateway.spec(type(entity)).entity.name}]
        for request in queries:
            if getattr(request, "exclude_usage", False):
                continue
            query = self.create_or_update(request)
            self._put_on_query(query, "usage", used)
            users = schema_classes.payload(getattr(request, "users", None))
            if users:
                self._put_on_query(query, "users", users)
            names = schema_classes.payload(getattr(request, "usedBy", None))
            if names:
                self._put_on_query(query, "usedBy", names)

    def _put_on_query(self, query: Any, name: str, value: list[Any]) -> None:
        route = f"{self.gateway.spec('query').route}/{{id}}/{name}"
        write = Operation(name, None, "PUT", route, (_ID,), body_kind="json")
        self.gateway.call(write, {"id": plain(query.id)}, value)
