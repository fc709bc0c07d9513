"""A table that changes, and the versions it leaves behind."""

import json
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
from metadata.generated.schema.type.entityHistory import EntityVersionHistory
from metadata.ingestion.ometa.ometa_api import OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="dated", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="dated"),
    CreateDatabaseSchemaRequest(name="public", database="dated.shop"),
]
create_table = CreateTableRequest(
    name="orders",
    databaseSchema="dated.shop.public",
    columns=[Column(name="id", dataType=DataType.BIGINT)],
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
first = metadata.create_or_update(create_table)
assert first.version.root == 0.1
create_table.columns.append(Column(name="kg", dataType=DataType.DOUBLE))
second = metadata.create_or_update(create_table)
assert second.version.root > first.version.root
assert second.changeDescription.previousVersion.root == first.version.root

history = metadata.list_versions(entity_id=first.id, entity=Table)
assert isinstance(history, EntityVersionHistory)
assert history.entityType == "table"
numbers = [json.loads(version)["version"] for version in history.versions]
assert numbers == [second.version.root, first.version.root]
again = metadata.get_list_entity_versions(entity=Table, entity_id=first.id.root)
assert len(again.versions) == len(history.versions)

old = metadata.get_entity_version(entity=Table, entity_id=first.id, version=first.version.root)
assert [column.name.root for column in old.columns] == ["id"]
new = metadata.get_entity_version(Table, first.id, str(second.version.root))
assert [column.name.root for column in new.columns] == ["id", "kg"]
assert metadata.get_entity_version(Table, first.id, 9.9) is None

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
