"""A test of one's own definition: a subclass of the official base class."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.entity.services.databaseService import DatabaseServiceType
from metadata.generated.schema.tests.testCase import TestCase, TestCaseParameterValue
from metadata.generated.schema.tests.testDefinition import (
    EntityType,
    TestCaseParameterDefinition,
    TestDefinition,
    TestPlatform,
)
from metadata.sdk import (
    Databases,
    DatabaseSchemas,
    DatabaseServices,
    Tables,
    client,
    configure,
    reset,
)
from metadata.sdk.data_quality import ColumnTest, ColumnValuesToBeNotNull, TestRunner
from metadata.sdk.data_quality.dataframes.models import create_mock_test_case
from metadata.sdk.data_quality.workflow_config_builder import WorkflowConfigBuilder


class ColumnValuesToBeEven(ColumnTest):
    def __init__(self, column: str, tolerance: int) -> None:
        super().__init__(test_definition_name="columnValuesToBeEven", column=column)
        self.parameters = [TestCaseParameterValue(name="tolerance", value=str(tolerance))]


even = ColumnValuesToBeEven("total", 2).with_name("total_is_even")
definition = even.to_test_case_definition()
assert (definition.columnName, definition.name) == ("total", "total_is_even")
assert [(each.name, each.value) for each in definition.parameterValues] == [("tolerance", "2")]
case = create_mock_test_case(ColumnValuesToBeNotNull(column="id", name="ids"))
assert isinstance(case, TestCase)
assert case.name.root == "ids"
assert case.testDefinition.name == "columnValuesToBeNotNull"

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-own", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-own"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-own.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-own.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

client().ometa.get_or_create_test_definition(
    test_definition_fqn="columnValuesToBeEven",
    test_definition_description="They can be divided by two.",
    entity_type=EntityType.COLUMN,
    test_platforms=[TestPlatform.Other],
    test_case_parameter_definition=[TestCaseParameterDefinition(name="tolerance", dataType="INT")],
)
runner = TestRunner(table_fqn, client=client().ometa)
runner.add_tests(even)
builder = WorkflowConfigBuilder(client=client().ometa)
builder.add_test_definitions(runner.test_definitions).with_table(table_fqn)
builder.with_force_test_update(True).with_success_threshold(80)
assert [each.name for each in builder.test_definitions] == ["total_is_even"]
own = client().ometa.get_by_name(TestDefinition, "columnValuesToBeEven")
client().ometa.delete(TestDefinition, own.id, recursive=True, hard_delete=True)

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
