"""A data frame of polars is tested; the test that fails ends the run."""

import os
import sys

import polars as pl
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
from metadata.sdk.data_quality import (
    ColumnValueMaxToBeBetween,
    ColumnValuesSumToBeBetween,
    ColumnValuesToBeNotNull,
    TableColumnToMatchSet,
    TableRowCountToBeBetween,
)
from metadata.sdk.data_quality.dataframes import DataFrameValidator, FailureMode

frame = pl.DataFrame({"id": [1, 2, None], "total": [10.0, 20.0, 30.0]})

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-polars", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-polars"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-polars.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-polars.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

validator = DataFrameValidator()
validator.add_tests(
    TableRowCountToBeBetween(min_count=1, max_count=3),
    TableColumnToMatchSet(column_names=["total", "id"]),
    ColumnValuesSumToBeBetween(column="total", min_value=60, max_value=60),
    ColumnValuesToBeNotNull(column="id").with_name("ids"),
    ColumnValueMaxToBeBetween(column="total", max_value=30),
)
result = validator.validate(frame, mode=FailureMode.SHORT_CIRCUIT)
# The test after the one that fails is not run.
assert (result.total_tests, result.passed_tests, result.failed_tests) == (4, 3, 1)
assert validator.validate(frame.drop_nulls().vstack(frame[1:2])).failed_tests == 1

result.publish(table_fqn)
cases = client().ometa.list_entities(
    TestCase, fields=["testDefinition"], params={"entityLink": f"<#E::table::{table_fqn}>"}
)
assert "tableRowCountToBeBetween" in {case.testDefinition.name for case in cases.entities}
stored = client().ometa.get_by_name(TestCase, f"{table_fqn}.id.ids", fields=["testCaseResult"])
assert stored.testCaseResult.testCaseStatus.value == "Failed"

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
