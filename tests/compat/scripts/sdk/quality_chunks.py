"""A large file is tested part by part; the part that fails ends the run."""

import os
import sys
from io import StringIO

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
from metadata.sdk.data_quality import ColumnValuesToBeBetween, ColumnValuesToBeNotNull
from metadata.sdk.data_quality.dataframes.dataframe_validator import DataFrameValidator
from metadata.sdk.data_quality.dataframes.validation_results import FailureMode

FILE = "id,total\n1,10\n2,20\n3,30\n4,-1\n5,50\n6,60\n"
loaded, refused = [], []

if "--offline" in sys.argv:
    sys.exit()

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="quality-chunks", serviceType=DatabaseServiceType.Mysql)
)
Databases.create(CreateDatabaseRequest(name="shop", service="quality-chunks"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="quality-chunks.shop"))
orders = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="quality-chunks.shop.public",
        columns=[
            Column(name="id", dataType=DataType.BIGINT),
            Column(name="total", dataType=DataType.DOUBLE),
        ],
    )
)
table_fqn = orders.fullyQualifiedName.root

validator = DataFrameValidator()
validator.add_tests(
    ColumnValuesToBeNotNull(column="id"),
    ColumnValuesToBeBetween(column="total", min_value=0).with_name("total_is_positive"),
)
result = validator.run(
    pd.read_csv(StringIO(FILE), chunksize=2),
    on_success=lambda part, found: loaded.extend(part["id"]),
    on_failure=lambda part, found: refused.append((list(part["id"]), found.failed_tests)),
    mode=FailureMode.SHORT_CIRCUIT,
)
assert loaded == [1, 2]
assert refused == [([3, 4], 1)]
# Each test is there once, with its results for all parts that were read.
assert not result.success
assert (result.total_tests, result.failed_tests) == (2, 1)

result.publish(table_fqn)
fqn = f"{table_fqn}.total.total_is_positive"
stored = client().ometa.get_by_name(TestCase, fqn, fields=["testCaseResult"])
assert stored.testCaseResult.testCaseStatus.value == "Failed"

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
reset()
