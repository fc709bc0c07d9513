"""Web analytics: what users did on a page, collected by type of event and read by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import SPAN, parse_int
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

DATA = "analytics/webAnalyticEventData.json"
NEEDS = (DATA, "analytics/webAnalyticEvent.json")
KIND = "webAnalyticEventData"


class WebAnalytics:
    """The handlers of collected events."""

    def __init__(self, models: EntityModels) -> None:
        self.body = models.schema(DATA)

    def collect(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT collect``: the status is 200, although each request adds an event."""
        event = context.read(self.body, request.body)
        event = {"eventId": new_id(), "timestamp": context.now, **event}
        context.tx.record(event["eventType"], KIND, event["timestamp"], event["eventId"], event)
        return Result(200, event)

    def list_events(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET collect``: the events of a type in a span of time, newest first."""
        return time_series.list_records_of_type(context, KIND, request.query, "eventType")

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE {name}/{timestamp}/collect``: remove the events before a time."""
        permissions.check_admin(context)
        type, end = request.path["name"], parse_int(request.path["timestamp"])
        for event in context.tx.records(type, KIND, 0, end - 1):
            context.tx.remove_record(type, KIND, event["eventId"])
        return Result(200, None)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes below the collection of the types of events."""
    root = where.get("webAnalyticEvent")
    if root is None:
        return
    analytics = WebAnalytics(models)
    collect = Route(analytics.collect, JSON, writes=True, operation="addWebAnalyticEventData",
                    body_schema=analytics.body)  # fmt: skip
    routes.add("PUT", f"{root}/collect", collect)
    listing = Route(
        analytics.list_events, operation="getWebAnalyticEventData", query=("eventType", *SPAN)
    )
    routes.add("GET", f"{root}/collect", listing)
    removal = Route(analytics.delete, writes=True, operation="deleteWebAnalyticEventData")
    routes.add("DELETE", f"{root}/{{name}}/{{timestamp}}/collect", removal)
