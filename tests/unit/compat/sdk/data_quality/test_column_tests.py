"""Tests of columns as code: their parameters, their names, and what they find."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.compat.sdk.data_quality import column_tests
from dynclient.compat.sdk.data_quality.base_tests import ColumnTest
from dynclient.compat.sdk.data_quality.column_tests import (
    ColumnValueLengthsToBeBetween,
    ColumnValueMaxToBeBetween,
    ColumnValueMeanToBeBetween,
    ColumnValueMedianToBeBetween,
    ColumnValueMinToBeBetween,
    ColumnValuesMissingCount,
    ColumnValuesSumToBeBetween,
    ColumnValueStdDevToBeBetween,
    ColumnValuesToBeAtExpectedLocation,
    ColumnValuesToBeBetween,
    ColumnValuesToBeInSet,
    ColumnValuesToBeNotInSet,
    ColumnValuesToBeNotNull,
    ColumnValuesToBeUnique,
    ColumnValuesToMatchRegex,
    ColumnValuesToNotMatchRegex,
)
from dynclient.compat.sdk.data_quality.dataframe_validator import DataFrameValidator
from dynclient.errors import BadArguments

ROWS: dict[str, list[Any]] = {"id": [1, 2, 3], "name": ["ab", "cd", None]}

CASES: list[tuple[ColumnTest, dict[str, str], str, bool]] = [
    (ColumnValuesToBeBetween("id", 1, 2.5), {"minValue": "1", "maxValue": "2.5"},
     "id_values_between", False),
    (ColumnValueMaxToBeBetween("id", max_value=3), {"maxValueForMaxInCol": "3"},
     "id_max_between", True),
    (ColumnValueMinToBeBetween("id", 2), {"minValueForMinInCol": "2"}, "id_min_between", False),
    (ColumnValueMeanToBeBetween("id", 2, 2),
     {"minValueForMeanInCol": "2", "maxValueForMeanInCol": "2"}, "id_mean_between", True),
    (ColumnValueMedianToBeBetween("id", 3), {"minValueForMedianInCol": "3"},
     "id_median_between", False),
    (ColumnValueStdDevToBeBetween("id", 0, 1),
     {"minValueForStdDevInCol": "0", "maxValueForStdDevInCol": "1"}, "id_stddev_between", True),
    (ColumnValuesSumToBeBetween("id", 7), {"minValueForColSum": "7"}, "id_sum_between", False),
    (ColumnValueLengthsToBeBetween("name", 2, 2), {"minLength": "2", "maxLength": "2"},
     "name_length_between", True),
    (ColumnValuesToBeInSet("name", ["ab", "cd"]), {"allowedValues": "['ab', 'cd']"},
     "name_values_in_set", True),
    (ColumnValuesToBeNotInSet("name", ("ab",)), {"forbiddenValues": "['ab']"},
     "name_values_not_in_set", False),
    (ColumnValuesToBeNotNull("name"), {}, "name_not_null", False),
    (ColumnValuesToBeUnique("id"), {}, "id_unique", True),
    (ColumnValuesToMatchRegex("name", "[a-d]+"), {"regex": "[a-d]+"}, "name_matches_regex", True),
    (ColumnValuesToNotMatchRegex("name", "c"), {"forbiddenRegex": "c"},
     "name_not_matches_regex", False),
    (ColumnValuesMissingCount("name", 2, ["ab"]),
     {"missingCountValue": "2", "missingValueMatch": "['ab']"}, "name_missing_count", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("test", "parameters", "name", "passes"), CASES, ids=[type(case[0]).__name__ for case in CASES]
)
def test_a_test_has_its_parameters_and_is_run(
    test: ColumnTest, parameters: dict[str, str], name: str, passes: bool
) -> None:
    definition = test.to_test_case_definition()
    assert {each.name: each.value for each in test.parameters} == parameters
    assert (definition.name, definition.columnName) == (name, test.column_name)
    kind = type(test).__name__
    assert definition.testDefinitionName == kind[0].lower() + kind[1:]
    validator = DataFrameValidator()
    validator.add_test(test)
    assert validator.validate(ROWS).success is passes


def test_every_class_is_tested() -> None:
    public = {name for name in vars(column_tests) if name.startswith("ColumnValue")}
    assert {type(case[0]).__name__ for case in CASES} == public - {
        "ColumnValuesToBeAtExpectedLocation"
    }


def test_a_test_of_places_is_for_databases() -> None:
    test = ColumnValuesToBeAtExpectedLocation("city", "CITY", "lon", "lat", 10.5)
    assert [each.value for each in test.parameters] == ["CITY", "lon", "lat", "10.5"]
    assert test.name == "city_at_expected_location"
    validator = DataFrameValidator()
    validator.add_test(test)
    (result,) = validator.validate({"city": ["Ulm"]}).failures
    assert result.testCaseStatus.value == "Aborted"
    assert "columnValuesToBeAtExpectedLocation can only be checked" in result.result


def test_what_is_not_a_list_or_a_number_is_refused() -> None:
    with pytest.raises(BadArguments, match="allowed_values: must be a list, not 'ab'"):
        ColumnValuesToBeInSet("name", "ab")
    with pytest.raises(BadArguments, match="missing_value_match: must be a list, not 3"):
        ColumnValuesMissingCount("name", 1, 3)  # type: ignore[arg-type]
    with pytest.raises(BadArguments, match="minValue: must be a text, a finite number"):
        ColumnValuesToBeBetween("name", float("nan"))
