"""Tests of tables as code: their parameters, their names, and what they find."""

from __future__ import annotations

import pytest

from dynclient.compat.sdk.data_quality import table_tests
from dynclient.compat.sdk.data_quality.base_tests import TableTest
from dynclient.compat.sdk.data_quality.dataframe_validator import DataFrameValidator
from dynclient.compat.sdk.data_quality.table_tests import (
    TableColumnCountToBeBetween,
    TableColumnCountToEqual,
    TableColumnNameToExist,
    TableColumnToMatchSet,
    TableCustomSQLQuery,
    TableDiff,
    TableRowCountToBeBetween,
    TableRowCountToEqual,
    TableRowInsertedCountToBeBetween,
)
from dynclient.errors import BadArguments

ROWS = {"id": [1, 2, 3], "name": ["ab", "cd", None]}

CASES: list[tuple[TableTest, dict[str, str], str, str]] = [
    (TableColumnCountToBeBetween(1, 2), {"minColValue": "1", "maxColValue": "2"},
     "table_column_count_between", "Success"),
    (TableColumnCountToEqual(3), {"columnCount": "3"}, "table_column_count_equals", "Failed"),
    (TableColumnNameToExist("id"), {"columnName": "id"}, "table_column_id_exists", "Success"),
    (TableColumnToMatchSet(["name", "id"]), {"columnNames": "name,id", "ordered": "False"},
     "table_columns_match_set", "Success"),
    (TableColumnToMatchSet(["name", "id"], ordered=True),
     {"columnNames": "name,id", "ordered": "True"}, "table_columns_match_set", "Failed"),
    (TableRowCountToBeBetween(max_count=2), {"maxValue": "2"}, "table_row_count_between",
     "Failed"),
    (TableRowCountToEqual(3), {"value": "3"}, "table_row_count_equals", "Success"),
    (TableRowInsertedCountToBeBetween("day", 1, 9),
     {"min": "1", "max": "9", "columnName": "day", "rangeType": "DAY", "rangeInterval": "1"},
     "table_row_inserted_count_between", "Aborted"),
    (TableCustomSQLQuery("SELECT 1"), {"sqlExpression": "SELECT 1", "strategy": "ROWS"},
     "custom_sql_query", "Aborted"),
    (TableDiff("s.d.c.t", ["id"], ["no"], where="id > 1", case_sensitive_columns=False),
     {"table2": "s.d.c.t", "keyColumns": "['id']", "table2.keyColumns": "['no']",
      "where": "id > 1", "caseSensitiveColumns": "False"}, "table_diff", "Aborted"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("test", "parameters", "name", "status"), CASES, ids=[type(case[0]).__name__ for case in CASES]
)
def test_a_test_has_its_parameters_and_is_run(
    test: TableTest, parameters: dict[str, str], name: str, status: str
) -> None:
    definition = test.to_test_case_definition()
    assert {each.name: each.value for each in test.parameters} == parameters
    assert (definition.name, definition.columnName) == (name, None)
    kind = type(test).__name__
    assert definition.testDefinitionName == kind[0].lower() + kind[1:]
    validator = DataFrameValidator()
    validator.add_test(test)
    (result,) = validator.validate(ROWS).test_results
    assert result.testCaseStatus.value == status


def test_every_class_is_tested() -> None:
    public = {name for name in vars(table_tests) if name.startswith("Table")} - {"TableTest"}
    assert {type(case[0]).__name__ for case in CASES} == public


def test_what_is_not_a_list_is_refused() -> None:
    with pytest.raises(BadArguments, match="column_names: must be a list, not 'id'"):
        TableColumnToMatchSet("id")
