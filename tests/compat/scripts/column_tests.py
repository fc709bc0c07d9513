"""A test of a column: its suite, its definition, its case, a result and other parameters."""

import os
import sys
from datetime import UTC, datetime

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseService,
    DatabaseServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.tests.basic import TestCaseResult, TestCaseStatus, TestResultValue
from metadata.generated.schema.tests.testCase import TestCase, TestCaseParameterValue
from metadata.generated.schema.tests.testDefinition import (
    EntityType,
    TestCaseParameterDefinition,
    TestDefinition,
    TestPlatform,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.utils.entity_link import get_entity_link
from metadata.utils.time_utils import datetime_to_timestamp

now = datetime_to_timestamp(datetime.now(tz=UTC), milliseconds=True)
result = TestCaseResult(
    timestamp=now,
    testCaseStatus=TestCaseStatus.Success,
    result="As many as there should be.",
    testResultValue=[TestResultValue(name="most", value="3")],
)

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(
    CreateDatabaseServiceRequest(name="measured", serviceType=DatabaseServiceType.Mysql)
)
metadata.create_or_update(CreateDatabaseRequest(name="shop", service="measured"))
metadata.create_or_update(CreateDatabaseSchemaRequest(name="public", database="measured.shop"))
orders = metadata.create_or_update(
    CreateTableRequest(
        name="orders",
        databaseSchema="measured.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="day", dataType=DataType.DATE),
        ],
    )
)

table_fqn = orders.fullyQualifiedName.root
suite = metadata.get_or_create_executable_test_suite(table_fqn)
definition = metadata.get_or_create_test_definition(
    test_definition_fqn="fewEnough",
    test_definition_description="There are not too many.",
    entity_type=EntityType.COLUMN,
    test_platforms=[TestPlatform.OpenMetadata],
    test_case_parameter_definition=[TestCaseParameterDefinition(name="most", dataType="INT")],
)
link = get_entity_link(Table, fqn=table_fqn, column_name="id")
case = metadata.get_or_create_test_case(
    f"{table_fqn}.id.few",
    entity_link=link,
    test_suite_fqn=f"{table_fqn}.testSuite",
    test_definition_fqn="fewEnough",
    test_case_parameter_values=[TestCaseParameterValue(name="most", value="3")],
)
assert isinstance(case, TestCase)
assert case.fullyQualifiedName.root == f"{table_fqn}.id.few"
metadata.add_test_case_results(test_results=result, test_case_fqn=case.fullyQualifiedName.root)

fields = ["testDefinition", "testSuite", "testCaseResult"]
found = metadata.get_by_name(TestCase, fqn=case.fullyQualifiedName.root, fields=fields)
assert found.testDefinition.name == "fewEnough"
assert found.entityFQN == f"{table_fqn}.id"
assert found.testCaseResult.testCaseStatus == TestCaseStatus.Success

patched = metadata.patch_test_case_definition(
    test_case=found,
    entity_link=link,
    test_case_parameter_values=[TestCaseParameterValue(name="most", value="5")],
)
assert [each.value for each in patched.parameterValues] == ["5"]

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
metadata.delete(TestDefinition, definition.id, recursive=True, hard_delete=True)
