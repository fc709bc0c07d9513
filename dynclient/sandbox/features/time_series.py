"""Time series that no feature knows more of: records made, listed by time, had by id, patched.

They have no names. What features serve (results, incidents …) is not served here.
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
from dynclient.sandbox.features.request_parameters import SPAN, parse_int, query_span
from dynclient.sandbox.http_errors import (
    bad_request,
    not_found,
)
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS: tuple[str, ...] = ()
"""Documents of a release that these routes are for."""

ALWAYS = 1 << 62
"""Later than any record."""


def page(
    context: RequestContext, owner: str | None, kind: str, query: Mapping[str, str], otherwise: str
) -> Result:
    """Answer a list of records, newest first; the cursors are the span itself."""
    start, end = query_span(query, otherwise)
    found = context.tx.records(owner, kind, start, end) if owner is not None else []
    return _spanned(found, start, end)


def page_of_all(context: RequestContext, kind: str, start: int, end: int) -> Result:
    """Answer a list of the records of all owners in a span, whose cursors are the span itself."""
    return _spanned(context.tx.records_of(kind, start, end), start, end)


def _spanned(found: list[dict[str, Any]], start: int, end: int) -> Result:
    paging = {"before": _cursor(start), "after": _cursor(end), "total": len(found)}
    return Result(200, {"data": found, "paging": paging})


def at(context: RequestContext, owner: str, kind: str, stamp: str) -> dict[str, Any] | None:
    """Return the record of one time, as a path names it."""
    moment = parse_int(stamp)
    return next(iter(context.tx.records(owner, kind, moment, moment)), None)


class Stream:
    """The handlers of one type of records."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def create(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST``: 200, as these resources do."""
        permissions.check(context, self._model.type, "Create")
        model = self._model
        if model.create is None or request.body is None:
            raise bad_request(f"{model.type} can not be created")
        body = context.read(model.create, request.body)
        doc: dict[str, Any] = {"id": new_id()}
        owner = ""
        for name, node in model.node.properties.items():
            if body.get(name) is None:
                if (default := default_of(node)) is not None and name not in model.creatable_fields:
                    doc[name] = default
                continue
            doc[name] = self._value(context, name, body[name])
            if name in model.references and not model.references[name].many:
                owner = owner or str(doc[name]["id"])
        doc.setdefault("timestamp", context.now)
        self._sign(context, doc)
        doc = {name: doc[name] for name in model.node.properties if name in doc}
        context.tx.record(owner, model.type, int(doc["timestamp"]), doc["id"], doc)
        return Result(200, doc)

    def _value(self, context: RequestContext, name: str, value: Any) -> Any:
        field = self._model.references.get(name)
        if field is None:
            return value
        reader = CreateRequestReader(context.tx, context.models)
        heads = [
            reader.find_head(self._model, name, field.type, each)
            for each in (value if isinstance(value, list) else [value])
        ]
        told = [context.plain_serializer.reference(head) for head in heads]
        return told if field.many else told[0]

    def _sign(self, context: RequestContext, doc: dict[str, Any]) -> None:
        known = self._model.node.properties
        if "updatedAt" in known:
            doc["updatedAt"] = context.now
        if "updatedBy" in self._model.references:
            head = context.tx.head("user", context.caller.name)
            if head is not None:
                doc["updatedBy"] = context.plain_serializer.reference(head)
        elif "updatedBy" in known:
            doc["updatedBy"] = context.caller.name

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET collection``: the records of a time, newest first."""
        start, end = (_number(request.query, name) for name in SPAN)
        if self._model.rules.table("span_cursors").get(self._model.type):
            return page_of_all(context, self._model.type, start or 0, end or ALWAYS)
        limit = _number(request.query, "limit")
        limit = DEFAULT_LIMIT if limit is None else min(limit, MOST)
        found = context.tx.records_of(self._model.type, start or 0, ALWAYS if end is None else end)
        at = _offset(request.query.get("offset"))
        paging: dict[str, Any] = {}
        if at > 0:
            paging["before"] = _cursor(max(0, at - limit))
        if at + limit < len(found):
            paging["after"] = _cursor(at + limit)
        return Result(
            200, {"data": found[at : at + limit], "paging": {**paging, "total": len(found)}}
        )

    def get(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET`` by id."""
        return Result(200, self._held(context, request)[1])

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PATCH``; id and time stay what they are."""
        permissions.check(context, self._model.type, "EditAll")
        owner, doc = self._held(context, request)
        patched = context.read_entity(self._model, patch_apply.apply(doc, request.body), doc)
        patched |= {name: doc[name] for name in ("id", "timestamp") if name in doc}
        self._sign(context, patched)
        context.tx.record(
            owner, self._model.type, int(patched["timestamp"]), patched["id"], patched
        )
        return Result(200, patched, change="entityUpdated")

    def _held(self, context: RequestContext, request: Request) -> tuple[str, dict[str, Any]]:
        held = context.tx.record_of(self._model.type, request.path["id"])
        if held is None:
            raise not_found(self._model.type, request.path["id"])
        return held


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise bad_request(f"query param {name} is not a number") from None


def _cursor(at: int) -> str:
    return base64.b64encode(str(at).encode()).decode()


def _offset(cursor: str | None) -> int:
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
    """Add the routes of the time series that have one of their own.

    Some are filled by servers alone, and stay empty here; they can be asked for all the same.
    """
    for spec in catalogue(models.release):
        if spec.entity.kind != "timeseries" or "{" in spec.route:
            continue
        model = EntityModel(models, spec.entity)
        served = Stream(model)
        for name, method, tail, consumes in _OPERATIONS:
            if name not in spec.operations:
                continue
            route = Route(
                getattr(served, name), consumes, writes=method != "GET",
                body_schema=model.create if name == "create" else None,
                query=(*SPAN, "limit", "offset") if name == "list" else (),
            )  # fmt: skip
            routes.add(method, spec.route + tail, route)
