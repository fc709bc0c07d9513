"""Tests of data as code: what they are, and what they find in a frame without a server."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient import QualityTest, check_frame
from dynclient.errors import BadArguments
from dynclient.extensions.frame_checks import known_definitions

ROWS: dict[str, list[Any]] = {"id": [1, 2, 3], "name": ["ab", "cd", None], "unit.price": [1, 2, 3]}

BUILT_IN: list[tuple[QualityTest, str]] = [
    (QualityTest("columnValuesToBeInSet", "name", allowedValues=["ab"]), "Success"),
    (QualityTest("columnValuesToBeInSet", "name", allowedValues=["ab"], matchEnum=True), "Failed"),
    (QualityTest("columnValuesToBeNotInSet", "name", forbiddenValues=["ab"]), "Failed"),
    (QualityTest("columnValuesToBeNotNull", "name"), "Failed"),
    (QualityTest("columnValuesToBeUnique", "id"), "Success"),
    (QualityTest("columnValuesToMatchRegex", "name", regex="[a-d]+"), "Success"),
    (QualityTest("columnValuesToNotMatchRegex", "name", forbiddenRegex="c"), "Failed"),
    (QualityTest("columnValuesToBeBetween", "id", minValue=1, maxValue=2), "Failed"),
    (QualityTest("columnValueMaxToBeBetween", "id", maxValueForMaxInCol=3), "Success"),
    (QualityTest("columnValueMinToBeBetween", "id", minValueForMinInCol=2), "Failed"),
    (QualityTest("columnValueMeanToBeBetween", "id", minValueForMeanInCol=2), "Success"),
    (QualityTest("columnValueMedianToBeBetween", "id", maxValueForMedianInCol=2), "Success"),
    (QualityTest("columnValueStdDevToBeBetween", "id", maxValueForStdDevInCol=1), "Success"),
    (QualityTest("columnValuesSumToBeBetween", "id", minValueForColSum=7), "Failed"),
    (QualityTest("columnValuesMissingCount", "name", missingCountValue=1), "Success"),
    (QualityTest("columnValueLengthsToBeBetween", "name", minLength=2, maxLength=2), "Success"),
    (QualityTest("tableColumnCountToBeBetween", minColValue=4), "Failed"),
    (QualityTest("tableColumnCountToEqual", columnCount=3), "Success"),
    (QualityTest("tableRowCountToBeBetween", minValue=1, maxValue=3), "Success"),
    (QualityTest("tableRowCountToEqual", value=4), "Failed"),
    (QualityTest("tableColumnToMatchSet", columnNames="id,name,unit.price"), "Success"),
    (QualityTest("tableColumnNameToExist", columnName="name"), "Success"),
    (QualityTest("columnValuesToBeAtExpectedLocation", "id", radius=1), "Skipped"),
    (QualityTest("tableRowInsertedCountToBeBetween", columnName="id", min=1), "Skipped"),
    (QualityTest("tableCustomSQLQuery", sqlExpression="SELECT 1"), "Skipped"),
    (QualityTest("tableDiff", table2="s.d.c.t", keyColumns=["id"]), "Skipped"),
]  # fmt: skip


def test_each_definition_is_a_test_as_code() -> None:
    report = check_frame(ROWS, [test for test, _ in BUILT_IN])
    assert [outcome.status for outcome in report] == [status for _, status in BUILT_IN]
    assert not report
    assert len(report.failed) + len(report.passed) + len(report.skipped) == len(BUILT_IN)
    assert "can only be checked by the server's own runner" in report.skipped[0].message


def test_the_names_of_the_definitions_are_those_that_frames_are_checked_by() -> None:
    checked = {test.definition for test, status in BUILT_IN if status != "Skipped"}
    assert checked <= known_definitions().keys()


def test_a_test_is_a_value() -> None:
    test = QualityTest("columnValuesToBeInSet", "name", allowedValues=["a"], description="Known.")
    assert test == QualityTest(
        "columnValuesToBeInSet", "name", allowedValues='["a"]', description="Known."
    )
    assert test != QualityTest("columnValuesToBeInSet", "name", allowedValues=["a"])
    assert test != "columnValuesToBeInSet"
    assert len({test, test}) == 1
    assert test.name == "name_columnValuesToBeInSet"
    assert test.parameters == {"allowedValues": '["a"]'}
    assert repr(test) == (
        "QualityTest('columnValuesToBeInSet', 'name', description='Known.', allowedValues=['a'])"
    )
    named = QualityTest(
        {"id": "1", "type": "testDefinition", "name": "rows"}, name="n", display_name="N",
        compute_row_count=True,
    )  # fmt: skip
    assert (named.definition, named.name, named.column) == ("rows", "n", None)
    assert named.details == {"displayName": "N", "computePassedFailedRowCount": True}


def test_sets_are_written_in_one_order() -> None:
    test = QualityTest("columnValuesToBeInSet", "name", allowedValues={"b", "a"}, matchEnum=True)
    assert test.parameters == {"allowedValues": '["a", "b"]', "matchEnum": "true"}


def test_all_that_is_wrong_with_a_test_is_listed() -> None:
    with pytest.raises(BadArguments) as caught:
        QualityTest(3, "", name=5, minValue=float("nan"), maxValue=None)  # type: ignore[arg-type]
    assert [problem.path for problem in caught.value.problems] == [
        "definition", "column", "name", "minValue", "maxValue",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (3, r"tests\[1\]: must be a dynclient.QualityTest or a dict of its arguments, not int"),
        ({"definitoin": "x"}, r"tests\[1\]: needs a definition; did you mean definitoin"),
        ({"definition": "x", "parameters": 3}, r"tests\[1\].parameters: must be a dict, not int"),
        ({"definition": "x", "column": 3}, r"tests\[1\].column: must be a text"),
    ],
)
def test_what_is_no_test_is_refused_by_its_place(test: Any, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        check_frame(ROWS, QualityTest("tableRowCountToEqual", value=3), test)


def test_tests_may_come_from_a_file() -> None:
    yaml = pytest.importorskip("yaml")
    text = """
    - definition: tableRowCountToEqual
      parameters: {value: 3}
    - {definition: columnValuesToBeNotNull, column: id, name: ids}
    """
    listed = yaml.safe_load(text)
    report = check_frame(ROWS, listed)
    assert report
    assert [outcome.case.name for outcome in report] == ["tableRowCountToEqual", "ids"]


def test_parts_of_a_frame_are_checked_as_one() -> None:
    pandas = pytest.importorskip("pandas")
    parts = (pandas.DataFrame(part) for part in ({"id": [1, 2]}, {"id": [2]}))
    report = check_frame(parts, QualityTest("columnValuesToBeUnique", "id"))
    assert report.failed[0].failed_positions == (1, 2)
    others = [pandas.DataFrame({"id": [1]}), pandas.DataFrame({"name": [1]})]
    with pytest.raises(BadArguments, match=r"has the columns name, and frame\[0\] has id"):
        check_frame(others, QualityTest("columnValuesToBeUnique", "id"))


@pytest.mark.parametrize("column", ["unit.price", '"unit.price"'])
def test_a_column_with_a_dot_is_written_in_both_ways(column: str) -> None:
    assert check_frame(ROWS, QualityTest("columnValuesToBeUnique", column)).passed


def test_tests_after_a_failure_can_be_skipped() -> None:
    tests = [QualityTest("tableRowCountToEqual", value=value) for value in (3, 4, 3)]
    report = check_frame(ROWS, tests, stop_at_failure=True)
    assert [outcome.status for outcome in report] == ["Success", "Failed", "Skipped"]
    assert report[2].message == "a test before it failed"


def test_an_unknown_definition_has_close_names() -> None:
    report = check_frame(ROWS, QualityTest("tableRowCountToEqul", value=3))
    assert "did you mean tableRowCountToEqual" in report.skipped[0].message


def test_the_names_are_public() -> None:
    assert {"QualityTest", "check_frame"} <= {*dir(dynclient)}
