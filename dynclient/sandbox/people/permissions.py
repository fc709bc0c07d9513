"""Permissions of callers who are neither admin nor bot: the policies of their roles and teams.

A deny rule takes precedence over every allow rule; an operation that no rule allows is forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.http_errors import ErrorResponse, error_response

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext

_OWNER = "isOwner()"
_OWNERLESS = "noOwner()"

_BY_FIELD = {
    "description": "EditDescription",
    "displayName": "EditDisplayName",
    "tags": "EditTags",
    "owner": "EditOwner",
    "owners": "EditOwners",
    "extension": "EditCustomFields",
}
"""The operation that a patch of each field needs; other fields need ``EditAll``."""


class Grant(NamedTuple):
    """A policy rule that applies to a user, and its origin."""

    rule: dict[str, Any]
    policy: str
    role: str | None
    """The name of the role; None if the policy is a team's."""


def forbidden(caller: str, operation: str) -> ErrorResponse:
    """Return the server's 403 error."""
    return error_response(
        403, f"Principal: CatalogPrincipal{{name='{caller}'}} operations [{operation}] not allowed"
    )


def check_admin(context: RequestContext) -> None:
    """Raise the server's 403 unless the caller is an admin or a bot."""
    if not (context.caller.admin or context.caller.bot):
        caller = context.caller.name
        raise error_response(403, f"Principal: CatalogPrincipal{{name='{caller}'}} is not admin")


def check(context: RequestContext, type: str, operation: str, id: str | None = None) -> None:
    """Raise the server's 403 unless the caller's policies allow an operation.

    Args:
        context: of the request.
        type: the entity type.
        operation: ``Create``, ``Delete``, ``EditTags`` …
        id: of the entity; None if it does not exist yet.
    """
    caller = context.caller
    if caller.admin or caller.bot or caller.id is None:
        return
    owner_ids = find_owners(context, id)
    allowed = False
    for rule, _, _ in iter_grants(context, caller.id):
        if not applies_to(rule, type, operation) or not is_condition_met(
            rule, caller.id, owner_ids
        ):
            continue
        if rule.get("effect") == "deny":
            raise forbidden(caller.name, operation)
        allowed = True
    if not allowed:
        raise forbidden(caller.name, operation)


def check_patch(context: RequestContext, type: str, id: str, operations: Any) -> None:
    """Raise the server's 403 for a patch of fields that the caller may not edit."""
    if context.caller.admin or context.caller.bot or not isinstance(operations, list):
        return
    for operation in operations:
        path = str(operation.get("path", "")) if isinstance(operation, dict) else ""
        if isinstance(operation, dict) and operation.get("op") != "test":
            if path == "/isAdmin":
                check_admin(context)
            field = path.split("/")[1] if "/" in path else ""
            check(context, type, _BY_FIELD.get(field, "EditAll"), id)


def find_owners(context: RequestContext, id: str | None) -> set[str] | None:
    """Return the ids of an entity's owners; None if ``id`` is None."""
    if id is None:
        return None
    owners = {edge.target for edge in context.tx.references_from([id], ["owner", "owners"])}
    if id == context.caller.id and "user" in context.rules.names("own_themselves", "*"):
        owners.add(id)
    return owners


def iter_grants(context: RequestContext, user: str) -> Iterator[Grant]:
    """Yield the rules of a user's roles, then of their teams and the teams above, nearest first."""
    seen: set[str] = set()
    yield from _role_grants(context, [user], "roles", seen)
    level = [edge.target for edge in context.tx.references_from([user], ["teams"])]
    if not level:
        head = context.tx.head("team", "Organization")
        level = [head.id] if head is not None else []
    while level:
        level = [id for id in level if id not in seen]
        seen.update(level)
        yield from _role_grants(context, level, "defaultRoles", seen)
        yield from _policy_grants(context, level, None, seen)
        level = [edge.target for edge in context.tx.references_from(level, ["parents"])]


def _role_grants(
    context: RequestContext, ids: list[str], field: str, seen: set[str]
) -> Iterator[Grant]:
    for edge in context.tx.references_from(ids, [field]):
        row = context.tx.get(edge.target)
        if row is not None and not row.deleted and row.id not in seen:
            seen.add(row.id)
            yield from _policy_grants(context, [row.id], row.name, seen)


def _policy_grants(
    context: RequestContext, ids: list[str], role: str | None, seen: set[str]
) -> Iterator[Grant]:
    for edge in context.tx.references_from(ids, ["policies"]):
        row = context.tx.get(edge.target)
        if row is not None and not row.deleted and row.id not in seen:
            seen.add(row.id)
            for rule in row.doc.get("rules") or ():
                yield Grant(rule, row.name, role)


def applies_to(rule: dict[str, Any], type: str, operation: str) -> bool:
    """Return whether a rule applies to an operation on an entity type."""
    resources = {str(name).lower() for name in rule.get("resources") or ()}
    if not resources & {"all", type.lower()}:
        return False
    operations = set(rule.get("operations") or ())
    edit_or_view_all = "ViewAll" if operation.startswith("View") else "EditAll"
    return bool(operations & {"All", operation}) or (
        operation[:4] in {"View", "Edit"} and edit_or_view_all in operations
    )


def is_condition_met(rule: dict[str, Any], user: str, owner_ids: set[str] | None) -> bool:
    """Return whether a rule's condition is met for a user and an entity's owners."""
    condition = str(rule.get("condition") or "").strip()
    if not condition:
        return True
    if condition == _OWNER:
        return owner_ids is not None and user in owner_ids
    if condition == _OWNERLESS:
        return owner_ids is not None and not owner_ids
    # Conditions on tags, teams and domains are not evaluated: such rules never apply.
    return False
