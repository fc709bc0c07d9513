"""The routes of every collection, and their handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import delete, read, write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import etags, followers_votes
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, JSON_PATCH, Handler, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS: tuple[str, ...] = ()
"""Documents of a release that these routes are for."""


def _flag(request: Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"


class Collection:
    """The handlers of one entity type; ``values`` are fields that all made here have set."""

    def __init__(self, model: EntityModel, values: dict[str, Any] | None = None) -> None:
        self._model = model
        self._values = values

    def create(self, context: RequestContext, request: Request) -> Result:
        permissions.check(context, self._model.type, "Create")
        made = write.create(context, self._model, request.body, self._values)
        return etags.tagged(context, request, made)

    def upsert(self, context: RequestContext, request: Request) -> Result:
        permissions.check(context, self._model.type, "Create")
        made = write.upsert(context, self._model, request.body, self._values)
        return etags.tagged(context, request, made)

    def list(self, context: RequestContext, request: Request) -> Result:
        return read.page(context, self._model, request.query)

    def get(self, context: RequestContext, request: Request) -> Result:
        found = read.get(context, self._model, request.path["id"], request.query, by_name=False)
        return etags.tagged(context, request, found)

    def get_by_name(self, context: RequestContext, request: Request) -> Result:
        found = read.get(context, self._model, request.path["fqn"], request.query, by_name=True)
        return etags.tagged(context, request, found)

    def patch(self, context: RequestContext, request: Request) -> Result:
        return self._patch(context, request, context.get_row(self._model, request.path["id"]))

    def patch_by_name(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return self._patch(context, request, row)

    def _patch(self, context: RequestContext, request: Request, row: Row) -> Result:
        permissions.check_patch(context, self._model.type, row.id, request.body)
        etags.check(context, request, self._model, row)
        changed = write.patch(context, self._model, row, request.body)
        return etags.tagged(context, request, changed)

    def delete(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["id"], "all")
        return self._delete(context, request, row)

    def delete_by_name(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["fqn"], "all", by_name=True)
        return self._delete(context, request, row)

    def _delete(self, context: RequestContext, request: Request, row: Row) -> Result:
        permissions.check(context, self._model.type, "Delete", row.id)
        if self._values is None:
            self._check_plain(row)
        return delete.delete(
            context, self._model, row,
            recursive=_flag(request, "recursive"), hard=_flag(request, "hardDelete"),
        )  # fmt: skip

    def _check_plain(self, row: Row) -> None:
        """Refuse to delete what has a route of its own for that."""
        for told in self._model.rules.table("variants").get(self._model.type, ()):
            apart = told.get("deleted_apart")
            if apart and all(row.doc.get(name) == value for name, value in told["values"].items()):
                raise bad_request(apart)

    def restore(self, context: RequestContext, request: Request) -> Result:
        body = request.body if isinstance(request.body, dict) else {}
        if body.get("id") is None:
            raise bad_request("[id must not be null]")
        return delete.restore(context, self._model, str(body["id"]))

    def versions(self, context: RequestContext, request: Request) -> Result:
        return read.versions(context, self._model, request.path["id"])

    def version(self, context: RequestContext, request: Request) -> Result:
        return read.version(context, self._model, request.path["id"], request.path["version"])

    def follow(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["id"])
        if not isinstance(request.body, str):
            raise bad_request(
                "Cannot deserialize value of type `java.util.UUID` from Object value (token"
                " `JsonToken.START_OBJECT`)\n at [Source: UNKNOWN]"
            )
        return followers_votes.follow(context, self._model, row, request.body)

    def unfollow(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["id"])
        return followers_votes.unfollow(context, self._model, row, request.path["userId"])

    def vote(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["id"])
        kind = request.body.get("updatedVoteType") if isinstance(request.body, dict) else None
        if kind not in {"votedUp", "votedDown", "unVoted"}:
            raise bad_request(
                "Cannot construct instance of `org.openmetadata.schema.api.VoteRequest$VoteType`,"
                f" problem: {kind}\n at [Source: UNKNOWN]"
            )
        return followers_votes.vote(context, self._model, row, str(kind))


_Need = Callable[["EntityModel"], bool]


def _always(model: EntityModel) -> bool:  # noqa: ARG001
    return True


def _creatable(model: EntityModel) -> bool:
    return model.create is not None


_OPERATIONS: tuple[tuple[str, str, str, str | None, _Need], ...] = (
    ("create", "POST", "", JSON, _creatable),
    ("upsert", "PUT", "", JSON, _creatable),
    ("list", "GET", "", None, _always),
    ("get", "GET", "/{id}", None, _always),
    ("get_by_name", "GET", "/name/{fqn}", None, _always),
    ("patch", "PATCH", "/{id}", JSON_PATCH, _always),
    ("patch_by_name", "PATCH", "/name/{fqn}", JSON_PATCH, _always),
    ("delete", "DELETE", "/{id}", None, _always),
    ("delete_by_name", "DELETE", "/name/{fqn}", None, _always),
    ("restore", "PUT", "/restore", JSON, lambda model: model.entity.deleted),
    ("versions", "GET", "/{id}/versions", None, _always),
    ("version", "GET", "/{id}/versions/{version}", None, _always),
    ("follow", "PUT", "/{id}/followers", JSON, lambda model: model.entity.followers),
    ("unfollow", "DELETE", "/{id}/followers/{userId}", None, lambda model: model.entity.followers),
    ("vote", "PUT", "/{id}/vote", JSON, lambda model: model.entity.votes),
)


_TOLD: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # operation: its id in the OpenAPI document, what it gives, its query
    "create": ("create{name}", "entity", ()),
    "upsert": ("createOrUpdate{name}", "entity", ()),
    "list": ("list{name}s", "page", ("fields", "limit", "before", "after", "include")),
    "get": ("get{name}ByID", "entity", ("fields", "include")),
    "get_by_name": ("get{name}ByFQN", "entity", ("fields", "include")),
    "patch": ("patch{name}", "", ()),
    "patch_by_name": ("patch{name}", "", ()),
    "delete": ("delete{name}", "", ("hardDelete", "recursive")),
    "delete_by_name": ("delete{name}ByFQN", "", ("hardDelete", "recursive")),
    "restore": ("restore", "entity", ()),
    "versions": ("listAll{name}Version", "history", ()),
    "version": ("getSpecific{name}Version", "entity", ()),
    "follow": ("addFollower", "", ()),
    "unfollow": ("deleteFollower", "", ()),
    "vote": ("updateVoteForEntity", "", ()),
}


def _route(
    name: str, method: str, consumes: str | None, handler: Handler, model: EntityModel
) -> Route:
    """Return the route of an operation, with what the OpenAPI document tells of it."""
    operation, returns, query = _TOLD[name]
    body_schema = model.create if name in {"create", "upsert"} else None
    return Route(
        handler, consumes, writes=method != "GET", operation=operation,
        body_schema=body_schema, returns=returns, query=query,
    )  # fmt: skip


_VARIANT_OPERATIONS = ("create", "upsert", "delete", "delete_by_name")


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of every collection; ``where`` gives the route of each entity type."""
    absent = models.rules.table("absent_operations")
    by_name = bool(models.rules.flag("patch_by_name"))
    for type, route in where.items():
        model = models[type]
        collection = Collection(model)
        missing = {*absent.get("*", ()), *absent.get(type, ())}
        for name, method, tail, consumes, needed in _OPERATIONS:
            if name in missing or not needed(model) or (name == "patch_by_name" and not by_name):
                continue
            handler: Handler = getattr(collection, name)
            routes.add(method, route + tail, _route(name, method, consumes, handler, model))
        for told in models.rules.table("variants").get(type, ()):
            variant = Collection(model, told["values"])
            for name, method, tail, consumes, _ in _OPERATIONS:
                if name in _VARIANT_OPERATIONS:
                    handler = getattr(variant, name)
                    served = _route(name, method, consumes, handler, model)
                    routes.add(method, route + told["path"] + tail, served)
        for tail in models.rules.table("refused_paths").get(type, ()):
            routes.add_without_methods(route + tail)
