"""The built-in test definitions on frames."""

from __future__ import annotations

import datetime
import math
from typing import Any

import jsonschema
import pytest

from dynclient.data import data_file
from dynclient.extensions import frame_checks
from dynclient.extensions.frame_checks import CannotCheck, check_definition
from dynclient.extensions.input_frames import Frame

A_DAY = datetime.date(2026, 1, 1)
BETWEEN = "columnValuesToBeBetween"


def check(definition: str, values: list[Any], **parameters: str) -> frame_checks.Finding:
    return check_definition(
        definition, parameters, Frame(["c"], [[value] for value in values]), "c"
    )


def test_the_data_follow_their_schema_and_have_functions() -> None:
    rows = data_file("frame_checks.json")
    jsonschema.validate(rows, data_file("frame_checks.schema.json"))
    assert {row["check"] for row in rows.values()} == set(frame_checks._CHECKS)


@pytest.mark.parametrize(
    ("definition", "values", "parameters", "failed", "measured"),
    [
        ("columnValuesToBeUnique", [1, 2, None, None], {}, (), {"valuesCount": 2}),
        ("columnValuesToBeUnique", [1, 2, 1], {}, (0, 2), {"uniqueCount": 1}),
        ("columnValuesToBeUnique", [[1], [1]], {}, (0, 1), {}),
        ("columnValuesToBeNotNull", [1, None], {}, (1,), {"nullCount": 1}),
        (BETWEEN, [0, 5, 11, None], {"minValue": "0", "maxValue": "10"}, (2,), {"max": 11}),
        (BETWEEN, [-5], {"maxValue": "10"}, (), {"min": -5}),
        (BETWEEN, [0.1], {"maxValue": "0.1"}, (), {}),
        (BETWEEN, ["7", " 12 "], {"maxValue": "10"}, (1,), {}),
        (BETWEEN, [A_DAY], {"maxValue": "1767225600000"}, (), {"min": 1767225600000}),
        (BETWEEN, [math.inf], {"maxValue": "10"}, (0,), {}),
        (BETWEEN, [], {"maxValue": "10"}, (), {}),
        ("columnValueLengthsToBeBetween", ["a", "abc"], {"minLength": "2"}, (0,), {}),
        ("columnValueLengthsToBeBetween", [12345], {"maxLength": "3"}, (0,), {}),
        ("columnValuesToBeInSet", ["a", "x"], {"allowedValues": '["a"]', "matchEnum": "true"},
         (1,), {"allowedValueCount": 1}),
        ("columnValuesToBeInSet", ["x", "a"], {"allowedValues": "['a']"}, None, {}),
        ("columnValuesToBeInSet", [1.0], {"allowedValues": "[1]", "matchEnum": "True"}, (), {}),
        ("columnValuesToBeInSet", ["b"], {"allowedValues": "a, b", "matchEnum": "true"}, (), {}),
        ("columnValuesToBeNotInSet", ["a", "x"], {"forbiddenValues": '["x"]'}, (1,), {}),
        ("columnValuesToMatchRegex", ["ab", "ba"], {"regex": "^a"}, (1,), {"likeCount": 1}),
        ("columnValuesToNotMatchRegex", ["ab", "ba"], {"forbiddenRegex": "a"}, (0,), {}),
    ],
)  # fmt: skip
def test_rows_are_checked(
    definition: str,
    values: list[Any],
    parameters: dict[str, str],
    failed: tuple[int, ...] | None,
    measured: dict[str, Any],
) -> None:
    found = check(definition, values, **parameters)
    assert found.failed_rows == failed
    assert found.passed == (not failed)
    assert measured.items() <= found.values.items()


@pytest.mark.parametrize(
    ("definition", "parameters", "passed", "measured"),
    [
        ("columnValueMinToBeBetween", {"minValueForMinInCol": "1"}, True, {"min": 1}),
        ("columnValueMaxToBeBetween", {"maxValueForMaxInCol": "3"}, False, {"max": 4}),
        ("columnValueMeanToBeBetween", {"minValueForMeanInCol": "2.3"}, True, {"mean": 7 / 3}),
        ("columnValueMedianToBeBetween", {"maxValueForMedianInCol": "2"}, True, {"median": 2}),
        ("columnValueStdDevToBeBetween", {"maxValueForStdDevInCol": "1"}, False, {}),
        ("columnValuesSumToBeBetween", {"minValueForColSum": "7", "maxValueForColSum": "7"}, True,
         {"sum": 7}),
        ("columnValuesMissingCount", {"missingCountValue": "1"}, True, {"missingCount": 1}),
        ("columnValuesMissingCount", {"missingCountValue": "1", "missingValueMatch": "[4]"}, False,
         {"missingCount": 2}),
        ("tableRowCountToEqual", {"value": "4"}, True, {"rowCount": 4}),
        ("tableRowCountToBeBetween", {"minValue": "5"}, False, {"rowCount": 4}),
        ("tableColumnCountToEqual", {"columnCount": "2"}, False, {"columnCount": 1}),
        ("tableColumnCountToBeBetween", {"minColValue": "1"}, True, {"columnCount": 1}),
        ("tableColumnNameToExist", {"columnName": "c"}, True, {}),
        ("tableColumnNameToExist", {"columnName": "d"}, False, {}),
        ("tableColumnToMatchSet", {"columnNames": "c"}, True, {}),
        ("tableColumnToMatchSet", {"columnNames": "['c']"}, True, {}),
        ("tableColumnToMatchSet", {"columnNames": "c, d", "ordered": "true"}, False, {}),
    ],
)  # fmt: skip
def test_columns_and_tables_are_checked(
    definition: str, parameters: dict[str, str], passed: bool, measured: dict[str, Any]
) -> None:
    found = check(definition, [1, 2, 4, None], **parameters)
    assert found.passed is passed
    assert found.failed_rows is None
    assert measured.items() <= found.values.items()


@pytest.mark.parametrize(
    ("definition", "column", "parameters", "reason"),
    [
        ("tableCustomSQLQuery", None, {}, "can only be checked by the server's own runner"),
        ("columnValuesToBeUnique", None, {}, "tests a column, and none is named"),
        ("columnValuesToBeUnique", "cc", {}, "no column 'cc'; did you mean c"),
        ("tableRowCountToEqual", None, {}, "the parameter value is missing"),
        ("tableRowCountToEqual", None, {"value": "many"}, "'many' is not a number"),
        ("columnValuesToBeBetween", "c", {}, "'word' is not a number"),
        ("columnValuesToMatchRegex", "c", {"regex": "("}, "is not a regular expression"),
    ],
)
def test_what_cannot_be_checked_says_why(
    definition: str, column: str | None, parameters: dict[str, str], reason: str
) -> None:
    with pytest.raises(CannotCheck, match=reason):
        check_definition(definition, parameters, Frame(["c"], [["word"]]), column)


def test_statistics_of_nothing_cannot_be_checked() -> None:
    with pytest.raises(CannotCheck, match="has no values"):
        check("columnValueMinToBeBetween", [None])


@pytest.mark.parametrize(
    ("definition", "values"),
    [
        ("columnValueMeanToBeBetween", [-math.inf, math.inf]),
        ("columnValueStdDevToBeBetween", [math.inf, 1]),
        ("columnValueMaxToBeBetween", ["1e999999"]),
        ("columnValuesToBeBetween", ["NaN"]),
    ],
)
def test_numbers_that_cannot_be_compared_say_so(definition: str, values: list[Any]) -> None:
    with pytest.raises(CannotCheck, match="number"):
        check(definition, values)
