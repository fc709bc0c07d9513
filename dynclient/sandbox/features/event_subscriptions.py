"""Event subscriptions: what they can be about, and whether they are active.

Nothing is sent to the destinations of a subscription.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.event_filters import describe_filter, filters_by_resource
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features.change_events import EVENT
from dynclient.sandbox.http_errors import not_found
from dynclient.sandbox.routing import Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

SUBSCRIPTION = "events/eventSubscription.json"
NEEDS = (SUBSCRIPTION, EVENT)


class EventSubscriptions:
    """The handlers of routes below the collection of subscriptions."""

    def __init__(self, models: EntityModels, types: Iterable[str]) -> None:
        self._types = sorted(types)
        self._model = models["eventSubscription"]
        self._event_types = models.schema(EVENT).properties["eventType"].target.enum or ()

    # what a subscription can be about

    def functions(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET functions``: what conditions of filters may call."""
        contexts: dict[str, list[str]] = {
            "entityTypes": [context.type_label(context.models[type]) for type in self._types],
            "eventTypes": [str(type) for type in self._event_types],
            "indexes": [f"{type.lower()}_search_index" for type in self._types],
        }
        return Result(200, [
            _function(name, facts, contexts)
            for name, facts in context.rules.table("subscription_functions").items()
        ])  # fmt: skip

    def resources(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET resources``: the names of the filters of each resource."""
        data = [
            {"name": name, "supportedFilters": filters}
            for name, filters in filters_by_resource(context.rules).items()
        ]
        paging = {"paging": {"total": len(data)}}
        is_paged = context.rules.flag("subscription_resources_paged")
        return Result(200, {"data": data, **(paging if is_paged else {})})

    def resources_of_type(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET {alertType}/resources``: the filters of each resource.

        Only those of notifications are known.
        """
        data = [
            {
                "name": name,
                "supportedFilters": [describe_filter(context.rules, filter) for filter in filters],
                "supportedActions": [],
            }
            for name, filters in filters_by_resource(context.rules).items()
        ]
        is_known = request.path["alertType"] == "Notification"
        return Result(200, {"data": data if is_known else []})

    # statuses

    def status(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET {id}/status`` and ``GET name/{name}/status``."""
        doc = self._find(context, request)
        return Result(200, {**_status(doc), "timestamp": doc["updatedAt"]})

    def destination_status(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET {id}/status/{destinationId}``, and the same by name."""
        doc, id = self._find(context, request), request.path["destinationId"]
        for destination in doc.get("destinations") or ():
            if destination["id"] == id:
                return Result(200, _status(doc))
        raise not_found("Destination", id)

    def _find(self, context: RequestContext, request: Request) -> dict[str, Any]:
        key = request.path.get("id") or request.path["name"]
        return context.get_row(self._model, key, by_name="id" not in request.path).doc


def _function(name: str, facts: dict[str, Any], contexts: dict[str, list[str]]) -> dict[str, Any]:
    out = {"name": name, **facts}
    data = out.get("paramAdditionalContext", {}).get("data")
    if isinstance(data, str):
        out["paramAdditionalContext"] = {"data": contexts[data]}
    return out


def _status(doc: dict[str, Any]) -> dict[str, Any]:
    return {"status": "active" if doc.get("enabled", True) else "disabled"}


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes; where a subscription has destinations, each has a status of its own."""
    subscriptions = EventSubscriptions(models, where)
    root = where["eventSubscription"]
    by_id, by_name = f"{root}/{{id}}/status", f"{root}/name/{{name}}/status"
    if "destinations" in models["eventSubscription"].fields:
        handler, tail = subscriptions.destination_status, "/{destinationId}"
        resources = Route(
            subscriptions.resources_of_type, operation="listEventSubscriptionResources"
        )
        routes.add("GET", f"{root}/{{alertType}}/resources", resources)
    else:
        handler, tail = subscriptions.status, ""
        resources = Route(subscriptions.resources, operation="listEventSubscriptionResources")
        routes.add("GET", f"{root}/resources", resources)
        functions = Route(subscriptions.functions, operation="listEventSubscriptionFunctions")
        routes.add("GET", f"{root}/functions", functions)
    routes.add("GET", by_id + tail, Route(handler, operation="getEventSubscriptionStatusById"))
    routes.add("GET", by_name + tail, Route(handler, operation="getEventSubscriptionStatus"))
