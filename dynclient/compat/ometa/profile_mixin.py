"""Profiles of tables and queries about them: what is more than one plain request."""

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
    """The methods of the official client for profiles, and for queries that used an entity."""

    def get_profile_data(
        self,
        fqn: Any,
        start_ts: int,
        end_ts: int,
        limit: int = 100,
        after: str | None = None,
        profile_type: type | None = None,
    ) -> Any:
        """Return the profiles of a table or a column that lie between two moments.

        Args:
            fqn: name of the table; of the column for a ``ColumnProfile``.
            start_ts: the first moment, in milliseconds.
            end_ts: the last one.
            limit: accepted; servers give all of them.
            after: as ``limit``.
            profile_type: ``TableProfile`` (the default), ``ColumnProfile`` or ``SystemProfile``.

        Raises:
            BadArguments: it is another class.
        """
        del limit, after
        kind = "TableProfile" if profile_type is None else profile_type.__name__
        if kind not in _KINDS:
            message = f"there are no profiles of class {kind}, but {', '.join(_KINDS)}"
            problem = Problem("profile_type", kind, "argument", message, _KINDS)
            raise BadArguments(message, problems=(problem,))
        route = f"{self.gateway.spec('table').route}/{{fqn}}/{kind[0].lower()}{kind[1:]}"
        times = tuple(Parameter(name, "query", type="integer") for name in ("startTs", "endTs"))
        read = Operation("profiles", None, "GET", route, (Parameter("fqn", "path"), *times))
        asked = {"fqn": plain(fqn), "startTs": plain(start_ts), "endTs": plain(end_ts)}
        answer = self.gateway.call(read, asked) or {}
        cls = profile_type or schema_classes.class_at(
            self.types, f"{_TABLE}#/definitions/tableProfile"
        )
        listed = [schema_classes.wrap(cls, each) for each in answer.get("data") or ()]
        return EntityList(listed, (answer.get("paging") or {}).get("total") or 0, None, None)

    def create_or_update_table_profiler_config(self, fqn: Any, table_profiler_config: Any) -> Any:
        """Say how a table is to be profiled and return it; None where there is no such table.

        Args:
            fqn: name of the table.
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
        """Make queries, and tell that each used an entity.

        Args:
            entity: that was queried.
            queries: requests for them; those with ``exclude_usage`` are left out.
        """
        used = [{"id": plain(entity.id), "type": self.gateway.spec(type(entity)).entity.name}]
        for request in queries:
            if getattr(request, "exclude_usage", False):
                continue
            made = self.create_or_update(request)
            self._put_on_query(made, "usage", used)
            users = schema_classes.payload(getattr(request, "users", None))
            if users:
                self._put_on_query(made, "users", users)
            names = schema_classes.payload(getattr(request, "usedBy", None))
            if names:
                self._put_on_query(made, "usedBy", names)

    def _put_on_query(self, query: Any, what: str, value: list[Any]) -> None:
        route = f"{self.gateway.spec('query').route}/{{id}}/{what}"
        write = Operation(what, None, "PUT", route, (_ID,), body_kind="json")
        self.gateway.call(write, {"id": plain(query.id)}, value)
