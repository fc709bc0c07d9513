"""A script of a data team, from a service to lineage; type checkers must find nothing in it.

It runs too: ``python right_script.py HOST TOKEN``.
"""

from __future__ import annotations

import sys

import dynclient
from dynclient.typing import Client, Database, Table, User

NAME = "stubs_shop"


def owner_names(table: Table) -> list[str]:
    return [owner.name or owner.id for owner in table.owners or []]


def columns_of(table: Table) -> dict[str, str]:
    return {column.name: column.dataType for column in table.columns}


def create_tables(om: Client, ada: User) -> tuple[Database, Table]:
    types = om.types
    service = om.database_services.create(name=NAME, serviceType="Mysql")
    database = om.databases.create(name="sales", service=service)
    schema = om.database_schemas.create(name="public", database=database)
    amount = types.Column(name="amount", dataType="DECIMAL", precision=10, scale=2)
    amount.description = "Euro, without taxes."
    orders = om.tables.create(
        name="orders",
        databaseSchema=schema,
        tableType="Regular",
        columns=[
            {"name": "id", "dataType": "BIGINT", "constraint": "PRIMARY_KEY"},
            amount,
            types.Column(name="customer", dataType="VARCHAR", dataLength=64),
        ],
        owners=[ada],
    )
    invoices = om.tables.upsert(name="invoices", databaseSchema=schema, columns=orders.columns)
    om.lineage.add(orders, invoices)
    return database, orders


def change(om: Client, orders: Table, ada: User) -> None:
    orders.description = "One row for each order."
    orders.columns[0].displayName = "Order"
    orders = om.save(orders, on_conflict="rebase")
    om.tables.set_tier(orders, "Tier1")
    om.tables.set_owners(orders, ada)
    found = om.get_by_name(om.types.Table, orders.fullyQualifiedName or "", fields=["owners"])
    if found is not None and found.retentionPeriod is None:
        found.owners = [ada]
        om.save(found)


def show(om: Client, database: Database) -> None:
    for table in om.tables.list(database=database, fields=["owners", "tags"], limit=50):
        print(table.fullyQualifiedName, owner_names(table), columns_of(table))
        for label in table.tags or []:
            print(label.tagFQN, label.labelType == "Manual")
    print([each.name for each in om["table"].list(include="all", page_size=10)[:5]])
    for hit in om.search("orders", types="table")[:3]:
        print(hit)
    try:
        om.tables[NAME, "sales", "public", "gone"]
    except dynclient.NotFound as error:
        print(error.message)
    except dynclient.errors.ServerError as error:
        print(error.status)


def main(host: str, token: str) -> None:
    with dynclient.connect(host, token=token, page_size=50) as om:
        ada = om.users.create(name=f"{NAME}_ada", email=f"{NAME}_ada@example.com")
        database, orders = create_tables(om, ada)
        change(om, orders, ada)
        show(om, database)
        request = om.types.CreateGlossaryRequest(name=NAME, displayName="Terms", description="…")
        glossary = om.create_or_update(request)
        term = om.glossary_terms.create(name="order", glossary=glossary, description="…")
        print(term.glossary.name, om.me().name)
        om.glossaries.delete(glossary, recursive=True, hard=True)
        om.database_services.delete(NAME, recursive=True, hard=True)
        om.delete(ada, hard=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
