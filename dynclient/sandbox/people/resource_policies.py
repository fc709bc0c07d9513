"""What can be done with each kind of resource, and what of it a user may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import Caller, RequestContext
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.people.permissions import (
    applies_to,
    check_admin,
    find_owners,
    is_condition_met,
    iter_grants,
)
from dynclient.sandbox.routing import Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

_DOCUMENT = "entity/policies/accessControl/resourceDescriptor.json"
NEEDS = (_DOCUMENT,)
"""Documents of a release that these routes are for."""
_ALL = "all"
"""The resource that stands for every other."""
_SHOWN = ("name", "description", "effect", "operations", "resources", "condition")
"""What is told of the rule that decided."""
_PRECEDENCE = ("deny", "allow", "conditionalDeny", "conditionalAllow", "notAllow")
_WIDE = {"ViewAll": "View", "EditAll": "Edit"}
"""Operations that make those whose names begin alike not worth telling."""


class Access:
    """The handlers."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        release = models.release
        self._kinds = sorted({*release.entities, *release.time_series})
        known = release.node(_DOCUMENT, "/definitions/operation").enum
        self._known = [str(name) for name in known or ()]

    def _operations(self, resource: str) -> list[str]:
        """Return what can be done with a resource, in the order of the release's list."""
        if resource == _ALL:
            return self._known
        rules = self._models.rules
        names = set(rules.names("resource_operations", resource))
        if resource in self._models:
            by_field = rules.table("field_operations")
            names |= {by_field[name] for name in self._models[resource].fields if name in by_field}
        return [name for name in self._known if name in names]

    def resources(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET policies/resources``."""
        names = [_ALL, *self._kinds]
        data = [{"name": name, "operations": self._operations(name)} for name in names]
        return Result(200, {"data": data, "paging": {"total": len(data)}})

    # permissions

    def of_all(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET permissions``: of one user on everything."""
        user = _user(context, request)
        data = [self._told(context, user, name, None) for name in self._kinds]
        return Result(200, {"data": data, "paging": {"total": len(data)}})

    def of_kind(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET permissions/{resource}``: what depends on the entity is conditional."""
        user = _user(context, request)
        return Result(200, self._told(context, user, self._resource(request), None))

    def of_one(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET permissions/{resource}/{id}`` and ``…/name/{name}``."""
        user = _user(context, request)
        resource = self._resource(request)
        if resource not in self._models:
            raise _unknown(resource)
        by_name = "name" in request.path
        key = request.path["name" if by_name else "id"]
        row = context.get_row(self._models[resource], key, by_name=by_name)
        return Result(200, self._told(context, user, resource, find_owners(context, row.id)))

    def _resource(self, request: Request) -> str:
        resource = request.path["resource"]
        if resource not in self._kinds:
            raise _unknown(resource)
        return resource

    def _told(
        self, context: RequestContext, user: Caller, resource: str, owned_by: set[str] | None
    ) -> dict[str, Any]:
        """Return a user's permissions; ``owned_by`` is of one entity, None for any."""
        operations = self._operations(resource)
        if user.admin or user.bot:
            decided: dict[str, dict[str, Any]] = {
                name: {"operation": name, "access": "allow"} for name in operations
            }
        else:
            decided = _decided(context, user, resource, operations, owned_by)
        told = [
            one for name, one in decided.items()
            if not any(
                name.startswith(start) and name != wide and wide in decided
                and decided[wide]["access"] == "allow"
                for wide, start in _WIDE.items()
            )
        ]  # fmt: skip
        return {"resource": resource, "permissions": told}


def _decided(
    context: RequestContext,
    user: Caller,
    resource: str,
    operations: list[str],
    owned_by: set[str] | None,
) -> dict[str, dict[str, Any]]:
    """Return the permission for each operation: the first of the rules that come before others."""
    decided: dict[str, dict[str, Any]] = {
        name: {"operation": name, "access": "notAllow"} for name in operations
    }
    for rule, policy, role in iter_grants(context, str(user.id)):
        access = str(rule.get("effect"))
        if rule.get("condition"):
            if owned_by is None:
                access = f"conditional{access.capitalize()}"
            elif not is_condition_met(rule, str(user.id), owned_by):
                continue
        for name in operations:
            if not applies_to(rule, resource, name) or not _before(access, decided[name]["access"]):
                continue
            decided[name] = {
                "operation": name,
                "access": access,
                "rule": {field: rule[field] for field in _SHOWN if rule.get(field) is not None},
                "policy": policy,
                **({"role": role} if role is not None else {}),
            }
    return decided


def _before(access: str, other: str) -> bool:
    return _PRECEDENCE.index(access) < _PRECEDENCE.index(other)


def _unknown(resource: str) -> Exception:
    return bad_request(f"Resource type {resource} not found")


def _user(context: RequestContext, request: Request) -> Caller:
    """Return whose permissions are asked for; only administrators ask for those of others."""
    name = request.query.get("user")
    if name is None or name == context.caller.name:
        return context.caller
    check_admin(context)
    row = context.get_row(context.models["user"], name, by_name=True)
    return Caller(
        row.name, row.id, bot=bool(row.doc.get("isBot")), admin=bool(row.doc.get("isAdmin"))
    )


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    access = Access(models)
    routes.add("GET", "/v1/policies/resources", Route(access.resources))
    routes.add("GET", "/v1/permissions", Route(access.of_all, query=("user",)))
    routes.add("GET", "/v1/permissions/{resource}", Route(access.of_kind, query=("user",)))
    routes.add("GET", "/v1/permissions/{resource}/{id}", Route(access.of_one, query=("user",)))
    by_name = Route(access.of_one, query=("user",))
    routes.add("GET", "/v1/permissions/{resource}/name/{name}", by_name)
