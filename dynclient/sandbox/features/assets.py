"""Assets of domains, data products and glossary terms, added and removed in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.http_errors import bad_request, not_found
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.create_requests import Links
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row
    from dynclient.schema.node import Node

NEEDS: tuple[str, ...] = ()
BULK, LABELS = "api/bulkAssets.json", "api/addGlossaryToAssetsRequest.json"
_OWNER_FIELDS = {
    "domain": ("domains", "domain"), "dataProduct": ("dataProducts",), "team": ("teams",),
}  # fmt: skip
"""The fields in which an asset names its owner; the first one that it has is used."""


class Assets:
    """The handlers of one type of owner."""

    def __init__(self, model: EntityModel, body: Node) -> None:
        self._model = model
        self.body = body

    def add(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT …/assets/add``."""
        return self._change_all(context, request, add=True)

    def remove(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT …/assets/remove``."""
        return self._change_all(context, request, add=False)

    def _change_all(self, context: RequestContext, request: Request, *, add: bool) -> Result:
        by_name = "name" in request.path
        owner = context.get_row(
            self._model, request.path["name" if by_name else "id"], by_name=by_name
        )
        body = context.read(self.body, request.body)
        is_dry_run = not by_name and bool(body.get("dryRun", True))
        assets = body.get("assets") or []
        assets_by_id = context.tx.heads(one["id"] for one in assets)
        successes = []
        refused = context.rules.table("assets_of_one_type").get(self._model.type)
        for one in assets:
            if refused is not None and one["type"] != refused["type"]:
                raise bad_request(refused["message"])
            asset = assets_by_id.get(one["id"])
            if asset is None or asset.type != one["type"]:
                raise not_found(one["type"], one["id"])
            row = context.tx.get(asset.id)
            if row is not None and not is_dry_run:
                self._change_one(context, row, owner, add=add)
            successes.append({"request": context.plain_serializer.reference(asset)})
        result = {
            "dryRun": is_dry_run,
            "status": "success",
            "numberOfRowsProcessed": len(successes),
            "numberOfRowsPassed": len(successes),
            "numberOfRowsFailed": 0,
            "successRequest": successes,
        }
        if add and not by_name:
            result["failedRequest"] = []
        return Result(200, result)

    def _change_one(self, context: RequestContext, row: Row, owner: Row, *, add: bool) -> None:
        """Add or remove one asset, which does not become a new version of the asset."""
        model = context.models[row.type]
        if self._model.type not in _OWNER_FIELDS:
            if model.has_labels:
                tags = _updated_labels(context, row, owner, add)
                context.store(model, {**row.doc, "tags": tags})
            return
        names = _OWNER_FIELDS[self._model.type]
        field = next((name for name in names if name in model.references), None)
        if field is None:
            return
        remaining = [
            (edge.target, edge.target_type)
            for edge in context.tx.references_from([row.id], [field])
            if edge.target != owner.id
        ]  # fmt: skip
        if not model.references[field].many:
            remaining = []
        links: Links = {field: [*remaining, *([(owner.id, owner.type)] if add else ())]}
        context.link(model, row.id, links)


def _updated_labels(
    context: RequestContext, row: Row, term: Row, add: bool
) -> list[dict[str, Any]]:
    """Return the labels of an asset, with or without the label of a glossary term."""
    kept = [one for one in row.doc.get("tags") or () if one.get("tagFQN") != term.fqn]
    label = {
        "tagFQN": term.fqn, "source": "Glossary", "labelType": "Manual", "state": "Confirmed"
    }  # fmt: skip
    return context.serializer.labels.accept([*kept, label]) if add else kept


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    for type in (*_OWNER_FIELDS, "glossaryTerm"):
        if type not in where or type not in models.rules.names("asset_routes", "*"):
            continue
        terms = type not in _OWNER_FIELDS
        path = LABELS if terms else BULK
        if path not in models.release.paths:
            continue
        assets = Assets(models[type], models.schema(path))
        place = f"{where[type]}/{{{'id' if terms else 'name'}}}/assets"
        for name, handler in (("add", assets.add), ("remove", assets.remove)):
            route = Route(handler, JSON, writes=True, body_schema=assets.body)
            routes.add("PUT", f"{place}/{name}", route)
