"""A catalogue filled from a description of it, as loaders do."""

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
from metadata.ingestion.ometa.ometa_api import OpenMetadata

DESCRIPTION = """
customers,id,bigint
customers,name,varchar
orders,id,bigint
orders,placed_at,timestamp
orders,customer,bigint
"""

creates = [
    CreateDatabaseServiceRequest(name="loaded", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="loaded"),
    CreateDatabaseSchemaRequest(name="public", database="loaded.shop"),
]
tables = {}
for line in DESCRIPTION.split():
    table, column, kind = line.split(",")
    tables.setdefault(table, []).append(
        Column(
            name=column,
            dataType=DataType[kind.upper()],
            dataLength=64 if kind == "varchar" else None,
        )
    )
create_tables = [
    CreateTableRequest(name=name, databaseSchema="loaded.shop.public", columns=columns)
    for name, columns in tables.items()
]
assert [len(create.columns) for create in create_tables] == [2, 3]

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
for create in create_tables:
    metadata.create_or_update(create)
for create in create_tables:  # once more, nothing changes
    metadata.create_or_update(create)
found = {
    table.name.root: [column.dataType for column in table.columns]
    for table in metadata.list_all_entities(
        entity=Table, params={"databaseSchema": "loaded.shop.public"}
    )
}
assert found["customers"] == [DataType.BIGINT, DataType.VARCHAR]
assert found["orders"][1] is DataType.TIMESTAMP
assert all(
    table.version.root == 0.1
    for table in metadata.list_all_entities(
        entity=Table, params={"databaseSchema": "loaded.shop.public"}
    )
)

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
