"""What a caller who is neither admin nor bot may do, by the policies of their roles and teams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.faults import Fault, refused

if TYPE_CHECKING:
    from dynclient.sandbox.session import Session

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


def forbidden(caller: str, operation: str) -> Fault:
    """Return the server's 403."""
    return refused(
        403, f"Principal: CatalogPrincipal{{name='{caller}'}} operations [{operation}] not allowed"
    )


def check_admin(session: Session) -> None:
    """Refuse callers who are neither admin nor bot."""
    if not (session.caller.admin or session.caller.bot):
        caller = session.caller.name
        raise refused(403, f"Principal: CatalogPrincipal{{name='{caller}'}} is not admin")


def check(session: Session, type: str, operation: str, id: str | None = None) -> None:
    """Refuse an operation (``Create``, ``Delete``, ``EditTags`` …) that no policy allows."""
    caller = session.caller
    if caller.admin or caller.bot or caller.id is None:
        return
    owners = _owners(session, id)
    allowed = False
    for rule in _rules(session, caller.id):
        if not _concerns(rule, type, operation) or not _holds(session, rule, owners):
            continue
        if rule.get("effect") == "deny":
            raise forbidden(caller.name, operation)
        allowed = True
    if not allowed:
        raise forbidden(caller.name, operation)


def check_patch(session: Session, type: str, id: str, operations: Any) -> None:
    """Refuse a patch of fields the caller may not edit."""
    if session.caller.admin or session.caller.bot or not isinstance(operations, list):
        return
    for one in operations:
        path = str(one.get("path", "")) if isinstance(one, dict) else ""
        if isinstance(one, dict) and one.get("op") != "test":
            if path == "/isAdmin":
                check_admin(session)
            field = path.split("/")[1] if "/" in path else ""
            check(session, type, _BY_FIELD.get(field, "EditAll"), id)


def _owners(session: Session, id: str | None) -> set[str] | None:
    """Return the ids that own an entity, or None where there is none yet."""
    if id is None:
        return None
    return {edge.target for edge in session.tx.edges([id], ["owner", "owners"])}


def _rules(session: Session, user: str) -> Iterator[dict[str, Any]]:
    """Yield the rules of the caller's roles and of their teams' policies and default roles."""
    roles = {edge.target for edge in session.tx.edges([user], ["roles"])}
    policies: set[str] = set()
    level = [edge.target for edge in session.tx.edges([user], ["teams"])]
    if not level:
        head = session.tx.head("team", "Organization")
        level = [head.id] if head is not None else []
    seen: set[str] = set()
    while level:
        level = [id for id in level if id not in seen]
        seen.update(level)
        for edge in session.tx.edges(level, ["defaultRoles", "policies"]):
            (roles if edge.field == "defaultRoles" else policies).add(edge.target)
        level = [edge.target for edge in session.tx.edges(level, ["parents"])]
    policies |= {edge.target for edge in session.tx.edges(sorted(roles), ["policies"])}
    for id in sorted(policies):
        row = session.tx.get(id)
        if row is not None and not row.deleted:
            yield from row.doc.get("rules") or ()


def _concerns(rule: dict[str, Any], type: str, operation: str) -> bool:
    resources = {str(name).lower() for name in rule.get("resources") or ()}
    if not resources & {"all", type.lower()}:
        return False
    operations = set(rule.get("operations") or ())
    wide = "ViewAll" if operation.startswith("View") else "EditAll"
    return bool(operations & {"All", operation}) or (
        operation[:4] in {"View", "Edit"} and wide in operations
    )


def _holds(session: Session, rule: dict[str, Any], owners: set[str] | None) -> bool:
    condition = str(rule.get("condition") or "").strip()
    if not condition:
        return True
    if condition == _OWNER:
        return owners is not None and session.caller.id in owners
    if condition == _OWNERLESS:
        return owners is not None and not owners
    # Other conditions are about tags, teams and domains; the sandbox grants nothing by them.
    return False
