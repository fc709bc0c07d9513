"""A table and its columns described by patches, and not by accident."""

import os
import sys

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
from metadata.ingestion.models.table_metadata import ColumnDescription
from metadata.ingestion.ometa.ometa_api import OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="described", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="described"),
    CreateDatabaseSchemaRequest(name="public", database="described.shop"),
]
create_table = CreateTableRequest(
    name="orders",
    databaseSchema="described.shop.public",
    columns=[
        Column(name="id", dataType=DataType.BIGINT),
        Column(name="kg", dataType=DataType.DOUBLE, description="Without the box."),
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

service, database, schema = (metadata.create_or_update(create) for create in creates)
table = metadata.create_or_update(create_table)
assert table.description is None
described = metadata.patch_description(Table, source=table, description="One row per order.")
assert described.description.root == "One row per order."
assert metadata.patch_description(Table, source=table, description="Another.") is None
forced = metadata.patch_description(Table, source=table, description="Another.", force=True)
assert forced.description.root == "Another."

metadata.patch_column_description(
    table=table, column_fqn="described.shop.public.orders.id", description="Given by the shop."
)
metadata.patch_column_descriptions(
    table=table,
    column_descriptions=[
        ColumnDescription(column_fqn="described.shop.public.orders.kg", description="Never."),
    ],
)
found = metadata.get_by_id(Table, table.id)
assert [column.description.root for column in found.columns] == [
    "Given by the shop.",
    "Without the box.",
]

changed = found.model_copy(deep=True)
changed.description = None
changed.displayName = "Orders"
changed.columns[1].description = "With the box."
patched = metadata.patch(entity=Table, source=found, destination=changed)
assert patched.description is None
assert patched.displayName == "Orders"
assert patched.columns[1].description.root == "With the box."
assert metadata.patch(entity=Table, source=patched, destination=patched) is None

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
