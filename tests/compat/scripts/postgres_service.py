"""A PostgreSQL service that is described, updated and listed with the others."""

import os
import sys

from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.services.connections.database.common.basicAuth import (
    BasicAuth,
)
from metadata.generated.schema.entity.services.connections.database.postgresConnection import (
    PostgresConnection,
    PostgresScheme,
)
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseConnection,
    DatabaseService,
    DatabaseServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

connection = PostgresConnection(
    username="reader",
    authType=BasicAuth(password="open-sesame"),
    hostPort="postgres:5432",
    database="shop",
    ingestAllDatabases=True,
)
assert connection.scheme == PostgresScheme.postgresql_psycopg2
create = CreateDatabaseServiceRequest(
    name="pg-shop",
    displayName="Shop",
    description="Where the **shop** keeps its data.",
    serviceType=DatabaseServiceType.Postgres,
    connection=DatabaseConnection(config=connection),
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

service = metadata.create(create)
assert service.description.root == "Where the **shop** keeps its data."
assert service.displayName == "Shop"

create.description = "Moved to another rack."
updated = metadata.create_or_update(create)
assert updated.id == service.id
assert updated.description.root == "Moved to another rack."
assert updated.version.root > service.version.root

names = [each.name.root for each in metadata.list_services(entity=DatabaseService)]
assert "pg-shop" in names
everywhere = metadata.list_all_entities(entity=DatabaseService, limit=1)
assert "pg-shop" in {each.name.root for each in everywhere}

metadata.delete(entity=DatabaseService, entity_id=service.id, recursive=True, hard_delete=True)
