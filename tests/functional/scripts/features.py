"""The everyday work of a catalogue, written once and run unchanged on servers of all releases.

What a release does not have raises NotSupported, and is noted; everything else must work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dynclient

COLUMNS = [
    {"name": "id", "dataType": "BIGINT"},
    {"name": "email", "dataType": "VARCHAR", "dataLength": 254},
]


def main(om: dynclient.Client, prefix: str = "work") -> tuple[dict[str, Any], set[str]]:
    """Do the work, take everything down, and return what was seen and what is not supported.

    Args:
        om: an administrator's client.
        prefix: what the names of all that stands alone begin with.
    """
    seen: dict[str, Any] = {}
    missing: set[str] = set()

    def attempt(name: str, call: Callable[[], Any]) -> Any:
        try:
            seen[name] = call()
        except dynclient.NotSupported:
            missing.add(name)
            return None
        return seen[name]

    service = om.database_services.create(
        name=f"{prefix}_mysql",
        serviceType="Mysql",
        connection={"config": {"username": "reader", "hostPort": "mysql:3306"}},
    )
    database = om.databases.create(name="shop", service=service)
    schema = om.database_schemas.create(name="main", database=database)
    raw, orders = (
        om.tables.create(name=name, databaseSchema=schema, columns=COLUMNS)
        for name in ("raw", "orders")
    )
    ada = om.users.create(name=f"{prefix}_ada", email=f"{prefix}_ada@example.com")
    classification = om.classifications.create(name=f"{prefix}_Personal", description="x")
    tag = om.tags.create(name="Email", classification=classification, description="x")
    glossary = om.glossaries.create(name=f"{prefix}_words", displayName="Words", description="x")
    term = om.glossary_terms.create(
        name="Order", displayName="Order", glossary=glossary, description="x"
    )
    try:
        attempt("me", lambda: str(om.me().name))
        attempt("by_email", lambda: om.users.by_email(ada.email).id == ada.id)
        attempt("permissions", lambda: om.permissions(orders)["EditAll"])
        attempt("column tag", lambda: _labels(om.tables.add_tags(orders, tag, column="email")))
        attempt("term", lambda: len(om.tables.add_tags(orders, term).tags) > 0)
        attempt("owner", lambda: _owner(om.tables.add_owners(orders, f"user:{ada.name}")) == ada.id)
        attempt("lineage", lambda: len(om.lineage.add(raw, orders, columns={"id": "id"}).columns))
        attempt("upstream", lambda: [one.name for one in om.lineage(orders).upstream()])
        attempt("description", lambda: om.tables.set_description(orders, "sold").description)
        attempt("history", lambda: om.history(orders)[-1].number)
        attempt("blame", lambda: om.blame(orders)["description"].by)
        attempt("difference", lambda: "description" in str(om.diff(orders, "0.1")))
        attempt("csv", lambda: "Order" in om.glossaries.export_csv(glossary))
        attempt("table csv", lambda: "email" in om.tables.export_csv(orders))
        attempt("bulk", lambda: _loaded(om, schema))
    finally:
        om.database_services.delete(service, recursive=True, hard=True)
        om.classifications.delete(classification, recursive=True, hard=True)
        om.glossaries.delete(glossary, recursive=True, hard=True)
        om.users.delete(ada, hard=True)
    return seen, missing


def _labels(table: Any) -> list[str]:
    return [label.tagFQN.rpartition(".")[2] for label in table.columns[1].tags]


def _owner(table: Any) -> Any:
    owners = table.owners
    return owners[0].id if isinstance(owners, list) else owners.id


def _loaded(om: dynclient.Client, schema: Any) -> tuple[int, int]:
    rows = [{"name": f"t{number}", "columns": COLUMNS} for number in range(20)]
    name = schema.fullyQualifiedName
    result = om.tables.upsert_many({**row, "databaseSchema": name} for row in rows)
    return len(result.created) + len(result.written), len(result.failed)
