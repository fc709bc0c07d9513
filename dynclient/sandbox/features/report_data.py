"""Report data of data insights: records of a type of report, added, read by time and removed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import SPAN
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

DATA = "analytics/reportData.json"
NEEDS = (DATA,)
KIND = "reportData"

_PATH = "/v1/analytics/dataInsights/data"


class ReportData:
    """The handlers of report data."""

    def __init__(self, models: EntityModels) -> None:
        self.body = models.schema(DATA)

    def add(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST``: the status is 200, not 201."""
        permissions.check_admin(context)
        data = {"timestamp": context.now, **context.read(self.body, request.body), "id": new_id()}
        type = data.get("reportDataType")
        if type is None:
            raise bad_request("[reportDataType must not be null]")
        context.tx.record(type, KIND, data["timestamp"], data["id"], data)
        return Result(200, {name: data[name] for name in self.body.properties if name in data})

    def list_page(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET``: the records of a type in a span of time, newest first."""
        return time_series.list_records_of_type(context, KIND, request.query, "reportDataType")

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE {reportDataType}``: remove all records of a type."""
        self._remove(context, request.path["reportDataType"], 0, time_series.ALWAYS)
        return Result(200, None)

    def delete_day(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE {reportDataType}/{date}``: remove the records of a day, in UTC."""
        try:
            day = date.fromisoformat(request.path["date"])
        except ValueError:
            raise bad_request(f"Invalid date {request.path['date']}") from None
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        start, end = (
            int(time.timestamp() * 1000) for time in (midnight, midnight + timedelta(days=1))
        )
        self._remove(context, request.path["reportDataType"], start, end - 1)
        return Result(200, None)

    def _remove(self, context: RequestContext, type: str, start: int, end: int) -> None:
        permissions.check_admin(context)
        for data in context.tx.records(type, KIND, start, end):
            context.tx.remove_record(type, KIND, data["id"])


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    reports = ReportData(models)
    query = ("reportDataType", *SPAN)
    for method, tail, route in (
        ("POST", "", Route(reports.add, JSON, writes=True, operation="addReportData",
                           body_schema=reports.body)),
        ("GET", "", Route(reports.list_page, operation="getReportData", query=query)),
        ("DELETE", "/{reportDataType}",
         Route(reports.delete, writes=True, operation="deletePreviousReportData")),
        ("DELETE", "/{reportDataType}/{date}",
         Route(reports.delete_day, writes=True, operation="deleteReportData")),
    ):  # fmt: skip
        routes.add(method, _PATH + tail, route)
