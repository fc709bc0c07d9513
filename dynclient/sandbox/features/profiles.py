"""Facts about data: samples, profiles, joins, custom metrics, settings of the profiler."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.names import parent_of
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import SPAN
from dynclient.sandbox.http_errors import bad_request, error_response
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row
    from dynclient.schema.node import Node

NEEDS = ("entity/data/table.json", "api/data/createTableProfile.json")
TABLES, COLUMNS, SYSTEM = "tableProfile", "columnProfile", "systemProfile"
_NO_SPAN = 'Cannot invoke "java.lang.Long.longValue()" because "endTs" is null'


class FieldRoutes:
    """The handlers of a field with operations of its own, which do not create a version.

    Args:
        model: the model of the entity type.
        field: the name of the field.
        node: the schema of the request body.
        validate: called with the entity and the body; raises an error if the body is invalid.
    """

    def __init__(
        self,
        model: EntityModel,
        field: str,
        node: Node,
        validate: Callable[[Row, dict[str, Any]], None] | None = None,
    ) -> None:
        self._model = model
        self._field = field
        self.body = node
        self._validate = validate

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT``."""
        row = context.get_row(self._model, request.path["id"])
        body = context.read(self.body, request.body)
        if self._validate is not None:
            self._validate(row, body)
        doc = {**row.doc, self._field: body}
        context.tx.put(self._model.type, doc)
        return self._respond(context, "PUT", doc)

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET``."""
        return self._respond(context, "GET", context.get_row(self._model, request.path["id"]).doc)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE``."""
        row = context.get_row(self._model, request.path["id"])
        doc = {name: value for name, value in row.doc.items() if name != self._field}
        context.tx.put(self._model.type, doc)
        shows_old = self._field in context.rules.names("shown_after_removal", "*")
        return self._respond(context, "DELETE", row.doc if shows_old else doc)

    def _respond(self, context: RequestContext, method: str, doc: dict[str, Any]) -> Result:
        return result_with(context, self._model, self._field, method, doc)


def result_with(
    context: RequestContext, model: EntityModel, field: str, method: str, doc: dict[str, Any]
) -> Result:
    """Return an entity with one field, and with those that the server loads along with it.

    A minus before a name takes out a field that the server does not load.
    """
    loaded_with = context.rules.table("shown_with").get(field, {}).get(method, [])
    loaded = {field, *loaded_with, *({_METRICS} & doc.keys())}
    fields = loaded & (model.on_request | model.member_fields)
    linked = "href" in loaded_with
    body = context.serialize(model, doc, fields, members="hidden", own_link=linked)
    return Result(200, {name: each for name, each in body.items() if f"-{name}" not in loaded_with})


def _check_columns(row: Row, names: list[Any]) -> None:
    known = {column["name"] for column in row.doc.get("columns") or ()}
    for name in names:
        if name not in known:
            raise bad_request(f"Invalid column name {name}")


def check_sample(row: Row, body: dict[str, Any]) -> None:
    """Raise a 400 for a sample with an unknown column, or a row of another length."""
    columns = body.get("columns") or []
    _check_columns(row, columns)
    for each in body.get("rows") or ():
        if len(each) != len(columns):
            raise bad_request(
                f"Number of columns is {len(columns)} but row has {len(each)} sample values"
            )


