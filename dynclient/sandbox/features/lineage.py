"""Lineage: edges between entities, and the graph around one, walked both ways."""

from __future__ import annotations

import csv
import hashlib
import io
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.entities import patch_apply
from dynclient.sandbox.entities.names import split
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.tag_labels import members_at, walk_members
from dynclient.sandbox.features.request_parameters import find_model, query_int
from dynclient.sandbox.http_errors import (
    UnhandledServerError,
    bad_request,
    error_response,
    not_found,
)
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes
from dynclient.sandbox.storage.store import Head, LineageEdge

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS = ("api/lineage/addLineage.json", "type/entityLineage.json")
DEEPEST = 3
"""How many steps a query may go."""

_DEPTHS = ("upstreamDepth", "downstreamDepth")
_AROUND = ("fqn", "type", *_DEPTHS, "includeDeleted")

_COLUMNS = (
    "fromId*", "fromEntityType*", "fromFullyQualifiedName*", "toId*", "toEntityType*",
    "toFullyQualifiedName*", "description", "pipelineId", "pipelineFullyQualifiedName",
    "columnLineage", "sqlQuery", "source",
)  # fmt: skip


class _Step(NamedTuple):
    """One edge as a graph shows it; a pipeline may stand for one of its ends."""

    source: str
    target: str
    other: str
    """The end the walk goes on from."""
    flow: LineageEdge


