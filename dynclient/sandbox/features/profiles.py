"""What is known of the data itself: samples, profiles, joins, metrics, settings of the profiler."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.names import parent_of
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import SPAN
from dynclient.sandbox.http_errors import bad_request, error_response, not_found
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row
    from dynclient.schema.node import Node

NEEDS = ("entity/data/table.json", "api/data/createTableProfile.json")
TABLES, COLUMNS, SYSTEM = "tableProfile", "columnProfile", "systemProfile"
_NO_SPAN = 'Cannot invoke "java.lang.Long.longValue()" because "endTs" is null'


class Kept:
    """One field that has operations of its own: it is put, told and taken away, without a version.

    ``check`` may refuse what is put.
    """

    def __init__(
        self,
        model: EntityModel,
        field: str,
        node: Node,
        check: Callable[[Row, dict[str, Any]], None] | None = None,
    ) -> None:
        self._model = model
        self._field = field
        self.body = node
        self._check = check

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT``."""
        row = context.get_row(self._model, request.path["id"])
        given = context.read(self.body, request.body)
        if self._check is not None:
            self._check(row, given)
        doc = {**row.doc, self._field: given}
        context.tx.put(self._model.type, doc)
        return self._told(context, "PUT", doc)

    def get(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET``."""
        return self._told(context, "GET", context.get_row(self._model, request.path["id"]).doc)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE``."""
        row = context.get_row(self._model, request.path["id"])
        doc = {name: value for name, value in row.doc.items() if name != self._field}
        context.tx.put(self._model.type, doc)
        shows_old = self._field in context.rules.names("shown_after_removal", "*")
        return self._told(context, "DELETE", row.doc if shows_old else doc)

    def _told(self, context: RequestContext, method: str, doc: dict[str, Any]) -> Result:
        return shown(context, self._model, self._field, method, doc)


def shown(
    context: RequestContext, model: EntityModel, field: str, method: str, doc: dict[str, Any]
) -> Result:
    """Answer with an entity that shows one field, and those that the server loads with it."""
    told = context.rules.table("shown_with").get(field, {}).get(method, [])
    fields = ({field, *told} & set(model.fields)) & model.on_request
    return Result(200, context.serialize(model, doc, fields, members="hidden", own_link=False))


def _check_columns(row: Row, names: list[Any]) -> None:
    known = {column["name"] for column in row.doc.get("columns") or ()}
    for name in names:
        if name not in known:
            raise bad_request(f"Invalid column name {name}")


def check_sample(row: Row, given: dict[str, Any]) -> None:
    """Refuse samples of columns that are not there, and rows of another length."""
    columns = given.get("columns") or []
    _check_columns(row, columns)
    for each in given.get("rows") or ():
        if len(each) != len(columns):
            raise bad_request(
                f"Number of columns is {len(columns)} but row has {len(each)} sample values"
            )


class Profiles:
    """Profiles of tables, their columns and what the database says of its own work."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["table"]
        self.body = models.schema("api/data/createTableProfile.json")

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT tables/{id}/tableProfile``."""
        row = context.get_row(self._model, request.path["id"])
        given = context.read(self.body, request.body)
        columns = given.get("columnProfile") or []
        _check_columns(row, [column["name"] for column in columns])
        table = given["tableProfile"]
        context.tx.record(row.id, TABLES, table["timestamp"], "", table)
        for column in columns:
            context.tx.record(row.id, COLUMNS, column["timestamp"], column["name"], column)
        for one in given.get("systemProfile") or ():
            mark = str(one.get("operation"))
            context.tx.record(row.id, SYSTEM, one["timestamp"], mark, one)
        result = shown(context, self._model, "profile", "PUT", row.doc)
        result.body["profile"] = table
        return result

    def latest(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET tables/{fqn}/tableProfile/latest``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        result = shown(context, self._model, "profile", "GET", row.doc)
        newest: dict[str, Any] = {}
        for one in context.tx.records(row.id, COLUMNS, 0, time_series.ALWAYS):
            newest.setdefault(one["name"], one)
        columns = [
            {**column, "profile": newest[column["name"]]} if column["name"] in newest else column
            for column in result.body.get("columns") or ()
        ]
        return Result(200, {**result.body, "columns": columns})

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET tables/{fqn}/tableProfile``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.page(context, row.id, TABLES, request.query, _NO_SPAN)

    def list_system(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET tables/{fqn}/systemProfile``."""
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return time_series.page(context, row.id, SYSTEM, request.query, _NO_SPAN)

    def list_column(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET tables/{fqn of a column}/columnProfile``."""
        fqn = request.path["fqn"]
        row = context.get_row(self._model, parent_of(fqn) or fqn, by_name=True)
        name = next(
            (one["name"] for one in row.doc.get("columns") or ()
             if one.get("fullyQualifiedName") == fqn), None,
        )  # fmt: skip
        result = time_series.page(context, row.id, COLUMNS, request.query, _NO_SPAN)
        data = [one for one in result.body["data"] if one["name"] == name]
        paging = {**result.body["paging"], "total": len(data)}
        return Result(200, {"data": data, "paging": paging})

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE tables/{fqn}/{table|column|system}/{timestamp}/profile``."""
        kind, fqn = request.path["kind"], request.path["fqn"]
        kinds = {"table": TABLES, "column": COLUMNS, "system": SYSTEM}
        if kind not in kinds:
            raise bad_request(f"entityType {kind} is not supported")
        above = parent_of(fqn) or fqn
        row = context.get_row(self._model, above if kind == "column" else fqn, by_name=True)
        held = time_series.at(context, row.id, kinds[kind], request.path["timestamp"])
        if held is None:
            stamp = request.path["timestamp"]
            raise error_response(404, f"Failed to find profile for {fqn} at {stamp}")
        context.tx.remove_records(row.id, kinds[kind], held["timestamp"])
        return Result(200, None)


class Joins:
    """How often columns are joined with others, by day."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT tables/{id}/joins``: counts are added to those of the day."""
        row = context.get_row(self._model, request.path["id"])
        given = context.read(self._model.node.properties["joins"], request.body)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        try:
            day = datetime.date.fromisoformat(str(given.get("startDate")))
        except ValueError:
            raise bad_request(f"Text '{given.get('startDate')}' could not be parsed") from None
        if (
            not datetime.timedelta(0)
            <= today - day
            < datetime.timedelta(derived_fields.DAYS_OF_JOINS)
        ):
            raise bad_request("Date range can only include past 30 days starting today")
        columns = given.get("columnJoins") or []
        _check_columns(row, [column.get("columnName") for column in columns])
        context.tx.record(row.id, "joins", day.toordinal(), new_id(), {"columnJoins": columns})
        return shown(context, self._model, "joins", "PUT", row.doc)


class Metrics:
    """Custom metrics of a table or its columns."""

    def __init__(self, models: EntityModels) -> None:
        self._model = models["table"]
        self.body = models.schema(_METRIC)

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT tables/{id}/customMetric``."""
        row = context.get_row(self._model, request.path["id"])
        given = context.read(self.body, request.body)
        column = given.get("columnName", "")
        if column:
            _check_columns(row, [column])
        key = f"{column}.{given['name']}"
        held = next(
            (one for one in derived_fields.metrics(context.tx, row.id).get(column, ())
             if one["name"] == given["name"]), {},
        )  # fmt: skip
        made = {
            "id": held.get("id", new_id()), **given, "updatedAt": context.now,
            "updatedBy": context.caller.name,
        }  # fmt: skip
        context.tx.record(row.id, "customMetric", 0, key, made)
        return self._told(context, row)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE tables/{id}/customMetric/…``."""
        row = context.get_row(self._model, request.path["id"])
        column, name = request.path.get("column", ""), request.path["name"]
        if not context.tx.remove_record(row.id, "customMetric", f"{column}.{name}"):
            raise not_found("customMetric", name)
        return self._told(context, row)

    def _told(self, context: RequestContext, row: Row) -> Result:
        return shown(context, self._model, "customMetrics", "PUT", row.doc)


_METRIC = "api/tests/createCustomMetric.json"
_OWN_ROUTES = {"tableProfilerConfig": ("PUT", "GET", "DELETE"), "dataModel": ("PUT",)}


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    for type, route in where.items():
        if "sampleData" in models[type].fields:
            node = models[type].node.properties["sampleData"]
            sample = Kept(
                models[type], "sampleData", node, check_sample if type == "table" else None
            )
            _keep(routes, f"{route}/{{id}}/sampleData", sample, ("PUT", "GET", "DELETE"))
    table, root = models["table"], "/v1/tables"
    for field, methods in _OWN_ROUTES.items():
        if field in table.fields:
            kept = Kept(table, field, table.node.properties[field])
            _keep(routes, f"{root}/{{id}}/{field}", kept, methods)
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
    if _METRIC in models.release.paths:
        metrics = Metrics(models)
        own = f"{root}/{{id}}/customMetric"
        routes.add("PUT", own, Route(metrics.put, JSON, writes=True, body_schema=metrics.body))
        routes.add("DELETE", f"{own}/{{name}}", Route(metrics.delete, writes=True))
        routes.add("DELETE", f"{own}/{{column}}/{{name}}", Route(metrics.delete, writes=True))


def _keep(routes: Routes, place: str, kept: Kept, methods: tuple[str, ...]) -> None:
    served = {
        "PUT": Route(kept.put, JSON, writes=True, body_schema=kept.body, returns="entity"),
        "GET": Route(kept.get, returns="entity"),
        "DELETE": Route(kept.delete, writes=True, returns="entity"),
    }
    for method in methods:
        routes.add(method, place, served[method])
