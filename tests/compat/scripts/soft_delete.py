"""A database that is deleted softly, seen again, and restored."""

import json
import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.database import Database
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

create_service = CreateDatabaseServiceRequest(name="softly", serviceType=DatabaseServiceType.Mysql)
create_database = CreateDatabaseRequest(name="shop", service="softly", default=True)
assert create_database.default is True

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(create_service)
database = metadata.create_or_update(create_database)
metadata.delete(entity=Database, entity_id=database.id)
assert metadata.get_by_id(Database, database.id) is None

listed = metadata.list_entities(entity=Database, params={"service": "softly", "include": "deleted"})
assert [each.id.root for each in listed.entities] == [database.id.root]
assert listed.entities[0].deleted is True

metadata.client.put("/databases/restore", data=json.dumps({"id": str(database.id.root)}))
found = metadata.get_by_name(Database, "softly.shop")
assert found.id == database.id
assert found.deleted is False

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