class Lineage:
    """The handlers."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        self.body = models.schema("api/lineage/addLineage.json")
        self._details = models.schema("type/entityLineage.json", "/definitions/lineageDetails")

    # writing

    def put(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT lineage``."""
        edge = context.read(self.body, request.body)["edge"]
        source, target = (self._named(context, edge[end]) for end in ("fromEntity", "toEntity"))
        details = edge.get("lineageDetails")
        pipeline = None
        if details is not None:
            self._check_columns(context, details, source, target)
            if details.get("pipeline"):
                pipeline = self._named(context, details["pipeline"]).id
        flow = LineageEdge(source.id, source.type, target.id, target.type, details)
        context.tx.put_lineage(flow, pipeline)
        return Result(200, None)

    def _named(self, context: RequestContext, reference: Mapping[str, Any]) -> Head:
        return self._head(context, str(reference["type"]), str(reference["id"]))

    def _head(self, context: RequestContext, type: str, key: str, *, by_name: bool = False) -> Head:
        """Return what an edge names, deleted or not."""
        find_model(context, type)
        if by_name:
            head = context.tx.head(type, key)
        else:
            head = context.tx.heads([_checked_id(key)]).get(key)
        if head is None or head.type != type:
            raise not_found(type, key)
        return head

    def _check_columns(
        self, context: RequestContext, details: dict[str, Any], source: Head, target: Head
    ) -> None:
        for one in details.get("columnsLineage") or ():
            for fqn in one.get("fromColumns") or ():
                self._check_column(context, source, fqn)
            if one.get("toColumn"):
                self._check_column(context, target, one["toColumn"])

    def _check_column(self, context: RequestContext, head: Head, fqn: str) -> None:
        """Refuse the name of a member that an entity with members does not have."""
        groups = self._models[head.type].members
        row = context.tx.get(head.id)
        if not groups or row is None:
            return
        for group in groups:
            for member, _ in walk_members(group, members_at(row.doc, group.path)):
                if member.get("fullyQualifiedName") == fqn:
                    return
        raise bad_request(f"Invalid fully qualified column name {fqn}")

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PATCH`` of an edge: its details are changed."""
        flow = self._edge(context, request)
        before = flow.details or {}
        details = context.read(self._details, patch_apply.apply(before, request.body))
        pipeline = details.get("pipeline")
        head = self._named(context, pipeline) if pipeline else None
        context.tx.put_lineage(flow._replace(details=details), head.id if head else None)
        changed = "entityUpdated" if details != before else "entityNoChange"
        return Result(200, self._shown(context, details), change=changed)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE`` of an edge, by ids or by names."""
        flow = self._edge(context, request)
        context.tx.remove_lineage(flow.source, flow.target)
        return Result(200, None)

    def delete_by_origin(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE lineage/{type}/{id}/type/{origin}``: edges into it that came so."""
        head = self._head(context, request.path["type"], request.path["key"])
        for flow in context.tx.lineage_into(head.id):
            if (flow.details or {}).get("source") == request.path["origin"]:
                context.tx.remove_lineage(flow.source, flow.target)
        return Result(200, None)

    def _edge(self, context: RequestContext, request: Request) -> LineageEdge:
        path = request.path
        by_name = "from_name" in path
        ends = ("from_name", "to_name") if by_name else ("key", "to")
        source = self._head(context, path["type"], path[ends[0]], by_name=by_name)
        target = self._head(context, path["to_type"], path[ends[1]], by_name=by_name)
        flow = context.tx.find_lineage(source.id, target.id)
        if flow is None:
            raise error_response(404, "Lineage edge not found")
        return flow

    # reading

    def get(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET lineage/{type}/{id}``."""
        return self._around(context, request, request.path["id"], by_name=False)

    def get_by_name(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET lineage/{type}/name/{fqn}``."""
        return self._around(context, request, request.path["fqn"], by_name=True)

    def _around(
        self, context: RequestContext, request: Request, key: str, *, by_name: bool
    ) -> Result:
        up, down = _depths(request.query)
        head = self._head(context, request.path["type"], key, by_name=by_name)
        above, below = _walk(context, head, up, up=True), _walk(context, head, down, up=False)
        heads = context.tx.heads(step.other for step in (*above, *below))
        order = dict.fromkeys(step.other for step in (*above, *below))
        return Result(200, {
            "entity": context.serializer.reference(head),
            "nodes": [context.serializer.reference(heads[id]) for id in order if id in heads],
            "upstreamEdges": [self._told(context, step) for step in above],
            "downstreamEdges": [self._told(context, step) for step in below],
        })  # fmt: skip

    def _told(self, context: RequestContext, step: _Step) -> dict[str, Any]:
        out: dict[str, Any] = {"fromEntity": step.source, "toEntity": step.target}
        if step.flow.details is not None:
            out["lineageDetails"] = self._shown(context, step.flow.details)
        return out

    def _shown(self, context: RequestContext, details: dict[str, Any]) -> dict[str, Any]:
        out = dict(details)
        if out.get("pipeline"):
            head = context.tx.heads([out["pipeline"]["id"]]).get(out["pipeline"]["id"])
            out["pipeline"] = context.plain_serializer.reference(head) if head else out["pipeline"]
        return out

    def edge(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET lineage/getLineageEdge/{from}/{to}``."""
        source, target = _checked_id(request.path["from"]), _checked_id(request.path["to"])
        flow = context.tx.find_lineage(source, target)
        if flow is None:
            message = f"Lineage edge not found between {source} and  {target}"
            raise error_response(404, message)
        return Result(200, {"edge": self._shown(context, flow.details or {})})

    def export(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET lineage/export``: the edges around an entity as CSV."""
        _, steps = self._steps(context, request.query)
        flows = {(step.flow.source, step.flow.target): step.flow for step in steps}
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        for flow in flows.values():
            writer.writerow(self._line(context, flow))
        return Result(200, text.getvalue())

    def graph(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET lineage/getLineage``: whole entities, and edges as the search keeps them."""
        query = request.query
        head, steps = self._steps(context, query)
        ids = list(dict.fromkeys([*(step.other for step in steps), head.id]))
        shown = {id: self._searched(context, id) for id in ids}
        flows = {(step.flow.source, step.flow.target): step.flow for step in steps}
        heads = context.tx.heads([id for pair in flows for id in pair])
        return Result(200, {
            "nodes": [shown[id] for id in ids],
            "edges": [
                self._searched_edge(context, flow, heads[flow.source], heads[flow.target])
                for flow in flows.values()
            ],
            "entity": shown[head.id],
        })  # fmt: skip

    def _steps(self, context: RequestContext, query: Mapping[str, str]) -> tuple[Head, list[_Step]]:
        """Return what a query is about, and the edges around it."""
        if query.get("type") is None:
            raise UnhandledServerError(
                'Cannot invoke "String.equalsIgnoreCase(String)" because "entityType" is null'
            )
        up, down = _depths(query)
        head = self._head(context, query["type"], query.get("fqn", ""), by_name=True)
        return head, [*_walk(context, head, up, up=True), *_walk(context, head, down, up=False)]

    def _searched(self, context: RequestContext, id: str) -> dict[str, Any]:
        row = context.tx.get(id)
        if row is None:  # edges go with their entities, so it is there
            return {"id": id}
        model = self._models[row.type]
        shown = context.plain_serializer.serialize(
            model, [row.doc], model.for_update, own_link=False
        )[0]
        display = row.doc.get("displayName", row.name)
        return {**shown, "entityType": row.type, "displayName": display}

    def _searched_edge(
        self, context: RequestContext, flow: LineageEdge, source: Head, target: Head
    ) -> dict[str, Any]:
        details = self._shown(context, flow.details or {})
        out = {
            "fromEntity": _end(source),
            "toEntity": _end(target),
            "pipeline": details.get("pipeline"),
            "doc_id": f"{source.id}-{target.id}",
        }
        for name, told in (("sqlQuery", "sqlQuery"), ("description", "description"),
                           ("source", "source"), ("columnsLineage", "columns")):  # fmt: skip
            if name in details:
                out[told] = details[name]
        return out

    def _line(self, context: RequestContext, flow: LineageEdge) -> list[str]:
        details = flow.details or {}
        pipeline = (details.get("pipeline") or {}).get("id", "")
        heads = context.tx.heads([flow.source, flow.target, *([pipeline] if pipeline else ())])
        pairs = [
            f"{source}:{one.get('toColumn', '')}"
            for one in details.get("columnsLineage") or ()
            for source in one.get("fromColumns") or ()
        ]
        return [
            flow.source, flow.source_type, heads[flow.source].fqn,
            flow.target, flow.target_type, heads[flow.target].fqn,
            details.get("description", ""), pipeline,
            heads[pipeline].fqn if pipeline in heads else "", ";".join(pairs),
            details.get("sqlQuery", ""), details.get("source", ""),
        ]  # fmt: skip


def _end(head: Head) -> dict[str, str]:
    hashed = ".".join(
        hashlib.md5(part.encode(), usedforsecurity=False).hexdigest() for part in split(head.fqn)
    )
    return {"fqn": head.fqn, "id": head.id, "type": head.type, "fqnHash": hashed}


def _checked_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise bad_request(f"Invalid UUID string: {text}") from None


def _depths(query: Mapping[str, str]) -> tuple[int, int]:
    """Return how far up and down a query wants to see; raises the server's 400."""
    found, wrong = [], []
    for name in _DEPTHS:
        depth = query_int(query, name, 1)
        if depth < 0:
            wrong.append(f"query param {name} must be greater than or equal to 0")
        if depth > DEEPEST:
            wrong.append(f"query param {name} must be less than or equal to {DEEPEST}")
        found.append(depth)
    if wrong:
        raise bad_request(f"[{', '.join(wrong)}]")
    return found[0], found[1]


def _walk(context: RequestContext, head: Head, depth: int, *, up: bool) -> list[_Step]:
    """Return the edges within some steps, as the server meets them: it may pass one again."""
    steps: list[_Step] = []
    _go(context, head.id, depth, up, steps)
    return steps


def _go(context: RequestContext, id: str, depth: int, up: bool, steps: list[_Step]) -> None:
    if depth == 0:
        return
    tx = context.tx
    near = [
        _Step(flow.source, flow.target, flow.source if up else flow.target, flow)
        for flow in (tx.lineage_into(id) if up else tx.lineage_from(id))
    ]
    for flow in tx.lineage_through(id):
        # What a pipeline makes flows through it.
        if up:
            near.append(_Step(flow.source, id, flow.source, flow))
        else:
            near.append(_Step(id, flow.target, flow.target, flow))
    steps += near
    for step in near:
        _go(context, step.other, depth - 1, up, steps)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes of a release that has them; ``lineage_routes`` of the rules says which."""
    lineage = Lineage(models)
    served = {
        "put": ("PUT", "", Route(lineage.put, JSON, writes=True, body_schema=lineage.body)),
        "get": ("GET", "/{type}/{id}", Route(lineage.get, query=_DEPTHS)),
        "get_by_name": ("GET", "/{type}/name/{fqn}", Route(lineage.get_by_name, query=_DEPTHS)),
        "delete": ("DELETE", "/{type}/{key}/{to_type}/{to}", Route(lineage.delete, writes=True)),
        "delete_by_name": (
            "DELETE",
            "/{type}/name/{from_name}/{to_type}/name/{to_name}",
            Route(lineage.delete, writes=True),
        ),
        "delete_by_origin": (
            "DELETE",
            "/{type}/{key}/type/{origin}",
            Route(lineage.delete_by_origin, writes=True),
        ),
        "patch": (
            "PATCH",
            "/{type}/{key}/{to_type}/{to}",
            Route(lineage.patch, JSON_PATCH, writes=True),
        ),
        "edge": ("GET", "/getLineageEdge/{from}/{to}", Route(lineage.edge)),
        "graph": ("GET", "/getLineage", Route(lineage.graph, query=_AROUND)),
        "export": ("GET", "/export", Route(lineage.export, query=_AROUND)),
    }
    for name in models.rules.table("lineage_routes")["*"]:
        method, tail, route = served[name]
        routes.add(method, f"/v1/lineage{tail}", route)
