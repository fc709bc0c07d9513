"""Facts about data: samples, profiles, usage, joins, and the queries that use an entity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Conflict, NotFound, Problem
from dynclient.extensions.arguments import as_list, as_mapping
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.entity_parts import Part, columns_of, find_part
from dynclient.extensions.people import find_user
from dynclient.extensions.records import time_of_record
from dynclient.extensions.times import as_datetime, time_or_now, time_span
from dynclient.operations.operation import Plan, is_id
from dynclient.session.page_addresses import known_page
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.extensions.profile_report import ProfileReport

_CONFIGS = ("tableProfilerConfig", "databaseSchemaProfilerConfig", "databaseProfilerConfig")
_COST_SCHEMA = "queryCostRecord"


class Profiles(CollectionExtension):
    """Facts about data: ``om.tables.set_sample_data(…)``, ``om.tables.profile(…)``."""

    name = "profiles"
    operations = "profiles"

    # -- sample data -------------------------------------------------------------------------------

    def sample_data(self, entity: Any) -> Any:
        """Return the sample data of an entity; None if it has none.

        Args:
            entity: the entity, a reference, an id or a name.

        Returns:
            An object with ``columns`` and ``rows``; of topics and indexes with ``messages``.

        Raises:
            NotFound: the entity does not exist.
        """
        return self._field(self.call("sample_data", {"id": self._id(entity)}), "sampleData")

    def set_sample_data(
        self, entity: Any, data: Any, *, columns: Sequence[str] | None = None
    ) -> Any:
        """Replace the sample data of an entity, and return it.

        Missing values and NaN become null; infinite numbers, times, UUIDs and values of other types
        become texts, bytes ``[base64]…``; decimals become numbers where these have the same digits.

        Args:
            entity: the entity, a reference, an id or a name.
            data: a frame of pandas, polars or pyarrow; a list of dicts; a dict of columns; rows
                with ``columns=``; the ``Path`` of a CSV file. For topics and indexes a list of
                messages; those that are not texts are written as JSON.
            columns: the names of the columns, for rows without names.

        Raises:
            BadArguments: the data are not valid, or the table does not have a column; lists all
                problems, and nothing is sent.
            NotFound: the entity does not exist.
        """
        from dynclient.extensions.input_frames import messages, read_frame, table_data

        call = f"{self.attribute}.set_sample_data"
        field = self.session.release.node(self.spec.entity.path).properties["sampleData"]
        body: dict[str, Any]
        if "messages" in field.properties:
            id, body = self._id(entity), {"messages": messages(data, call)}
        else:
            frame = read_frame(data, columns, call)
            id, names = self._find_columns(entity, "data", frame.columns, call)
            body = table_data(frame._replace(columns=[names[name] for name in frame.columns]))
        found = self.call("set_sample_data", {"id": id}, body)
        sample = self._field(found, "sampleData")
        return model.load(field.target, body) if sample is None else sample

    def delete_sample_data(self, entity: Any) -> None:
        """Delete the sample data of an entity.

        Args:
            entity: the entity, a reference, an id or a name.
        """
        self.call("delete_sample_data", {"id": self._id(entity)})

    # -- profiles ----------------------------------------------------------------------------------

    def profile(self, table: Any, *, since: Any = None, until: Any = None) -> Listing:
        """Return a lazy list of the profiles of a table, newest first.

        Args:
            table: the table: an entity, a reference, an id or a name.
            since: the time of the oldest profile; all by default.
            until: the time of the newest profile.
        """
        return self._list_profiles("profile", self.name_of(table), since, until)

    def column_profile(
        self, table: Any, column: str, *, since: Any = None, until: Any = None
    ) -> Listing:
        """Return a lazy list of the profiles of a column, newest first.

        Args:
            table: the table: an entity, a reference, an id or a name.
            column: the name of the column.
            since: the time of the oldest profile; all by default.
            until: the time of the newest profile.
        """
        fqn = self._column_name(table, column, f"{self.attribute}.column_profile")
        return self._list_profiles("column_profile", fqn, since, until)

    def system_profile(self, table: Any, *, since: Any = None, until: Any = None) -> Listing:
        """Return a lazy list of changes of rows that the database reports, newest first.

        Args:
            table: the table: an entity, a reference, an id or a name.
            since: the time of the oldest change; all by default.
            until: the time of the newest change.
        """
        return self._list_profiles("system_profile", self.name_of(table), since, until)

    def _list_profiles(self, name: str, fqn: str, since: Any, until: Any) -> Listing:
        call = f"{self.attribute}.{name}"
        start, end = time_span(call, since, until)
        return self.listing(name, {"fqn": fqn, "startTs": start, "endTs": end})

    def latest_profile(self, table: Any) -> CollectionEntity:
        """Return a table with its latest ``profile``, and that of each of its ``columns``.

        Args:
            table: the table: an entity, a reference, an id or a name.

        Raises:
            NotFound: the table does not exist.
        """
        return self.call("latest_profile", {"fqn": self.name_of(table)})

    def profile_report(self, table: Any) -> ProfileReport:
        """Return the latest profiles of a table and its columns as a report, with small bars.

        Args:
            table: the table: an entity, a reference, an id or a name.

        Returns:
            The profiles by the name of the column, which notebooks display as a table.

        Raises:
            NotFound: the table does not exist.
        """
        from dynclient.extensions.profile_report import ProfileReport

        found = self.latest_profile(table)
        return ProfileReport(found, known_page(self.session, found))

    def add_profile(
        self,
        table: Any,
        *,
        at: Any = None,
        row_count: float | None = None,
        columns: Mapping[str, Mapping[str, Any]] | None = None,
        system: Sequence[Mapping[str, Any]] = (),
        **fields: Any,
    ) -> CollectionEntity:
        """Add a profile of a table and its columns; return the table.

        Args:
            table: the table: an entity, a reference, an id or a name.
            at: the time of the profile: a datetime, date, ISO text, or epoch; now by default.
            row_count: the number of rows.
            columns: the profiles of columns by name: ``{"id": {"nullCount": 0}}``.
            system: changes of rows: ``[{"operation": "INSERT", "rowsAffected": 10}]``.
            fields: other fields of the profile of the table: ``sizeInByte=1024``.

        Raises:
            BadArguments: the table does not have a column.
            RequestInvalid: a field does not exist or is not valid; lists all problems.
        """
        call = f"{self.attribute}.add_profile"
        time = time_or_now(at, call)
        columns = as_mapping(columns, call, "columns")
        profiles = {
            name: {"timestamp": time, **as_mapping(values, call, f"columns[{name!r}]")}
            for name, values in columns.items()
        }
        id, names = self._find_columns(table, "columns", columns, call)
        of_columns = [{"name": names[name], **values} for name, values in profiles.items()]
        profile = {"timestamp": time, **fields}
        if row_count is not None:
            profile["rowCount"] = row_count
        body: dict[str, Any] = {"tableProfile": profile}
        if of_columns:
            body["columnProfile"] = of_columns
        if system:
            body["systemProfile"] = [{"timestamp": time, **each} for each in system]
        return self.call("add_profile", {"id": id}, body)

    def delete_profile(self, table: Any, at: Any, *, column: str | None = None) -> None:
        """Delete the profile of a table, or of one of its columns.

        Args:
            table: the table: an entity, a reference, an id or a name.
            at: the time of the profile; a profile itself will do.
            column: the column; None for the profile of the table.

        Raises:
            NotFound: there is no profile of that time.
        """
        time = time_of_record(at, f"{self.attribute}.delete_profile")
        if column is None:
            fqn, kind = self.name_of(table), "table"
        else:
            call = f"{self.attribute}.delete_profile"
            fqn, kind = self._column_name(table, column, call), "column"
        self.call("delete_profile", {"fqn": fqn, "kind": kind, "timestamp": time})

    def profiler_config(self, entity: Any) -> Any:
        """Return the settings of the profiler for an entity; None if it has none of its own.

        Args:
            entity: a table, schema or database: an entity, a reference, an id or a name.
        """
        return self._field(self.call("profiler_config", {"id": self._id(entity)}), *_CONFIGS)

    def set_profiler_config(self, entity: Any, config: Any = None, **fields: Any) -> Any:
        """Replace the settings of the profiler for an entity, and return them.

        Args:
            entity: a table, schema or database: an entity, a reference, an id or a name.
            config: the settings.
            fields: the settings by name: ``profileSample=20``.

        Raises:
            BadArguments: a setting does not exist; lists all.
            RequestInvalid: a setting is not valid; lists all problems.
        """
        body = {**(model.raw(config) if config is not None else {}), **fields}
        node = self.session.node(self.operation("set_profiler_config").body)
        known = [] if node is None else list(node.properties)
        # The schemas allow any field here, and servers drop those that they do not know.
        problems = [
            Problem(name, body[name], "argument", f"is not a setting{_near(name, known)}")
            for name in body
            if known and name not in known
        ]
        if problems:
            raise bad_arguments(f"{self.attribute}.set_profiler_config", problems)
        found = self.call("set_profiler_config", {"id": self._id(entity)}, body)
        return self._field(found, *_CONFIGS)

    def delete_profiler_config(self, entity: Any) -> None:
        """Delete the settings of the profiler for an entity.

        Args:
            entity: a table, schema or database: an entity, a reference, an id or a name.
        """
        self.call("delete_profiler_config", {"id": self._id(entity)})

    def add_custom_metric(
        self, table: Any, name: str, expression: str, *, column: str | None = None, **fields: Any
    ) -> CollectionEntity:
        """Add a metric that the profiler computes, or replace the one of that name.

        Args:
            table: the table: an entity, a reference, an id or a name.
            name: the name of the metric.
            expression: the query that returns its value.
            column: the column; None for a metric of the table.
            fields: other fields: ``description="…"``.

        Returns:
            The table.
        """
        body = {"name": name, "expression": expression, **fields}
        id = self._id(table)
        if column is not None:
            call = f"{self.attribute}.add_custom_metric"
            id, keys = self._find_columns(table, "column", [column], call)
            body["columnName"] = keys[column]
        return self.call("add_custom_metric", {"id": id}, body)

    def remove_custom_metric(self, table: Any, name: str, *, column: str | None = None) -> None:
        """Remove a metric. Servers accept the name of a metric that does not exist.

        Args:
            table: the table: an entity, a reference, an id or a name.
            name: the name of the metric.
            column: the column; None for a metric of the table.
        """
        if column is None:
            self.call("remove_table_metric", {"id": self._id(table), "metric": name})
            return
        if _is_open(column):
            call = f"{self.attribute}.remove_custom_metric"
            id, keys = self._find_columns(table, "column", [column], call)
            column = keys[column]
        else:
            id = self._id(table)
        self.call("remove_column_metric", {"id": id, "metric": name, "column": column})

    def data_model(self, table: Any) -> Any:
        """Return the model that a table is built from, such as one of dbt; None without.

        Args:
            table: the table: an entity, a reference, an id or a name.
        """
        return self._field(self.read(table, fields=["dataModel"]), "dataModel")

    def set_data_model(self, table: Any, data_model: Any) -> Any:
        """Replace the model that a table is built from, and return it.

        Args:
            table: the table: an entity, a reference, an id or a name.
            data_model: the model: ``{"modelType": "DBT", "sql": "select 1", "columns": [], …}``.

        Raises:
            RequestInvalid: the model is not valid; lists all problems.
        """
        found = self.call("set_data_model", {"id": self._id(table)}, data_model)
        return self._field(found, "dataModel")

    def set_pipeline_observability(self, table: Any, pipelines: Sequence[Any]) -> CollectionEntity:
        """Replace what is known of the pipelines that write a table; return the table.

        Args:
            table: the table: an entity, a reference, an id or a name.
            pipelines: one for each pipeline: ``{"pipeline": …, "lastRunStatus": "Successful"}``.
        """
        call = f"{self.attribute}.set_pipeline_observability"
        rows = [model.json_of(each) for each in as_list(pipelines, call, "pipelines")]
        return self.call("set_pipeline_observability", {"id": self._id(table)}, rows)

    def add_pipeline_observability(self, table: Any, pipeline: Any, facts: Any) -> CollectionEntity:
        """Replace what is known of one pipeline that writes a table; return the table.

        Args:
            table: the table: an entity, a reference, an id or a name.
            pipeline: the pipeline: an entity, a reference, an id or a name.
            facts: ``{"lastRunTime": …, "lastRunStatus": "Successful"}``.
        """
        reference = self.reference(pipeline, "pipeline")
        arguments = {"id": self._id(table), "pipeline": self.name_of(pipeline, "pipeline")}
        body = {"pipeline": reference, **model.raw(facts)}
        return self.call("add_pipeline_observability", arguments, body)

    # -- usage -------------------------------------------------------------------------------------

    def usage(self, entity: Any, *, days: int = 30, until: Any = None) -> Any:
        """Return how often an entity was used, for each day on which it was, newest first.

        Args:
            entity: the entity, a reference, an id or a name.
            days: the number of days; servers return 30 at most.
            until: the last day; today by default.

        Returns:
            A list; each with ``date``, ``dailyStats``, ``weeklyStats`` and ``monthlyStats``.
        """
        reference = self.reference(entity)
        day = self._day(until, "usage", "until")
        found = self.call("usage", {**_place(reference), "days": days, "date": day})
        return found.usage if isinstance(found, model.Entity) else found["usage"]

    def add_usage(self, entity: Any, count: int, *, on: Any = None, replace: bool = False) -> None:
        """Add to how often an entity was used on a day.

        Args:
            entity: the entity, a reference, an id or a name.
            count: how often it was used.
            on: the day; today by default.
            replace: whether the count replaces that of the day.
        """
        arguments = _place(self.reference(entity))
        body = {"date": self._day(on, "add_usage", "on"), "count": count}
        self.call("set_usage" if replace else "add_usage", arguments, body)

    def rank_usage(self, on: Any = None) -> None:
        """Compute the percentile ranks of the usage of a day, among the entities of this type.

        Args:
            on: the day; today by default.
        """
        day = self._day(on, "rank_usage", "on")
        self.call("rank_usage", {"type": self.spec.entity.name, "date": day})

    def add_joins(
        self,
        table: Any,
        columns: Mapping[str, Mapping[str, int]],
        *,
        on: Any = None,
        tables: Mapping[str, int] | None = None,
    ) -> CollectionEntity:
        """Add how often columns of a table were joined with others; return the table.

        Args:
            table: the table: an entity, a reference, an id or a name.
            columns: for each column, the counts by the fully qualified names of other columns:
                ``{"id": {"shop.db.s.orders.customer": 7}}``.
            on: the day; today by default. Servers accept the past 30 days.
            tables: the counts of whole tables, by their fully qualified names.

        Raises:
            BadArguments: the table does not have a column.
        """
        call = f"{self.attribute}.add_joins"
        columns = as_mapping(columns, call, "columns")
        counts = {
            name: _counts(as_mapping(each, call, f"columns[{name!r}]"))
            for name, each in columns.items()
        }
        id, names = self._find_columns(table, "columns", columns, call)
        joins = [{"columnName": names[name], "joinedWith": each} for name, each in counts.items()]
        body: dict[str, Any] = {
            "startDate": self._day(on, "add_joins", "on"),
            "dayCount": 1,
            "columnJoins": joins,
        }
        if tables:
            body["directTableJoins"] = _counts(as_mapping(tables, call, "tables"))
        return self.call("add_joins", {"id": id}, body)

    def _day(self, value: Any, method: str, argument: str) -> str:
        """Return a day as ``2026-01-31``; a point in time is its day in UTC."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        call = f"{self.attribute}.{method}"
        time = time_or_now(value, call, argument)
        return as_datetime(time).astimezone(UTC).date().isoformat()

    # -- queries -----------------------------------------------------------------------------------

    def queries(self, entity: Any, fields: str | Sequence[str] | None = None) -> Listing:
        """Return a lazy list of the queries that use an entity.

        Args:
            entity: the entity, a reference, an id or a name.
            fields: more fields than the server returns by default: ``["users"]``.
        """
        return self.listing("queries", {"entity": self._id(entity), "fields": fields})

    def add_queries(
        self,
        entity: Any,
        *sql: Any,
        service: Any = None,
        users: Sequence[Any] = (),
        at: Any = None,
        duration: float | None = None,
    ) -> list[Any]:
        """Add queries that use an entity, and return them.

        A query has the checksum of its text as its name, so that it is created once; one that
        exists is only said to use the entity as well.

        Args:
            entity: the entity, a reference, an id or a name.
            sql: the queries.
            service: the service that ran them, where the release has it; by default that of the
                entity.
            users: who ran them, each an entity, a reference or a name.
            at: when they ran: a datetime, date, ISO text, or epoch; now by default.
            duration: how many seconds each ran.

        Raises:
            BadArguments: a query is empty.
            NotFound: the entity, the service or a user does not exist.
        """
        call = f"{self.attribute}.add_queries"
        texts = [_statement(text) for text in sql]
        problems = [
            Problem(f"sql[{number}]", sql[number], "argument", "must be the text of a query")
            for number, text in enumerate(texts)
            if not text
        ]
        if problems:
            raise bad_arguments(call, problems)
        spec = self.session.find("query")
        create = self.session.node(spec.entity.create)
        known = {} if create is None else create.properties
        state = model.raw(self.read(entity))
        reference = {"id": state["id"], "type": self.spec.entity.name}
        extra: dict[str, Any] = {"queryDate": time_or_now(at, call)}
        prefix = ""
        if "service" in known:
            prefix = self._service(state, service, call)
            extra["service"] = prefix
            prefix = f"{prefix}."
        if duration is not None:
            extra["duration"] = duration
        ran_by = [self._user_name(user) for user in users]
        if ran_by:
            extra["users"] = ran_by
        found = []
        for text in dict.fromkeys(texts):
            name = checksum(text)
            body = {"name": name, "query": text, "queryUsedIn": [reference], **extra}
            found.append(self._add_query(f"{prefix}{name}", body, reference, ran_by))
        return found

    def _user_name(self, user: Any) -> str:
        found = model.raw(find_user(self.session, user))
        return str(found.get("fullyQualifiedName") or found["name"])

    def _service(self, state: Mapping[str, Any], service: Any, call: str) -> str:
        """Return the name of the service of a query."""
        if service is not None and not isinstance(service, str):
            return self.name_of(service)
        own = state.get("service") or {}
        name = service or own.get("fullyQualifiedName") or own.get("name")
        if not name:
            message = "must be the service that ran the queries; the entity does not name one"
            raise bad_arguments(call, [Problem("service", None, "argument", message)])
        return str(name)

    def _add_query(
        self, fqn: str, body: dict[str, Any], reference: Any, users: Sequence[str]
    ) -> Any:
        spec = self.session.find("query")
        try:
            found = self.read(fqn, "query")
        except NotFound:
            try:
                return self.session.call(Plan(spec.operations["create"], {}, body))
            except Conflict:  # another process created it meanwhile
                found = self.read(fqn, "query")
        id = model.raw(found)["id"]
        self.call("add_query_usage", {"id": id}, [reference])
        if users and self.has_operation("add_query_users"):
            self.call("add_query_users", {"id": id}, list(users))
        return found

    def add_cost(
        self,
        query: Any,
        cost: float,
        *,
        count: int = 1,
        at: Any = None,
        total_duration: float | None = None,
    ) -> Any:
        """Record what a query cost in a period; return the record.

        Args:
            query: the query: an entity, a reference, an id or a name.
            cost: what it cost.
            count: how often it ran.
            at: the time of the record: a datetime, date, ISO text, or epoch; now by default.
            total_duration: how many seconds it ran in total.

        Raises:
            NotFound: the query does not exist.
        """
        time = time_or_now(at, f"{self.attribute}.add_cost")
        body = cost_record(
            self._id(query), cost=cost, count=count, timestamp=time, total_duration=total_duration
        )
        return self.call("add_query_cost", {}, body)

    # -- helpers -----------------------------------------------------------------------------------

    def _id(self, target: Any) -> str:
        """Return the id of an entity of this collection; an id is not looked up."""
        return target if isinstance(target, str) and is_id(target) else self.id_of(target)

    def _find_columns(
        self, entity: Any, argument: str, names: Iterable[str], call: str
    ) -> tuple[str, dict[str, str]]:
        """Return the id of an entity, and the names of columns as servers take them.

        Args:
            entity: the entity.
            argument: the argument that has the names.
            names: names of columns, in any of the forms that calls take.
            call: the call.

        Raises:
            BadArguments: the entity does not have some of the columns; lists all.
        """
        listed = list(names)
        if not listed or "columns" not in self.spec.entity.properties:
            return self._id(entity), {name: name for name in listed}
        state = model.raw(self.read(entity, fields=["columns"]))
        parts = columns_of(self.session.release, self.spec.entity, state)
        found: dict[str, str] = {}
        problems = []
        for name in listed:
            part = find_part(parts, name)
            if isinstance(part, Part):
                found[name] = part.key
            elif parts:
                problems.append(part._replace(path=argument))
            else:  # the table was written without its columns
                found[name] = name
        if problems:
            raise bad_arguments(call, problems)
        return str(state["id"]), found

    def _column_name(self, table: Any, column: str, call: str) -> str:
        """Return the fully qualified name of a column; the table is read only if that is open."""
        if not _is_open(column):
            return f"{self.name_of(table)}.{column}"
        state = model.raw(self.read(table, fields=["columns"]))
        found = find_part(columns_of(self.session.release, self.spec.entity, state), column)
        if not isinstance(found, Part):
            raise bad_arguments(call, [found])
        return f"{state['fullyQualifiedName']}.{found.name}"

    def _field(self, found: Any, *fields: str) -> Any:
        """Return the first of some fields that a response has; None without, and none is read."""
        if not isinstance(found, model.Entity):
            return None
        raw = model.raw(found)
        return next((getattr(found, name) for name in fields if raw.get(name) is not None), None)


