"""Tests of data frames, whole and in parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.compat.sdk.data_quality.base_tests import BaseTest
from dynclient.compat.sdk.data_quality.column_tests import (
    ColumnValuesToBeNotNull,
    ColumnValuesToBeUnique,
)
from dynclient.compat.sdk.data_quality.custom_warnings import WholeTableTestsWarning
from dynclient.compat.sdk.data_quality.dataframe_validator import DataFrameValidator
from dynclient.compat.sdk.data_quality.table_tests import TableRowCountToEqual
from dynclient.compat.sdk.default_client import reset
from dynclient.errors import BadArguments, UsageError


def validator_of(*tests: BaseTest) -> DataFrameValidator:
    validator = DataFrameValidator()
    validator.add_tests(*tests)
    return validator


class Calls:
    """What became of the parts of the data, in order."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []

    def loaded(self, part: Any, result: Any) -> None:
        assert result.success
        self.made.append(("loaded", len(part["id"])))

    def refused(self, part: Any, result: Any) -> None:
        assert not result.success
        self.made.append(("refused", len(part["id"])))


def test_the_tests_after_a_failure_are_not_run() -> None:
    validator = validator_of(
        ColumnValuesToBeNotNull("id"), ColumnValuesToBeUnique("id"), TableRowCountToEqual(2)
    )
    result = validator.validate({"id": [1, 1]})
    assert [case.name.root for case, _ in result.test_cases_and_results] == [
        "id_not_null", "id_unique",
    ]  # fmt: skip


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_frames_of_all_packages_are_tested(package: str) -> None:
    module = pytest.importorskip(package)
    data = {"id": [1, None]}
    frame = module.table(data) if package == "pyarrow" else module.DataFrame(data)
    (failure,) = validator_of(ColumnValuesToBeNotNull("id")).validate(frame).failures
    assert failure.failedRows == 1


def test_no_data_frame_is_needed_to_use_the_module() -> None:
    assert validator_of(ColumnValuesToBeNotNull("id")).validate([{"id": 1}]).success


def test_each_part_is_read_after_the_one_before_is_loaded() -> None:
    calls = Calls()

    def parts() -> Iterator[dict[str, list[Any]]]:
        for number, ids in enumerate(([1, 2], [3], [None, 4], [5])):
            assert len(calls.made) == number
            yield {"id": ids}

    result = validator_of(ColumnValuesToBeNotNull("id")).run(parts(), calls.loaded, calls.refused)
    assert calls.made == [("loaded", 2), ("loaded", 1), ("refused", 2)]
    assert not result.success
    assert (result.total_tests, result.failures[0].failedRows) == (1, 1)


def test_no_parts_have_no_results() -> None:
    calls = Calls()
    result = validator_of(ColumnValuesToBeNotNull("id")).run([], calls.loaded, calls.refused)
    assert (result.success, result.total_tests, calls.made) == (True, 0, [])


def test_tests_that_need_all_rows_are_named() -> None:
    calls = Calls()
    validator = validator_of(ColumnValuesToBeUnique("id"), ColumnValuesToBeNotNull("id"))
    with pytest.warns(WholeTableTestsWarning, match="be wrong: columnValuesToBeUnique. Validate"):
        validator.run([{"id": [1]}, {"id": [1]}], calls.loaded, calls.refused)
    assert calls.made == [("loaded", 1), ("loaded", 1)]


def test_everything_that_is_wrong_with_a_run_is_listed() -> None:
    pandas = pytest.importorskip("pandas")
    validator = validator_of(ColumnValuesToBeNotNull("id"))
    with pytest.raises(BadArguments) as caught:
        validator.run(pandas.DataFrame({"id": [1]}), None, 3)  # type: ignore[arg-type]
    assert [problem.path for problem in caught.value.problems] == [
        "on_success", "on_failure", "data",
    ]  # fmt: skip
    assert "for one frame, use validate()" in str(caught.value)
    with pytest.raises(BadArguments, match="mode: must be FailureMode"):
        validator.validate({"id": [1]}, mode="all")  # type: ignore[arg-type]
    with pytest.raises(BadArguments, match="must be a test"):
        validator.add_tests(3)  # type: ignore[arg-type]


def test_tests_of_a_server_need_a_client() -> None:
    reset()
    with pytest.raises(UsageError, match=r"configure\("):
        DataFrameValidator().add_openmetadata_test("a.b.c.d.rows")
