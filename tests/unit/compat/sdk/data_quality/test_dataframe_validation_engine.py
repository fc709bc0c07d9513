"""Test cases that are run on a data frame."""

from __future__ import annotations

import pytest

from dynclient.compat.sdk.data_quality.case_models import create_mock_test_case
from dynclient.compat.sdk.data_quality.column_tests import ColumnValuesToBeUnique
from dynclient.compat.sdk.data_quality.dataframe_validation_engine import DataFrameValidationEngine
from dynclient.compat.sdk.data_quality.table_tests import TableRowCountToEqual
from dynclient.errors import BadArguments


def test_test_cases_are_run_until_one_fails() -> None:
    tests = (TableRowCountToEqual(2), ColumnValuesToBeUnique("id"), TableRowCountToEqual(2))
    engine = DataFrameValidationEngine(create_mock_test_case(test) for test in tests)
    assert len(engine.test_cases) == 3
    result = engine.execute({"id": [1, 1]})
    assert (result.success, result.total_tests, result.passed_tests) == (False, 2, 1)
    assert result.execution_time_ms > 0
    assert engine.execute({"id": [1, 2]}).success


def test_without_test_cases_everything_passes() -> None:
    result = DataFrameValidationEngine([]).execute({"id": [1]})
    assert (result.success, result.total_tests) == (True, 0)


def test_what_is_not_a_frame_is_refused() -> None:
    with pytest.raises(BadArguments, match=r"DataFrameValidationEngine\.execute: 1 problem"):
        DataFrameValidationEngine([]).execute(3)
