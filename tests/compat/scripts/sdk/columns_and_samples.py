"""Parts of a table: descriptions of columns, sample data, custom metrics."""

import os

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.api.tests.createCustomMetric import CreateCustomMetricRequest
from metadata.generated.schema.entity.data.table import Column, DataType, TableData
from metadata.ingestion.ometa.client import APIError
from metadata.sdk import configure, database_schemas, database_services, databases, tables

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = database_services.create(
    CreateDatabaseServiceRequest(name="sdk_parts", serviceType="Mysql")
)
databases.create(CreateDatabaseRequest(name="shop", service="sdk_parts"))
database_schemas.create(CreateDatabaseSchemaRequest(name="public", database="sdk_parts.shop"))
inner = Column(name="city", dataType=DataType.STRING)
table = tables.create(
    CreateTableRequest(
        name="people",
        databaseSchema="sdk_parts.shop.public",
        columns=[
            Column(name="id", dataType=DataType.INT),
            Column(name="address", dataType=DataType.STRUCT, children=[inner]),
        ],
    )
)

described = tables.update_column_description(table.id, "id", "The number of the person.")
assert described.columns[0].description.root == "The number of the person."
tables.update_column_description(
    table.id, column_name="address.city", description="Where the person lives."
)
read = tables.retrieve(table.id, fields=["columns"])
assert read.columns[1].children[0].description.root == "Where the person lives."
assert read.columns[0].description.root == "The number of the person."
try:
    tables.update_column_description(table.id, "nmae", "A typo.")
except APIError as error:
    assert "nmae" in str(error)
else:
    raise AssertionError("a column that does not exist was described")

sample = TableData(columns=["id", "address"], rows=[[1, "Rome"], [2, "Oslo"]])
stored = tables.add_sample_data(table.id, sample)
assert stored.rows == [[1, "Rome"], [2, "Oslo"]]
with_data = tables.get_sample_data(table.id)
assert [column.root for column in with_data.sampleData.columns] == ["id", "address"]

metric = CreateCustomMetricRequest(name="late", expression="SELECT 1")
measured = tables.add_custom_metric(table.id, metric)
assert measured.id == table.id

database_services.delete(service.id, recursive=True, hard_delete=True)
