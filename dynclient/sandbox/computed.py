"""Fields no one writes: counts, usage, votes, inherited roles; rules.json says which is which."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.sandbox.shapes import Shape
    from dynclient.sandbox.store import Tx

DAYS_OF_JOINS = 30


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.timezone.utc).date()


def rule_for(shape: Shape, name: str) -> dict[str, Any] | None:
    """Return the rule by which a field is computed, or None."""
    table = shape.rules.table("computed")
    rule: dict[str, Any] | None = table.get(f"{shape.type}.{name}", table.get(f"*.{name}"))
    return rule


def value_of(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    """Return a computed value; kind ``roles`` gives references as ``[(id, type), …]``."""
    maker = _MAKERS[rule["kind"]]
    return maker(tx, shape, rule, doc)


def _usage(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:  # noqa: ARG001
    nothing = {"count": 0, "percentileRank": 0.0}
    return {
        "dailyStats": dict(nothing),
        "weeklyStats": dict(nothing),
        "monthlyStats": dict(nothing),
        "date": _today().isoformat(),
    }


def _joins(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:  # noqa: ARG001
    start = _today() - datetime.timedelta(days=DAYS_OF_JOINS)
    out = {"startDate": start.isoformat(), "dayCount": DAYS_OF_JOINS, "columnJoins": []}
    return {**out, "directTableJoins": []}


def _constant(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:  # noqa: ARG001
    return doc.get(rule.get("stored", ""), rule["value"])


def _count(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    types = [shape.type if name == "<self>" else name for name in rule["types"]]
    return len(tx.edges_to([doc["id"]], rule["fields"], types))


def _label_uses(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:  # noqa: ARG001
    return tx.label_count(doc["fullyQualifiedName"], below=bool(rule.get("below")))


def _roles(tx: Tx, shape: Shape, rule: dict[str, Any], doc: dict[str, Any]) -> Any:  # noqa: ARG001
    """Roles that come from the teams above: ``start`` leads to the first, ``up`` further."""
    if doc.get("isBot") or (doc.get("isAdmin") and rule.get("not_admin")):
        return []
    found: dict[str, str] = {}
    level = [edge.target for edge in tx.edges([doc["id"]], [rule["start"]])]
    if not level and "otherwise" in rule:
        head = tx.head(rule["otherwise"]["type"], rule["otherwise"]["fqn"])
        level = [head.id] if head is not None else []
    seen: set[str] = set()
    while level:
        level = [id for id in level if id not in seen]
        seen.update(level)
        if not level:
            break
        found.update((edge.target, edge.target_type) for edge in tx.edges(level, [rule["take"]]))
        level = [edge.target for edge in tx.edges(level, [rule["up"]])]
    return list(found.items())


_MAKERS = {
    "usage": _usage,
    "joins": _joins,
    "constant": _constant,
    "count": _count,
    "labels": _label_uses,
    "roles": _roles,
}
