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
        attempt("search", lambda: _found(om.search(orders.name, types="table"), orders))
        attempt("filter", lambda: _found(om.search(where=f"type:table owner:{ada.name}"), orders))
        attempt("find", lambda: _found(om.find("table", f"owner:{ada.name}"), orders))
        attempt("sample", lambda: _sampled(om, orders))
        attempt("profile", lambda: _profiled(om, orders))
        attempt("quality", lambda: _tested(om, orders))
        attempt("conversation", lambda: _talked(om, orders))
        attempt("suggestion", lambda: _suggested(om, raw))
        attempt("property", lambda: _priced(om, orders, prefix))
        attempt("domain", lambda: _in_domain(om, orders, prefix))
        attempt("url", lambda: orders.fullyQualifiedName in om.url(orders))
        attempt("events", lambda: _watched(om, orders))
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


def _found(entities: Any, entity: Any) -> bool:
    return str(entity.id) in {str(each.id) for each in entities}


def _sampled(om: dynclient.Client, table: Any) -> list[list[Any]]:
    om.tables.set_sample_data(table, [{"id": 1, "email": "a@example.com"}])
    return [list(row) for row in om.tables.sample_data(table).rows]


def _profiled(om: dynclient.Client, table: Any) -> list[float]:
    om.tables.add_profile(table, row_count=3, at="2026-01-31")
    return [profile.rowCount for profile in om.tables.profile(table, since="2026-01-01")]


def _tested(om: dynclient.Client, table: Any) -> tuple[int, int]:
    om.quality.add_test(table, "columnValuesToBeBetween", "id", minValue=0, maxValue=9)
    om.quality.add_test(table, "tableRowCountToEqual", value=3)
    report = om.quality.run(table, [{"id": 1}, {"id": 2}], publish=True)
    return len(report.passed), len(report.failed)


def _talked(om: dynclient.Client, table: Any) -> list[str]:
    thread = om.feed.start(table, "Is this fresh?", column="email")
    om.feed.reply(thread, "Since today.")
    return [post.message for post in om.feed.posts(thread)]


def _suggested(om: dynclient.Client, table: Any) -> str | None:
    suggestion = om.feed.suggest_description(table, "what came in")
    om.feed.accept(suggestion)
    return str(om.tables[table.id].description)


def _priced(om: dynclient.Client, table: Any, prefix: str) -> Any:
    properties, name = om.custom_properties("table"), f"{prefix}Cost"
    properties.define(name, "integer", "in cents")
    try:
        return om.tables.set_property(table, name, 3).extension[name]
    finally:
        om.tables.remove_property(table, name)
        properties.remove(name)


def _in_domain(om: dynclient.Client, table: Any, prefix: str) -> bool:
    if not om.supports("tables.set_domain"):
        raise dynclient.NotSupported("tables have no domain", name="set_domain")
    domain = om.domains.create(name=f"{prefix}_Sales", description="x", domainType="Aggregate")
    try:
        om.tables.set_domain(table, domain)
        return _found(om.domains.assets(domain), table)
    finally:
        om.tables.set_domain(table, None)
        om.domains.delete(domain, recursive=True, hard=True)


def _watched(om: dynclient.Client, table: Any) -> bool:
    events = om.change_events(since=table.updatedAt, types=["table"])
    return table.id in {event.entityId for event in events}
