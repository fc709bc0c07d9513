"""Usage of entities by day, and their percentile ranks among others of their type."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import derived_fields
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features.change_events import change_event
from dynclient.sandbox.features.request_parameters import find_model, query_int
from dynclient.sandbox.http_errors import UnhandledServerError
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("type/dailyCount.json",)
KIND = "usage"
_SPANS = {"dailyStats": 1, "weeklyStats": 7, "monthlyStats": 30}


class Usage:
    """The handlers of counts and ranks."""

    def __init__(self, models: EntityModels) -> None:
        self.body = models.schema("type/dailyCount.json")

    def post(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST``: set the count of a day."""
        return self._count(context, request, add=False)

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT``: add a count to that of a day."""
        return self._count(context, request, add=True)

    def _count(self, context: RequestContext, request: Request, *, add: bool) -> Result:
        model, row = self._find(context, request)
        body = context.read(self.body, request.body)
        day = _parse_day(body["date"])
        before = context.tx.latest(row.id, KIND) or derived_fields.empty_usage()
        number = day.toordinal()
        existing = next(iter(context.tx.records(row.id, KIND, number, number)), None)
        record: dict[str, Any] = {}
        for name, days in _SPANS.items():
            if existing is not None:
                old = 0 if add else existing["dailyStats"]["count"]
                count = existing[name]["count"] - old + body["count"]
            else:
                count = body["count"] + self._count_since(context, row, day, days)
            record[name] = {"count": count, "percentileRank": 0.0}
        record["date"] = day.isoformat()
        context.tx.record(row.id, KIND, day.toordinal(), "", record)
        after = context.tx.latest(row.id, KIND)
        change = {"name": "usageSummary", "oldValue": before, "newValue": after}
        result = change_event(context, model, row, {"fieldsUpdated": [change]})
        fields = {"usageSummary"} & model.on_request
        result.body["entity"] = context.plain_serializer.serialize(model, [row.doc], fields)[0]
        return result._replace(status=201)

    def _count_since(self, context: RequestContext, row: Row, day: datetime.date, days: int) -> int:
        """Return the sum of the counts since some days before, as the server computes it."""
        if days == 1:
            return 0
        start = day.toordinal() - days + 1
        records = context.tx.records(row.id, KIND, start, datetime.date.max.toordinal())
        return sum(one["dailyStats"]["count"] for one in records)

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET``: the usage in the days up to a date."""
        _, row = self._find(context, request)
        today = datetime.datetime.now(datetime.UTC).date()
        day = _parse_day(request.query["date"]) if request.query.get("date") else today
        start = day.toordinal() - query_int(request.query, "days", 1) + 1
        records = context.tx.records(row.id, KIND, start, day.toordinal())
        head = context.tx.heads([row.id])[row.id]
        return Result(200, {"entity": context.serializer.reference(head), "usage": records})

    def rank(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST usage/compute.percentile/{entity}/{date}``."""
        model = find_model(context, request.path["entity"])
        day = _parse_day(request.path["date"]).toordinal()
        records = context.tx.owned_records(KIND, model.type, day)
        for name in _SPANS:
            counts = sorted(one[name]["count"] for _, one in records)
            for _, one in records:
                lower = counts.index(one[name]["count"])
                rank = 100.0 * lower / (len(counts) - 1) if len(counts) > 1 else 0.0
                one[name]["percentileRank"] = rank
        for owner, one in records:
            context.tx.record(owner, KIND, day, "", one)
        return Result(201, None)

    def _find(self, context: RequestContext, request: Request) -> tuple[EntityModel, Row]:
        model = find_model(context, request.path["entity"])
        by_name = "fqn" in request.path
        return model, context.get_row(
            model, request.path["fqn" if by_name else "id"], by_name=by_name
        )


def _parse_day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        reason = f'ERROR: invalid input syntax for type date: "{text}"'
        raise UnhandledServerError(f"org.postgresql.util.PSQLException: {reason}") from None


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    usage = Usage(models)
    for tail in ("{id}", "name/{fqn}"):
        place = f"/v1/usage/{{entity}}/{tail}"
        routes.add("POST", place, Route(usage.post, JSON, writes=True, body_schema=usage.body))
        routes.add("PUT", place, Route(usage.put, JSON, writes=True, body_schema=usage.body))
        routes.add("GET", place, Route(usage.get, query=("date", "days")))
    rank = Route(usage.rank, writes=True)
    routes.add("POST", "/v1/usage/compute.percentile/{entity}/{date}", rank)
