"""Entries of a time series of an entity: recorded, listed, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dynclient.client.client import Client
from tests.support.external_server import own

pytestmark = pytest.mark.usefixtures("removed_afterwards")

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def case(each: Client) -> Iterator[Any]:
    """A test case of a table that is gone afterwards."""
    if "test_case_results" not in dir(each):
        pytest.skip(f"release {each.release.name} has no collection of test case results")
    config = {"config": {"username": "x", "hostPort": "x"}}
    service = each.database_services.create(
        name=own("series"), serviceType="Mysql", connection=config
    )
    database = each.databases.create(name="shop", service=service)
    schema = each.database_schemas.create(name="public", database=database)
    columns = [{"name": "id", "dataType": "INT"}]
    table = each.tables.create(name="t", databaseSchema=schema, columns=columns)
    suite = {}
    if "testSuite" in each.types.CreateTestCaseRequest._node.required:
        name = f"{table.fullyQualifiedName}.testSuite"
        suites = each.test_suites.op["POST /v1/dataQuality/testSuites/executable"]
        suites({"name": name, "executableEntityReference": table.fullyQualifiedName})
        suite["testSuite"] = name
    yield each.test_cases.create(
        name="c",
        entityLink=f"<#E::table::{table.fullyQualifiedName}>",
        testDefinition=each.test_definitions.list().first(),
        **suite,
    )
    each.database_services.delete(service, recursive=True, hard=True)


def test_results_of_a_test_case_have_a_life(each: Client, case: Any) -> None:
    results = each.test_case_results
    entry = {"testCaseStatus": "Failed", "testResultValue": [{"name": "rows", "value": "0"}]}
    created = results.create(fqn=case, timestamp=NOW, **entry)
    assert created.timestamp == NOW.timestamp() * 1000
    results.create(fqn=str(case.fullyQualifiedName), timestamp=NOW - timedelta(1), **entry)
    span = {"start": NOW - timedelta(2), "end": NOW + timedelta(seconds=1)}
    assert len(results.list(case, **span)) == len(list(results.list(case, **span))) == 2
    assert len(results.list(case, **span)[:1]) == 1
    assert [each.id for each in results.list(case, start=NOW, end=span["end"])] == [created.id]
    created.result = "no rows"
    assert each.save(created).result == "no rows"
    assert results.list(case, **span).first().result == "no rows"
    results.delete(created)
    results.delete(case, NOW - timedelta(1))
    assert list(results.list(case, **span)) == []
