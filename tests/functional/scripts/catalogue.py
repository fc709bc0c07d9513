"""A small shop's catalogue, from its services to its domains, as a user would write it today.

It is written with the names of the newest releases and run unchanged on all of them: where an
older server has another name for a field, or one value where there are several now, the client
translates it. The script checks for what an older server lacks: ``"domain" in om``.
"""

from __future__ import annotations

import dynclient

COLUMNS = {
    "customers": [
        {"name": "id", "dataType": "BIGINT", "constraint": "PRIMARY_KEY"},
        {"name": "email", "dataType": "VARCHAR", "dataLength": 254},
    ],
    "orders": [
        {"name": "id", "dataType": "BIGINT", "constraint": "PRIMARY_KEY"},
        {"name": "customer", "dataType": "BIGINT"},
        {"name": "placed", "dataType": "TIMESTAMP"},
    ],
}


def main(om: dynclient.Client, prefix: str = "shop") -> dict[str, object]:
    """Build the catalogue, change it, look at it, and take it down; return what was seen.

    Args:
        om: an administrator's client.
        prefix: what the names of all that stands alone begin with.
    """
    ada = om.users.create(name=f"{prefix}_ada", email=f"{prefix}_ada@example.com")
    bob = om.users.create(name=f"{prefix}_bob", email=f"{prefix}_bob@example.com")
    team = om.teams.create(name=f"{prefix}_sales", teamType="Group", users=[ada, bob])

    service = om.database_services.create(
        name=f"{prefix}_mysql",
        serviceType="Mysql",
        connection={"config": {"username": "reader", "hostPort": "mysql:3306"}},
        owners=[ada],
    )
    database = om.databases.create(name="erp", service=service)
    schema = om.database_schemas.create(name="public", database=database)

    personal = om.classifications.create(
        name=f"{prefix}_Personal", description="Data about a person."
    )
    email = om.tags.create(name="Email", classification=personal, description="An e-mail address.")
    glossary = om.glossaries.create(
        name=f"{prefix}_words", description="The words of the shop.", owners=[ada], reviewers=[bob]
    )
    customer = om.glossary_terms.create(
        name="Customer", glossary=glossary, description="Who has bought something."
    )
    om.glossary_terms.create(
        name="Lead", glossary=glossary, parent=customer, description="Who may buy something."
    )

    placed = {}
    if "domain" in om:
        sales = om.domains.create(
            name=f"{prefix}_sales", domainType="Aggregate", description="All about selling."
        )
        placed["domains"] = [sales.fullyQualifiedName]

    for name, columns in COLUMNS.items():
        om.tables.create(name=name, databaseSchema=schema, columns=columns, owners=[ada], **placed)

    table = om.tables.get(service.name, "erp", "public", "customers", fields="owners,tags,columns")
    table.description = "Everyone who has an account."
    table.owners = [bob]
    table.tags = [label(customer, "Glossary")]
    table.columns[1].tags = [label(email, "Classification")]
    om.save(table)

    dashboards = om.dashboard_services.create(
        name=f"{prefix}_superset", serviceType="Superset", connection={"config": {
            "hostPort": "http://superset:8088",
            "connection": {"provider": "db", "username": "reader", "password": "open-sesame"},
        }}
    )  # fmt: skip
    chart = om.charts.create(
        name="revenue", service=dashboards, sourceUrl="http://superset:8088/chart/1"
    )
    om.dashboards.create(name="today", service=dashboards, charts=[chart], owners=[team])
    seen = found(om, prefix)

    # Servers of 1.0 fail to delete a glossary whose terms have terms below them.
    for whole in (service, dashboards, customer, glossary, personal):
        om.delete(whole, recursive=True, hard_delete=True)
    for one in (*([sales] if "domain" in om else []), team, ada, bob):
        om.delete(one, hard_delete=True)
    return seen


def label(tag: dynclient.Entity, source: str) -> dict[str, str]:
    """Return how a tag or a glossary term is put on something."""
    return {
        "tagFQN": tag.fullyQualifiedName, "source": source,
        "labelType": "Manual", "state": "Confirmed",
    }  # fmt: skip


def found(om: dynclient.Client, prefix: str) -> dict[str, object]:
    """Return a summary of the catalogue, by the names of the newest releases."""
    fields = ["owners", "tags", "columns", *(["domains"] if "domain" in om else [])]
    customers = om.tables.get(f"{prefix}_mysql", "erp", "public", "customers", fields=fields)
    terms = om.glossary_terms.list(glossary=om.glossaries[f"{prefix}_words"].id)
    dashboard = om.dashboards.get(f"{prefix}_superset.today", fields=["owners", "charts"])
    domains = customers.domains if "domain" in om else []
    return {
        "tables": sorted(table.name for table in om.tables.list(database=f"{prefix}_mysql.erp")),
        "owners": [owner.name for owner in customers.owners],
        "tags": sorted(tag.tagFQN for column in customers.columns for tag in column.tags or []),
        "terms": sorted(term.fullyQualifiedName for term in terms),
        "status": all(term.entityStatus for term in terms),
        "domains": [domain.name for domain in domains],
        "dashboard": [chart.name for chart in dashboard.charts],
        "dashboard owners": [owner.name for owner in dashboard.owners],
        "chart": om.charts[f"{prefix}_superset.revenue"].sourceUrl,
    }
