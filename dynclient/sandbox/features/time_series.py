"""Time series: records that are created, listed by time, read by id and patched.

Records do not have names. Features with routes of their own (results, incidents …) use the helpers
of this module; the routes here are those of all other time series of a release.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.operations.catalogue import catalogue
from dynclient.sandbox.entities import patch_apply
from dynclient.sandbox.entities.create_requests import CreateRequestReader, new_id
from dynclient.sandbox.entities.entity_model import EntityModel
from dynclient.sandbox.entities.read import DEFAULT_LIMIT, MOST
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.request_parsing import default_of
from dynclient.sandbox.features.request_parameters import (
    SPAN,
    SPAN_REQUIRED,
    parse_int,
    query_span,
)
from dynclient.sandbox.http_errors import (
    UnhandledServerError,
    bad_request,
    not_found,
)
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS: tuple[str, ...] = ()

ALWAYS = 1 << 62
"""A time later than that of any record."""


def list_records(
    context: RequestContext, owner: str | None, kind: str, query: Mapping[str, str], missing: str
) -> Result:
    """Return a page of an owner's records in a span of time, newest first.

    Args:
        context: the context of the request.
        owner: id of the entity that the records belong to; None for an empty page.
        kind: kind of the records.
        query: the query, with ``startTs`` and ``endTs``, which are also the cursors of the page.
        missing: the server's message for a query without a span.
    """
    start, end = query_span(query, missing)
    found = context.tx.records(owner, kind, start, end) if owner is not None else []
    return _span_page(found, start, end)


def list_records_of_type(
    context: RequestContext, kind: str, query: Mapping[str, str], parameter: str
) -> Result:
    """Return a page of the records of the type that a parameter of the query names."""
    type = query.get(parameter)
    if not type:
        raise UnhandledServerError(f"{parameter} is marked non-null but is null")
    return list_records(context, type, kind, query, SPAN_REQUIRED)


def list_all_records(context: RequestContext, kind: str, start: int, end: int) -> Result:
    """Return a page of all owners' records in a span of time; its cursors are the span."""
    return _span_page(context.tx.records_of(kind, start, end), start, end)


def _span_page(found: list[dict[str, Any]], start: int, end: int) -> Result:
    paging = {"before": encode_cursor(start), "after": encode_cursor(end), "total": len(found)}
    return Result(200, {"data": found, "paging": paging})


def find_record(
    context: RequestContext, owner: str, kind: str, stamp: str
) -> dict[str, Any] | None:
    """Return an owner's record at the time in a path, or None."""
    time = parse_int(stamp)
    return next(iter(context.tx.records(owner, kind, time, time)), None)


