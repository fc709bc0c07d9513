"""Computed fields: counts, usage, results, inherited roles; ``rules.json`` lists them."""

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
    """Return the rule that computes a field, or None if the field is stored."""
    table = model.rules.table("computed")
    rule: dict[str, Any] | None = table.get(f"{model.type}.{name}", table.get(f"*.{name}"))
    return rule


def compute(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    """Return a computed value; for the kind ``roles`` it is references, ``[(id, type), …]``."""
    return _KINDS[rule["kind"]](tx, model, rule, doc)


def _usage(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    return tx.latest(doc["id"], "usage") or empty_usage()


def empty_usage() -> dict[str, Any]:
    """Return the usage of an entity without any reported usage."""
    zero = {"count": 0, "percentileRank": 0.0}
    return {
        "dailyStats": dict(zero),
        "weeklyStats": dict(zero),
        "monthlyStats": dict(zero),
        "date": _today().isoformat(),
    }


def _joins(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    start = _today() - datetime.timedelta(days=DAYS_OF_JOINS)
    counts: dict[str, dict[str, int]] = {}
    for day in tx.records(doc["id"], "joins", start.toordinal(), _today().toordinal()):
        for joined in day["columnJoins"]:
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
    """Return the newest record of a time series, alone or as a list."""
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


def _results(tx: Transaction, suite: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each case of a suite that has a result, and its newest one."""
    edges = tx.references_to([suite], ["testSuite", "testSuites"], ["testCase"])
    cases = [tx.get(edge.source) for edge in edges]
    found = [
        (case.doc, tx.latest(case.id, "testCaseResult"))
        for case in cases if case is not None and not case.deleted
    ]  # fmt: skip
    found.sort(key=lambda one: str(one[0]["fullyQualifiedName"]))
    return [(case, result) for case, result in found if result is not None]


def summarize_results(tx: Transaction, suite: str) -> dict[str, Any]:
    """Return how many of the newest results of a suite's cases have each status."""
    out = _no_results()
    by_column: dict[str, dict[str, Any]] = {}
    for case, result in _results(tx, suite):
        counts, link = [out], str(case.get("entityLink"))
        if "::columns::" in link:
            counts.append(by_column.setdefault(link, _no_results()))
        status = STATUSES.get(str(result.get("testCaseStatus")))
        for name in (status, "total") if status is not None else ():
            for count in counts:
                count[name] += 1
    columns = [{**count, "entityLink": link} for link, count in by_column.items()]
    return {**out, "columnTestSummary": columns}


def _no_results() -> dict[str, Any]:
    return {**dict.fromkeys(STATUSES.values(), 0), "total": 0}


def _summary(tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]) -> Any:
    summary = summarize_results(tx, doc["id"])
    known = model.node.properties["summary"].properties
    return {name: value for name, value in summary.items() if not known or name in known}


def _result_list(
    tx: Transaction, model: EntityModel, rule: dict[str, Any], doc: dict[str, Any]
) -> Any:
    return [
        {
            "testCaseName": case["fullyQualifiedName"],
            "status": result.get("testCaseStatus"),
            "timestamp": result["timestamp"],
        }
        for case, result in _results(tx, doc["id"])
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
    """Return the roles of the teams above, from the field ``start`` and then by ``up``."""
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


_KINDS = {
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
