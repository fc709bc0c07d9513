"""A data frame of pandas is tested before it is loaded; the results are published."""

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
from metadata.sdk.data_quality import (
    ColumnValuesToBeBetween,
    ColumnValuesToBeNotNull,
    ColumnValuesToBeUnique,
    ColumnValuesToMatchRegex,
)
from metadata.sdk.data_quality.dataframes.dataframe_validator import DataFrameValidator

frame = pd.DataFrame(
    {"id": [1, 2, 3], "email": ["a@b.org", "c@d.org", "none"], "total": [5.0, 7.5, 0.0]}
)

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-pandas", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-pandas"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-pandas.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-pandas.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="email", dataType=DataType.STRING),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

validator = DataFrameValidator()
validator.add_test(ColumnValuesToBeNotNull(column="id"))
validator.add_tests(
    ColumnValuesToBeUnique(column="id"),
    ColumnValuesToBeBetween(column="total", min_value=0, max_value=100),
    ColumnValuesToMatchRegex(column="email", regex=r"^.+@.+$", name="emails_are_addresses"),
)
result = validator.validate(frame)
assert not result.success
assert (result.total_tests, result.passed_tests, result.failed_tests) == (4, 3, 1)
assert [str(each.testCaseStatus) for each in result.passes] == ["TestCaseStatus.Success"] * 3
case, found = result.test_cases_and_results[-1]
assert case.name.root == "emails_are_addresses"
assert found == result.failures[0]
assert found.testCaseStatus.value == "Failed"
assert [value.name for value in found.testResultValue] == ["likeCount"]
assert result.execution_time_ms >= 0
assert validator.validate(frame[frame.email != "none"]).success

result.publish(table_fqn)
fqn = f"{table_fqn}.email.emails_are_addresses"
stored = client().ometa.get_by_name(TestCase, fqn, fields=["testDefinition", "testCaseResult"])
assert stored.testDefinition.name == "columnValuesToMatchRegex"
assert [(p.name, p.value) for p in stored.parameterValues] == [("regex", "^.+@.+$")]
assert stored.testCaseResult.testCaseStatus.value == "Failed"
assert stored.testCaseResult.result == found.result

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
