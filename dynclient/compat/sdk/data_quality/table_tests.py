"""Tests of tables as code, one class for each test definition."""

from __future__ import annotations

from collections.abc import Iterable

from dynclient.compat.sdk.data_quality.base_tests import TableTest, listed


class TableColumnCountToBeBetween(TableTest):
    """The number of columns is between two bounds.

    Args:
        min_count: the least number; None for no bound.
        max_count: the greatest number; None for no bound.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        min_count: int | None = None,
        max_count: int | None = None,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_column_count_between"
        super().__init__("tableColumnCountToBeBetween", name, display_name, description)
        self._set(minColValue=min_count, maxColValue=max_count)


class TableColumnCountToEqual(TableTest):
    """A table has a certain number of columns.

    Args:
        column_count: the number.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column_count: int,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_column_count_equals"
        super().__init__("tableColumnCountToEqual", name, display_name, description)
        self._set(columnCount=column_count)


class TableRowCountToBeBetween(TableTest):
    """The number of rows is between two bounds.

    Args:
        min_count: the least number; None for no bound.
        max_count: the greatest number; None for no bound.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        min_count: int | None = None,
        max_count: int | None = None,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_row_count_between"
        super().__init__("tableRowCountToBeBetween", name, display_name, description)
        self._set(minValue=min_count, maxValue=max_count)


class TableRowCountToEqual(TableTest):
    """A table has a certain number of rows.

    Args:
        row_count: the number.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        row_count: int,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_row_count_equals"
        super().__init__("tableRowCountToEqual", name, display_name, description)
        self._set(value=row_count)


class TableRowInsertedCountToBeBetween(TableTest):
    """The number of rows that were inserted lately is between two bounds.

    Args:
        column_name: the column with the time of the insertion.
        min_count: the least number; None for no bound.
        max_count: the greatest number; None for no bound.
        range_type: the unit: ``"HOUR"``, ``"DAY"``, ``"MONTH"`` or ``"YEAR"``.
        range_interval: how many units back.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column_name: str,
        min_count: int | None = None,
        max_count: int | None = None,
        range_type: str = "DAY",
        range_interval: int = 1,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_row_inserted_count_between"
        super().__init__("tableRowInsertedCountToBeBetween", name, display_name, description)
        self._set(
            min=min_count,
            max=max_count,
            columnName=column_name,
            rangeType=range_type,
            rangeInterval=range_interval,
        )


class TableColumnToMatchSet(TableTest):
    """The columns of a table have certain names.

    Args:
        column_names: the names.
        ordered: whether they must have this order.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column_names: Iterable[str],
        ordered: bool = False,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_columns_match_set"
        super().__init__("tableColumnToMatchSet", name, display_name, description)
        names = listed(column_names, type(self), "column_names")
        self._set(columnNames=",".join(names or []), ordered=ordered)


class TableColumnNameToExist(TableTest):
    """A table has a column of a certain name.

    Args:
        column_name: the name.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column_name: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"table_column_{column_name}_exists"
        super().__init__("tableColumnNameToExist", name, display_name, description)
        self._set(columnName=column_name)


class TableCustomSQLQuery(TableTest):
    """A query of one's own finds nothing, or counts nothing.

    Args:
        sql_expression: the query.
        strategy: ``"ROWS"`` if it returns the rows that are wrong, ``"COUNT"`` if their number.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        sql_expression: str,
        strategy: str = "ROWS",
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "custom_sql_query"
        super().__init__("tableCustomSQLQuery", name, display_name, description)
        self._set(sqlExpression=sql_expression, strategy=strategy)


class TableDiff(TableTest):
    """Two tables have the same rows.

    Args:
        table2: the fully qualified name of the other table.
        key_columns: the columns that identify a row.
        table2_key_columns: those of the other table, if they have other names.
        use_columns: the columns that are compared; all by default.
        threshold: how many rows may differ.
        where: a condition of SQL for the rows of both tables.
        case_sensitive_columns: whether names of columns are compared with their case.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        table2: str,
        key_columns: Iterable[str] | None = None,
        table2_key_columns: Iterable[str] | None = None,
        use_columns: Iterable[str] | None = None,
        threshold: int | None = None,
        where: str | None = None,
        case_sensitive_columns: bool | None = None,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or "table_diff"
        super().__init__("tableDiff", name, display_name, description)
        values = {
            "table2": table2,
            "keyColumns": listed(key_columns, type(self), "key_columns"),
            "table2.keyColumns": listed(table2_key_columns, type(self), "table2_key_columns"),
            "useColumns": listed(use_columns, type(self), "use_columns"),
            "threshold": threshold,
            "where": where,
            "caseSensitiveColumns": case_sensitive_columns,
        }
        self._set(**values)
