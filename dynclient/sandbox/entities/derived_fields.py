"""Fields no one writes: counts, usage, votes, inherited roles; rules.json says which is which."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Transaction

DAYS_OF_JOINS = 30


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def rule_for(model: EntityModel, name: str) -> dict[str, Any] | None:
    """Return the rule by which a field is computed, or None."""
    table = model.rules.table("computed")
    rule: dict[str, Any] | None = table.get(f"{model.type}.{name}", table.get(f"*.{name}"))
    return rule


def compute(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    """Return a computed value; kind ``roles`` gives references as ``[(id, type), …]``."""
    maker = _MAKERS[rule["kind"]]
    return maker(tx, model, rule, doc)


def _usage(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    return tx.latest(doc["id"], "usage") or empty_usage()


def empty_usage() -> dict[str, Any]:
    """Return the usage of what nobody has told any of."""
    nothing = {"count": 0, "percentileRank": 0.0}
    return {
        "dailyStats": dict(nothing),
        "weeklyStats": dict(nothing),
        "monthlyStats": dict(nothing),
        "date": _today().isoformat(),
    }


def _joins(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    start = _today() - datetime.timedelta(days=DAYS_OF_JOINS)
    counts: dict[str, dict[str, int]] = {}
    for held in tx.records(doc["id"], "joins", start.toordinal(), _today().toordinal()):
        for joined in held["columnJoins"]:
            column = counts.setdefault(joined["columnName"], {})
            for one in joined["joinedWith"]:
                fqn = one["fullyQualifiedName"]
                column[fqn] = column.get(fqn, 0) + one["joinCount"]
    columns = [
        {"columnName": name, "joinedWith": [
            {"fullyQualifiedName": fqn, "joinCount": count} for fqn, count in column.items()
        ]}
        for name, column in counts.items()
    ]  # fmt: skip
    return {
        "startDate": start.isoformat(), "dayCount": DAYS_OF_JOINS, "columnJoins": columns,
        "directTableJoins": [],
    }  # fmt: skip


def _latest(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    """The newest record of a time series, alone or as a list."""
    found = tx.latest(doc["id"], rule["series"])
    return ([found] if found else []) if rule.get("many") else found


def _metrics(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    return metrics(tx, doc["id"]).get("", [])


def metrics(tx: Transaction, id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the custom metrics of a table, by column; those of the table itself by ``""``."""
    out: dict[str, list[dict[str, Any]]] = {}
    for one in tx.records(id, "customMetric", 0, 0):
        out.setdefault(one.get("columnName", ""), []).append(one)
    return out


STATUSES = {"Success": "success", "Failed": "failed", "Aborted": "aborted", "Queued": "queued"}


def _results(tx: Transaction, suite: str) -> list[tuple[str, dict[str, Any]]]:
    """Return FQN and newest result of each case of a suite that has one."""
    edges = tx.references_to([suite], ["testSuite", "testSuites"], ["testCase"])
    heads = tx.heads(edge.source for edge in edges)
    found = [(head.fqn, tx.latest(head.id, "testCaseResult"))
             for head in heads.values() if not head.deleted]  # fmt: skip
    return [(fqn, result) for fqn, result in sorted(found, key=str) if result is not None]


def summarize_results(tx: Transaction, suite: str) -> dict[str, Any]:
    """Return how the newest results of a suite's cases came out."""
    out: dict[str, Any] = {**dict.fromkeys(STATUSES.values(), 0), "total": 0}
    for _, result in _results(tx, suite):
        told = STATUSES.get(str(result.get("testCaseStatus")))
        if told is not None:
            out[told] += 1
            out["total"] += 1
    return {**out, "columnTestSummary": []}


def _summary(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    told = summarize_results(tx, doc["id"])
    known = model.node.properties["summary"].properties
    return {name: value for name, value in told.items() if not known or name in known}


def _result_list(
    tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]
) -> Any:
    return [
        {"testCaseName": fqn, "status": one.get("testCaseStatus"), "timestamp": one["timestamp"]}
        for fqn, one in _results(tx, doc["id"])
    ]


def _constant(
    tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]
) -> Any:
    return doc.get(rule.get("stored", ""), rule["value"])


def _count(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    types = [model.type if name == "<self>" else name for name in rule["types"]]
    return len(tx.references_to([doc["id"]], rule["fields"], types))


def _label_uses(
    tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]
) -> Any:
    return tx.count_labels(doc["fullyQualifiedName"], below=bool(rule.get("below")))


def _roles(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    """Roles that come from the teams above: ``start`` leads to the first, ``up`` further."""
    if doc.get("isBot") or (doc.get("isAdmin") and rule.get("not_admin")):
        return []
    found: dict[str, str] = {}
    level = [edge.target for edge in tx.references_from([doc["id"]], [rule["start"]])]
    if not level and "otherwise" in rule:
        head = tx.head(rule["otherwise"]["type"], rule["otherwise"]["fqn"])
        level = [head.id] if head is not None else []
    seen: set[str] = set()
    while level:
        level = [id for id in level if id not in seen]
        seen.update(level)
        if not level:
            break
        found.update(
            (edge.target, edge.target_type) for edge in tx.references_from(level, [rule["take"]])
        )
        level = [edge.target for edge in tx.references_from(level, [rule["up"]])]
    return list(found.items())


_MAKERS = {
    "usage": _usage,
    "joins": _joins,
    "constant": _constant,
    "latest": _latest,
    "metrics": _metrics,
    "summary": _summary,
    "results": _result_list,
    "count": _count,
    "labels": _label_uses,
    "roles": _roles,
}
