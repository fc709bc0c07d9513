"""The first steps of the documentation: connect, list services, create and change a table."""

import os

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.databaseService import DatabaseServiceType
from metadata.sdk import Databases, DatabaseSchemas, DatabaseServices, Tables, configure

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="sdk_start", serviceType=DatabaseServiceType.Mysql)
)
database = Databases.create(
    CreateDatabaseRequest(name="shop", service=service.fullyQualifiedName.root)
)
schema = DatabaseSchemas.create(
    CreateDatabaseSchemaRequest(name="public", database=database.fullyQualifiedName.root)
)
request = CreateTableRequest(
    name="orders",
    databaseSchema=schema.fullyQualifiedName.root,
    columns=[
        Column(name="id", dataType=DataType.BIGINT),
        Column(name="status", dataType=DataType.VARCHAR, dataLength=255),
    ],
)
table = Tables.create(request)
assert isinstance(table, Table)
assert table.fullyQualifiedName.root == "sdk_start.shop.public.orders"

services = list(DatabaseServices.list().auto_paging_iterable())
assert "sdk_start" in [each.name.root for each in services]

# create() writes with PUT: the same request again changes nothing.
assert Tables.create(request).id == table.id

found = Tables.retrieve_by_name("sdk_start.shop.public.orders", fields=["tags", "columns"])
assert found.id == table.id
assert [column.name.root for column in found.columns] == ["id", "status"]
assert Tables.retrieve(str(table.id.root)).name.root == "orders"
assert Tables.retrieve_by_name("sdk_start.shop.public.nothing") is None

found.description = "One row for each order."
changed = Tables.update(found)
assert changed.description.root == "One row for each order."
assert changed.version.root == 0.2

DatabaseServices.delete(str(service.id.root), recursive=True, hard_delete=True)
assert Tables.retrieve(table.id) is None
