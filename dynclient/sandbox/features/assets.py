"""What belongs to domains, data products and glossary terms, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.http_errors import not_found
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.create_requests import Links
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row
    from dynclient.schema.node import Node

NEEDS: tuple[str, ...] = ()
BULK, LABELS = "api/bulkAssets.json", "api/addGlossaryToAssetsRequest.json"
_LISTED = {"domain": ("domains", "domain"), "dataProduct": ("dataProducts",)}
"""By what fields an asset names what it belongs to; the first that it has counts."""


class Assets:
    """The handlers of one type of owner."""

    def __init__(self, model: EntityModel, body: Node) -> None:
        self._model = model
        self.body = body

    def add(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT …/assets/add``."""
        return self._all(context, request, add=True)

    def remove(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT …/assets/remove``."""
        return self._all(context, request, add=False)

    def _all(self, context: RequestContext, request: Request, *, add: bool) -> Result:
        by_name = "name" in request.path
        owner = context.get_row(
            self._model, request.path["name" if by_name else "id"], by_name=by_name
        )
        given = context.read(self.body, request.body)
        dry = not by_name and bool(given.get("dryRun", True))
        assets = given.get("assets") or []
        heads = context.tx.heads(one["id"] for one in assets)
        done = []
        for one in assets:
            head = heads.get(one["id"])
            if head is None or head.type != one["type"]:
                raise not_found(one["type"], one["id"])
            row = context.tx.get(head.id)
            if row is not None and not dry:
                self._change(context, row, owner, add=add)
            done.append({"request": context.plain_serializer.reference(head)})
        told = {
            "dryRun": dry,
            "status": "success",
            "numberOfRowsProcessed": len(done),
            "numberOfRowsPassed": len(done),
            "numberOfRowsFailed": 0,
            "successRequest": done,
        }
        if add and not by_name:
            told["failedRequest"] = []
        return Result(200, told)

    def _change(self, context: RequestContext, row: Row, owner: Row, *, add: bool) -> None:
        model = context.models[row.type]
        if self._model.type not in _LISTED:
            if model.has_labels:
                write.update(context, model, row, {"tags": _labels(context, row, owner, add)})
            return
        field = next((name for name in _LISTED[self._model.type] if name in model.references), None)
        if field is None:
            return
        named = [
            (edge.target, edge.target_type)
            for edge in context.tx.references_from([row.id], [field])
            if edge.target != owner.id
        ]  # fmt: skip
        if not model.references[field].many:
            named = []
        links: Links = {field: [*named, *([(owner.id, owner.type)] if add else ())]}
        write.update(context, model, row, {}, links)


def _labels(context: RequestContext, row: Row, term: Row, add: bool) -> list[dict[str, Any]]:
    """Return the labels of an asset with or without that of a term."""
    kept = [one for one in row.doc.get("tags") or () if one.get("tagFQN") != term.fqn]
    label = {
        "tagFQN": term.fqn, "source": "Glossary", "labelType": "Manual", "state": "Confirmed"
    }  # fmt: skip
    return context.serializer.labels.accept([*kept, label]) if add else kept


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    for type in (*_LISTED, "glossaryTerm"):
        if type not in where:
            continue
        terms = type not in _LISTED
        path = LABELS if terms else BULK
        if path not in models.release.paths:
            continue
        assets = Assets(models[type], models.schema(path))
        place = f"{where[type]}/{{{'id' if terms else 'name'}}}/assets"
        for name, handler in (("add", assets.add), ("remove", assets.remove)):
            route = Route(handler, JSON, writes=True, body_schema=assets.body)
            routes.add("PUT", f"{place}/{name}", route)
