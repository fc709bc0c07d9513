"""Test cases: their results, incidents and suites, and frames that are checked against them."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from math import nan
from typing import Any

import pytest

from dynclient import QualityTest
from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, NotSupported, RequestInvalid

pytestmark = pytest.mark.usefixtures("removed_afterwards")

A_DAY = datetime.date(2026, 1, 1)
NUMBERS = itertools.count()
UNIQUE = "columnValuesToBeUnique"


@pytest.fixture
def table(each: Client) -> Iterator[Any]:
    """A table with the columns id and total."""
    service = each.database_services.create(
        name=f"tested{next(NUMBERS)}",
        serviceType="Mysql",
        connection={"config": {"hostPort": "x", "username": "x"}},
    )
    database = each.databases.create(name="db", service=service)
    schema = each.database_schemas.create(name="s", database=database)
    columns = [{"name": name, "dataType": "INT"} for name in ("id", "total")]
    if UNIQUE not in each.test_definitions:
        each.test_definitions.create(
            name=UNIQUE, description="No value twice.", entityType="COLUMN",
            testPlatforms=["OpenMetadata"],
        )  # fmt: skip
    table = each.tables.create(name="t", databaseSchema=schema, columns=columns)
    yield table
    each.test_suites.delete_for_table(table, hard=True)
    each.database_services.delete(service, recursive=True, hard=True)


@pytest.fixture
def case(each: Client, table: Any) -> Any:
    return each.quality.add_test(table, "tableRowCountToEqual", value=3)


def test_a_table_has_one_suite(each: Client, table: Any) -> None:
    suite = each.test_suites.for_table(table)
    assert each.test_suites.for_table(table.fullyQualifiedName).id == suite.id
    assert each.test_suites.for_table(table.id).name == f"{table.fullyQualifiedName}.testSuite"
    with pytest.raises(NotFound):
        each.test_suites.for_table("tested.db.s.nope")
    each.test_suites.delete_for_table(table, hard=True)
    each.test_suites.delete_for_table(table)
    assert each.test_suites.for_table(table).id != suite.id


def test_test_cases_are_created_once_and_changed(each: Client, table: Any) -> None:
    first = each.quality.add_test(
        table, "columnValuesToBeBetween", "total", name="sane", minValue=0
    )
    assert first.fullyQualifiedName == f"{table.fullyQualifiedName}.total.sane"
    again = each.quality.add_test(
        table.id, "columnValuesToBeBetween", "total", name="sane", description="Sane.",
        minValue=1, maxValue=9,
    )  # fmt: skip
    assert again.id == first.id
    assert [value.value for value in again.parameterValues] == ["1", "9"]
    assert again.description == "Sane."
    each.quality.add_test(table, UNIQUE, "id")
    names = {test.name for test in each.quality.tests(table)}
    assert {"id_columnValuesToBeUnique", "sane"} <= names
    with pytest.raises(NotFound):
        each.quality.add_test(table, "noSuchDefinition")
    each.test_cases.delete(first, hard=True)
    assert first.id not in each.test_cases


def test_a_test_of_what_does_not_exist_is_refused(each: Client, table: Any) -> None:
    with pytest.raises(NotFound, match="did you mean columnValuesToBeBetween"):
        each.quality.add_test(table, "columnValuesToBeBetwen", "total")
    with pytest.raises(BadArguments) as caught:
        each.quality.add_test(table, "columnValuesToBeBetween", "totl", minValu=0, maxValue=nan)
    text = str(caught.value)
    assert "column: there is no column 'totl'; did you mean total?" in text
    assert "minValu: is not a parameter of columnValuesToBeBetween; did you mean minValue" in text
    assert "maxValue: must be a text, a finite number, a bool or a list, not nan" in text
    with pytest.raises(BadArguments, match="it has value"):
        each.quality.add_test(table, "tableRowCountToEqual", xyz=1)
    assert list(each.quality.tests(table)) == []


def test_results_are_added_listed_and_deleted(each: Client, case: Any) -> None:
    added = each.test_cases.add_result(
        case, "success", at=A_DAY, result="3 rows", values={"rowCount": 3, "fine": True}
    )
    assert added.testCaseStatus == "Success"
    assert [value.value for value in added.testResultValue] == ["3", "true"]
    each.test_cases.add_result(case.fullyQualifiedName, "Failed", at="2026-01-02")
    results = each.test_cases.results(case)
    assert [result.testCaseStatus for result in results] == ["Failed", "Success"]
    assert len(list(each.test_cases.results(case.id, until=A_DAY))) == 1
    assert len(list(each.test_cases.results(case, since="2026-01-01T12:00:00"))) == 1
    each.test_cases.delete_result(case, results[0])
    each.test_cases.delete_result(case, A_DAY)
    assert list(each.test_cases.results(case)) == []
    with pytest.raises(NotFound):
        each.test_cases.delete_result(case, A_DAY)
    with pytest.raises(RequestInvalid, match="testCaseStatus"):
        each.test_cases.add_result(case, "Fine")
    with pytest.raises(NotFound):
        each.test_cases.add_result("tested.db.s.t.nope", "Success")


def test_incidents_are_assigned_and_resolved(each: Client, case: Any) -> None:
    if not each.supports("test_cases.incidents"):
        with pytest.raises(NotSupported, match=r"since 1\.3"):
            each.test_cases.assign(case, "admin")
        return
    assert list(each.test_cases.incidents(case)) == []
    each.test_cases.add_result(case, "Failed")
    noticed = each.test_cases.acknowledge(case, severity="Severity2")
    assert (noticed.severity, noticed.testCaseReference.name) == ("Severity2", case.name)
    assert next(iter(each.test_cases.incidents(case))).severity == "Severity2"
    assigned = each.test_cases.assign(case, "user:admin")
    assert assigned.testCaseResolutionStatusDetails.assignee.name == "admin"
    with pytest.raises(BadArguments, match="did you mean FalsePositive"):
        each.test_cases.resolve(case, "FalsePositiv")
    resolved = each.test_cases.resolve(case.fullyQualifiedName, "FalsePositive", "It was right.")
    assert resolved.testCaseResolutionStatusDetails.testCaseFailureComment == "It was right."
    states = [state.testCaseResolutionStatusType for state in each.test_cases.incidents(case)]
    assert sorted(states) == ["Ack", "Assigned", "New", "Resolved"]
    assert len(list(each.test_cases.incidents(case, latest=True))) == 1
    with pytest.raises(NotFound):
        each.test_cases.assign(case, "user:nobody")


def test_cases_of_any_tables_are_in_a_suite(each: Client, table: Any, case: Any) -> None:
    if not each.supports("test_suites.add_test_cases"):
        with pytest.raises(NotSupported, match=r"since 1\.1"):
            each.test_suites.add_test_cases("logical", [case])
        return
    suite = each.test_suites.create(name="logical", description="Of all tables.")
    other = each.quality.add_test(table, UNIQUE, "id")
    each.test_suites.add_test_cases(suite, [case, other.fullyQualifiedName])
    each.test_suites.add_test_cases("logical", case)
    assert each.test_suites.summary(suite) is not None
    tests = each.test_suites.get(suite.id, fields=["tests"]).tests
    assert {test.id for test in tests} == {case.id, other.id}
    each.test_suites.remove_test_case(suite, other)
    tests = each.test_suites.get(suite.id, fields=["tests"]).tests
    assert [test.id for test in tests] == [case.id]
    with pytest.raises(BadArguments, match="one or more test cases"):
        each.test_suites.add_test_cases(suite, [])
    each.test_suites.delete(suite, hard=True)


def test_frames_are_checked_against_the_tests_of_a_table(each: Client, table: Any) -> None:
    each.quality.add_test(table, UNIQUE, "id")
    each.quality.add_test(table, "columnValuesToBeBetween", "total", minValue=0, maxValue=10)
    count = each.quality.add_test(table, "tableRowCountToEqual", value=3)
    rows = [{"id": 1, "total": 5}, {"id": 1, "total": 11}, {"id": 2, "total": None}]
    report = each.quality.run(table, rows)
    assert (len(report.passed), len(report.failed), len(report.skipped)) == (1, 2, 0)
    assert not report
    outcomes = {outcome.definition: outcome for outcome in report}
    unique, between = outcomes[UNIQUE], outcomes["columnValuesToBeBetween"]
    assert (unique.column, unique.failed_rows, unique.passed_rows) == ("id", 2, 1)
    assert between.failed_positions == (1,)
    assert "2 passed" not in repr(report)
    assert "tableRowCountToEqual: 3 rows; 3 expected" in str(report)
    assert list(each.test_cases.results(count)) == []

    without = each.quality.run(table, [{"id": 1}])
    assert [outcome.column for outcome in without.skipped] == ["total"]
    assert "no column 'total'" in without.skipped[0].message
    assert each.quality.run(table, [(1, 2), (2, 3), (3, 4)], columns=["id", "total"])


def test_results_of_a_frame_are_published(each: Client, table: Any, case: Any) -> None:
    unique = each.quality.add_test(table, UNIQUE, "id")
    report = each.quality.run(table, {"id": [1, 1]}, publish=True, at=A_DAY)
    assert report.unpublished == []
    for test in (case, unique):
        (result,) = each.test_cases.results(test, since=A_DAY, until=A_DAY)
        assert result.testCaseStatus == "Failed"
    if each.release.version >= (1, 6):
        assert result.failedRows == 2
        again = each.quality.run(table, {"id": [1, 2, 3]}, publish=True, at=A_DAY)
        assert again  # the tests passed, whether or not the results could be published
        assert len(again.unpublished) == 2
        assert "not published" in str(again)


def test_tests_as_code_are_added_and_published(each: Client, table: Any) -> None:
    tests = [
        QualityTest("columnValuesToBeBetween", "total", minValue=0, name="sane"),
        QualityTest("tableRowCountToEqual", value=2, description="Two."),
    ]
    assert [case.name for case in each.quality.add_tests(table, tests)] == [
        "sane", "tableRowCountToEqual",
    ]  # fmt: skip
    changed = each.quality.add_tests(
        table, {"definition": "tableRowCountToEqual", "parameters": {"value": 1}}
    )
    assert [value.value for value in changed[0].parameterValues] == ["1"]
    kept = each.quality.add_tests(table, tests[1], update=False)
    assert (kept[0].id, kept[0].parameterValues[0].value) == (changed[0].id, "1")
    rows = [{"id": 1, "total": -1}]
    report = each.quality.run(table, rows, tests, publish=True, at=A_DAY)
    assert [outcome.status for outcome in report] == ["Failed", "Failed"]
    assert report.unpublished == []
    results = each.test_cases.results(report[0].case, since="2025-12-01")
    assert [result.testCaseStatus for result in results] == ["Failed"]
    if hasattr(results[0], "failedRowsPercentage"):
        assert (results[0].failedRows, results[0].failedRowsPercentage) == (1, 100.0)
    with pytest.raises(BadArguments) as caught:
        each.quality.add_tests(
            table, QualityTest(UNIQUE, "idd"), QualityTest("tableRowCountToEqual", valu=1)
        )
    text = str(caught.value)
    assert "tests[0].column: there is no column 'idd'; did you mean id?" in text
    assert "tests[1].valu: is not a parameter of tableRowCountToEqual; did you mean value" in text
    assert each.quality.add_tests(table) == []


def test_frames_are_checked_against_tests_of_all_kinds(each: Client, table: Any, case: Any) -> None:
    rows = [{"id": 1, "total": 5}, {"id": 1, "total": 6}]
    sane = QualityTest("columnValuesToBeUnique", "id")
    report = each.quality.check(rows, sane, case, f"testCase:{case.fullyQualifiedName}", table)
    assert [outcome.definition for outcome in report] == [
        "columnValuesToBeUnique", *["tableRowCountToEqual"] * 3,
    ]  # fmt: skip
    assert [outcome.status for outcome in report] == ["Failed"] * 4
    stopped = each.quality.check(rows, sane, case, stop_at_failure=True)
    assert [outcome.status for outcome in stopped] == ["Failed", "Skipped"]
    assert list(each.test_cases.results(case)) == []
    with pytest.raises(BadArguments, match=r"tests\[1\]: must be a dynclient.QualityTest"):
        each.quality.check(rows, sane, "tableRowCountToEqual")
    with pytest.raises(BadArguments, match="pass one or more tests"):
        each.quality.check(rows)


def test_a_column_with_a_dot_has_tests(each: Client, table: Any) -> None:
    columns = [{"name": "unit.price", "dataType": "INT"}]
    other = each.tables.create(name="dotted", databaseSchema=table.databaseSchema, columns=columns)
    first = each.quality.add_test(other, UNIQUE, "unit.price")
    assert each.quality.add_test(other, UNIQUE, '"unit.price"', name=first.name).id == first.id
    report = each.quality.run(other, [{"unit.price": 1}, {"unit.price": 1}])
    assert report.failed[0].column == "unit.price"
    each.test_suites.delete_for_table(other, hard=True)
