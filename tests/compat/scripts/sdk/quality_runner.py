"""A runner collects tests of a table, and describes them for a test workflow."""

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
from metadata.sdk import Databases, DatabaseSchemas, DatabaseServices, Tables, configure, reset
from metadata.sdk.data_quality import (
    ColumnValuesToBeInSet,
    ColumnValuesToBeUnique,
    TableColumnCountToBeBetween,
    TableRowCountToBeBetween,
    TestRunner,
)

test = (
    ColumnValuesToBeUnique(column="id")
    .with_name("ids_are_unique")
    .with_display_name("IDs are unique")
    .with_description("No order is there twice.")
    .with_compute_row_count(True)
)
definition = test.to_test_case_definition()
assert definition.name == "ids_are_unique"
assert definition.displayName == "IDs are unique"
assert definition.testDefinitionName == "columnValuesToBeUnique"
assert definition.columnName == "id"
assert definition.computePassedFailedRowCount is True

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-runner", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-runner"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-runner.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-runner.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="email", dataType=DataType.STRING),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

runner = TestRunner.for_table(table_fqn)
runner.setup(force_test_update=True, raise_on_error=False, success_threshold=95)
runner.add_test(test)
runner.add_tests(
    TableRowCountToBeBetween(min_count=1, max_count=10),
    TableColumnCountToBeBetween(min_count=2),
    ColumnValuesToBeInSet(column="email", allowed_values=["a@b.org", "c@d.org"]),
)
assert [each.testDefinitionName for each in runner.test_definitions] == [
    "columnValuesToBeUnique",
    "tableRowCountToBeBetween",
    "tableColumnCountToBeBetween",
    "columnValuesToBeInSet",
]
rows = runner.test_definitions[1]
assert {(p.name, p.value) for p in rows.parameterValues} == {("minValue", "1"), ("maxValue", "10")}

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
