"""A small catalogue to explore: a shop with its databases, people, words, lineage and tests.

The documentation uses it, and ``dynclient sandbox --example`` serves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import NotSupported
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.client.client import Client

_ORDERS = "shop.sales.public.orders"
_CUSTOMERS = "shop.sales.public.customers"
_DAILY = "warehouse.reports.public.sales_by_day"


def _columns(**types: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "dataType": kind} | ({"dataLength": 254} if kind == "VARCHAR" else {})
        for name, kind in types.items()
    ]


_TABLES: list[tuple[str, str, str, list[dict[str, Any]]]] = [
    ("shop.sales.public", "customers", "One row for each person who has bought something.",
     _columns(id="BIGINT", name="VARCHAR", email="VARCHAR", city="VARCHAR", since="DATE")),
    ("shop.sales.public", "orders", "One row for each order placed.",
     _columns(id="BIGINT", customer_id="BIGINT", placed_at="TIMESTAMP", total="DECIMAL")),
    ("shop.sales.public", "order_items", "What was ordered.",
     _columns(order_id="BIGINT", product_id="BIGINT", quantity="INT", price="DECIMAL")),
    ("shop.sales.public", "products", "What the shop sells.",
     _columns(id="BIGINT", name="VARCHAR", price="DECIMAL")),
    ("warehouse.reports.public", "sales_by_day", "Orders and revenue of each day.",
     _columns(day="DATE", orders="INT", revenue="DECIMAL")),
    ("warehouse.reports.public", "customer_value", "",
     _columns(customer_id="BIGINT", orders="INT", revenue="DECIMAL")),
]  # fmt: skip
"""The tables: schema, name, description and columns."""


@public_call
def load_example_catalogue(om: Client) -> None:
    """Write a small catalogue to a server, such as a new sandbox; what exists is replaced.

    It has two database services, ``shop`` and ``warehouse``, with six tables; the users ``ada`` and
    ``grace`` and the team ``data``; the glossary ``Sales``; a pipeline and a dashboard; lineage
    between these; sample data, a profile and tests of ``shop.sales.public.orders``. What the
    release of the server does not have is left out.

    Args:
        om: an administrator's client.

    Raises:
        ServerError: the server refused something.
        TransportError: the server did not respond.
    """
    for step in (_people, _data, _words, _flows, _orders):
        step(om)


def _people(om: Client) -> None:
    om.teams.upsert(name="data", displayName="Data team", teamType="Group")
    team = om.teams["data"]
    for name in ("ada", "grace"):
        om.users.upsert(
            name=name,
            displayName=name.capitalize(),
            email=f"{name}@example.com",
            teams=[team.id],
        )


def _data(om: Client) -> None:
    for service, database in (("shop", "sales"), ("warehouse", "reports")):
        om.database_services.upsert(
            name=service,
            serviceType="Mysql",
            connection={"config": {"username": "reader", "hostPort": f"{service}:3306"}},
        )
        om.databases.upsert(name=database, service=service)
        om.database_schemas.upsert(name="public", database=f"{service}.{database}")
    om.database_schemas.upsert(
        name="staging", database="warehouse.reports", description="For loads and experiments."
    )
    for schema, name, description, columns in _TABLES:
        text = {"description": description} if description else {}
        om.tables.upsert(name=name, databaseSchema=schema, columns=columns, **text)


def _words(om: Client) -> None:
    om.glossaries.upsert(
        name="Sales", displayName="Sales", description="The words of the sales department."
    )
    for name, meaning in (
        ("Customer", "A person who has placed at least one order."),
        ("Order", "The agreement of a customer and the shop on goods and their price."),
    ):
        om.glossary_terms.upsert(name=name, displayName=name, glossary="Sales", description=meaning)


def _flows(om: Client) -> None:
    airflow = {"hostPort": "http://airflow:8080", "connection": {"type": "Backend"}}
    om.pipeline_services.upsert(
        name="airflow", serviceType="Airflow", connection={"config": {"type": "Airflow", **airflow}}
    )
    tasks = [{"name": "extract"}, {"name": "sum_up", "displayName": "Sum up"}]
    om.pipelines.upsert(
        name="nightly", displayName="Nightly report", service="airflow", tasks=tasks
    )
    metabase = {"hostPort": "http://metabase:3000", "username": "reader"}
    om.dashboard_services.upsert(
        name="metabase",
        serviceType="Metabase",
        connection={"config": {"type": "Metabase", **metabase}},
    )
    om.dashboards.upsert(name="sales", displayName="Sales of the month", service="metabase")
    orders, daily = f"table:{_ORDERS}", f"table:{_DAILY}"
    om.lineage.add(f"table:{_CUSTOMERS}", orders, columns={"customer_id": "id"})
    om.lineage.add(
        orders,
        daily,
        columns={"day": "placed_at", "orders": "id", "revenue": "total"},
        pipeline="airflow.nightly",
    )
    om.lineage.add(orders, "table:warehouse.reports.public.customer_value")
    om.lineage.add(daily, "dashboard:metabase.sales")


def _orders(om: Client) -> None:
    orders = om.tables.add_owners(_ORDERS, "user:ada")
    om.tables.add_owners(_CUSTOMERS, "team:data")
    om.tables.set_tier(orders, "Tier1")
    om.tables.add_tags(orders, "Sales.Order")
    om.tables.set_description(orders, "Assigned by the shop.", column="id")
    om.tables.add_tags(_CUSTOMERS, "PII.Sensitive", column="email")
    rows = [
        {"id": 1, "customer_id": 1, "placed_at": "2026-01-30 09:12:00", "total": 20},
        {"id": 2, "customer_id": 1, "placed_at": "2026-01-30 17:40:00", "total": 35},
        {"id": 3, "customer_id": 2, "placed_at": "2026-01-31 11:05:00", "total": 120},
    ]
    counts = {"total": {"nullCount": 0, "min": 20, "max": 120}}
    for optional in (
        lambda: om.tables.set_sample_data(orders, rows),
        lambda: om.tables.add_profile(orders, at="2026-01-31", row_count=3, columns=counts),
        lambda: om.quality.add_test(
            orders, "columnValuesToBeBetween", "total", minValue=0, maxValue=100
        ),
        lambda: om.quality.add_test(orders, "tableRowCountToEqual", value=3),
        lambda: om.quality.run(orders, rows, publish=True, at="2026-01-31"),
    ):
        _if_supported(optional)


def _if_supported(call: Callable[[], Any]) -> None:
    """Call what some releases do not have."""
    try:
        call()
    except NotSupported:
        return
