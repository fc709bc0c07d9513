"""The routes that every collection has: create, list, get, patch, delete, versions, votes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import delete, read, write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import etags, followers_votes
from dynclient.sandbox.http_errors import (
    ErrorResponse,
    UnhandledServerError,
    bad_request,
    not_found,
)
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, JSON_PATCH, Handler, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS: tuple[str, ...] = ()
"""Documents of a release that these routes are for."""


def _is_true(request: Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"


class Collection:
    """The handlers of one entity type.

    Args:
        model: the model of the entity type.
        values: fields that every entity created here has.
    """

    def __init__(self, model: EntityModel, values: dict[str, Any] | None = None) -> None:
        self._model = model
        self._values = values

    def create(self, context: RequestContext, request: Request) -> Result:
        permissions.check(context, self._model.type, "Create")
        result = write.create(context, self._model, request.body, self._values)
        return etags.with_tag(context, request, result)

    def upsert(self, context: RequestContext, request: Request) -> Result:
        permissions.check(context, self._model.type, "Create")
        result = write.upsert(context, self._model, request.body, self._values)
        if result.status == 200:
            self._fail_afterwards("PUT", result)
        return etags.with_tag(context, request, result)

    def list(self, context: RequestContext, request: Request) -> Result:
        return read.page(context, self._model, request.query)

    def get(self, context: RequestContext, request: Request) -> Result:
        result = read.get(context, self._model, request.path["id"], request.query, by_name=False)
        return etags.with_tag(context, request, result)

    def get_by_name(self, context: RequestContext, request: Request) -> Result:
        result = read.get(context, self._model, request.path["fqn"], request.query, by_name=True)
        return etags.with_tag(context, request, result)

    def patch(self, context: RequestContext, request: Request) -> Result:
        return self._patch(context, request, context.get_row(self._model, request.path["id"]))

    def patch_by_name(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["fqn"], by_name=True)
        return self._patch(context, request, row)

    def _patch(self, context: RequestContext, request: Request, row: Row) -> Result:
        permissions.check_patch(context, self._model.type, row.id, request.body)
        etags.check_precondition(context, request, self._model, row)
        result = write.patch(context, self._model, row, request.body)
        self._fail_afterwards("PATCH", result)
        return etags.with_tag(context, request, result)

    def delete(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["id"], "all")
        return self._delete(context, request, row)

    def delete_by_name(self, context: RequestContext, request: Request) -> Result:
        row = context.get_row(self._model, request.path["fqn"], "all", by_name=True)
        recursive = self._model.type not in context.rules.names("not_recursive_by_name", "*")
        return self._delete(context, request, row, recursive=recursive)

    def _delete(
        self, context: RequestContext, request: Request, row: Row, *, recursive: bool = True
    ) -> Result:
        """Delete an entity; ``recursive`` is whether the operation has the parameter."""
        permissions.check(context, self._model.type, "Delete", row.id)
        self._check_deletable(row)
        result = delete.delete(
            context, self._model, row,
            recursive=recursive and _is_true(request, "recursive"),
            hard=_is_true(request, "hardDelete"),
        )  # fmt: skip
        if row.id == context.caller.id:
            # The server looks the caller up again to report the change.
            raise not_found(row.type, row.name).keeping_changes()
        self._fail_afterwards("DELETE", result)
        return result

    def _fail_afterwards(self, method: str, result: Result) -> None:
        """Raise the error of a server that fails after it has stored the change."""
        rule = self._model.rules.table("fails_after_change").get(self._model.type)
        if rule is None or method not in rule["methods"]:
            return
        if all(result.body.get(name) == value for name, value in rule["when"].items()):
            raise UnhandledServerError(rule["message"]).keeping_changes()

    def _check_deletable(self, row: Row) -> None:
        """Raise the server's error for an entity that another route deletes."""
        for variant in self._model.rules.table("variants").get(self._model.type, ()):
            values = variant["values"]
            is_one = all(row.doc.get(name) == value for name, value in values.items())
            if self._values is None and is_one and "deleted_apart" in variant:
                raise bad_request(variant["deleted_apart"])
            if self._values == values and not is_one and "deletes_only" in variant:
                raise bad_request(variant["deletes_only"])

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


_Predicate = Callable[["EntityModel"], bool]


def _is_always_served(model: EntityModel) -> bool:  # noqa: ARG001
    return True


def _is_creatable(model: EntityModel) -> bool:
    return model.create is not None


_OPERATIONS: tuple[tuple[str, str, str, str | None, _Predicate], ...] = (
    ("create", "POST", "", JSON, _is_creatable),
    ("upsert", "PUT", "", JSON, _is_creatable),
    ("list", "GET", "", None, _is_always_served),
    ("get", "GET", "/{id}", None, _is_always_served),
    ("get_by_name", "GET", "/name/{fqn}", None, _is_always_served),
    ("patch", "PATCH", "/{id}", JSON_PATCH, _is_always_served),
    ("patch_by_name", "PATCH", "/name/{fqn}", JSON_PATCH, _is_always_served),
    ("delete", "DELETE", "/{id}", None, _is_always_served),
    ("delete_by_name", "DELETE", "/name/{fqn}", None, _is_always_served),
    ("restore", "PUT", "/restore", JSON, lambda model: model.entity.deleted),
    ("versions", "GET", "/{id}/versions", None, _is_always_served),
    ("version", "GET", "/{id}/versions/{version}", None, _is_always_served),
    ("follow", "PUT", "/{id}/followers", JSON, lambda model: model.entity.followers),
    ("unfollow", "DELETE", "/{id}/followers/{userId}", None, lambda model: model.entity.followers),
    ("vote", "PUT", "/{id}/vote", JSON, lambda model: model.entity.votes),
)


_DOCUMENTED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # operation: its id in the OpenAPI document, kind of response, query parameters
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
    """Return the route of an operation, with its description for the OpenAPI document."""
    operation, returns, query = _DOCUMENTED[name]
    body_schema = model.create if name in {"create", "upsert"} else None
    return Route(
        handler, consumes, writes=method != "GET", operation=operation,
        body_schema=body_schema, returns=returns, query=query,
    )  # fmt: skip


def _failing(message: str) -> Handler:
    """Return the handler of a collection that the server cannot serve."""

    def fail(context: RequestContext, request: Request) -> Result:  # noqa: ARG001
        raise ErrorResponse(500, message)

    return fail


_VARIANT_OPERATIONS = ("create", "upsert", "delete", "delete_by_name")


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of every collection; ``where`` has the path of each by entity type."""
    absent = models.rules.table("absent_operations")
    broken = models.rules.table("broken_collections")
    by_name = bool(models.rules.flag("patch_by_name"))
    for type, route in where.items():
        model = models[type]
        collection = Collection(model)
        missing = {*absent.get("*", ()), *absent.get(type, ())}
        for name, method, tail, consumes, is_served in _OPERATIONS:
            if name in missing or not is_served(model) or (name == "patch_by_name" and not by_name):
                continue
            handler: Handler = (
                _failing(broken[type]) if type in broken else getattr(collection, name)
            )
            routes.add(method, route + tail, _route(name, method, consumes, handler, model))
        for variant in models.rules.table("variants").get(type, ()):
            collection = Collection(model, variant["values"])
            for name, method, tail, consumes, _ in _OPERATIONS:
                if name in _VARIANT_OPERATIONS:
                    handler = getattr(collection, name)
                    variant_route = _route(name, method, consumes, handler, model)
                    routes.add(method, route + variant["path"] + tail, variant_route)
        for tail in models.rules.table("refused_paths").get(type, ()):
            routes.add_without_methods(route + tail)
