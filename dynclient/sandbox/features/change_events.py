"""Change events: what successful writes did to entities, logged and listed by time.

A server logs an event for each response to a write that contains an entity: the type of the event
follows from the status and from the header ``X-OpenMetadata-Change``. A change of a single aspect
that makes no version, such as a vote, is answered with the event itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.secret_fields import remove_masked
from dynclient.sandbox.features.request_parameters import query_int
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.json_codec import dumps
from dynclient.sandbox.routing import Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.sandbox.storage.store import Row

EVENT = "type/changeEvent.json"
NEEDS = (EVENT,)

_LISTED = {
    "entityCreated": ("entityCreated",),
    "entityUpdated": ("entityUpdated",),
    "entityRestored": ("entityRestored",),
    "entityDeleted": ("entityDeleted", "entitySoftDeleted"),
}
"""The types of the events that each query parameter lists."""

_LOGGED = frozenset(type for types in _LISTED.values() for type in types)


class EventLog:
    """Logs the change events of responses, and lists them.

    Args:
        models: the entity models of the release.
        where: the path of each entity type's collection.
    """

    def __init__(self, models: EntityModels, where: Mapping[str, str]) -> None:
        self._models = models
        self._types = {path: type for type, path in where.items()}
        self._properties = frozenset(models.schema(EVENT).properties)
        self._known = _LOGGED.intersection(models.event_types)
        self._queries = [name for name in _LISTED if name in self._known]

    def add(self, context: RequestContext, path: str, result: Result) -> None:
        """Log the event of a response, if there is one.

        Args:
            context: the context of the request.
            path: the path of the request: ``/v1/tables/…``.
            result: the response.
        """
        body = result.body
        type = result.change or ("entityCreated" if result.status == 201 else None)
        model = self._find_model(path)
        if model is None or not isinstance(body, dict):
            return
        if {"eventType", "entityType", "entityId", "timestamp"} <= body.keys():
            event = dict(body)
        elif type in self._known and "version" in body and "id" in body:
            event = self._new_event(context, model, str(type), body)
        else:
            return
        if isinstance(event.get("entity"), dict):
            event["entity"] = dumps(remove_masked(model, event["entity"]))
        context.tx.add_event(event["eventType"], event["entityType"], event["timestamp"], event)

    def _find_model(self, path: str) -> EntityModel | None:
        """Return the model of the collection that a path is below, or None."""
        while path:
            type = self._types.get(path)
            if type is not None:
                return self._models[type]
            path = path.rpartition("/")[0]
        return None

    def _new_event(
        self, context: RequestContext, model: EntityModel, type: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        change = body.get("changeDescription")
        event = {
            "id": new_id(),
            "eventType": type,
            "entityType": context.type_label(model),
            "entityId": body["id"],
            "previousVersion": (change or {}).get("previousVersion", body["version"]),
            "currentVersion": body["version"],
            "userName": context.caller.name,
            "timestamp": body.get("updatedAt", context.now),
            "entity": body,
        }
        if change is not None:
            event["changeDescription"] = change
        if context.rules.flag("event_names") and "fullyQualifiedName" in body:
            event["entityFullyQualifiedName"] = body["fullyQualifiedName"]
        if body.get("domains"):
            event["domains"] = [domain["id"] for domain in body["domains"]]
        return {name: event[name] for name in event if name in self._properties}

    def list_events(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET events``: the events from a time on, oldest first."""
        requested: dict[str, list[str] | None] = {}
        for name in self._queries:
            listed = request.query.get(name)
            if not listed:
                continue
            types = self._read_types(context, name, listed)
            requested.update((type, types) for type in _LISTED[name])
        found = context.tx.events(requested, query_int(request.query, "timestamp", 0))
        return Result(200, {"data": found, "paging": {"total": len(found)}})

    def _read_types(self, context: RequestContext, name: str, listed: str) -> list[str] | None:
        """Return the entity types of a query parameter, None for all."""
        if listed == "*":
            return None
        types = []
        for each in listed.replace(" ", "").split(","):
            if each not in self._models:
                raise bad_request(f"Invalid entity {each} in query param {name}")
            types.append(context.type_label(self._models[each]))
        return types


def change_event(
    context: RequestContext,
    model: EntityModel,
    row: Row,
    changes: dict[str, list[dict[str, Any]]],
    *,
    status: int = 200,
) -> Result:
    """Return a result with the change event of an entity, whose version stays the same.

    Args:
        context: the context of the request.
        model: the model of the entity type.
        row: the entity.
        changes: ``fieldsAdded``, ``fieldsUpdated`` or ``fieldsDeleted``, each a list of fields
            with ``name``, ``oldValue`` and ``newValue``; lists that are left out are empty.
        status: the HTTP status.
    """
    version = row.doc["version"]
    event = {
        "eventType": "entityUpdated",
        "entityType": model.type,
        "entityId": row.id,
        "entityFullyQualifiedName": row.fqn,
        "previousVersion": version,
        "currentVersion": version,
        "userName": context.caller.name,
        "timestamp": context.now,
        "changeDescription": {
            "fieldsAdded": [],
            "fieldsUpdated": [],
            "fieldsDeleted": [],
            **changes,
            "previousVersion": version,
        },
        "entity": context.load_entity(model, row.doc),
    }
    known = EVENT in context.models.release.paths
    if not known or "id" in context.models.schema(EVENT).properties:
        event = {"id": new_id(), **event}
    return Result(status, event, change="entityFieldsChanged")


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the route."""
    log = EventLog(models, where)
    query = (*_LISTED, "timestamp")
    routes.add(
        "GET", "/v1/events", Route(log.list_events, operation="listChangeEvents", query=query)
    )
