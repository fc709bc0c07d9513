"""Samples, profiles, usage, joins and queries of tables, and samples of topics."""

from __future__ import annotations

import datetime
import itertools
import math
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from dynclient import model
from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, NotSupported, RequestInvalid

pytestmark = pytest.mark.usefixtures("removed_afterwards")

NUMBERS = itertools.count()
A_DAY = datetime.date(2026, 1, 1)


@pytest.fixture
def table(each: Client) -> Iterator[Any]:
    """A table with the columns id and total."""
    service = each.database_services.create(
        name=f"profiled{next(NUMBERS)}",
        serviceType="Mysql",
        connection={"config": {"hostPort": "x", "username": "x"}},
    )
    database = each.databases.create(name="db", service=service)
    schema = each.database_schemas.create(name="s", database=database)
    columns = [{"name": name, "dataType": "INT"} for name in ("id", "total")]
    yield each.tables.create(name="t", databaseSchema=schema, columns=columns)
    each.database_services.delete(service, recursive=True, hard=True)


def test_sample_data_are_replaced_read_and_deleted(each: Client, table: Any) -> None:
    assert each.tables.sample_data(table) is None
    rows = {"id": [1, math.nan], "total": [Decimal("1.5"), uuid.UUID(int=1)]}
    sample = each.tables.set_sample_data(table, rows)
    assert model.raw(sample)["columns"] == ["id", "total"]
    read = model.raw(each.tables.sample_data(table.fullyQualifiedName))
    assert read["rows"] == [[1, 1.5], [None, "00000000-0000-0000-0000-000000000001"]]
    with pytest.raises(BadArguments, match=r"'idd'; did you mean id.*\n.*'totl'; did you mean"):
        each.tables.set_sample_data(table, [{"idd": 1, "totl": 2}])
    again = each.tables.set_sample_data(table.id, [(3, b"x")], columns=["id", "total"])
    assert model.raw(again)["rows"] == [[3, "[base64]eA=="]]
    each.tables.delete_sample_data(table)
    assert each.tables.sample_data(table) is None
    with pytest.raises(NotFound):
        each.tables.sample_data("nope.db.s.t")


def test_samples_of_topics_are_messages(each: Client) -> None:
    service = each.messaging_services.create(
        name=f"profiled{next(NUMBERS)}",
        serviceType="Kafka",
        connection={"config": {"type": "Kafka", "bootstrapServers": "x"}},
    )
    topic = each.topics.create(name="t", service=service, partitions=1)
    try:
        sample = each.topics.set_sample_data(topic, ["a", {"b": math.nan}])
        assert list(sample.messages) == ["a", '{"b": null}']
        if each.supports("topics.sample_data"):
            assert list(each.topics.sample_data(topic).messages) == ["a", '{"b": null}']
        else:
            with pytest.raises(NotSupported, match=r"since 1\.1"):
                each.topics.sample_data(topic)
    finally:
        each.messaging_services.delete(service, recursive=True, hard=True)


def test_profiles_are_added_listed_and_deleted(each: Client, table: Any) -> None:
    tables = each.tables
    tables.add_profile(table, at=A_DAY, row_count=100, columns={"id": {"nullCount": 0}})
    tables.add_profile(
        table.fullyQualifiedName,
        at="2026-01-02",
        row_count=90,
        columns={"id": {"nullCount": 1}},
        system=[{"operation": "INSERT", "rowsAffected": 10}],
        columnCount=2,
    )
    assert [profile.rowCount for profile in tables.profile(table)] == [90, 100]
    assert [profile.rowCount for profile in tables.profile(table, until=A_DAY)] == [100]
    assert [profile.nullCount for profile in tables.column_profile(table, "id")] == [1, 0]
    assert [each.rowsAffected for each in tables.system_profile(table)] == [10]
    latest = tables.latest_profile(table.id)
    assert latest.profile.rowCount == 90
    assert latest.columns[0].profile.nullCount == 1
    tables.delete_profile(table, tables.profile(table)[0])
    tables.delete_profile(table, A_DAY, column="id")
    assert [profile.rowCount for profile in tables.profile(table)] == [100]
    assert [profile.nullCount for profile in tables.column_profile(table, "id")] == [1]
    with pytest.raises(BadArguments, match="'idd'; did you mean id"):
        tables.add_profile(table, row_count=1, columns={"idd": {}})
    with pytest.raises(RequestInvalid, match="rowCnt"):
        tables.add_profile(table, rowCnt=1)


