"""Definitions of tests, and a suite of them."""

import os
import sys

from metadata.generated.schema.api.tests.createTestDefinition import CreateTestDefinitionRequest
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.tests.testDefinition import (
    EntityType,
    TestCaseParameterDefinition,
    TestDataType,
    TestDefinition,
    TestPlatform,
)
from metadata.generated.schema.tests.testSuite import TestSuite
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_definition = CreateTestDefinitionRequest(
    name="rowsWithinReason",
    description="There are neither too many rows nor too few.",
    entityType=EntityType.TABLE,
    testPlatforms=[TestPlatform.OpenMetadata],
    parameterDefinition=[
        TestCaseParameterDefinition(name="most", dataType=TestDataType.INT, required=True)
    ],
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

definition = metadata.create_or_update(create_definition)
assert definition.parameterDefinition[0].dataType == TestDataType.INT
assert metadata.get_or_create_test_definition("rowsWithinReason").id == definition.id
found = metadata.get_by_name(TestDefinition, "rowsWithinReason")
assert found.testPlatforms == [TestPlatform.OpenMetadata]
assert found.entityType is EntityType.TABLE

suite = metadata.get_or_create_test_suite("nightly-checks", test_suite_description="At night.")
assert isinstance(suite, TestSuite)
assert suite.description.root == "At night."
assert metadata.get_or_create_test_suite("nightly-checks").id == suite.id

metadata.delete(TestSuite, suite.id, recursive=True, hard_delete=True)
metadata.delete(TestDefinition, definition.id, recursive=True, hard_delete=True)
