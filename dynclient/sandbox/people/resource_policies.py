"""The operations on each resource type, and the permissions of a user on them."""

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
"""The resource name that means every resource."""
_RULE_FIELDS = ("name", "description", "effect", "operations", "resources", "condition")
"""Fields of the deciding rule that the response contains."""
_PRECEDENCE = ("deny", "allow", "conditionalDeny", "conditionalAllow", "notAllow")
"""Values of ``access``; an earlier one takes precedence over a later one."""
_ALL_OPERATIONS = {"ViewAll": "View", "EditAll": "Edit"}
"""Operations that include every other one with the same prefix, which is then left out."""


class Access:
    """Handlers of ``policies/resources`` and ``permissions``."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        release = models.release
        self._resources = sorted({*release.entities, *release.time_series})
        operations = release.node(_DOCUMENT, "/definitions/operation").enum
        self._all_operations = [str(name) for name in operations or ()]

    def _operations(self, resource: str) -> list[str]:
        """Return the operations on a resource, in the order of the release's enumeration."""
        if resource == _ALL:
            return self._all_operations
        rules = self._models.rules
        names = set(rules.names("resource_operations", resource))
        if resource in self._models:
            by_field = rules.table("field_operations")
            names |= {by_field[name] for name in self._models[resource].fields if name in by_field}
        return [name for name in self._all_operations if name in names]

    def list_resources(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET policies/resources``."""
        names = [_ALL, *self._resources]
        data = [{"name": name, "operations": self._operations(name)} for name in names]
        return Result(200, {"data": data, "paging": {"total": len(data)}})

    def list_functions(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET policies/functions``: what conditions of rules may call."""
        functions = context.rules.table("policy_functions")
        data = [
            {"name": name, **functions[name], "parameterInputType": "NotRequired"}
            for name in sorted(functions)
        ]
        return Result(200, {"data": data, "paging": {"total": len(data)}})

    # permissions

    def list_all(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET permissions``: a user's permissions on every resource."""
        user = _requested_user(context, request)
        data = [self._permissions(context, user, name, None) for name in self._resources]
        return Result(200, {"data": data, "paging": {"total": len(data)}})

    def get_for_resource(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET permissions/{resource}``; access may be conditional."""
        user = _requested_user(context, request)
        return Result(200, self._permissions(context, user, self._resource(request), None))

    def get_for_entity(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET permissions/{resource}/{id}`` and ``…/name/{name}``."""
        user = _requested_user(context, request)
        resource = self._resource(request)
        if resource not in self._models:
            raise _unknown_resource(resource)
        by_name = "name" in request.path
        key = request.path["name" if by_name else "id"]
        row = context.get_row(self._models[resource], key, by_name=by_name)
        return Result(200, self._permissions(context, user, resource, find_owners(context, row.id)))

    def _resource(self, request: Request) -> str:
        resource = request.path["resource"]
        if resource not in self._resources:
            raise _unknown_resource(resource)
        return resource

    def _permissions(
        self, context: RequestContext, user: Caller, resource: str, owner_ids: set[str] | None
    ) -> dict[str, Any]:
        """Return a user's permissions on a resource, or on the entity with these owners."""
        operations = self._operations(resource)
        if user.admin or user.bot:
            decided: dict[str, dict[str, Any]] = {
                name: {"operation": name, "access": "allow"} for name in operations
            }
        else:
            decided = _decide(context, user, resource, operations, owner_ids)
        permissions = [
            permission for name, permission in decided.items()
            if not any(
                name.startswith(start) and name != wide and wide in decided
                and decided[wide]["access"] == "allow"
                for wide, start in _ALL_OPERATIONS.items()
            )
        ]  # fmt: skip
        return {"resource": resource, "permissions": permissions}


def _decide(
    context: RequestContext,
    user: Caller,
    resource: str,
    operations: list[str],
    owner_ids: set[str] | None,
) -> dict[str, dict[str, Any]]:
    """Return the permission for each operation, by the rule that takes precedence."""
    decided: dict[str, dict[str, Any]] = {
        name: {"operation": name, "access": "notAllow"} for name in operations
    }
    for rule, policy, role in iter_grants(context, str(user.id)):
        access = str(rule.get("effect"))
        if rule.get("condition"):
            if owner_ids is None:
                access = f"conditional{access.capitalize()}"
            elif not is_condition_met(rule, str(user.id), owner_ids):
                continue
        for name in operations:
            if not applies_to(rule, resource, name) or not _precedes(
                access, decided[name]["access"]
            ):
                continue
            decided[name] = {
                "operation": name,
                "access": access,
                "rule": {
                    field: rule[field] for field in _RULE_FIELDS if rule.get(field) is not None
                },
                "policy": policy,
                **({"role": role} if role is not None else {}),
            }
    return decided


def _precedes(access: str, other: str) -> bool:
    return _PRECEDENCE.index(access) < _PRECEDENCE.index(other)


def _unknown_resource(resource: str) -> Exception:
    return bad_request(f"Resource type {resource} not found")


def _requested_user(context: RequestContext, request: Request) -> Caller:
    """Return the user of ``user=``, or the caller; only administrators may name another user."""
    name = request.query.get("user")
    if name is None or name == context.caller.name:
        return context.caller
    check_admin(context)
    row = context.get_row(context.models["user"], name, by_name=True)
    return Caller.of_user(row)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    access = Access(models)
    routes.add("GET", "/v1/policies/resources", Route(access.list_resources))
    functions = Route(access.list_functions, operation="listPolicyFunctions")
    routes.add("GET", "/v1/policies/functions", functions)
    routes.add("GET", "/v1/permissions", Route(access.list_all, query=("user",)))
    routes.add("GET", "/v1/permissions/{resource}", Route(access.get_for_resource, query=("user",)))
    routes.add(
        "GET", "/v1/permissions/{resource}/{id}", Route(access.get_for_entity, query=("user",))
    )
    by_name = Route(access.get_for_entity, query=("user",))
    routes.add("GET", "/v1/permissions/{resource}/name/{name}", by_name)