def test_the_profiler_of_a_table_is_configured(each: Client, table: Any) -> None:
    assert each.tables.profiler_config(table) is None
    config = each.tables.set_profiler_config(table, profileSample=20)
    assert config.profileSample == 20
    changed = each.tables.set_profiler_config(table, config, profileSampleType="ROWS")
    assert changed.profileSampleType == "ROWS"
    assert each.tables.profiler_config(table.id).profileSample == 20
    each.tables.delete_profiler_config(table)
    assert each.tables.profiler_config(table) is None
    with pytest.raises(BadArguments, match="did you mean profileSample"):
        each.tables.set_profiler_config(table, profileSmaple=20)


def test_custom_metrics_are_added_and_removed(each: Client, table: Any) -> None:
    each.tables.add_custom_metric(table, "big", "SELECT max(id) FROM t", column="id")
    for _ in range(2):  # the second time, there is none
        each.tables.remove_custom_metric(table, "big", column="id")
    with pytest.raises(BadArguments, match="'idd'; did you mean id"):
        each.tables.add_custom_metric(table, "big", "SELECT 1", column="idd")


def test_data_models_are_replaced_and_read(each: Client, table: Any) -> None:
    assert each.tables.data_model(table) is None
    data_model = {"modelType": "DBT", "sql": "select 1", "columns": []}
    assert each.tables.set_data_model(table, data_model).modelType == "DBT"
    assert each.tables.data_model(table.id).sql == "select 1"


def test_usage_is_added_replaced_and_read(each: Client, table: Any) -> None:
    if not each.supports("tables.usage"):
        pytest.skip("the release has no usage")
    each.tables.add_usage(table, 5, on=A_DAY)
    each.tables.add_usage(table.fullyQualifiedName, 3, on="2026-01-01")
    each.tables.add_usage(table, 2, on="2025-12-31")
    each.tables.rank_usage(A_DAY)
    usage = each.tables.usage(table, until=A_DAY)
    assert [(day.date, day.dailyStats.count) for day in usage] == [
        ("2026-01-01", 8),
        ("2025-12-31", 2),
    ]
    each.tables.add_usage(table, 1, on=A_DAY, replace=True)
    (day,) = each.tables.usage(table, days=1, until=A_DAY)
    assert day.dailyStats.count == 1
    assert list(each.tables.usage(table)) == []
    connection = {
        "config": {"type": "Looker", "clientId": "x", "clientSecret": "x", "hostPort": "http://x"}
    }
    service = each.dashboard_services.create(
        name=str(table.id), serviceType="Looker", connection=connection
    )
    dashboard = each.dashboards.create(name="d", service=service)
    each.dashboards.add_usage(dashboard, 5)
    assert each.dashboards.usage(dashboard)[0].dailyStats.count == 5
    each.dashboard_services.delete(service, recursive=True, hard=True)


def test_joins_are_added(each: Client, table: Any) -> None:
    other = f"{table.fullyQualifiedName}.total"
    each.tables.add_joins(table, {"id": {other: 7}})
    (join,) = each.tables.get(table.id, fields=["joins"]).joins.columnJoins
    assert (join.columnName, join.joinedWith[0].joinCount) == ("id", 7)
    with pytest.raises(BadArguments, match="'idd'; did you mean id"):
        each.tables.add_joins(table, {"idd": {other: 7}})


def test_queries_are_created_once(each: Client, table: Any) -> None:
    if not each.supports("tables.queries"):
        pytest.skip("the release has no queries")
    a, b = f"SELECT id FROM {table.id}", f"SELECT total FROM {table.id}"
    added = each.tables.add_queries(table, f" {a}; ", a, b, users=["admin"], at=A_DAY)
    assert [query.query for query in added] == [a, b]
    (again,) = each.tables.add_queries(table.id, a, users=["user:admin"])
    assert again.id == added[0].id
    used = {query.id for query in each.tables.queries(table, fields=["queryUsedIn"])}
    assert used == {query.id for query in added}
    with pytest.raises(BadArguments, match=r"sql\[1\]"):
        each.tables.add_queries(table, a, " ; ")
    if not each.supports("queries.add_cost"):
        with pytest.raises(NotSupported, match=r"since 1\.10"):
            each.queries.add_cost(again, 1.5)
