"""A data frame is tested with the tests that a table has on the server."""

import os
import sys

import pandas as pd
from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.databaseService import DatabaseServiceType
from metadata.generated.schema.tests.basic import TestCaseStatus
from metadata.generated.schema.tests.testCase import TestCase, TestCaseParameterValue
from metadata.ingestion.ometa.client import APIError
from metadata.sdk import (
    Databases,
    DatabaseSchemas,
    DatabaseServices,
    Tables,
    client,
    configure,
    reset,
)
from metadata.sdk.data_quality.dataframes.dataframe_validator import DataFrameValidator
from metadata.utils.entity_link import get_entity_link

frame = pd.DataFrame({"id": [1, 2, 3], "total": [10.0, 20.0, 300.0]})

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-server", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-server"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-server.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-server.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

ometa = client().ometa
suite = ometa.get_or_create_executable_test_suite(table_fqn)
rows = ometa.get_or_create_test_case(
    f"{table_fqn}.three_rows",
    entity_link=get_entity_link(Table, fqn=table_fqn),
    test_suite_fqn=f"{table_fqn}.testSuite",
    test_definition_fqn="tableRowCountToEqual",
    test_case_parameter_values=[TestCaseParameterValue(name="value", value="3")],
)
total = ometa.get_or_create_test_case(
    f"{table_fqn}.total.small",
    entity_link=get_entity_link(Table, fqn=table_fqn, column_name="total"),
    test_suite_fqn=f"{table_fqn}.testSuite",
    test_definition_fqn="columnValuesToBeBetween",
    test_case_parameter_values=[TestCaseParameterValue(name="maxValue", value="100")],
)

one = DataFrameValidator()
one.add_openmetadata_test(rows.fullyQualifiedName.root)
assert one.validate(frame).success

everything = DataFrameValidator()
everything.add_openmetadata_table_tests(table_fqn)
result = everything.validate(frame)
assert not result.success
assert [each.name.root for each, found in result.test_cases_and_results][-1] == "small"
assert [each.testCaseStatus for each in result.failures] == [TestCaseStatus.Failed]
result.publish(table_fqn)
stored = ometa.get_by_name(TestCase, total.fullyQualifiedName.root, fields=["testCaseResult"])
assert stored.testCaseResult.testCaseStatus == TestCaseStatus.Failed

for missing in (everything.add_openmetadata_table_tests, everything.add_openmetadata_test):
    try:
        missing("quality-server.shop.public.nothing")
    except (ValueError, RuntimeError, APIError) as error:
        print(type(error).__name__)
    else:
        raise AssertionError("it does not exist")

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
