"""What a caller who is neither admin nor bot may do, by the policies of their roles and teams."""

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
"""Operations a patch of these fields needs; any other field needs ``EditAll``."""


class Grant(NamedTuple):
    """One rule that counts for a user, and where they have it from."""

    rule: dict[str, Any]
    policy: str
    role: str | None
    """None: the policy is a team's."""


def forbidden(caller: str, operation: str) -> ErrorResponse:
    """Return the server's 403."""
    return error_response(
        403, f"Principal: CatalogPrincipal{{name='{caller}'}} operations [{operation}] not allowed"
    )


def check_admin(context: RequestContext) -> None:
    """Refuse callers who are neither admin nor bot."""
    if not (context.caller.admin or context.caller.bot):
        caller = context.caller.name
        raise error_response(403, f"Principal: CatalogPrincipal{{name='{caller}'}} is not admin")


def check(context: RequestContext, type: str, operation: str, id: str | None = None) -> None:
    """Refuse an operation (``Create``, ``Delete``, ``EditTags`` …) that no policy allows."""
    caller = context.caller
    if caller.admin or caller.bot or caller.id is None:
        return
    owned_by = find_owners(context, id)
    allowed = False
    for rule, _, _ in iter_grants(context, caller.id):
        if not applies_to(rule, type, operation) or not is_condition_met(rule, caller.id, owned_by):
            continue
        if rule.get("effect") == "deny":
            raise forbidden(caller.name, operation)
        allowed = True
    if not allowed:
        raise forbidden(caller.name, operation)


def check_patch(context: RequestContext, type: str, id: str, operations: Any) -> None:
    """Refuse a patch of fields the caller may not edit."""
    if context.caller.admin or context.caller.bot or not isinstance(operations, list):
        return
    for one in operations:
        path = str(one.get("path", "")) if isinstance(one, dict) else ""
        if isinstance(one, dict) and one.get("op") != "test":
            if path == "/isAdmin":
                check_admin(context)
            field = path.split("/")[1] if "/" in path else ""
            check(context, type, _BY_FIELD.get(field, "EditAll"), id)


def find_owners(context: RequestContext, id: str | None) -> set[str] | None:
    """Return the ids that own an entity, or None where there is none yet."""
    if id is None:
        return None
    return {edge.target for edge in context.tx.references_from([id], ["owner", "owners"])}


def iter_grants(context: RequestContext, user: str) -> Iterator[Grant]:
    """Yield the rules of a user's roles, then of their teams: nearest first, up to the top."""
    seen: set[str] = set()
    yield from _of_roles(context, [user], "roles", seen)
    level = [edge.target for edge in context.tx.references_from([user], ["teams"])]
    if not level:
        head = context.tx.head("team", "Organization")
        level = [head.id] if head is not None else []
    while level:
        level = [id for id in level if id not in seen]
        seen.update(level)
        yield from _of_roles(context, level, "defaultRoles", seen)
        yield from _of_policies(context, level, None, seen)
        level = [edge.target for edge in context.tx.references_from(level, ["parents"])]


def _of_roles(
    context: RequestContext, ids: list[str], field: str, seen: set[str]
) -> Iterator[Grant]:
    for edge in context.tx.references_from(ids, [field]):
        row = context.tx.get(edge.target)
        if row is not None and not row.deleted and row.id not in seen:
            seen.add(row.id)
            yield from _of_policies(context, [row.id], row.name, seen)


def _of_policies(
    context: RequestContext, ids: list[str], role: str | None, seen: set[str]
) -> Iterator[Grant]:
    for edge in context.tx.references_from(ids, ["policies"]):
        row = context.tx.get(edge.target)
        if row is not None and not row.deleted and row.id not in seen:
            seen.add(row.id)
            for rule in row.doc.get("rules") or ():
                yield Grant(rule, row.name, role)


def applies_to(rule: dict[str, Any], type: str, operation: str) -> bool:
    """Tell whether a rule is about an operation on a type."""
    resources = {str(name).lower() for name in rule.get("resources") or ()}
    if not resources & {"all", type.lower()}:
        return False
    operations = set(rule.get("operations") or ())
    wide = "ViewAll" if operation.startswith("View") else "EditAll"
    return bool(operations & {"All", operation}) or (
        operation[:4] in {"View", "Edit"} and wide in operations
    )


def is_condition_met(rule: dict[str, Any], user: str, owned_by: set[str] | None) -> bool:
    """Tell whether a rule's condition holds for a user and an entity's owners."""
    condition = str(rule.get("condition") or "").strip()
    if not condition:
        return True
    if condition == _OWNER:
        return owned_by is not None and user in owned_by
    if condition == _OWNERLESS:
        return owned_by is not None and not owned_by
    # Other conditions are about tags, teams and domains; the sandbox grants nothing by them.
    return False