def checksum(text: str) -> str:
    """Return the name that servers give to a query without one: the MD5 of its text."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def cost_record(
    query: str, *, cost: float, count: int, timestamp: int, total_duration: float | None
) -> dict[str, Any]:
    """Return the request that records what a query cost.

    Args:
        query: the id of the query.
        cost: what it cost.
        count: how often it ran.
        timestamp: when, in milliseconds since 1970.
        total_duration: how many seconds it ran in total, or None.
    """
    body: dict[str, Any] = {
        "timestamp": timestamp,
        "jsonSchema": _COST_SCHEMA,
        "queryReference": {"id": query, "type": "query"},
        "cost": cost,
        "count": count,
    }
    return body if total_duration is None else {**body, "totalDuration": total_duration}


def _statement(sql: Any) -> str:
    """Return a query without the space and semicolon around it; empty for other types."""
    return sql.strip().rstrip(";").rstrip() if isinstance(sql, str) else ""


def _is_open(column: Any) -> bool:
    """Return whether only the columns of a table say which one a name means: ``a.b``."""
    return not isinstance(column, str) or not column or not {".", '"'}.isdisjoint(column)


def _near(name: str, known: Sequence[str]) -> str:
    return did_you_mean(nearest(name, known))


def _place(reference: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": reference["type"], "id": reference["id"]}


def _counts(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"fullyQualifiedName": name, "joinCount": n} for name, n in counts.items()]
