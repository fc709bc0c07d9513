"""Results of tests, and those of parts as one."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.compat.sdk.data_quality.column_tests import (
    ColumnValuesToBeBetween,
    ColumnValuesToBeNotNull,
)
from dynclient.compat.sdk.data_quality.dataframe_validator import DataFrameValidator
from dynclient.compat.sdk.data_quality.table_tests import TableCustomSQLQuery
from dynclient.compat.sdk.data_quality.validation_results import (
    FailureMode,
    ValidationResult,
    failure_mode,
)
from dynclient.errors import BadArguments


@pytest.fixture
def validator() -> DataFrameValidator:
    found = DataFrameValidator()
    found.add_tests(
        ColumnValuesToBeNotNull("id"), ColumnValuesToBeBetween("id", 1, 3, name="small")
    )
    return found


def test_results_are_split_by_status(validator: DataFrameValidator) -> None:
    result = validator.validate({"id": [1, 2, 7]})
    assert (result.total_tests, result.passed_tests, result.failed_tests) == (2, 1, 1)
    assert result.test_results == [*result.passes, *result.failures]
    assert [each.testCaseStatus.value for each in result.failures] == ["Failed"]
    failure = result.failures[0]
    assert (failure.passedRows, failure.failedRows) == (2, 1)
    assert round(failure.failedRowsPercentage) == 33
    assert [(each.name, each.value) for each in failure.testResultValue] == [
        ("min", "1"), ("max", "7"),
    ]  # fmt: skip


def test_parts_are_added_up(validator: DataFrameValidator) -> None:
    parts = [validator.validate({"id": ids}) for ids in ([1, 2], [9], [3])]
    merged = ValidationResult.merge(*parts)
    assert (merged.success, merged.total_tests, merged.passed_tests) == (False, 2, 1)
    small = merged.failures[0]
    assert (small.passedRows, small.failedRows, small.failedRowsPercentage) == (3, 1, 25.0)
    assert small.result == "Failed for 1 of 3 parts: 1 of 1 values are not between 1 and 3"
    assert small.testResultValue[0].value == "9"
    assert small.timestamp == max(part.test_results[1].timestamp for part in parts)
    assert merged.execution_time_ms == sum(part.execution_time_ms for part in parts)
    assert ValidationResult.merge(parts[0]) == parts[0]


def test_a_test_that_could_not_be_run_for_a_part_is_aborted() -> None:
    validator = DataFrameValidator()
    validator.add_test(ColumnValuesToBeNotNull("id"))
    parts: list[Any] = [validator.validate({"id": [1]}), validator.validate({"no": [1]})]
    merged = ValidationResult.merge(*parts)
    (result,) = merged.failures
    assert result.testCaseStatus.value == "Aborted"
    assert "the frame has no column 'id'" in result.result
    assert result.passedRows is None


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="pass one or more results"):
        ValidationResult.merge()
    with pytest.raises(BadArguments, match=r"results\[0\]: must be a ValidationResult, not 3"):
        ValidationResult.merge(3)


def test_a_mode_is_a_member_or_its_value() -> None:
    assert failure_mode("short-circuit", "call") is FailureMode.SHORT_CIRCUIT
    with pytest.raises(BadArguments, match=r"must be FailureMode\.SHORT_CIRCUIT, not 'all'"):
        failure_mode("all", "call")


def test_a_result_is_written_as_json() -> None:
    validator = DataFrameValidator()
    validator.add_test(TableCustomSQLQuery("SELECT 1"))
    dumped = validator.validate({"id": [1]}).model_dump(mode="json", exclude_none=True)
    (case, result) = dumped["test_cases_and_results"][0]
    assert case["name"] == "custom_sql_query"
    assert result["testCaseStatus"] == "Aborted"