class TimeSeries:
    """The handlers of one type of time series."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def create(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST``: the status is 200, not 201."""
        permissions.check(context, self._model.type, "Create")
        model = self._model
        if model.create is None or request.body is None:
            raise bad_request(f"{model.type} cannot be created")
        body = context.read(model.create, request.body)
        doc: dict[str, Any] = {"id": new_id()}
        owner = ""
        for name, node in model.node.properties.items():
            if body.get(name) is None:
                if (default := default_of(node)) is not None and name not in model.creatable_fields:
                    doc[name] = default
                continue
            doc[name] = self._convert(context, name, body[name])
            if name in model.references and not model.references[name].many:
                owner = owner or str(doc[name]["id"])
        doc.setdefault("timestamp", context.now)
        self._set_update(context, doc)
        doc = {name: doc[name] for name in model.node.properties if name in doc}
        context.tx.record(owner, model.type, int(doc["timestamp"]), doc["id"], doc)
        return Result(200, doc)

    def _convert(self, context: RequestContext, name: str, value: Any) -> Any:
        field = self._model.references.get(name)
        if field is None:
            return value
        reader = CreateRequestReader(context.tx, context.models)
        heads = [
            reader.find_head(self._model, name, field.type, each)
            for each in (value if isinstance(value, list) else [value])
        ]
        references = [context.plain_serializer.reference(head) for head in heads]
        return references if field.many else references[0]

    def _set_update(self, context: RequestContext, doc: dict[str, Any]) -> None:
        properties = self._model.node.properties
        if "updatedAt" in properties:
            doc["updatedAt"] = context.now
        if "updatedBy" in self._model.references:
            head = context.tx.head("user", context.caller.name)
            if head is not None:
                doc["updatedBy"] = context.plain_serializer.reference(head)
        elif "updatedBy" in properties:
            doc["updatedBy"] = context.caller.name

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET collection``: the records of a span of time, newest first."""
        start, end = (_query_number(request.query, name) for name in SPAN)
        if self._model.rules.table("span_cursors").get(self._model.type):
            return list_all_records(context, self._model.type, start or 0, end or ALWAYS)
        limit = _query_number(request.query, "limit")
        limit = DEFAULT_LIMIT if limit is None else min(limit, MOST)
        found = context.tx.records_of(self._model.type, start or 0, ALWAYS if end is None else end)
        offset = decode_cursor(request.query.get("offset"))
        paging: dict[str, Any] = {}
        if offset > 0:
            paging["before"] = encode_cursor(max(0, offset - limit))
        if offset + limit < len(found):
            paging["after"] = encode_cursor(offset + limit)
        paging["total"] = len(found)
        return Result(200, {"data": found[offset : offset + limit], "paging": paging})

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET`` by id."""
        return Result(200, self._find_record(context, request)[1])

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PATCH``: the id and the time do not change."""
        permissions.check(context, self._model.type, "EditAll")
        owner, doc = self._find_record(context, request)
        patched = context.read_entity(self._model, patch_apply.apply(doc, request.body), doc)
        patched |= {name: doc[name] for name in ("id", "timestamp") if name in doc}
        self._set_update(context, patched)
        context.tx.record(
            owner, self._model.type, int(patched["timestamp"]), patched["id"], patched
        )
        return Result(200, patched, change="entityUpdated")

    def _find_record(self, context: RequestContext, request: Request) -> tuple[str, dict[str, Any]]:
        found = context.tx.record_of(self._model.type, request.path["id"])
        if found is None:
            raise not_found(self._model.type, request.path["id"])
        return found


def _query_number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return parse_int(text)
    except UnhandledServerError:
        raise bad_request(f"query param {name} must be a number, not {text}") from None


def update_page(
    found: list[dict[str, Any]], query: Mapping[str, str], limit: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a page of records and its ``paging``; its cursors are times of updates.

    Args:
        found: the records with ``updatedAt``, the last updated first.
        query: the query, with ``before`` or ``after``.
        limit: the number of records.
    """
    before, after = query.get("before"), query.get("after")
    cursors: dict[str, int] = {}
    if before:
        page = [each for each in found if each["updatedAt"] > decode_cursor(before)]
        if len(page) > limit:
            page = page[-limit:]
            cursors["before"] = page[0]["updatedAt"]
        if page:
            cursors["after"] = page[-1]["updatedAt"]
    else:
        rest = found
        if after:
            rest = [each for each in found if each["updatedAt"] < decode_cursor(after)]
        page = rest[:limit]
        if page and after:
            cursors["before"] = page[0]["updatedAt"]
        if page and len(rest) > limit:
            cursors["after"] = page[-1]["updatedAt"]
    paging: dict[str, Any] = {name: encode_cursor(time) for name, time in cursors.items()}
    return page, {**paging, "total": len(found)}


def encode_cursor(position: int) -> str:
    """Return the cursor for a number."""
    return base64.b64encode(str(position).encode()).decode()


def decode_cursor(cursor: str | None) -> int:
    """Return the number of a cursor, 0 for none; raises the server's 400 for anything else."""
    try:
        return int(base64.b64decode(cursor or "", validate=True) or 0)
    except (ValueError, binascii.Error):
        raise bad_request(f"Invalid offset {cursor}") from None


_OPERATIONS: tuple[tuple[str, str, str, str | None], ...] = (
    ("create", "POST", "", JSON),
    ("list", "GET", "", None),
    ("get", "GET", "/{id}", None),
    ("patch", "PATCH", "/{id}", JSON_PATCH),
)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes of all time series whose routes do not have path parameters.

    Time series that are filled by servers alone stay empty.
    """
    for spec in catalogue(models.release):
        if spec.entity.kind != "timeseries" or "{" in spec.route:
            continue
        model = EntityModel(models, spec.entity)
        handlers = TimeSeries(model)
        for name, method, tail, consumes in _OPERATIONS:
            if name not in spec.operations:
                continue
            route = Route(
                getattr(handlers, name), consumes, writes=method != "GET",
                body_schema=model.create if name == "create" else None,
                query=(*SPAN, "limit", "offset") if name == "list" else (),
            )  # fmt: skip
            routes.add(method, spec.route + tail, route)
