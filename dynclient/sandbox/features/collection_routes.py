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


def _flag(asked: Request, name: str) -> bool:
    return asked.query.get(name, "").lower() == "true"


class Collection:
    """The handlers of one entity type; ``values`` are fields that all made here have set."""

    def __init__(self, shape: EntityModel, values: dict[str, Any] | None = None) -> None:
        self._shape = shape
        self._values = values

    def create(self, context: RequestContext, asked: Request) -> Result:
        permissions.check(context, self._shape.type, "Create")
        made = write.create(context, self._shape, asked.body, self._values)
        return etags.tagged(context, asked, made)

    def upsert(self, context: RequestContext, asked: Request) -> Result:
        permissions.check(context, self._shape.type, "Create")
        made = write.upsert(context, self._shape, asked.body, self._values)
        return etags.tagged(context, asked, made)

    def list(self, context: RequestContext, asked: Request) -> Result:
        return read.page(context, self._shape, asked.query)

    def get(self, context: RequestContext, asked: Request) -> Result:
        found = read.get(context, self._shape, asked.path["id"], asked.query, by_name=False)
        return etags.tagged(context, asked, found)

    def get_by_name(self, context: RequestContext, asked: Request) -> Result:
        found = read.get(context, self._shape, asked.path["fqn"], asked.query, by_name=True)
        return etags.tagged(context, asked, found)

    def patch(self, context: RequestContext, asked: Request) -> Result:
        return self._patch(context, asked, context.row(self._shape, asked.path["id"]))

    def patch_by_name(self, context: RequestContext, asked: Request) -> Result:
        row = context.row(self._shape, asked.path["fqn"], by_name=True)
        return self._patch(context, asked, row)

    def _patch(self, context: RequestContext, asked: Request, row: Row) -> Result:
        permissions.check_patch(context, self._shape.type, row.id, asked.body)
        etags.check(context, asked, self._shape, row)
        changed = write.patch(context, self._shape, row, asked.body)
        return etags.tagged(context, asked, changed)

    def delete(self, context: RequestContext, asked: Request) -> Result:
        row = context.row(self._shape, asked.path["id"], "all")
        return self._delete(context, asked, row)

    def delete_by_name(self, context: RequestContext, asked: Request) -> Result:
        row = context.row(self._shape, asked.path["fqn"], "all", by_name=True)
        return self._delete(context, asked, row)

    def _delete(self, context: RequestContext, asked: Request, row: Row) -> Result:
        permissions.check(context, self._shape.type, "Delete", row.id)
        if self._values is None:
            self._check_plain(row)
        return delete.delete(
            context, self._shape, row,
            recursive=_flag(asked, "recursive"), hard=_flag(asked, "hardDelete"),
        )  # fmt: skip

    def _check_plain(self, row: Row) -> None:
        """Refuse to delete what has a route of its own for that."""
        for told in self._shape.rules.table("variants").get(self._shape.type, ()):
            apart = told.get("deleted_apart")
            if apart and all(row.doc.get(name) == value for name, value in told["values"].items()):
                raise bad_request(apart)

    def restore(self, context: RequestContext, asked: Request) -> Result:
        body = asked.body if isinstance(asked.body, dict) else {}
        if body.get("id") is None:
            raise bad_request("[id must not be null]")
        return delete.restore(context, self._shape, str(body["id"]))

    def versions(self, context: RequestContext, asked: Request) -> Result:
        return read.versions(context, self._shape, asked.path["id"])

    def version(self, context: RequestContext, asked: Request) -> Result:
        return read.version(context, self._shape, asked.path["id"], asked.path["version"])

    def follow(self, context: RequestContext, asked: Request) -> Result:
        row = context.row(self._shape, asked.path["id"])
        if not isinstance(asked.body, str):
            raise bad_request(
                "Cannot deserialize value of type `java.util.UUID` from Object value (token"
                " `JsonToken.START_OBJECT`)\n at [Source: UNKNOWN]"
            )
        return followers_votes.follow(context, self._shape, row, asked.body)

    def unfollow(self, context: RequestContext, asked: Request) -> Result:
        row = context.row(self._shape, asked.path["id"])
        return followers_votes.unfollow(context, self._shape, row, asked.path["userId"])

    def vote(self, context: RequestContext, asked: Request) -> Result:
        row = context.row(self._shape, asked.path["id"])
        kind = asked.body.get("updatedVoteType") if isinstance(asked.body, dict) else None
        if kind not in {"votedUp", "votedDown", "unVoted"}:
            raise bad_request(
                "Cannot construct instance of `org.openmetadata.schema.api.VoteRequest$VoteType`,"
                f" problem: {kind}\n at [Source: UNKNOWN]"
            )
        return followers_votes.vote(context, self._shape, row, str(kind))


_Need = Callable[["EntityModel"], bool]


def _always(shape: EntityModel) -> bool:  # noqa: ARG001
    return True


def _creatable(shape: EntityModel) -> bool:
    return shape.create is not None


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
    ("restore", "PUT", "/restore", JSON, lambda shape: shape.entity.deleted),
    ("versions", "GET", "/{id}/versions", None, _always),
    ("version", "GET", "/{id}/versions/{version}", None, _always),
    ("follow", "PUT", "/{id}/followers", JSON, lambda shape: shape.entity.followers),
    ("unfollow", "DELETE", "/{id}/followers/{userId}", None, lambda shape: shape.entity.followers),
    ("vote", "PUT", "/{id}/vote", JSON, lambda shape: shape.entity.votes),
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
    name: str, method: str, consumes: str | None, handler: Handler, shape: EntityModel
) -> Route:
    """Return the route of an operation, with what the OpenAPI document tells of it."""
    operation, gives, query = _TOLD[name]
    takes = shape.create if name in {"create", "upsert"} else None
    return Route(
        handler, consumes, writes=method != "GET", operation=operation, takes=takes, gives=gives,
        query=query,
    )  # fmt: skip


_VARIANT_OPERATIONS = ("create", "upsert", "delete", "delete_by_name")


def mount(routes: Routes, shapes: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of every collection; ``where`` gives the route of each entity type."""
    absent = shapes.rules.table("absent_operations")
    by_name = bool(shapes.rules.flag("patch_by_name"))
    for type, route in where.items():
        shape = shapes[type]
        collection = Collection(shape)
        missing = {*absent.get("*", ()), *absent.get(type, ())}
        for name, method, tail, consumes, needed in _OPERATIONS:
            if name in missing or not needed(shape) or (name == "patch_by_name" and not by_name):
                continue
            handler: Handler = getattr(collection, name)
            routes.add(method, route + tail, _route(name, method, consumes, handler, shape))
        for told in shapes.rules.table("variants").get(type, ()):
            variant = Collection(shape, told["values"])
            for name, method, tail, consumes, _ in _OPERATIONS:
                if name in _VARIANT_OPERATIONS:
                    handler = getattr(variant, name)
                    served = _route(name, method, consumes, handler, shape)
                    routes.add(method, route + told["path"] + tail, served)
        for tail in shapes.rules.table("refused_paths").get(type, ()):
            routes.refuse(route + tail)
