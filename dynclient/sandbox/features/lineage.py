"""Lineage: edges between entities, and the graph around an entity in both directions."""

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
MAX_DEPTH = 3
"""The largest depth of a query."""

_DEPTHS = ("upstreamDepth", "downstreamDepth")
_GRAPH_QUERY = ("fqn", "type", *_DEPTHS, "includeDeleted")

_COLUMNS = (
    "fromId*", "fromEntityType*", "fromFullyQualifiedName*", "toId*", "toEntityType*",
    "toFullyQualifiedName*", "description", "pipelineId", "pipelineFullyQualifiedName",
    "columnLineage", "sqlQuery", "source",
)  # fmt: skip


class _Step(NamedTuple):
    """One edge of a graph; a pipeline can replace one of its ends."""

    source: str
    target: str
    other: str
    """The end at which the walk continues."""
    edge: LineageEdge


class Lineage:
    """The handlers of edges and graphs."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        self.body = models.schema("api/lineage/addLineage.json")
        self._details = models.schema("type/entityLineage.json", "/definitions/lineageDetails")

    # writing

    def put(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT lineage``."""
        body = context.read(self.body, request.body)["edge"]
        source = self._find_reference(context, body["fromEntity"])
        target = self._find_reference(context, body["toEntity"])
        details = body.get("lineageDetails")
        pipeline = None
        if details is not None:
            self._check_columns(context, details, source, target)
            if details.get("pipeline"):
                pipeline = self._find_reference(context, details["pipeline"]).id
        edge = LineageEdge(source.id, source.type, target.id, target.type, details)
        context.tx.put_lineage(edge, pipeline)
        return Result(200, None)

    def _find_reference(self, context: RequestContext, reference: Mapping[str, Any]) -> Head:
        return self._find_head(context, str(reference["type"]), str(reference["id"]))

    def _find_head(
        self, context: RequestContext, type: str, key: str, *, by_name: bool = False
    ) -> Head:
        """Return an entity by id or name, deleted or not; raise the server's 404."""
        find_model(context, type)
        if by_name:
            head = context.tx.head(type, key)
        else:
            head = context.tx.heads([_parse_id(key)]).get(key)
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
        """Raise a 400 if an entity with columns, fields or tasks does not have the named one."""
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
        """Handle ``PATCH`` of an edge: change its details."""
        edge = self._find_edge(context, request)
        before = edge.details or {}
        details = context.read(self._details, patch_apply.apply(before, request.body))
        pipeline = details.get("pipeline")
        head = self._find_reference(context, pipeline) if pipeline else None
        context.tx.put_lineage(edge._replace(details=details), head.id if head else None)
        changed = "entityUpdated" if details != before else "entityNoChange"
        return Result(200, self._with_pipeline(context, details), change=changed)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE`` of an edge, by ids or by names."""
        edge = self._find_edge(context, request)
        context.tx.remove_lineage(edge.source, edge.target)
        return Result(200, None)

    def delete_by_origin(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE lineage/{entityType}/{entityId}/type/{lineageSource}``."""
        head = self._find_head(context, request.path["entityType"], request.path["entityId"])
        for edge in context.tx.lineage_into(head.id):
            if (edge.details or {}).get("source") == request.path["lineageSource"]:
                context.tx.remove_lineage(edge.source, edge.target)
        return Result(200, None)

    def _find_edge(self, context: RequestContext, request: Request) -> LineageEdge:
        path = request.path
        by_name = "fromFQN" in path
        ends = ("fromFQN", "toFQN") if by_name else ("fromId", "toId")
        source = self._find_head(context, path["fromEntity"], path[ends[0]], by_name=by_name)
        target = self._find_head(context, path["toEntity"], path[ends[1]], by_name=by_name)
        edge = context.tx.find_lineage(source.id, target.id)
        if edge is None:
            raise error_response(404, "Lineage edge not found")
        return edge

    # reading

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET lineage/{entity}/{id}``."""
        return self._graph_result(context, request, request.path["id"], by_name=False)

    def get_by_name(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET lineage/{entity}/name/{fqn}``."""
        return self._graph_result(context, request, request.path["fqn"], by_name=True)

    def _graph_result(
        self, context: RequestContext, request: Request, key: str, *, by_name: bool
    ) -> Result:
        up, down = _parse_depths(request.query)
        head = self._find_head(context, request.path["entity"], key, by_name=by_name)
        above, below = _walk(context, head, up, up=True), _walk(context, head, down, up=False)
        heads = context.tx.heads(step.other for step in (*above, *below))
        order = dict.fromkeys(step.other for step in (*above, *below))
        return Result(200, {
            "entity": context.serializer.reference(head),
            "nodes": [context.serializer.reference(heads[id]) for id in order if id in heads],
            "upstreamEdges": [self._serialize(context, step) for step in above],
            "downstreamEdges": [self._serialize(context, step) for step in below],
        })  # fmt: skip

    def _serialize(self, context: RequestContext, step: _Step) -> dict[str, Any]:
        out: dict[str, Any] = {"fromEntity": step.source, "toEntity": step.target}
        if step.edge.details is not None:
            out["lineageDetails"] = self._with_pipeline(context, step.edge.details)
        return out

    def _with_pipeline(self, context: RequestContext, details: dict[str, Any]) -> dict[str, Any]:
        out = dict(details)
        if out.get("pipeline"):
            head = context.tx.heads([out["pipeline"]["id"]]).get(out["pipeline"]["id"])
            out["pipeline"] = context.plain_serializer.reference(head) if head else out["pipeline"]
        return out

    def edge(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET lineage/getLineageEdge/{fromId}/{toId}``."""
        source, target = _parse_id(request.path["fromId"]), _parse_id(request.path["toId"])
        edge = context.tx.find_lineage(source, target)
        if edge is None:
            message = f"Lineage edge not found between {source} and  {target}"
            raise error_response(404, message)
        return Result(200, {"edge": self._with_pipeline(context, edge.details or {})})

    def export(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET lineage/export``: the edges around an entity as CSV."""
        _, steps = self._find_steps(context, request.query)
        edges = {(step.edge.source, step.edge.target): step.edge for step in steps}
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        for edge in edges.values():
            writer.writerow(self._csv_line(context, edge))
        return Result(200, text.getvalue())

    def graph(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET lineage/getLineage``: complete entities, and edges as search documents."""
        query = request.query
        head, steps = self._find_steps(context, query)
        ids = list(dict.fromkeys([*(step.other for step in steps), head.id]))
        documents = {id: self._search_document(context, id) for id in ids}
        edges = {(step.edge.source, step.edge.target): step.edge for step in steps}
        heads = context.tx.heads([id for pair in edges for id in pair])
        return Result(200, {
            "nodes": [documents[id] for id in ids],
            "edges": [
                self._search_edge(context, edge, heads[edge.source], heads[edge.target])
                for edge in edges.values()
            ],
            "entity": documents[head.id],
        })  # fmt: skip

    def _find_steps(
        self, context: RequestContext, query: Mapping[str, str]
    ) -> tuple[Head, list[_Step]]:
        """Return the entity of a query, and the edges of the graph around it."""
        if query.get("type") is None:
            raise UnhandledServerError(
                'Cannot invoke "String.equalsIgnoreCase(String)" because "entityType" is null'
            )
        up, down = _parse_depths(query)
        head = self._find_head(context, query["type"], query.get("fqn", ""), by_name=True)
        return head, [*_walk(context, head, up, up=True), *_walk(context, head, down, up=False)]

    def _search_document(self, context: RequestContext, id: str) -> dict[str, Any]:
        row = context.tx.get(id)
        if row is None:  # does not happen: edges are removed with their entities
            return {"id": id}
        model = self._models[row.type]
        document = context.plain_serializer.serialize(
            model, [row.doc], model.for_update, own_link=False
        )[0]
        display = row.doc.get("displayName", row.name)
        return {**document, "entityType": row.type, "displayName": display}

    def _search_edge(
        self, context: RequestContext, edge: LineageEdge, source: Head, target: Head
    ) -> dict[str, Any]:
        details = self._with_pipeline(context, edge.details or {})
        out = {
            "fromEntity": _serialize_end(source),
            "toEntity": _serialize_end(target),
            "pipeline": details.get("pipeline"),
            "doc_id": f"{source.id}-{target.id}",
        }
        for name, key in (("sqlQuery", "sqlQuery"), ("description", "description"),
                           ("source", "source"), ("columnsLineage", "columns")):  # fmt: skip
            if name in details:
                out[key] = details[name]
        return out

    def _csv_line(self, context: RequestContext, edge: LineageEdge) -> list[str]:
        details = edge.details or {}
        pipeline = (details.get("pipeline") or {}).get("id", "")
        heads = context.tx.heads([edge.source, edge.target, *([pipeline] if pipeline else ())])
        pairs = [
            f"{source}:{one.get('toColumn', '')}"
            for one in details.get("columnsLineage") or ()
            for source in one.get("fromColumns") or ()
        ]
        return [
            edge.source, edge.source_type, heads[edge.source].fqn,
            edge.target, edge.target_type, heads[edge.target].fqn,
            details.get("description", ""), pipeline,
            heads[pipeline].fqn if pipeline in heads else "", ";".join(pairs),
            details.get("sqlQuery", ""), details.get("source", ""),
        ]  # fmt: skip


def _serialize_end(head: Head) -> dict[str, str]:
    hashed = ".".join(
        hashlib.md5(part.encode(), usedforsecurity=False).hexdigest() for part in split(head.fqn)
    )
    return {"fqn": head.fqn, "id": head.id, "type": head.type, "fqnHash": hashed}


def _parse_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise bad_request(f"Invalid UUID string: {text}") from None


def _parse_depths(query: Mapping[str, str]) -> tuple[int, int]:
    """Return the upstream and the downstream depth of a query; raise the server's 400."""
    depths, errors = [], []
    for name in _DEPTHS:
        depth = query_int(query, name, 1)
        if depth < 0:
            errors.append(f"query param {name} must be greater than or equal to 0")
        if depth > MAX_DEPTH:
            errors.append(f"query param {name} must be less than or equal to {MAX_DEPTH}")
        depths.append(depth)
    if errors:
        raise bad_request(f"[{', '.join(errors)}]")
    return depths[0], depths[1]


def _walk(context: RequestContext, head: Head, depth: int, *, up: bool) -> list[_Step]:
    """Return the edges within a depth, in the server's order, which can repeat edges."""
    steps: list[_Step] = []
    _add_steps(context, head.id, depth, up, steps)
    return steps


def _add_steps(context: RequestContext, id: str, depth: int, up: bool, steps: list[_Step]) -> None:
    if depth == 0:
        return
    tx = context.tx
    next_steps = [
        _Step(edge.source, edge.target, edge.source if up else edge.target, edge)
        for edge in (tx.lineage_into(id) if up else tx.lineage_from(id))
    ]
    for edge in tx.lineage_through(id):
        # The pipeline of an edge is a node between its ends.
        if up:
            next_steps.append(_Step(edge.source, id, edge.source, edge))
        else:
            next_steps.append(_Step(id, edge.target, edge.target, edge))
    steps += next_steps
    for step in next_steps:
        _add_steps(context, step.other, depth - 1, up, steps)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes that ``lineage_routes`` of the rules lists for the release."""
    lineage = Lineage(models)
    routes_by_name = {
        "put": ("PUT", "", Route(lineage.put, JSON, writes=True, body_schema=lineage.body)),
        "get": ("GET", "/{entity}/{id}", Route(lineage.get, query=_DEPTHS)),
        "get_by_name": ("GET", "/{entity}/name/{fqn}", Route(lineage.get_by_name, query=_DEPTHS)),
        "delete": (
            "DELETE",
            "/{fromEntity}/{fromId:text}/{toEntity}/{toId:text}",
            Route(lineage.delete, writes=True),
        ),
        "delete_by_name": (
            "DELETE",
            "/{fromEntity}/name/{fromFQN}/{toEntity}/name/{toFQN}",
            Route(lineage.delete, writes=True),
        ),
        "delete_by_origin": (
            "DELETE",
            "/{entityType}/{entityId:text}/type/{lineageSource}",
            Route(lineage.delete_by_origin, writes=True),
        ),
        "patch": (
            "PATCH",
            "/{fromEntity}/{fromId:text}/{toEntity}/{toId:text}",
            Route(lineage.patch, JSON_PATCH, writes=True),
        ),
        "edge": ("GET", "/getLineageEdge/{fromId:text}/{toId:text}", Route(lineage.edge)),
        "graph": ("GET", "/getLineage", Route(lineage.graph, query=_GRAPH_QUERY)),
        "export": ("GET", "/export", Route(lineage.export, query=_GRAPH_QUERY)),
    }
    for name in models.rules.table("lineage_routes")["*"]:
        method, tail, route = routes_by_name[name]
        routes.add(method, f"/v1/lineage{tail}", route)
