"""Sample catalogues of any size, the same for every seed, valid for any release."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dynclient.errors import UsageError
from dynclient.testing.example_catalogue import load_example_catalogue
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.schema import Release

Row = tuple[str, dict[str, Any]]
"""An entity type and a create request."""

SHOP = "shop"
_SMALL = 25
_TABLES_PER_SCHEMA = 50
_SCHEMAS_PER_DATABASE = 10
_SUBJECTS = (
    "customers", "orders", "order_items", "products", "payments", "refunds", "shipments", "visits",
    "campaigns", "suppliers", "stock", "prices", "reviews", "returns", "employees", "stores",
)  # fmt: skip
_STAGES = ("raw", "clean", "daily", "monthly", "history", "current")
_COLUMNS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("name", "VARCHAR", {"dataLength": 120}), ("email", "VARCHAR", {"dataLength": 254}),
    ("city", "VARCHAR", {"dataLength": 80}), ("country", "CHAR", {"dataLength": 2}),
    ("amount", "DECIMAL", {"precision": 12, "scale": 2}), ("quantity", "INT", {}),
    ("created_at", "TIMESTAMP", {}), ("changed_at", "TIMESTAMP", {}), ("day", "DATE", {}),
    ("is_active", "BOOLEAN", {}), ("comment", "STRING", {}), ("score", "DOUBLE", {}),
)  # fmt: skip
_PEOPLE = ("ada", "grace", "alan", "edsger", "barbara", "donald", "frances", "tony")
_TERMS = (
    ("Customer", "A person or company that has placed at least one order."),
    ("Order", "The agreement on goods and their price."),
    ("Revenue", "The sum of what customers have paid, without taxes."),
    ("Churn", "The share of customers who have not returned within a year."),
)
_LABEL = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}


class SampleCatalogue:
    """A catalogue to write to a server; :func:`catalogue` returns one.

    Attributes:
        tables: the number of its tables.
        seed: the seed of its choices.
    """

    def __init__(self, tables: int, seed: int, *, is_shop: bool = False) -> None:
        self.tables = tables
        self.seed = seed
        self._is_shop = is_shop

    def __repr__(self) -> str:
        name = "shop" if self._is_shop else f"{self.tables:,} tables"
        return f"<SampleCatalogue {name}, seed {self.seed}>"

    @public_call
    def rows(self, release: Release) -> Iterator[Row]:
        """Yield the create requests in the order in which they can be sent, with their types.

        Nothing is kept in memory. Types that the release does not have are left out.

        Args:
            release: the release that they are for.

        Raises:
            UsageError: the catalogue is the shop, which also has lineage and results of tests, and
                can only be loaded.
        """
        if self._is_shop:
            raise UsageError("the shop is more than create requests: load it, catalogue.load(om)")
        known = {name for name, entity in release.entities.items() if entity.create is not None}
        return (row for row in self._rows() if row[0] in known)

    @public_call
    def load(self, om: Client, *, workers: int | None = None) -> int:
        """Write the catalogue to a server, such as a new sandbox; what exists is replaced.

        Args:
            om: an administrator's client.
            workers: the number of requests at once; default: as many as the server answers fast.

        Returns:
            The number of entities that were written.

        Raises:
            ServerError: the server refused something.
            TransportError: the server did not respond.
        """
        if self._is_shop:
            load_example_catalogue(om)
            return sum(count for count in om.counts().values())
        count = 0
        for kind, rows in groupby(self.rows(om.release), key=lambda row: row[0]):
            result = om[kind].upsert_many((row for _, row in rows), workers=workers)
            result.raise_failures()
            count += result.count
        return count

    def _rows(self) -> Iterator[Row]:
        chosen = random.Random(self.seed)  # noqa: S311 - not for secrets: the same for each seed
        for name in _PEOPLE:
            yield "user", {"name": name, "email": f"{name}@example.com"}
        yield "classification", {"name": "Care", "description": "How data must be handled."}
        for name in ("Public", "Internal", "Personal"):
            description = f"{name} data."
            yield "tag", {"name": name, "classification": "Care", "description": description}
        yield "glossary", {"name": "Business", "description": "The words of the business."}
        for name, meaning in _TERMS:
            yield "glossaryTerm", {"name": name, "glossary": "Business", "description": meaning}
        yield "databaseService", {
            "name": "sample", "serviceType": "Mysql", "connection": {"config": {
                "type": "Mysql", "username": "reader", "hostPort": "mysql:3306",
            }},
        }  # fmt: skip
        per_database = _TABLES_PER_SCHEMA * _SCHEMAS_PER_DATABASE
        databases = range(-(-self.tables // per_database))
        schemas = range(-(-self.tables // _TABLES_PER_SCHEMA))
        for database in databases:
            yield "database", {"name": f"area_{database}", "service": "sample"}
        for schema in schemas:
            database_name = f"sample.area_{schema // _SCHEMAS_PER_DATABASE}"
            yield "databaseSchema", {"name": f"part_{schema}", "database": database_name}
        for number in range(self.tables):
            yield "table", _table(chosen, number)


def _table(chosen: random.Random, number: int) -> dict[str, Any]:
    schema = number // _TABLES_PER_SCHEMA
    subject, stage = chosen.choice(_SUBJECTS), chosen.choice(_STAGES)
    columns: list[dict[str, Any]] = [
        {"name": "id", "dataType": "BIGINT", "constraint": "PRIMARY_KEY"}
    ]
    for name, kind, more in chosen.sample(_COLUMNS, chosen.randint(2, len(_COLUMNS))):
        column = {"name": name, "dataType": kind, **more}
        if name == "email":
            column["tags"] = [{"tagFQN": "Care.Personal", **_LABEL}]
        columns.append(column)
    table = {
        "name": f"{stage}_{subject}_{number}",
        "databaseSchema": f"sample.area_{schema // _SCHEMAS_PER_DATABASE}.part_{schema}",
        "columns": columns,
    }
    if chosen.random() < 0.7:
        table["description"] = f"The {subject.replace('_', ' ')} ({stage})."
    if chosen.random() < 0.3:
        name = chosen.choice(("Public", "Internal"))
        table["tags"] = [{"tagFQN": f"Care.{name}", **_LABEL}]
    return table


@public_call
def catalogue(size: str | int = SHOP, *, seed: int = 0) -> SampleCatalogue:
    """Return a realistic catalogue for demonstrations, tests and benchmarks.

    Args:
        size: ``"shop"``, the example of the documentation with lineage, tests and a dashboard;
            ``"small"``, 25 tables; or a number of tables, with their services, databases, schemas,
            tags, terms and users.
        seed: of the choices; the same seed and size give the same catalogue on every release.

    Raises:
        UsageError: ``size`` has another value.
    """
    if size == SHOP:
        return SampleCatalogue(6, seed, is_shop=True)
    if size == "small":
        return SampleCatalogue(_SMALL, seed)
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise UsageError(
            f"size must be 'small', 'shop' or a number of tables from 0 up, not {size!r}"
        )
    return SampleCatalogue(size, seed)
