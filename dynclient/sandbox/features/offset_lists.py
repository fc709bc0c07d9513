"""Lists by offset: assets, ports of data products, columns of tables, children of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.tag_labels import label_uses
from dynclient.sandbox.features.request_parameters import query_int
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes
from dynclient.sandbox.storage.store import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row
    from dynclient.schema.node import Node

NEEDS: tuple[str, ...] = ()
_BULK = "api/bulkAssets.json"
_OWNING = ("owners", "owner", "domains", "domain", "dataProducts")
"""The fields in which an asset names what it belongs to."""
_MOST = 1000
_QUERY = ("limit", "offset", "fields")


class OffsetLists:
    """The handlers of one collection."""

    def __init__(self, model: EntityModel) -> None:
        self._model = model

    def assets(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET …/name/{fqn}/assets``: references to what belongs to an entity."""
        row = self._row(context, request)
        labelling = {kind["type"] for kind in context.rules.table("label_sources").values()}
        if self._model.type in labelling:
            ids = [id for id in context.tx.ids_with_label(row.fqn) if _has(context, id, row.fqn)]
        else:
            ids = [each.source for each in context.tx.references_to([row.id], _OWNING)]
        return _page(request, _references(context, ids))

    def children(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET …/name/{fqn}/children``: references to what is directly below."""
        row = self._row(context, request)
        below = context.tx.references_to([row.id], ["parent"], [self._model.type])
        return _page(request, _references(context, [each.source for each in below]))

    def columns(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET …/name/{fqn}/columns``: the columns at the top, as the table has them."""
        row = self._row(context, request)
        requested = {"columns", *filter(None, request.query.get("fields", "").split(","))}
        known = requested & self._model.node.properties.keys()
        body = context.serialize(self._model, row.doc, known)
        return _page(request, body.get("columns") or [])

    def ports(self, field: str) -> Callable[[RequestContext, Request], Result]:
        """Return the handler of ``GET …/name/{fqn}/inputPorts``: whole entities."""

        def handle(context: RequestContext, request: Request) -> Result:
            row = self._row(context, request)
            ids = [each.target for each in context.tx.references_from([row.id], [field])]
            rows = [found for id in ids if (found := context.tx.get(id)) is not None]
            return _page(
                request,
                [context.serialize(context.models[each.type], each.doc, ()) for each in rows],
            )

        return handle

    def change_ports(
        self, field: str, body: Node, *, add: bool
    ) -> Callable[[RequestContext, Request], Result]:
        """Return the handler of ``PUT …/{name}/inputPorts/add`` or ``remove``."""

        def handle(context: RequestContext, request: Request) -> Result:
            row = self._row(context, request)
            assets = context.read(body, request.body).get("assets") or []
            heads = context.tx.heads(one["id"] for one in assets)
            for head in heads.values():
                context.tx.remove_reference(row.id, field, head.id)
                if add:
                    context.tx.add_reference(
                        Reference(row.id, field, head.id, self._model.type, head.type)
                    )
            passed = [
                {"request": context.plain_serializer.reference(each)} for each in heads.values()
            ]
            return Result(
                200,
                {
                    "dryRun": False,
                    "status": "success",
                    "numberOfRowsProcessed": len(passed),
                    "numberOfRowsPassed": len(passed),
                    "numberOfRowsFailed": 0,
                    "successRequest": passed,
                },
            )

        return handle

    def _row(self, context: RequestContext, request: Request) -> Row:
        return context.get_row(self._model, request.path["name"], by_name=True)


def _has(context: RequestContext, id: str, fqn: str) -> bool:
    """Return whether an entity has a label itself, and not only one below it."""
    row = context.tx.get(id)
    return row is not None and any(
        name == fqn for name, _ in label_uses(context.models[row.type], row.doc)
    )


def _references(context: RequestContext, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return references to the entities that are not deleted, by name."""
    heads = [each for each in context.tx.heads(ids).values() if not each.deleted]
    heads.sort(key=lambda head: head.fqn)
    return [context.plain_serializer.reference(head) for head in heads]


def _page(request: Request, items: list[Any]) -> Result:
    limit = query_int(request.query, "limit", 10, least=1)
    offset = query_int(request.query, "offset", 0, least=0)
    if limit > _MOST:
        raise bad_request(f"[query param limit must be less than or equal to {_MOST}]")
    paging = {"offset": offset, "limit": limit, "total": len(items)}
    return Result(200, {"data": items[offset : offset + limit], "paging": paging})


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes that the release has."""
    listed = models.rules.table("offset_lists")
    for name, types in listed.items():
        for type in types:
            if type not in where:
                continue
            lists = OffsetLists(models[type])
            place = f"{where[type]}/name/{{name}}"
            if name != "ports":
                routes.add("GET", f"{place}/{name}", Route(getattr(lists, name), query=_QUERY))
                continue
            for field in ("inputPorts", "outputPorts"):
                routes.add("GET", f"{place}/{field}", Route(lists.ports(field), query=_QUERY))
                if _BULK not in models.release.paths:
                    continue
                body = models.schema(_BULK)
                for verb in ("add", "remove"):
                    handler = lists.change_ports(field, body, add=verb == "add")
                    route = Route(handler, JSON, writes=True, body_schema=body)
                    routes.add("PUT", f"{where[type]}/{{name}}/{field}/{verb}", route)
