"""Results of several parts are merged by hand and published as one."""

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
from metadata.sdk.data_quality import ColumnValueLengthsToBeBetween, ColumnValuesToBeNotInSet
from metadata.sdk.data_quality.dataframes.dataframe_validator import DataFrameValidator
from metadata.sdk.data_quality.dataframes.validation_results import ValidationResult

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-merged", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-merged"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-merged.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-merged.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

validator = DataFrameValidator()
validator.add_tests(
    ColumnValuesToBeNotInSet(column="id", forbidden_values=["0"]),
    ColumnValueLengthsToBeBetween(column="id", min_length=1, max_length=3),
)
results = [
    validator.validate(pd.DataFrame({"id": ids, "total": [1.0] * len(ids)}))
    for ids in ([1, 2], [3, 4, 5], [6])
]
merged = ValidationResult.merge(*results)
assert merged.success
assert (merged.total_tests, merged.passed_tests, merged.failed_tests) == (2, 2, 0)
assert len(merged.test_results) == 2
assert merged.execution_time_ms >= max(each.execution_time_ms for each in results)
try:
    ValidationResult.merge()
except ValueError as error:
    print(error)
else:
    raise AssertionError("nothing can be merged")

merged.publish(table_fqn, client().ometa)
cases = client().ometa.list_entities(
    TestCase,
    fields=["testCaseResult"],
    params={"entityLink": f"<#E::table::{table_fqn}>", "includeAllTests": True},
)
assert len(cases.entities) == 2
assert {str(case.testCaseResult.testCaseStatus) for case in cases.entities} == {
    "TestCaseStatus.Success"
}

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
