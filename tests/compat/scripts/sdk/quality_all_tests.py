"""Every test of tables and columns is built, and those of rows are run."""

import os
import sys

import pandas as pd
from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.entity.services.databaseService import DatabaseServiceType
from metadata.generated.schema.tests.testCase import TestCase
from metadata.sdk import (
    Databases,
    DatabaseSchemas,
    DatabaseServices,
    Tables,
    client,
    configure,
    reset,
)
from metadata.sdk.data_quality import *  # noqa: F403 -- the names are what is tested
from metadata.sdk.data_quality import BaseTest, ColumnTest, TableTest
from metadata.sdk.data_quality.dataframes.dataframe_validator import DataFrameValidator
from metadata.sdk.data_quality.tests import column_tests, table_tests

TABLE = [
    table_tests.TableColumnCountToBeBetween(min_count=1, max_count=5),
    table_tests.TableColumnCountToEqual(column_count=3),
    table_tests.TableColumnNameToExist(column_name="id"),
    table_tests.TableRowCountToBeBetween(min_count=1),
    table_tests.TableRowCountToEqual(row_count=2),
]
BUILT_ONLY = [
    table_tests.TableColumnToMatchSet(column_names=["id", "email", "total"], ordered=True),
    table_tests.TableRowInsertedCountToBeBetween(column_name="day", min_count=1),
    table_tests.TableCustomSQLQuery(sql_expression="SELECT * FROM orders WHERE total < 0"),
    table_tests.TableDiff(table2="other.shop.public.orders", key_columns=["id"]),
    column_tests.ColumnValuesToBeAtExpectedLocation(
        column="city",
        location_reference_type="CITY",
        longitude_column_name="lon",
        latitude_column_name="lat",
        radius=1000,
    ),
]
COLUMN = [
    column_tests.ColumnValueLengthsToBeBetween(column="email", min_length=3),
    column_tests.ColumnValueMaxToBeBetween(column="total", min_value=1, max_value=9),
    column_tests.ColumnValueMeanToBeBetween(column="total", max_value=5),
    column_tests.ColumnValueMedianToBeBetween(column="total", max_value=5),
    column_tests.ColumnValueMinToBeBetween(column="total", min_value=1),
    column_tests.ColumnValueStdDevToBeBetween(column="total", min_value=0),
    column_tests.ColumnValuesMissingCount(column="email", missing_count_value=0),
    column_tests.ColumnValuesSumToBeBetween(column="total", min_value=4, max_value=4),
    column_tests.ColumnValuesToBeBetween(column="total", min_value=0, max_value=9),
    column_tests.ColumnValuesToBeInSet(column="email", allowed_values=["a@b.org", "c@d.org"]),
    column_tests.ColumnValuesToBeNotInSet(column="email", forbidden_values=["x@y.org"]),
    column_tests.ColumnValuesToBeNotNull(column="id"),
    column_tests.ColumnValuesToBeUnique(column="id"),
    column_tests.ColumnValuesToMatchRegex(column="email", regex=".+@.+"),
    column_tests.ColumnValuesToNotMatchRegex(column="email", regex=".*example.*"),
]
for test in [*TABLE, *BUILT_ONLY, *COLUMN]:
    assert isinstance(test, BaseTest)
    assert isinstance(test, (ColumnTest, TableTest))
    name = type(test).__name__
    assert test.test_definition_name == name[0].lower() + name[1:]
    assert all(isinstance(each.value, str) for each in test.parameters)
frame = pd.DataFrame({"id": [1, 2], "email": ["a@b.org", "c@d.org"], "total": [1.0, 3.0]})

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-all", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-all"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-all.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-all.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="email", dataType=DataType.STRING),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

validator = DataFrameValidator()
validator.add_tests(*TABLE, *COLUMN)
result = validator.validate(frame)
assert result.success, result.failures
assert result.passed_tests == 20

result.publish(table_fqn)
cases = client().ometa.list_entities(
    TestCase,
    fields=["testCaseResult"],
    limit=50,
    params={"entityLink": f"<#E::table::{table_fqn}>", "includeAllTests": "true"},
)
assert len(cases.entities) == 20

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
