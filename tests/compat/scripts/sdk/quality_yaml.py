"""Tests of a table come from the YAML file of a test workflow."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.entity.services.databaseService import DatabaseServiceType
from metadata.sdk import Databases, DatabaseSchemas, DatabaseServices, Tables, configure, reset
from metadata.sdk.data_quality import TestRunner

WORKFLOW = """
source:
  type: TestSuite
  serviceName: quality-yaml
  sourceConfig:
    config:
      type: TestSuite
      entityFullyQualifiedName: quality-yaml.shop.public.orders
processor:
  type: orm-test-runner
  config:
    forceUpdate: false
    testCases:
      - name: some_rows
        testDefinitionName: tableRowCountToBeBetween
        parameterValues:
          - name: minValue
            value: "1"
          - name: maxValue
            value: "1000"
      - name: emails_are_known
        testDefinitionName: columnValuesToBeNotNull
        columnName: email
workflowConfig:
  loggerLevel: INFO
  openMetadataServerConfig:
    hostPort: HOST
    authProvider: openmetadata
    securityConfig:
      jwtToken: ${OM_TOKEN}
"""

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-yaml", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-yaml"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-yaml.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-yaml.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="email", dataType=DataType.STRING),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

runner = TestRunner.from_yaml(yaml_string=WORKFLOW)
assert runner.table_fqn == table_fqn
assert [each.name for each in runner.test_definitions] == ["some_rows", "emails_are_known"]
assert runner.test_definitions[1].columnName == "email"

with TemporaryDirectory() as folder:
    file = Path(folder, "workflow.yaml")
    file.write_text(WORKFLOW.replace("HOST", os.environ["OM_HOST"]), "utf-8")
    other = TestRunner.from_yaml(file_path=str(file), use_connection_from_yaml=True)
assert other.table_fqn == table_fqn
assert [each.name for each in other.test_definitions] == ["some_rows", "emails_are_known"]

try:
    TestRunner.from_yaml()
except (ValueError, AssertionError) as error:
    print(error)
else:
    raise AssertionError("there is no configuration")

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