class Profiles:
    """The handlers of profiles: of tables, of columns, and of operations of the database."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["table"]
        self.body = models.schema("api/data/createTableProfile.json")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT tables/{id}/tableProfile``."""
        row = context.get_row(self._model, request.path["id"])
        body = context.read(self.body, request.body)
        columns = body.get("columnProfile") or []
        _check_columns(row, [column["name"] for column in columns])
        table = body["tableProfile"]
        context.tx.record(row.id, TABLES, table["timestamp"], "", table)
        for column in columns:
            context.tx.record(row.id, COLUMNS, column["timestamp"], column["name"], column)
        for one in body.get("systemProfile") or ():
            key = str(one.get("operation"))
            context.tx.record(row.id, SYSTEM, one["timestamp"], key, one)
        result = result_with(context, self._model, "profile", "PUT", row.doc)
        result.body["profile"] = table
        return result

    def latest(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET tables/{fqn}/tableProfile/latest``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        result = result_with(context, self._model, "profile", "GET", row.doc)
        newest: dict[str, Any] = {}
        for one in context.tx.records(row.id, COLUMNS, 0, time_series.ALWAYS):
            newest.setdefault(one["name"], one)
        columns = [
            {**column, "profile": newest[column["name"]]} if column["name"] in newest else column
            for column in result.body.get("columns") or ()
        ]
        return Result(200, {**result.body, "columns": columns})

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET tables/{fqn}/tableProfile``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.list_records(context, row.id, TABLES, request.query, _NO_SPAN)

    def list_system(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET tables/{fqn}/systemProfile``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.list_records(context, row.id, SYSTEM, request.query, _NO_SPAN)

    def list_column(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET tables/{fqn of a column}/columnProfile``."""
        fqn = request.path["fqn"]
        row = context.get_row(self._model, parent_of(fqn) or fqn, by_name=True)
        name = next(
            (one["name"] for one in row.doc.get("columns") or ()
             if one.get("fullyQualifiedName") == fqn), None,
        )  # fmt: skip
        result = time_series.list_records(context, row.id, COLUMNS, request.query, _NO_SPAN)
        data = [one for one in result.body["data"] if one["name"] == name]
        paging = {**result.body["paging"], "total": len(data)}
        return Result(200, {"data": data, "paging": paging})

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE tables/{fqn}/{table|column|system}/{timestamp}/profile``."""
        kind, fqn = request.path["kind"], request.path["fqn"]
        kinds = {"table": TABLES, "column": COLUMNS, "system": SYSTEM}
        if kind not in kinds:
            raise bad_request(f"entityType {kind} is not supported")
        table_fqn = parent_of(fqn) or fqn
        row = context.get_row(self._model, table_fqn if kind == "column" else fqn, by_name=True)
        record = time_series.find_record(context, row.id, kinds[kind], request.path["timestamp"])
        if record is None:
            stamp = request.path["timestamp"]
            raise error_response(404, f"Failed to find profile for {fqn} at {stamp}")
        context.tx.remove_records(row.id, kinds[kind], record["timestamp"])
        return Result(200, None)


class Joins:
    """The handler of joins: how often columns are joined with others, by day."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT tables/{id}/joins``: add counts to those of the day."""
        row = context.get_row(self._model, request.path["id"])
        body = context.read(self._model.node.properties["joins"], request.body)
        today = datetime.datetime.now(datetime.UTC).date()
        try:
            day = datetime.date.fromisoformat(str(body.get("startDate")))
        except ValueError:
            raise bad_request(f"Text '{body.get('startDate')}' could not be parsed") from None
        if (
            not datetime.timedelta(0)
            <= today - day
            < datetime.timedelta(derived_fields.DAYS_OF_JOINS)
        ):
            raise bad_request("Date range can only include past 30 days starting today")
        columns = body.get("columnJoins") or []
        _check_columns(row, [column.get("columnName") for column in columns])
        context.tx.record(row.id, "joins", day.toordinal(), new_id(), {"columnJoins": columns})
        return result_with(context, self._model, "joins", "PUT", row.doc)


class Metrics:
    """The handlers of custom metrics of a table or its columns."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["table"]
        self.body = models.schema(_CUSTOM_METRIC)

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT tables/{id}/customMetric``."""
        row = context.get_row(self._model, request.path["id"])
        body = context.read(self.body, request.body)
        column = body.get("columnName", "")
        if column:
            _check_columns(row, [column])
        key = f"{column}.{body['name']}"
        existing: dict[str, Any] = next(
            (one for one in derived_fields.metrics(context.tx, row.id).get(column, ())
             if one["name"] == body["name"]), {},
        )  # fmt: skip
        metric = {
            "id": existing.get("id", new_id()), **body, "updatedAt": context.now,
            "updatedBy": context.caller.name,
        }  # fmt: skip
        context.tx.record(row.id, "customMetric", 0, key, metric)
        if _METRICS in self._model.fields:
            # From then on, what the server loads internally has the field.
            context.tx.put(self._model.type, {**row.doc, _METRICS: []})
        return self._respond(context, "PUT", row)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE tables/{id}/customMetric/…``."""
        row = context.get_row(self._model, request.path["id"])
        column, name = request.path.get("column", ""), request.path["name"]
        before = self._respond(context, "DELETE", row)
        context.tx.remove_record(row.id, "customMetric", f"{column}.{name}")
        shows_old = _METRICS in context.rules.names("shown_after_removal", "*")
        return before if shows_old else self._respond(context, "DELETE", row)

    def _respond(self, context: RequestContext, method: str, row: Row) -> Result:
        result = result_with(context, self._model, _METRICS, method, row.doc)
        if _METRICS not in self._model.fields:
            # A server whose tables have no metrics of their own fills in one column only.
            for column in result.body["columns"]:
                if not column.get(_METRICS):
                    column.pop(_METRICS, None)
        return result


_METRICS = "customMetrics"
_CUSTOM_METRIC = "api/tests/createCustomMetric.json"
_PROFILER_CONFIG = "ProfilerConfig"
"""The end of the names of fields with settings of the profiler: of tables, schemas, databases."""


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    for type, route in where.items():
        if "sampleData" in models[type].fields:
            node = models[type].node.properties["sampleData"]
            sample = FieldRoutes(
                models[type], "sampleData", node, check_sample if type == "table" else None
            )
            served = models.rules.table("sample_routes")
            methods = served.get(type, served["*"])
            _add_routes(routes, f"{route}/{{id}}/sampleData", sample, methods)
        for field in models[type].fields:
            if field.endswith(_PROFILER_CONFIG):
                node = models[type].node.properties[field]
                config = FieldRoutes(models[type], field, node)
                _add_routes(routes, f"{route}/{{id}}/{field}", config, ("PUT", "GET", "DELETE"))
    table, root = models["table"], "/v1/tables"
    if "dataModel" in table.fields:
        data_model = FieldRoutes(table, "dataModel", table.node.properties["dataModel"])
        _add_routes(routes, f"{root}/{{id}}/dataModel", data_model, ("PUT",))
    if "joins" in table.fields:
        joins = Joins(table)
        put = Route(joins.put, JSON, writes=True, body_schema=table.node.properties["joins"],
                    returns="entity")  # fmt: skip
        routes.add("PUT", f"{root}/{{id}}/joins", put)
    profiles = Profiles(models)
    profile = Route(profiles.put, JSON, writes=True, body_schema=profiles.body, returns="entity")
    routes.add("PUT", f"{root}/{{id}}/tableProfile", profile)
    routes.add("GET", f"{root}/{{fqn}}/tableProfile/latest", Route(profiles.latest))
    lists = {TABLES: profiles.list, COLUMNS: profiles.list_column, SYSTEM: profiles.list_system}
    for kind, handler in lists.items():
        routes.add("GET", f"{root}/{{fqn}}/{kind}", Route(handler, query=SPAN))
    delete = Route(profiles.delete, writes=True)
    routes.add("DELETE", f"{root}/{{fqn}}/{{kind}}/{{timestamp}}/profile", delete)
    if _CUSTOM_METRIC in models.release.paths:
        metrics = Metrics(models)
        own = f"{root}/{{id}}/customMetric"
        routes.add("PUT", own, Route(metrics.put, JSON, writes=True, body_schema=metrics.body))
        if _METRICS in table.fields:
            routes.add("DELETE", f"{own}/{{name}}", Route(metrics.delete, writes=True))
        routes.add("DELETE", f"{own}/{{column}}/{{name}}", Route(metrics.delete, writes=True))


def _add_routes(
    routes: Routes, path: str, field_routes: FieldRoutes, methods: Sequence[str]
) -> None:
    put = Route(
        field_routes.put, JSON, writes=True, body_schema=field_routes.body, returns="entity"
    )
    routes_by_method = {
        "PUT": put,
        "GET": Route(field_routes.get, returns="entity"),
        "DELETE": Route(field_routes.delete, writes=True, returns="entity"),
    }
    for method in methods:
        routes.add(method, path, routes_by_method[method])
